"""From the text of a symbol to the number that the book has: rules as data, and what each text may
mean. Pure."""
