"""Conditions that hold no others: words, a list, an entity, a pattern, a number, a day. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase as the rule's author wrote it (`*` at an end of a word opens it); `language` may be "any".

    `exact`: its case counts. `forms`: it stands for all of its forms, where its language inflects. `edged`: where it
    begins or ends in katakana, a run of katakana does (スト, not コスト).
    """

    text: str
    language: str = "any"
    exact: bool = False
    forms: bool = False
    edged: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Holds where one of its terms stands."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ListNamed:
    """Holds where one of the words of a shared list stands."""

    list: str


@dataclass(frozen=True, slots=True)
class EntityNamed:
    """Holds where the entity is named."""

    entity: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """Holds where the RE2 expression matches; `exact`: case counts."""

    pattern: str
    exact: bool = False

    def __str__(self) -> str:
        return f"pattern {self.pattern}"


@dataclass(frozen=True, slots=True)
class NumberNamed:
    """Holds where a number of this stands ("magnitude", "dead", ...: see docs/rules.md), within the bounds that there
    are."""

    of: str
    at_least: float | None = None
    more_than: float | None = None
    below: float | None = None
    at_most: float | None = None

    def is_in_bounds(self, value: float) -> bool:
        """Whether a number is within the bounds."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.more_than is None or value > self.more_than)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
        )

    def __str__(self) -> str:
        """`number of magnitude, at least 6`"""
        bounds = {"at least": self.at_least, "more than": self.more_than, "below": self.below, "at most": self.at_most}
        given = [f"{name} {bound:g}" for name, bound in bounds.items() if bound is not None]
        return ", ".join((f"number of {self.of}", *given))


@dataclass(frozen=True, slots=True)
class DayNamed:
    """Holds where a day is named: a date, a weekday, or a day or week seen from today."""

    def __str__(self) -> str:
        return "a day"
