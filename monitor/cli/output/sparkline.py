"""A row of counts as a line of bars."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"


def draw_sparkline(counts: Sequence[int]) -> str:
    """A bar for each count, the highest for the largest; a dot for 0."""
    most = max(counts, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // most] if count else _NOTHING for count in counts)
