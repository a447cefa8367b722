"""How long the texts of an entry may be, in every format. What is longer is cut, and the problem line says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from monitor.text.extent import shorten_text

# Characters, of the markup before its tags are taken out and of the text as it is compared: ten times the longest
# article of 203 real feeds.
TITLE: Final = 1_000
SUMMARY: Final = 64 * 1024
CONTENT: Final = 256 * 1024


@dataclass(slots=True)
class EntryBounds:
    """Keeps the texts of one entry within their bounds. `exceeded`: one of them was longer."""

    exceeded: bool = False

    def text_of(self, value: str, most: int, to_plain: Callable[[str], str]) -> str:
        """A value as plain text, of at most so many characters."""
        plain = to_plain(value[:most])
        kept = shorten_text(plain, most)
        self.exceeded = self.exceeded or len(value) > most or len(kept) < len(plain)
        return kept
