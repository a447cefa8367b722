"""What sources give."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields

from monitor.model import Entry


def test_an_entry_travels_whole() -> None:
    """Every field of it, and what is no part of its being equal."""
    texts = ("guid", "https://a.example/1", "title", "summary", "content", "published", "updated")
    values = [*texts, ("Kim",), "ko", ("Asia",), b"digest", True]
    entry = Entry(*texts, ("Kim",), "ko", ("Asia",), b"digest", True)
    for other in (pickle.loads(pickle.dumps(entry)), copy.deepcopy(entry)):
        assert [getattr(other, each.name) for each in fields(Entry)] == values
