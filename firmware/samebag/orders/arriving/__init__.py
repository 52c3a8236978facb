"""The ways by which order files come: the inbox, and an ERP's posts."""
