"""Of several items with the same id, or sources with the same address, only the first in the order of the files can
count; each other one is a fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from monitor.errors import Fault
from monitor.model import Entity, Place, Rule, Source, WordList

PlacedSource = tuple[Place, Source]
Identified = TypeVar("Identified", Rule, Entity, WordList)
_KINDS = {Rule: "rule", Entity: "entity", WordList: "list"}


def index_by_id(items: Iterable[Identified], faults: list[Fault]) -> dict[str, Identified]:
    """The items by id, without those whose id another one has: they are faults."""
    chosen: dict[str, Identified] = {}
    for item in items:
        if (first := chosen.setdefault(item.id, item)) is not item:
            problem = f"there is another {_KINDS[type(item)]} '{item.id}'"
            faults.append(Fault(item.place, problem, _hint_at(first.place)))
    return chosen


def index_sources(candidates: Iterable[PlacedSource], faults: list[Fault]) -> dict[str, PlacedSource]:
    """The sources with their places, by id, without those whose id or address another one has: they are faults."""
    urls: dict[str, Place] = {}
    chosen: dict[str, PlacedSource] = {}
    for place, source in candidates:
        if source.id in chosen:
            faults.append(Fault(place, "another source has this id", _hint_at(chosen[source.id][0])))
        elif source.address in urls:
            faults.append(Fault(place, "another source has this url", _hint_at(urls[source.address])))
        else:
            chosen[source.id], urls[source.address] = (place, source), place
    return chosen


def _hint_at(other: Place) -> str:
    return f"it is at {other}; change or delete one of them"
