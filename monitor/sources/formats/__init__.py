"""A document, turned into entries of plain text: feeds, sitemaps, web pages."""
