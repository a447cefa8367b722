"""What a change of a rule does to articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.lab.improving.examples import Example, ExampleVerdict, count_independent


@dataclass(frozen=True)
class Effect:
    """What a change does to the judged articles, and to others. `gained`: wanted articles that are hit now; `lost`:
    wanted ones that are not hit any more; `dropped`: unwanted ones that are not hit any more; `brought`: unwanted ones
    that are hit now. `failing_tests`: how many tests of the rule fail now and did not."""

    gained: tuple[Example, ...] = ()
    lost: tuple[Example, ...] = ()
    dropped: tuple[Example, ...] = ()
    brought: tuple[Example, ...] = ()
    unjudged_gained: tuple[Example, ...] = ()
    unjudged_lost: tuple[Example, ...] = ()
    failing_tests: int = 0

    @property
    def support(self) -> int:
        """How many independent judged articles speak for it."""
        return count_independent((*self.gained, *self.dropped))

    @property
    def net(self) -> int:
        """The support, less what it brings."""
        return self.support - len(self.brought)


def measure_effect(news: Sequence[tuple[Example, frozenset[int]]], number: int, failing_tests: int = 0) -> Effect:
    """The effect of the change of variant `number`. `news`: articles with the variants that they meet, of which variant
    0 is the rule without the change; `failing_tests`: as in `Effect`."""
    now_hit = [example for example, found in news if number in found and 0 not in found]
    not_hit = [example for example, found in news if 0 in found and number not in found]

    def select(examples: Sequence[Example], verdict: ExampleVerdict) -> tuple[Example, ...]:
        return tuple(example for example in examples if example.verdict is verdict)

    return Effect(
        gained=select(now_hit, ExampleVerdict.WANTED),
        lost=select(not_hit, ExampleVerdict.WANTED),
        dropped=select(not_hit, ExampleVerdict.UNWANTED),
        brought=select(now_hit, ExampleVerdict.UNWANTED),
        unjudged_gained=select(now_hit, ExampleVerdict.UNKNOWN),
        unjudged_lost=select(not_hit, ExampleVerdict.UNKNOWN),
        failing_tests=failing_tests,
    )
