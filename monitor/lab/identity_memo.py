"""What was worked out for rules, entities and lists, each for as long as it is the very same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from monitor.model import Entity, Rule, WordList

Thing = TypeVar("Thing", bound=Rule | Entity | WordList)
Result = TypeVar("Result")


class IdentityMemo(Generic[Thing, Result]):
    """Remembers of each thing what was worked out last."""

    def __init__(self) -> None:
        self._known: dict[tuple[type, str], tuple[Thing, Result]] = {}

    def compute(self, things: Sequence[Thing], work: Callable[[list[Thing]], Sequence[Result]]) -> list[Result]:
        """What `work` makes of each; it is asked only about those that were not among the things the last time."""
        known = {key: pair for each in things if (pair := self._known.get(key := _make_key(each))) and pair[0] is each}
        new = [each for each in things if _make_key(each) not in known]
        known |= {_make_key(each): (each, result) for each, result in zip(new, work(new), strict=True)}
        self._known = known
        return [known[_make_key(each)][1] for each in things]

    def clear(self) -> None:
        """Everything."""
        self._known.clear()


def _make_key(thing: Rule | Entity | WordList) -> tuple[type, str]:
    return type(thing), thing.id
