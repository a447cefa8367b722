"""Remembers what was computed for rules, entities and lists, as long as they are the same objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from monitor.model import Entity, Rule, WordList

Thing = TypeVar("Thing", bound=Rule | Entity | WordList)
Result = TypeVar("Result")


class IdentityMemo(Generic[Thing, Result]):
    """Remembers the last result for each thing."""

    def __init__(self) -> None:
        self._results: dict[tuple[type, str], tuple[Thing, Result]] = {}

    def compute(self, things: Sequence[Thing], work: Callable[[list[Thing]], Sequence[Result]]) -> list[Result]:
        """The result of `work` for each thing. It is called only with the things that were not among those of the last
        call."""
        known = {
            key: pair for thing in things if (pair := self._results.get(key := _make_key(thing))) and pair[0] is thing
        }
        new = [thing for thing in things if _make_key(thing) not in known]
        known |= {_make_key(thing): (thing, result) for thing, result in zip(new, work(new), strict=True)}
        self._results = known
        return [known[_make_key(thing)][1] for thing in things]

    def clear(self) -> None:
        """Forget all results."""
        self._results.clear()


def _make_key(thing: Rule | Entity | WordList) -> tuple[type, str]:
    return type(thing), thing.id
