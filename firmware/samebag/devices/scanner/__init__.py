"""The hand scanner: a keyboard or a serial line, as codes."""
