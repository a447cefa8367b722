"""Which rules are worth evaluating, given the patterns present in an article.

A rule requires groups of patterns: at least one pattern of each group must be present. The rarest group is its anchor,
by which the rule is found; the next rarest then eliminates almost all other rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet


class AnchorIndex:
    """For each pattern the rules (by index) whose anchor contains it, and for each rule its other groups.

    `required`: for each rule the groups that it requires; none: it is always worth evaluating. `commonness`: how common
    each pattern is in the news.
    """

    def __init__(self, required: Iterable[Sequence[frozenset[int]]], commonness: Sequence[float]) -> None:
        self._always: list[int] = []
        self._rules: defaultdict[int, list[int]] = defaultdict(list)
        self._other_groups: list[Sequence[frozenset[int]]] = []
        for index, groups in enumerate(required):
            rarest = sorted(groups, key=lambda patterns: sum(commonness[pattern] for pattern in patterns))
            self._other_groups.append(rarest[1:])
            if not rarest:
                self._always.append(index)
            for pattern in rarest[0] if rarest else ():
                self._rules[pattern].append(index)

    def candidates(self, present: AbstractSet[int]) -> list[int]:
        """Return the rules for which nothing that they require is missing, in order."""
        found = set(self._always).union(*(self._rules[pattern] for pattern in self._rules.keys() & present))
        return sorted(
            index for index in found if not any(patterns.isdisjoint(present) for patterns in self._other_groups[index])
        )
