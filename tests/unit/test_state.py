"""The contract of the parts of the state: loaded, drafted and committed without a word of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

import pytest

from monitor.errors import NotLoaded
from monitor.state import Overlay, State, StatePart


def refuse(key: str) -> NoReturn:
    raise NotLoaded(key)


class Counts(StatePart):
    """The smallest part there is."""

    def __init__(self, *, complete: bool = True) -> None:
        self.by_name: Overlay[str, int] = Overlay(None if complete else refuse)


@dataclass(slots=True)
class SlottedCounts(StatePart):
    """A part whose attributes are slots."""

    by_name: Overlay[str, int] = field(default_factory=Overlay)


def test_a_draft_sees_its_base_and_leaves_it_unchanged() -> None:
    """Until it is committed; one that is not committed is forgotten."""
    base = State()
    base[Counts].by_name.put("a", 1)
    draft = base.draft()
    draft[Counts].by_name.put("a", 2)
    draft[Counts].by_name.put("b", 3)
    draft.draft()[Counts].by_name.remove("a")
    assert (base[Counts].by_name.get("a"), base[Counts].by_name.values()) == (1, [1])
    assert draft[Counts].by_name.values() == [2, 3]
    assert draft.commit() is base
    assert base[Counts].by_name.values() == [2, 3]
    assert base.commit() is base  # it has no base


def test_what_is_removed_in_a_draft_stays_removed() -> None:
    """What was loaded is marked as removed; what was only added leaves nothing."""
    base = Counts()
    base.by_name.load({"stored": 1})
    draft = base.draft()
    draft.by_name.put("new", 2)
    inner = draft.draft()
    inner.by_name.remove("stored")
    inner.by_name.remove("new")
    assert (inner.by_name.get("stored"), inner.by_name.get("new"), inner.by_name.values()) == (None, None, [])
    assert inner.commit().commit() is base
    assert base.by_name.changes == {"stored": None}


def test_changes_are_what_differs_from_what_was_loaded() -> None:
    """Nothing else is written; what is loaded later is no change."""
    part = Counts()
    part.by_name.load({"same": 1, "other": 1})
    for name in ("same", "other", "new"):
        part.by_name.put(name, 1 if name == "same" else 2)
    part.by_name.load({"later": 5})
    assert part.by_name.changes == {"other": 2, "new": 2}


def test_what_was_not_loaded_is_no_answer() -> None:
    """Of an entry, and of a whole part."""
    part = Counts(complete=False)
    part.by_name.load({"a": 1, "none": None})
    draft = State([part]).draft()
    assert (draft[Counts].by_name.get("a"), draft[Counts].by_name.get("none")) == (1, None)
    assert part.by_name.missing(["a", "none", "b"]) == {"b"}
    assert Counts().by_name.missing(["b"]) == set()
    for ask in (lambda: draft[Counts].by_name.get("b"), lambda: State([]).draft()[Counts]):
        with pytest.raises(NotLoaded):
            ask()


def test_overlays_in_slots_are_drafted_too() -> None:
    """However a part is written, a draft leaves its base unchanged."""
    base = SlottedCounts()
    draft = base.draft()
    draft.by_name.put("a", 1)
    assert base.by_name.get("a") is None
    assert draft.commit() is base
    assert base.by_name.get("a") == 1


def test_an_entry_that_was_not_loaded_cannot_be_removed() -> None:
    """Nobody knows whether it is stored; it is still to be loaded, even if a value was put over it."""
    part = Counts(complete=False)
    with pytest.raises(NotLoaded):
        part.by_name.remove("a")
    part.by_name.put("a", 1)
    assert part.by_name.missing(["a"]) == {"a"}
