"""Bars, as they lie."""
