"""Of several items with the same id, or sources with the same address, only one can count; each other one is a fault.

The one that runs already counts: a new file must not replace it only because its path sorts first. If none of them runs
(at a start, in `check`), the first in the order of the files counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from monitor.errors import Fault
from monitor.model import Config, Entity, Place, Rule, Source, WordList

PlacedSource = tuple[Place, Source]
Identified = TypeVar("Identified", Rule, Entity, WordList)
_KINDS = {Rule: "rule", Entity: "entity", WordList: "list"}


@dataclass(frozen=True, slots=True)
class RunningItems:
    """What a daemon runs, by id; nothing where none runs."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    lists: Mapping[str, WordList] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    @classmethod
    def from_config(cls, config: Config) -> RunningItems:
        """What this config has."""
        return cls(config.rules, config.entities, config.lists, config.sources)


NOTHING_RUNS = RunningItems()


def index_by_id(
    items: Iterable[Identified], running: Mapping[str, Identified], faults: list[Fault]
) -> dict[str, Identified]:
    """The items by id, without those whose id another one has: they are faults. `running`: those that run, by id."""
    by_id: dict[str, list[Identified]] = {}
    for item in items:
        by_id.setdefault(item.id, []).append(item)
    chosen = {id_: _choose_running(same, running.get(id_)) for id_, same in by_id.items()}
    faults += (
        Fault(item.place, f"there is another {_KINDS[type(item)]} '{id_}'", _hint_at(chosen[id_].place))
        for id_, same in by_id.items()
        for item in same
        if item is not chosen[id_]
    )
    return chosen


def _choose_running(same: Sequence[Identified], running: Identified | None) -> Identified:
    """The item that runs unchanged, else one in the file of that one, else the first."""
    if running is None:
        return same[0]
    return max(same, key=lambda item: (_is_unchanged(item, running), item.place.file == running.place.file))


def _is_unchanged(item: Identified, running: Identified) -> bool:
    """Whether both say the same, wherever. The version of a rule is left out: it depends on its entities too."""
    if isinstance(item, Rule) and isinstance(running, Rule):
        return replace(item, place=running.place, version=running.version) == running
    return replace(item, place=running.place) == running


def index_sources(
    candidates: Iterable[PlacedSource], running: Mapping[str, Source], faults: list[Fault]
) -> dict[str, PlacedSource]:
    """The sources with their places, by id, without those whose id or address another one has: they are faults.
    `running`: those that run, by id."""
    candidates = list(candidates)
    ids: dict[str, Place] = {}
    urls: dict[str, Place] = {}
    chosen: set[Place] = set()
    for place, source in sorted(candidates, key=lambda placed: _rank_by_running(placed[1], running)):
        for key, first in (("id", ids.get(source.id)), ("url", urls.get(source.address))):
            if first:
                faults.append(Fault(place, f"another source has this {key}", _hint_at(first)))
                break
        else:
            ids[source.id] = urls[source.address] = place
            chosen.add(place)
    return {source.id: (place, source) for place, source in candidates if place in chosen}


def _rank_by_running(source: Source, running: Mapping[str, Source]) -> int:
    """0: it runs unchanged; 1: it runs with other keys; 2: it does not run."""
    current = running.get(source.id)
    if current is None or source.stored_url != current.stored_url:
        return 2
    # what runs has its secrets filled in
    filled = replace(source, proxy=current.proxy, full_url=current.full_url, secrets=current.secrets)
    return 0 if filled == current else 1


def _hint_at(other: Place) -> str:
    return f"it is at {other}; change or delete one of them"
