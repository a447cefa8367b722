"""Full-text search: the terms of a text, the index on both kinds of database, and the search of articles."""
