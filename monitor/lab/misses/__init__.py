"""Finds what the rules have missed: stories that many publishers print, of which a rule sent nothing in time."""
