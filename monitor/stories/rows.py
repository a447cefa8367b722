"""Rows of numbers or texts, one behind the other in one array: an array for each takes 80 bytes more, and a story as an
object three times what it says."""

from __future__ import annotations

import sys
from array import array

from monitor.model import Story
from monitor.model.moments import of_number, to_number

_WHOLE = 4  # bytes
_KEPT = 0xFFFFFF00
_BETWEEN = "\n"  # no id has one


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

    def forget(self, count: int) -> None:
        """The first ones leave, and what is behind them has other numbers."""
        end = self._ends[count]
        del self._flat[:end]
        self._ends = array("I", [each - end for each in self._ends[count:]])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> array[int]:
        return self._flat[self._ends[number] : self._ends[number + 1]]


class ShortRows:
    """A list of rows of 32-bit hashes, of which the highest 24 bits are kept: of two thousand pairs of rows, each of a
    hundred, one takes a hash for another."""

    def __init__(self) -> None:
        self._bytes = bytearray()  # of each row the second bytes of all, then the third ones, then the highest
        self._ends = array("I", [0])

    def append(self, row: array[int]) -> None:
        """A row behind the others."""
        whole = _in_order(row).tobytes()
        for place in range(1, _WHOLE):
            self._bytes += whole[place::_WHOLE]
        self._ends.append(len(self._bytes))

    def pop(self) -> None:
        """Undo the last `append`."""
        self._ends.pop()
        del self._bytes[self._ends[-1] :]

    def __getitem__(self, number: int) -> array[int]:
        begin, end = self._ends[number], self._ends[number + 1]
        length = (end - begin) // (_WHOLE - 1)
        whole = bytearray(_WHOLE * length)
        for place in range(1, _WHOLE):
            whole[place::_WHOLE] = self._bytes[begin + (place - 1) * length : begin + place * length]
        return _in_order(array("I", bytes(whole)))


def shortened(row: array[int]) -> array[int]:
    """What `ShortRows` keeps of a row."""
    return array("I", [number & _KEPT for number in row])


def _in_order(row: array[int]) -> array[int]:
    """With the lowest byte of each number first."""
    if sys.byteorder == "big":
        row = row[:]
        row.byteswap()
    return row


class StoryRows:
    """A list of stories."""

    def __init__(self) -> None:
        self._names = bytearray()  # id and title
        self._ends = array("I", [0])
        self._opened = array("q")

    def __len__(self) -> int:
        return len(self._opened)

    def append(self, story: Story) -> None:
        """A story behind the others."""
        self._names += f"{story.id}{_BETWEEN}{story.title}".encode("utf-8", "surrogatepass")
        self._ends.append(len(self._names))
        self._opened.append(to_number(story.opened))

    def pop(self) -> None:
        """Undo the last `append`."""
        self._ends.pop()
        self._opened.pop()
        del self._names[self._ends[-1] :]

    def __getitem__(self, number: int) -> Story:
        names = self._names[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")
        name, _, title = names.partition(_BETWEEN)
        return Story(name, title, of_number(self._opened[number]))

    def opened(self, number: int) -> int:
        """When a story was opened, as a number."""
        return self._opened[number]
