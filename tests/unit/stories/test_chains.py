"""Numbers under keys."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stories import chains
from monitor.stories.chains import Chains, Put

MOST = 3
KEYS = (1, 2, 1 | 1 << 20, 1 | 1 << 31, 7)  # three begin in one place
STEPS = st.lists(st.one_of(st.lists(st.sampled_from(KEYS), max_size=4, unique=True), st.none()), max_size=60)


@pytest.mark.parametrize("few", [8, 16, 1 << 10])
@given(steps=STEPS)
def test_the_newest_numbers_stand_under_a_key(few: int, steps: list[list[int] | None]) -> None:
    """As many as are asked for, the newest first, before and after it has grown; what is taken back was never there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "_FEW", few)
        patch.setattr(chains, "_STEPS", 100)  # however many other keys stand in its way
        held, told = Chains(MOST), list[tuple[list[int], list[Put]]]()
        for step in steps:
            if step is not None:
                told.append((step, held.put(step, len(told))))
            elif told:
                held.take(told.pop()[1])
            wanted: defaultdict[int, list[int]] = defaultdict(list)
            for number, (keys, _) in enumerate(told):
                for key in keys:
                    wanted[key].insert(0, number)
            for key in KEYS:
                assert held.under(key, MOST) == wanted[key][:MOST]
                assert held.under(key, 1) == wanted[key][:1]


def test_what_is_never_asked_for_takes_no_room() -> None:
    """A word of every title takes as much as one of the last few."""
    held = Chains(MOST)
    for number in range(20_000):
        held.put([number, 1 << 30], number)
    assert len(held._entries) < 20_000 + (1 << 12)
