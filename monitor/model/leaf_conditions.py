"""Conditions that contain no other conditions: words, a list, an entity, a pattern, a number, a day. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase as the rule's author wrote it (`*` at an end of a word opens it). `language` may be "any".

    `exact`: case counts. `forms`: all inflected forms match, if its language inflects. `edged`: if it begins or ends in
    katakana, a run of katakana must begin or end there too (スト, not コスト); if it is Korean, it must begin a word.
    """

    text: str
    language: str = "any"
    exact: bool = False
    forms: bool = False
    edged: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Holds if the article has one of its terms."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ListNamed:
    """Holds if the article has one of the words of a shared list."""

    list: str


@dataclass(frozen=True, slots=True)
class EntityNamed:
    """Holds if the article names the entity."""

    entity: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """Holds if the RE2 expression matches. `exact`: case counts."""

    pattern: str
    exact: bool = False

    def __str__(self) -> str:
        return f"pattern {self.pattern}"


_COUNTABLE = """
magnitude intensity category percent basis_points age dead injured missing cases:case evacuated arrested
survivors:survivor culled missiles:missile drones:drone aircraft ships:ship satellites:satellite dollars:money/usd
euros:money/eur pounds:money/gbp won:money/krw yen:money/jpy yuan:money/cny rubles:money/rub zloty:money/pln
hryvnias:money/uah
"""


def _parse_countable(word: str) -> tuple[str, tuple[str, str]]:
    name, _, fact = word.partition(":")
    kind, _, unit = (fact or name).partition("/")
    return name.replace("_", " "), (kind, unit)


COUNTABLE = dict(map(_parse_countable, _COUNTABLE.split()))
"""What a rule may ask a number to be of -> the kind and the unit of such facts ("": of any unit)."""


@dataclass(frozen=True, slots=True)
class NumberNamed:
    """Holds if the article has such a number ("magnitude", "dead" ...: see docs/reference.md) within the bounds."""

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
    """Holds if the article names a day: a date, a weekday, or a day or week relative to today."""

    def __str__(self) -> str:
        return "a day"


def expression_text(condition: Pattern | NumberNamed | DayNamed) -> str:
    """The text by which the evidence names a pattern, a number or a day."""
    return condition.pattern if isinstance(condition, Pattern) else str(condition)
