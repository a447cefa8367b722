"""The user's files, read again and again while a daemon runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.collector import at_rest
from monitor.config.files import Signature, in_whole_seconds, signature
from monitor.config.load import Loaded, Remembered, load, named_by
from monitor.errors import Faulty


class UserFiles:
    """A monitor.yaml and all that it names. Where a file has a fault, what it said last without one counts."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment
        self._remembered = Remembered()
        self._named: list[Path] = []
        self._read: Signature = frozenset()

    def load(self) -> Loaded:
        """Everything that the files say now. Raises Faulty if monitor.yaml itself cannot be used."""
        with suppress(Faulty):  # `load` tells it, and everything else that is wrong
            self._named = named_by(self._path)
        self._read = self.signature()  # before reading: a change meanwhile is then seen as one
        with at_rest():
            return load(self._path, self._environment, self._remembered)

    def signature(self) -> Signature:
        """Changes when one of the files does."""
        return signature([self._path, *self._named])

    def look(self) -> Look:
        """How the files are now, beside how they were when they were read."""
        found = self.signature()
        return Look(found, found != self._read, any(in_whole_seconds(stamp) for _, stamp in found - self._read))

    def changed(self) -> bool:
        """Whether the files are others than when they were read."""
        return self.signature() != self._read


@dataclass(frozen=True, slots=True)
class Look:
    """Whether files have changed; `slow`: where it takes seconds until a further change must show."""

    signature: Signature
    changed: bool
    slow: bool
