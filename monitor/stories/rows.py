"""Rows of numbers, one behind the other in one array: an array for each takes 80 bytes more."""

from __future__ import annotations

from array import array


class Rows:
    """A list of rows of 32-bit numbers, of any lengths."""

    def __init__(self) -> None:
        self._flat = array("I")
        self._ends = array("I", [0])

    def append(self, row: array[int]) -> None:
        """A row behind the others."""
        self._flat.extend(row)
        self._ends.append(len(self._flat))

    def pop(self) -> None:
        """Undo the last `append`."""
        self._ends.pop()
        del self._flat[self._ends[-1] :]

    def __getitem__(self, number: int) -> array[int]:
        return self._flat[self._ends[number] : self._ends[number + 1]]
