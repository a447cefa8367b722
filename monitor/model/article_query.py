"""What is asked of the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.rules import Field


@dataclass(frozen=True, slots=True)
class TextTerm:
    """A word or phrase of a query. `words`: as it was written; `tokens`: folded, they must follow each other;
    `is_prefix`: the last one is the beginning of a word; `field`: where it must be (None: in title or text);
    `is_excluded`: it must not be there."""

    words: str
    tokens: tuple[str, ...]
    field: Field | None = None
    is_prefix: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Names that a query asks for. An article needs one of `wanted`, if there are any, and none of `unwanted`."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleQuery:
    """All of it must be true of an article in its latest version. `languages`: BCP 47; `zh` includes `zh-Hant`.
    `rules`: those that ever matched it. `since`, `before`: when it was first seen; `before` is the first time that is
    too late."""

    terms: tuple[TextTerm, ...] = ()
    sources: NameFilter = NameFilter()
    languages: NameFilter = NameFilter()
    rules: NameFilter = NameFilter()
    since: datetime | None = None
    before: datetime | None = None

    @property
    def wanted_terms(self) -> tuple[TextTerm, ...]:
        """Those that must be there."""
        return tuple(term for term in self.terms if not term.is_excluded)
