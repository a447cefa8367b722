"""Edits of the user's files that keep every other byte, and the first files of `init`."""
