"""A mix-up: who is affected, why, and the letters."""
