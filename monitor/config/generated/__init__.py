"""Generates from the schemas: JSON Schema for editors, and the reference tables of the docs."""
