"""How what is stored leaves or changes later: retention, erasure, merges and splits."""
