"""Commands of the office: what happened, and what follows."""
