"""Finds the user's files, reads them, and reads them again after an edit."""
