"""The user's files, found, read and read again."""
