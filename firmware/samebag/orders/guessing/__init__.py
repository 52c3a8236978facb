"""A profile for a file that no profile fits."""
