"""Limits the texts of an entry, in every format. Longer texts are cut, and the problem line says so.

The limits hold for the markup, before its tags are removed, and for the plain text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model.sources import MAX_CONTENT, MAX_SUMMARY, MAX_TITLE
from monitor.text.extent import shorten_text

__all__ = ["MAX_CONTENT", "MAX_SUMMARY", "MAX_TITLE", "EntryBounds"]


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
