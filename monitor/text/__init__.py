"""Turns text in any language into comparable text, with offsets back to the original. Pure.

`record` normalizes and keeps offsets, `scripts` cuts into tokens, `folding` makes tokens comparable, `sentences` finds
the ends of sentences, `language` says which languages a text clearly is not in.
"""
