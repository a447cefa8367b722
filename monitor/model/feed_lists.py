"""Lists of feeds (OPML), and the feeds that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list of feeds (OPML). `url` and `language` are as the list has them, right or not. `line`: its line
    in the file (0: in no file yet).

    `groups`: the outlines around it, the outermost first, then its categories. `settings`: in a list that we wrote, the
    keys of the source, as text.
    """

    url: str
    line: int = 0
    title: str | None = None
    language: str | None = None
    groups: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class UnusableOutline:
    """An outline that names no feed, though it was meant to: its line, and why, for a person."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Outlines:
    """The contents of a list of feeds. `problem`: the list was ill-formed, and this is what could still be read."""

    outlines: tuple[Outline, ...]
    unusable: tuple[UnusableOutline, ...] = ()
    problem: str | None = None
