"""Why a rule met an article, or did not: its conditions, each with what it found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.model.decisions import MatchKind, Span
from monitor.model.rules import Level


class ConditionRole(StrEnum):
    """What a condition decides for its rule, by the key of the rule; `level`: those of `raise` and `lower`."""

    WHERE = "where"
    MATCH = "match"
    MENTION = "mention"
    UNLESS = "unless"
    MENTION_IF = "mention_if"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Step:
    """One condition: what it asks (`what`), whether it holds, the `spans` that it found, and `why` it does not hold, or
    how nearly it does. `steps` are its parts. `role`: what it decides for the rule, if it is a whole condition of the
    rule; `level`: what it changes the level to."""

    what: str
    holds: bool
    why: str = ""
    spans: tuple[Span, ...] = ()
    steps: tuple[Step, ...] = ()
    role: ConditionRole | None = None
    level: Level | None = None

    @property
    def label(self) -> str:
        """What it decides for the rule, and what it asks."""
        part = f"{self.role} {self.level}" if self.level is not None else self.role
        return ": ".join(filter(None, (part, self.what)))

    def measure_share(self, *, found_only: bool = False) -> float:
        """How much of it holds, from 0 to 1: if any of several parts would do, the share of the part that came nearest.
        `found_only`: parts that hold because something does not occur do not count."""
        if self.holds or not self.steps:
            return float(self.holds)
        parts = [part for part in self.steps if not (found_only and part.holds and not part.has_found)]
        shares = [part.measure_share(found_only=found_only) for part in parts]
        return sum(shares) / len(shares) if self.why else max(shares)

    @property
    def has_found(self) -> bool:
        """Whether it, or a part of it, has found something."""
        return bool(self.spans) or any(part.has_found for part in self.steps)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Step]]:
        """The step and all of its parts, each with its depth."""
        yield depth, self
        for step in self.steps:
            yield from step.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a rule sees an article: as news or a mention, at which level (both None: no match), why, how much of `match`
    holds (0 to 1), and all steps. For `unless` and the like, the step says that the exception does not hold."""

    rule: str
    kind: MatchKind | None
    level: Level | None
    why: str
    share: float
    steps: tuple[Step, ...]

    @property
    def summary(self) -> str:
        """The explanation in a sentence."""
        if self.kind is None:
            return f"no match: {self.why}"
        return f"{'news' if self.kind is MatchKind.NEWS else 'a mention'} at level {self.level}: {self.why}"
