"""Databases of both kinds: connections, transactions, tables."""
