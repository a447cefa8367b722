"""Improves rules by their news: what a rule misses, what is noise, and which changes of it would help. Pure."""
