"""Where literals stand in a text: one pass of the automaton, in pieces.

What the automaton reports is an object for each place of each literal. Of a long text that repeats its words without
end they would not fit the processor's cache, and each would cost the more the longer the text is: so a long text is
searched piece by piece, and of each piece only the positions are kept, as numbers side by side.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import itemgetter

from ahocorasick_rs import AhoCorasick, Implementation

PIECE = 8_192  # characters: almost every article is one piece

_END = itemgetter(2)


class LiteralSearch:
    """Finds all of these literals at once, those that overlap too. `sizes`: how long each of them is."""

    def __init__(self, literals: Sequence[str]) -> None:
        self.automaton = AhoCorasick(literals, implementation=Implementation.ContiguousNFA)
        self.literal_lengths = array("I", map(len, literals))
        self._longest = max(self.literal_lengths, default=1)

    def positions(self, joined: str) -> Mapping[int, Sequence[int]]:
        """Where each literal begins that stands in the text (by its number), in order. The literals are in the order in
        which the first place of each ends."""
        if len(joined) <= PIECE:
            return self._in_piece(joined, 0)
        positions: dict[int, array[int]] = {}
        for border in range(0, len(joined), PIECE):
            for literal, starts in self._in_piece(joined, border).items():
                if literal in positions:
                    positions[literal].fromlist(starts)
                else:
                    positions[literal] = array("I", starts)
        return positions

    def _in_piece(self, joined: str, border: int) -> dict[int, list[int]]:
        """The same of what ends in the piece behind a border."""
        base = max(0, border + 1 - self._longest)  # what ends behind the border may begin before it
        raw = self.automaton.find_matches_as_indexes(joined[base : border + PIECE], overlapping=True)
        if border:  # what ends before it was found already; ends are in order
            del raw[: bisect_right(raw, border - base, key=_END)]
        positions: dict[int, list[int]] = {}
        for literal, start, _ in raw:
            if literal in positions:
                positions[literal].append(base + start)
            else:
                positions[literal] = [base + start]
        return positions
