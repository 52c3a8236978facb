"""``make fuzz``: what comes from outside, made wrong by chance: no traceback, no hang, nothing
taken that is not so."""
