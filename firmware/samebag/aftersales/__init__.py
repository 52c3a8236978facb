"""What follows a mistake: cases and their clocks, reports, traces, incidents, letters."""
