"""Parses YAML 1.2 with positions, and explains syntax errors in plain words."""
