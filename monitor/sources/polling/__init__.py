"""Polls sources: fetches them, has documents parsed in workers, and looks for entries that have left a feed."""
