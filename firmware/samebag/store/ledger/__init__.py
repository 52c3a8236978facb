"""The ledger: what happened, chained and stamped, and the proof of it."""
