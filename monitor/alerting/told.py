"""What has been told: the dedup keys of the alerts that exist, and beside them, under keys of their own, what rules in
shadow would have told."""

from __future__ import annotations

from collections.abc import Iterable


class Told:
    """Dedup keys. A draft begins as the state that it was made from and leaves it unchanged until it is settled."""

    def __init__(self, keys: Iterable[str] = (), before: Told | None = None) -> None:
        self._keys = set(keys)
        self._before = before

    def __len__(self) -> int:
        return len(self._keys) + (len(self._before) if self._before is not None else 0)

    def __contains__(self, key: str) -> bool:
        return key in self._keys or (self._before is not None and key in self._before)

    def add(self, key: str) -> None:
        """Remember that this was told."""
        self._keys.add(key)

    def draft(self) -> Told:
        """A state that begins as this one and leaves it unchanged."""
        return Told(before=self)

    def settled(self) -> Told:
        """The draft taken over into the state that it began from."""
        if self._before is None:
            return self
        for key in self._keys:
            self._before.add(key)
        return self._before
