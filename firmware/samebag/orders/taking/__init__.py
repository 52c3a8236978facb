"""Parcels of an order file into the book, and what is told of it."""
