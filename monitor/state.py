"""The state: what deciding must know of what came before, in named parts that keep one contract. Pure.

    StatePart    one kind of what deciding must know, as the stories and events, or the ledger; a class of its own
    State        the parts, found by their class: `state[NotificationLedger]`
    Overlay      what a part keeps its entries in: a mapping that keeps changes apart from what was loaded

Loading, drafting, committing and forgetting are the same for all parts. `store.state` says how each part is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Generic, Self, TypeVar, cast

from monitor.errors import NotLoaded

K = TypeVar("K")
V = TypeVar("V")
P = TypeVar("P", bound="StatePart")


class Overlay(Generic[K, V]):
    """Entries that were loaded, with changes on top of them. None is no value.

    `find_missing` gives the value of a key that was neither loaded nor changed, or raises NotLoaded. Without it, such a
    key has no value.
    """

    __slots__ = ("_find_missing", "_layers")

    def __init__(self, find_missing: Callable[[K], V | None] | None = None) -> None:
        self._find_missing = find_missing
        # Changes first, and last what was loaded. A draft shares all layers with its base, except the first.
        self._layers: tuple[dict[K, V | None], ...] = ({}, {})

    def load(self, entries: Mapping[K, V | None]) -> None:
        """Add what is stored: it is no change. None: nothing is stored of the key."""
        self._layers[-1].update(entries)

    def missing(self, keys: Iterable[K]) -> set[K]:
        """Those of the keys that are still to be loaded."""
        if self._find_missing is None:
            return set()
        return set(keys).difference(self._layers[-1])

    def get(self, key: K) -> V | None:
        """The value of a key; None if it has none. Raises NotLoaded if that is not known."""
        for layer in self._layers:
            if key in layer:
                return layer[key]
        return None if self._find_missing is None else self._find_missing(key)

    def put(self, key: K, value: V) -> None:
        """Add an entry, or change it."""
        self._layers[0][key] = value

    def remove(self, key: K) -> None:
        """Remove an entry. Raises NotLoaded if it is not known whether there is one."""
        self.get(key)
        changes, *below = self._layers
        if any(key in layer for layer in below):
            changes[key] = None
        else:  # it was added here, so nothing is left to be removed later
            changes.pop(key, None)

    def values(self) -> list[V]:
        """The values of all entries, as far as they were loaded."""
        entries: dict[K, V | None] = {}
        for layer in reversed(self._layers):
            entries.update(layer)
        return [value for value in entries.values() if value is not None]

    @property
    def changes(self) -> Mapping[K, V | None]:
        """What was changed here, and differs from what was loaded. None: the entry was removed."""
        loaded = self._layers[-1]
        return {key: value for key, value in self._layers[0].items() if value != loaded.get(key)}

    def draft(self) -> Overlay[K, V]:
        """An overlay that begins as this one. Changes to it leave this one unchanged."""
        draft: Overlay[K, V] = Overlay(self._find_missing)
        draft._layers = ({}, *self._layers)
        return draft

    def commit(self) -> None:
        """Write the changes of this draft into the overlay that it was made from."""
        changes, base, *below = self._layers
        base.update(changes)
        for key in [key for key, value in changes.items() if value is None]:
            if not any(key in layer for layer in below):
                del base[key]


class StatePart:
    """One kind of what deciding must know of what came before. The contract:

    load     put what is stored into its overlays (`Overlay.load`). A part by itself is complete: what it does not hold
             has not happened. A part that is not complete raises NotLoaded if asked for what was not loaded.
    draft    a part that begins as this one and leaves it unchanged
    commit   write a draft into the part that it was made from; whoever does not commit a draft forgets it
    forget   `store.state.stored_part` deletes what no decision can ask for any more

    A part keeps all that changes in overlays, as its attributes. So it need not care for drafts. Its class can be
    called without arguments: that is an empty part, which is complete.
    """

    _base: Self | None = None

    def draft(self) -> Self:
        """A part that begins as this one. Changes to it leave this one unchanged."""
        draft = copy(self)
        draft._base = self  # noqa: SLF001 - another of the same class
        for name, overlay in self._overlays().items():
            setattr(draft, name, overlay.draft())
        return draft

    def commit(self) -> Self:
        """Write the draft into the part that it was made from, and return that part."""
        if self._base is None:
            return self
        for overlay in self._overlays().values():
            overlay.commit()
        return self._base

    def _overlays(self) -> dict[str, Overlay[object, object]]:
        slots = (name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ()))
        values = ((name, getattr(self, name, None)) for name in (*vars(self), *slots))
        return {name: value for name, value in values if isinstance(value, Overlay)}


class State:
    """All parts of the state. Without `parts` it is complete, and empty: nothing has happened before."""

    def __init__(self, parts: Iterable[StatePart] | None = None) -> None:
        self._base: State | None = None
        self._is_complete = parts is None
        self._parts = {type(part): part for part in parts or ()}

    def __getitem__(self, kind: type[P]) -> P:
        """The part of this class. Raises NotLoaded if a state that is not complete does not have it."""
        if kind not in self._parts:
            self._parts[kind] = self._begin_part(kind)
        return cast("P", self._parts[kind])

    def _begin_part(self, kind: type[P]) -> P:
        if self._base is not None:
            return self._base[kind].draft()
        if not self._is_complete:
            raise NotLoaded(f"{kind.__name__} was not loaded")
        return kind()

    def draft(self) -> State:
        """A state that begins as this one. Changes to it leave this one unchanged."""
        draft = State()
        draft._base = self
        return draft

    def commit(self) -> State:
        """Write the draft into the state that it was made from, and return that state."""
        if self._base is None:
            return self
        for part in self._parts.values():
            part.commit()
        return self._base
