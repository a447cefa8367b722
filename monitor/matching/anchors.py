"""Which rules are worth evaluating, given the patterns present in an article, and which rules presence alone decides.

A rule requires groups of patterns: at least one pattern of each group must be present. The rarest group is its anchor,
by which the rule is found; the next rarest then eliminates almost all other rules. With thousands of rules, the cost is
in fetching data scattered over memory, so both groups are numbers in one row of an array. What does not fit there is
rarely needed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

Group = int | frozenset[int]
"""Patterns of which one must be present. A single pattern is given as a number: a set takes four cache lines of the
processor."""
Groups = Sequence[Group]

_NONE: frozenset[int] = frozenset()
_NOTHING = -1  # no rule, or no pattern
_ROW_SIZE = 8  # numbers for a rule, half a cache line: its first other group, flags, its anchor
_GROUP_SIZE, _FLAGS, _ANCHOR_START = 3, 3, 4
_HAS_MORE, _DECIDED_BY_PRESENCE = 1, 2


def collapse_singleton(patterns: frozenset[int]) -> Group:
    """Return a set of patterns as a group: a single pattern as its number."""
    return next(iter(patterns)) if len(patterns) == 1 else patterns


def choose_anchor(required: Iterable[frozenset[int]], commonness: Sequence[float]) -> tuple[frozenset[int], Groups]:
    """Return, of the groups that a rule requires, the rarest one (empty: it requires nothing), by which the rule is
    found; and the other groups, the rarest first."""
    rarest = sorted(required, key=lambda patterns: sum(commonness[pattern] for pattern in patterns))
    return (rarest[0], tuple(map(collapse_singleton, rarest[1:]))) if rarest else (_NONE, ())


class AnchorIndex:
    """For each pattern the rules (by index) whose anchor contains it, and for each rule its other groups.

    `decided_by_presence`: the rules that are met as soon as one pattern of each required group is present.
    """

    def __init__(
        self, rules: Sequence[tuple[frozenset[int], Groups]], decided_by_presence: AbstractSet[int], patterns: int
    ) -> None:
        rules_by_pattern: list[list[int]] = [[] for _ in range(patterns)]
        self._always = [index for index, (anchor, _) in enumerate(rules) if not anchor]
        self._long_groups: dict[int, Groups] = {}  # of rules for which the row is too short
        self._rows = array("i")
        for index, (anchor, other_groups) in enumerate(rules):
            for pattern in anchor:
                rules_by_pattern[pattern].append(index)
            first_group = _pad_patterns(other_groups[0], _GROUP_SIZE) if other_groups else ()
            if len(other_groups) > (1 if first_group else 0):
                self._long_groups[index] = other_groups
            anchor_patterns = _pad_patterns(collapse_singleton(anchor), _ROW_SIZE - _ANCHOR_START)
            is_decided = index in decided_by_presence and anchor_patterns and index not in self._long_groups
            flags = (_DECIDED_BY_PRESENCE if is_decided else 0) | (_HAS_MORE if index in self._long_groups else 0)
            self._rows.extend(
                (
                    *(first_group or _pad_patterns(_NOTHING, _GROUP_SIZE)),
                    flags,
                    *(anchor_patterns or _pad_patterns(0, _ROW_SIZE - _ANCHOR_START)),
                )
            )
        self._rule_lists, self._rules = array("i"), array("i")
        for indices in rules_by_pattern:
            if len(indices) < 2:
                self._rules.append(indices[0] if indices else _NOTHING)
            else:  # the position of its rules in the list of all such rules, as a negative number
                self._rules.append(_NOTHING - 1 - len(self._rule_lists))
                self._rule_lists.extend((len(indices), *indices))

    def candidates(self, present: AbstractSet[int]) -> list[int]:
        """Return the rules for which nothing that they require is missing, in order."""
        rows, candidates = self._rows, []
        for index in self._find_rules(present):
            start = index * _ROW_SIZE
            if (
                (pattern := rows[start]) in present
                or pattern == _NOTHING
                or rows[start + 1] in present
                or rows[start + 2] in present
            ) and (not rows[start + _FLAGS] & _HAS_MORE or _has_all_groups(self._long_groups[index], present)):
                candidates.append(index)
        candidates.sort()
        return candidates

    def _find_rules(self, present: AbstractSet[int]) -> set[int]:
        """The rules that the present patterns find, and those without an anchor."""
        codes = set(map(self._rules.__getitem__, present))
        indices, rule_lists = {code for code in codes if code >= 0}, self._rule_lists
        for code in codes:
            if code < _NOTHING:
                start = _NOTHING - code
                indices.update(rule_lists[start : start + rule_lists[start - 1]])
        indices.update(self._always)
        return indices

    def are_met_in_lead(self, candidates: Iterable[int], in_lead: AbstractSet[int]) -> list[bool | None]:
        """Return for each candidate that presence alone decides whether the lead has all that it requires; for any
        other candidate None."""
        rows, answers = self._rows, list[bool | None]()
        for index in candidates:
            start = index * _ROW_SIZE
            if not rows[start + _FLAGS] & _DECIDED_BY_PRESENCE:
                answers.append(None)
                continue
            pattern = rows[start]
            answers.append(
                (pattern == _NOTHING or pattern in in_lead or rows[start + 1] in in_lead or rows[start + 2] in in_lead)
                and not in_lead.isdisjoint(rows[start + _ANCHOR_START : start + _ROW_SIZE])
            )
        return answers


def _pad_patterns(patterns: Group, size: int) -> tuple[int, ...]:
    """The patterns, with the last one repeated up to `size` numbers; empty if there are more patterns or none."""
    padded = (patterns,) if isinstance(patterns, int) else tuple(patterns)
    return (*padded, *[padded[-1]] * (size - len(padded))) if 0 < len(padded) <= size else ()


def _has_all_groups(groups: Groups, present: AbstractSet[int]) -> bool:
    """Whether a pattern of each group is present."""
    for required in groups:
        if required not in present if isinstance(required, int) else required.isdisjoint(present):
            return False
    return True
