"""Looks at all that a station stands on, also beside a running one, and says what is bad and what
to do about it."""
