"""Limits the texts of an entry, in every format. Longer texts are cut, and the problem line says so.

The limits hold for the markup, before its tags are removed, and for the plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from monitor.model import Entry
from monitor.model.hashing import shorten_identity
from monitor.model.sources import MAX_LINK, MAX_NAME, MAX_NAMES
from monitor.text.extent import shorten_text


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

    def build_entry(
        self,
        *,
        slice: bytes,  # noqa: A002  as the entry calls it
        link: str | None,
        title: str,
        guid: str = "",
        summary: str = "",
        content: str = "",
        published: str = "",
        updated: str = "",
        language: str = "",
        authors: Iterable[str] = (),
        tags: Iterable[str] = (),
    ) -> Entry:
        """The entry with these fields, "" for those that it lacks. The texts are within their bounds. A link that is
        too long is left out. Of a guid that is too long the beginning and the digest are taken: they tell it apart."""
        return Entry(
            shorten_identity(guid) or None,
            link if link and len(link.encode()) <= MAX_LINK else None,
            title,
            summary,
            content,
            published[:MAX_NAME] or None,
            updated[:MAX_NAME] or None,
            _select_names(authors),
            language[:MAX_NAME] or None,
            _select_names(tags),
            slice,
            self.exceeded,
        )


def _select_names(names: Iterable[str]) -> tuple[str, ...]:
    distinct = dict.fromkeys(name[:MAX_NAME] for name in names if name)
    return tuple(distinct)[:MAX_NAMES]
