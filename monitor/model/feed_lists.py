"""Feeds as lists of feeds name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list of feeds (OPML). `url` and `language` as the list writes them, be they right or not; `line`:
    where it stands (0: in no file yet).

    `groups`: the outlines that it stands in, the outermost first, then its categories. `settings`: of a list that we
    wrote, the keys of the source as text.
    """

    url: str
    line: int = 0
    title: str | None = None
    language: str | None = None
    groups: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class UnusableOutline:
    """An outline that names no feed, though it was meant to: its line and why, for a person."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Outlines:
    """What a list of feeds holds. `problem`: it was ill-formed, and this is what could still be read from it."""

    outlines: tuple[Outline, ...]
    unusable: tuple[UnusableOutline, ...] = ()
    problem: str | None = None
