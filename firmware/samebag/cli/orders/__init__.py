"""Commands for order files and codes."""
