"""Full-text search: the index on both kinds of database, a user's query, and the articles that meet it."""
