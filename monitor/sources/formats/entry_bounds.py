"""Limits the texts of an entry, in every format. Longer texts are cut, and the problem line says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from monitor.text.extent import shorten_text

# Characters, both of the markup before its tags are removed and of the plain text: ten times the longest article of
# 203 real feeds.
MAX_TITLE: Final = 1_000
MAX_SUMMARY: Final = 64 * 1024
MAX_CONTENT: Final = 256 * 1024


@dataclass(slots=True)
class EntryBounds:
    """Cuts the texts of one entry. `exceeded`: one of them was longer than its limit."""

    exceeded: bool = False

    def text_of(self, value: str, max_length: int, to_plain: Callable[[str], str]) -> str:
        """A value as plain text of at most `max_length` characters."""
        plain = to_plain(value[:max_length])
        shortened = shorten_text(plain, max_length)
        self.exceeded = self.exceeded or len(value) > max_length or len(shortened) < len(plain)
        return shortened
