"""The station: the loop that judges bags, what it knows and who stands there; wiring.py builds it
from the settings."""
