"""The rules of a bag. ``step`` is the way in: one event in, the new bag and what to do about it
out. Pure."""
