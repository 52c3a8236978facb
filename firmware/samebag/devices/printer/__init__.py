"""The label printer: bytes out, its own word back, and what that proves."""
