"""A parsed feed, and the faults of its XML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

_ROOT: Final = re.compile(rb"<\w")
_MAX_PROLOG: Final = 4096  # bytes before the root; its DOCTYPE has been read (`doctype`)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document as feedparser parsed it, in dicts whose values may be anything. `problem`: what is wrong with it, in a
    line for a person."""

    feed: Mapping[str, object]
    entries: Sequence[Mapping[str, object]]
    version: str
    problem: str | None = None


def find_xml_fault(clean: bytes) -> str | None:
    """Why a document is not well-formed, in a line for a person; None: it is. This is much faster
    than parsing it as a feed."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(clean, True)
    except expat.ExpatError as error:
        return f"line {error.lineno}: {expat.ErrorString(error.code)}"
    return None


def cut_long_prolog(clean: bytes) -> bytes:
    """The document without a long beginning before its root: feedparser's search for declarations there takes
    a time that grows with the square of its length."""
    root = _ROOT.search(clean)
    return clean[root.start() :] if root and root.start() > _MAX_PROLOG else clean


def describe_fault(fault: str) -> str:
    """The message for an ill-formed document. `fault`: where and why it is ill-formed."""
    return f"the document is ill-formed ({fault}); what could be read of it was kept"
