"""Where literals occur in a text: one pass of the automaton, in pieces.

The automaton reports an object for each place of each literal. In a long text that repeats its words endlessly, these
would not fit the processor's cache, and each would cost more the longer the text is. So a long text is searched piece
by piece, and only the positions of each piece are kept, as plain numbers in an array.
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
    """Finds all of these literals at once, also overlapping ones."""

    def __init__(self, literals: Sequence[str]) -> None:
        self.automaton = AhoCorasick(literals, implementation=Implementation.ContiguousNFA)
        self._longest = max(map(len, literals), default=1)

    def positions(self, joined: str) -> Mapping[int, Sequence[int]]:
        """Return where each literal that occurs in the text (by its index) begins, in order."""
        if len(joined) <= PIECE:
            return self._find_in_piece(joined, 0)
        positions: dict[int, array[int]] = {}
        for start in range(0, len(joined), PIECE):
            for literal, starts in self._find_in_piece(joined, start).items():
                if literal in positions:
                    positions[literal].fromlist(starts)
                else:
                    positions[literal] = array("I", starts)
        return positions

    def _find_in_piece(self, joined: str, piece_start: int) -> dict[int, list[int]]:
        """The same for what ends in the piece that begins at `piece_start`."""
        base = max(0, piece_start + 1 - self._longest)  # what ends in the piece may begin before it
        matches = self.automaton.find_matches_as_indexes(joined[base : piece_start + PIECE], overlapping=True)
        if piece_start:  # what ends before the piece was already found; ends are in order
            del matches[: bisect_right(matches, piece_start - base, key=_END)]
        positions: dict[int, list[int]] = {}
        for literal, position, _ in matches:
            if literal in positions:
                positions[literal].append(base + position)
            else:
                positions[literal] = [base + position]
        return positions
