"""The questions that users ask. A function for each: it reads the config and the database, and returns a value."""
