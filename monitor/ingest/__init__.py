"""Turns entries into articles (identity, canonical address, dates) and computes the next poll. No I/O."""
