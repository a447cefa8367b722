"""Why a rule met an article, or did not: its conditions, each with what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model.decisions import MatchKind, Span
from monitor.model.rules import Level


@dataclass(frozen=True, slots=True)
class Step:
    """One condition: what it asks (`what`), whether that holds, by which `spans`, and `why` not, or how nearly. `steps`
    are its parts."""

    what: str
    holds: bool
    why: str = ""
    spans: tuple[Span, ...] = ()
    steps: tuple[Step, ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Step]]:
        """It and all of its parts, each with how deep it stands."""
        yield depth, self
        for step in self.steps:
            yield from step.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule makes of an article: as what they met at which level (None: they did not), why, how much of `match`
    holds (0 to 1), and each step of the way. Of `unless` and the like it is the exception that they do not hold."""

    rule: str
    kind: MatchKind | None
    level: Level | None
    why: str
    share: float
    steps: tuple[Step, ...]

    @property
    def summary(self) -> str:
        """The same in a sentence."""
        if self.kind is None:
            return f"no match: {self.why}"
        return f"{'news' if self.kind is MatchKind.NEWS else 'a mention'} at level {self.level}: {self.why}"
