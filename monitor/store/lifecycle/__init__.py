"""How stored data leaves or changes later: retention, erasure, merges and splits."""
