"""The features of articles that were compared recently, kept from one pass to the next. They never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Generic, TypeVar

from monitor.identity.features import ArticleFeatures

Member = tuple[int, int, int]  # an article's id, its version, and when it was seen, in microseconds
ByValues = Mapping[str, frozenset[str]]  # of each condition that a rule names in `by`
K = TypeVar("K")
V = TypeVar("V")
_MAX_RECENT = 2_000  # of each kind: enough for the articles of the last hours


class RecentValues(Generic[K, V]):
    """A cache of the values that were used most recently."""

    def __init__(self) -> None:
        self._known: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The cached value of a key, or None."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def add(self, found: Mapping[K, V]) -> None:
        """Cache these values; those that were not used for the longest time leave."""
        self._known.update(found)
        while len(self._known) > _MAX_RECENT:
            self._known.popitem(last=False)


class FeaturesCache:
    """The features of articles that were compared recently, kept from one pass to the next; `by`: their values for the
    conditions that a rule names in `by`. Both never change: the key of a member is its article's id and version, and
    when it was seen, because SQLite may give an id again."""

    def __init__(self) -> None:
        self.features: RecentValues[Member, ArticleFeatures] = RecentValues()
        self.by: RecentValues[tuple[str, Member], ByValues] = RecentValues()
