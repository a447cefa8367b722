"""YAML 1.2 with positions, and what is wrong with it in plain words."""
