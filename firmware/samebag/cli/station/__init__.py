"""Commands at the station and for its technician."""
