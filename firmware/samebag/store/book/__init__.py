"""The book: what order files say, looked up while they are taken."""
