"""Writes what polls and decisions leave, in one commit."""
