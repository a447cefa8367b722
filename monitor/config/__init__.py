"""Reads the user's files into values of the model. Only this package knows YAML.

Start with `loading/load.py`. It returns values and faults (`file:line:col: problem; hint`), all of them at once.
This package polls nothing and sends nothing. It neither prints a secret nor keeps one outside `Channel.url`.
"""
