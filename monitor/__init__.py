"""News Monitor: tells people, once and in time, of the news that matters to them.

Read `pipeline.py`, `decide.py`, `delivery.py` and `due.py` first: their docstrings show the whole flow as pseudocode.
"""

__version__ = "0.1.0"
