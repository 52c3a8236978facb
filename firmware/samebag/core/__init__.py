"""The rules of a bag. Pure: no clock, no thread, no log, no import of ours outside this folder."""
