"""Ledgers of what is done beside the station: at the door, with shipments, with buyers."""
