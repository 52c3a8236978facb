"""The table, and the light on it."""
