"""Lamps, buzzer and button on GPIO pins."""
