"""Which rules are worth asking, given which patterns stand in an article, and what is known of them by that alone.

A rule requires sets of patterns, of each of which one must stand. By the rarest of its sets, its anchor, it is found;
the next rarest says of almost all the others that something is missing. Of thousands of rules it is fetching what lies
all over the memory that costs, so both are numbers in one row of an array; what does not fit there is seldom asked.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

Group = int | frozenset[int]
"""Patterns of which one must stand in an article. A single one stands for itself: a set is four lines of the
processor's cache."""
Groups = Sequence[Group]

_NONE: frozenset[int] = frozenset()
_NOTHING = -1  # no rule, or no pattern
_ROW = 8  # numbers of a rule, half a line of the cache: of the first set besides its anchor, what else, of its anchor
_FEW, _KIND, _ANCHOR = 3, 3, 4
_MORE, _PLAIN = 1, 2


def collapse_singleton(patterns: frozenset[int]) -> Group:
    """A set of patterns as it is asked."""
    return next(iter(patterns)) if len(patterns) == 1 else patterns


def choose_anchor(required: Iterable[frozenset[int]], commonness: Sequence[float]) -> tuple[frozenset[int], Groups]:
    """Of the sets that a rule requires the one that is met most rarely (none: it requires nothing), by which it is
    found; and the others, the rarest first."""
    rarest = sorted(required, key=lambda patterns: sum(commonness[pattern] for pattern in patterns))
    return (rarest[0], tuple(map(collapse_singleton, rarest[1:]))) if rarest else (_NONE, ())


class AnchorIndex:
    """Of each pattern the rules (by number) whose anchor it is of, and of each rule what it requires besides. `plain`:
    the rules that require no more than that, and ask no more."""

    def __init__(self, rules: Sequence[tuple[frozenset[int], Groups]], plain: AbstractSet[int], patterns: int) -> None:
        found: list[list[int]] = [[] for _ in range(patterns)]
        self._always = [number for number, (anchor, _) in enumerate(rules) if not anchor]
        self._besides: dict[int, Groups] = {}  # of those for which the row is too short
        self._rows = array("i")
        for number, (anchor, besides) in enumerate(rules):
            for pattern in anchor:
                found[pattern].append(number)
            first = _pad_patterns(besides[0], _FEW) if besides else ()
            if len(besides) > (1 if first else 0):
                self._besides[number] = besides
            behind = _pad_patterns(collapse_singleton(anchor), _ROW - _ANCHOR)
            is_plain = number in plain and behind and number not in self._besides
            kind = (_PLAIN if is_plain else 0) | (_MORE if number in self._besides else 0)
            self._rows.extend(
                (*(first or _pad_patterns(_NOTHING, _FEW)), kind, *(behind or _pad_patterns(0, _ROW - _ANCHOR)))
            )
        self._several, self._rules = array("i"), array("i")
        for numbers in found:
            if len(numbers) < 2:
                self._rules.append(numbers[0] if numbers else _NOTHING)
            else:  # where in the row of all these its rules are, as a negative number
                self._rules.append(_NOTHING - 1 - len(self._several))
                self._several.extend((len(numbers), *numbers))

    def candidates(self, present: AbstractSet[int]) -> list[int]:
        """The rules of which nothing is missing that they cannot do without, in their order."""
        rows, kept = self._rows, []
        for number in self._found(present):
            at = number * _ROW
            if (
                (pattern := rows[at]) in present
                or pattern == _NOTHING
                or rows[at + 1] in present
                or rows[at + 2] in present
            ) and (not rows[at + _KIND] & _MORE or _has_all_groups(self._besides[number], present)):
                kept.append(number)
        kept.sort()
        return kept

    def _found(self, present: AbstractSet[int]) -> set[int]:
        """Those that are found by what is present."""
        codes = set(map(self._rules.__getitem__, present))
        numbers, several = {code for code in codes if code >= 0}, self._several
        for code in codes:
            if code < _NOTHING:
                at = _NOTHING - code
                numbers.update(several[at : at + several[at - 1]])
        numbers.update(self._always)
        return numbers

    def are_met_in_lead(self, candidates: Iterable[int], in_lead: AbstractSet[int]) -> list[bool | None]:
        """Of each candidate that is plain, whether all that it requires is in the lead; of any other None."""
        rows, answers = self._rows, list[bool | None]()
        for number in candidates:
            at = number * _ROW
            if not rows[at + _KIND] & _PLAIN:
                answers.append(None)
                continue
            pattern = rows[at]
            answers.append(
                (pattern == _NOTHING or pattern in in_lead or rows[at + 1] in in_lead or rows[at + 2] in in_lead)
                and not in_lead.isdisjoint(rows[at + _ANCHOR : at + _ROW])
            )
        return answers


def _pad_patterns(patterns: Group, size: int) -> tuple[int, ...]:
    """So many numbers: the patterns, the last of them again and again; none, if there are more or no patterns."""
    few = (patterns,) if isinstance(patterns, int) else tuple(patterns)
    return (*few, *[few[-1]] * (size - len(few))) if 0 < len(few) <= size else ()


def _has_all_groups(groups: Groups, present: AbstractSet[int]) -> bool:
    """Whether one of each group stands."""
    for wanted in groups:
        if wanted not in present if isinstance(wanted, int) else wanted.isdisjoint(present):
            return False
    return True
