"""The pages: read-only, a process of their own, nothing on them can open, change or delay the
station."""
