"""Order files as rows of text, whatever their kind and encoding."""
