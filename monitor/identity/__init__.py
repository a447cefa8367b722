"""Decides which story an article reports, and which event of a rule it belongs to; `compare` has the sentence."""
