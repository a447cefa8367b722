"""Edits the user's files without changing any other byte, and writes the first files for `init`."""
