"""Parsers that turn documents (feeds, sitemaps, web pages) into entries of plain text."""
