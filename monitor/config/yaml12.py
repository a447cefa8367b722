"""YAML 1.2 text -> documents of plain data, each value and key with its line and column.

PyYAML's C parser gives the events; what they mean is decided here, because PyYAML's own reading is YAML 1.1, where
`NO` (Norway) is false, `1:30` is 90 and the last of two equal keys wins. Here only true/false, null, decimal integers
and decimal fractions are anything but text. Refused with their position: duplicate keys, anchors and aliases, merge
keys, tags, keys that are no plain text, nesting beyond reason. It knows nothing of what the keys mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import yaml

from monitor.errors import Fault, Faulty
from monitor.model import Place

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Where = tuple[str | int, ...]
"""The keys and indexes that lead from the top of a document to a value."""

_DEEPEST = 60
"""No rule comes near it, and reading stays far from Python's recursion limit."""

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")  # 012 is 12 in YAML 1.2; longer ones are phone numbers and stay text
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: its data, where each value and each key of it stands, and where each value ends.

    A value ends right after its last character, not counting the blanks and comments behind it; only a block of text
    (`|`, `>`) ends where the next line begins.
    """

    file: str
    data: Plain
    values: dict[Where, tuple[int, int]]
    keys: dict[Where, tuple[int, int]]
    ends: dict[Where, tuple[int, int]] = field(default_factory=dict)

    def place(self, where: Where = ()) -> Place:
        """Where a value stands; for what is not there, where the value that should hold it stands."""
        while where not in self.values:
            where = where[:-1]
        return Place(self.file, *self.values[where])

    def key_place(self, where: Where) -> Place:
        """Where the key of a value stands; for an item of a list, the item itself."""
        return Place(self.file, *self.keys[where]) if where in self.keys else self.place(where)


def read(path: Path) -> tuple[Document, ...]:
    """All documents of a file (none where it holds only comments); raises Faulty with all that is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as refused:
        raise Faulty([Fault(Place(str(path)), f"cannot be read: {refused.strerror}")]) from None
    return parse(decoded(raw, str(path)), str(path))


def parse(text: str, file: str) -> tuple[Document, ...]:
    """All documents of a text; `file` is only its name."""
    reader = _Reader(file)
    try:
        documents = tuple(reader.documents(text))
    except yaml.MarkedYAMLError as broken:
        reader.note(broken.problem_mark or broken.context_mark, *_syntax(broken))
        documents = ()
    except yaml.reader.ReaderError as broken:
        before = text.encode()[: broken.position].decode(errors="ignore")
        reader.faults.append(Fault(_end_of(before, file), "a control character stands here", "delete it"))
        documents = ()
    if reader.faults:
        raise Faulty(reader.faults)
    return documents


class _Mark(Protocol):
    """A position as the parser gives it, from 0; its C half has a class of its own for it."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass(slots=True)
class _Reader:
    """Walks the parser's events, one document after the other, and notes every fault it meets."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    values: dict[Where, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Where, tuple[int, int]] = field(default_factory=dict)
    ends: dict[Where, tuple[int, int]] = field(default_factory=dict)
    end: tuple[int, int] = (1, 1)  # of what was read last

    def documents(self, text: str) -> Iterator[Document]:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.values, self.keys, self.ends = {}, {}, {}
                data = self._value(next(events), events, ())
                if data is not None:  # nothing but comments between two `---`
                    yield Document(self.file, data, self.values, self.keys, self.ends)

    def note(self, mark: _Mark | None, what: str, meant: str | None = None) -> None:
        self.faults.append(Fault(Place(self.file, *_position(mark)), what, meant))

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], where: Where) -> Plain:
        self.values[where] = _position(event.start_mark)
        if len(where) > _DEEPEST:
            self.note(event.start_mark, "nested too deep")
            raise Faulty(self.faults)
        self._refuse_cleverness(event)
        data = self._data(event, events, where)
        self.ends[where] = self.end
        return data

    def _data(self, event: yaml.Event, events: Iterator[yaml.Event], where: Where) -> Plain:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, events, where)
        if isinstance(event, yaml.SequenceStartEvent):
            items = enumerate(self._inside(event, events))
            return [self._value(item, events, (*where, index)) for index, item in items]
        self.end = _position(event.end_mark)
        if isinstance(event, yaml.ScalarEvent):
            return _resolved(event.value) if event.implicit[0] else event.value
        return None  # an alias, noted by the caller

    def _inside(self, opening: yaml.CollectionStartEvent, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        """What begins inside a list or a mapping, until it is closed."""
        for event in events:
            if isinstance(event, yaml.CollectionEndEvent):
                if opening.flow_style:  # else nothing closes it, and it ends with the last thing in it
                    self.end = _position(event.end_mark)
                return
            yield event

    def _mapping(
        self, opening: yaml.CollectionStartEvent, events: Iterator[yaml.Event], where: Where
    ) -> dict[str, Plain]:
        data: dict[str, Plain] = {}
        for event in self._inside(opening, events):
            key = self._key(event, events, where)
            if key in data:
                first = self.keys[*where, key]
                self.note(
                    event.start_mark, f"the key {shown(key)} stands here twice", f"it is already in line {first[0]}"
                )
                self._value(next(events), events, (*where, f"{key} again"))
                continue
            self.keys[*where, key] = _position(event.start_mark)
            data[key] = self._value(next(events), events, (*where, key))
        return data

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], where: Where) -> str:
        self._refuse_cleverness(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.value == "<<" and event.implicit[0]:
                self.note(event.start_mark, "merge keys (<<) are not supported", "write the keys out")
            return str(event.value)
        if not isinstance(event, yaml.AliasEvent):
            self.note(event.start_mark, "a key must be plain text, not a list or a mapping")
            self._value(event, events, (*where, "?"))
        return f"? line {_position(event.start_mark)}"  # never seen: the file is refused

    def _refuse_cleverness(self, event: yaml.Event) -> None:
        if getattr(event, "anchor", None) is not None:
            meant = "write the value out; text that begins with & or * goes in quotes"
            self.note(event.start_mark, "anchors (&) and aliases (*) are not supported", meant)
        if getattr(event, "tag", None) is not None:
            meant = "remove it; text that begins with ! goes in quotes"
            self.note(event.start_mark, "tags (!) are not supported", meant)


def shown(text: str) -> str:
    """User's text as a message may quote it: never an address, which may hold a password, and never at length."""
    return "(an address)" if "://" in text else f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"


def _position(mark: _Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _resolved(text: str) -> bool | int | float | str | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def decoded(raw: bytes, file: str) -> str:
    """The text of a file, without the mark that some editors put before it. Raises Faulty."""
    meant = "save the file as UTF-8"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Faulty([Fault(Place(file), "this is UTF-16, not UTF-8", meant)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        before = raw[: broken.start].decode("utf-8-sig")
        raise Faulty([Fault(_end_of(before, file), "this is not UTF-8", meant)]) from None


def _end_of(text: str, file: str) -> Place:
    """The place right after a text."""
    return Place(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


_PROBLEMS = {
    "mapping values are not allowed in this context": (
        "a ':' cannot stand here",
        "indent the line like its neighbours, or put text that holds ': ' in quotes",
    ),
    "found character that cannot start any token": (
        "this character cannot begin a value",
        "indent with spaces, not with tabs, and put text that begins with @, ` or % in quotes",
    ),
    "found a tab character that violates indentation": ("a tab stands here", "indent with spaces"),
    "could not find expected ':'": ("a ':' is missing after a key", "write 'key: value'"),
    "did not find expected key": ("a key should stand here", "indent the line like its neighbours, and close quotes"),
    "did not find expected ',' or ']'": ("a list that began with '[' is not closed", "add the ',' or ']'"),
    "did not find expected ',' or '}'": ("a mapping that began with '{' is not closed", "add the ',' or '}'"),
    "found unexpected end of stream": ("a quotation mark is not closed", "add it"),
    "exceeded maximum nesting depth": ("nested too deep", None),
}


def _syntax(broken: yaml.MarkedYAMLError) -> tuple[str, str | None]:
    """What a syntax error means, in plain words; the rare ones in the parser's own, which quote nothing of the file."""
    problem = broken.problem or "this is not YAML"
    return _PROBLEMS.get(problem, (f"this is not YAML: {problem}", None))
