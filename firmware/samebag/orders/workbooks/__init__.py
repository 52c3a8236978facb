"""Spreadsheets as their sheets and rows."""
