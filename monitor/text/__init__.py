"""Any language's text -> comparable text, with offsets back to the original. Pure.

`record` normalises and remembers offsets, `scripts` cuts into tokens, `folding` makes tokens comparable,
`sentences` finds sentence ends, `language` says which languages a text clearly is not.
"""
