"""A corpus of feed documents: read in parts and as a whole, and held against what their own suites state of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.sources.formats.charset import read_text, to_utf8
from monitor.sources.formats.feed import parse_feed
from monitor.sources.formats.html import one_line, to_text
from monitor.sources.formats.read_document import read_document

URL = "https://news.example.org/feeds/document"
RANDOM = 10  # random subsets of each document
SINGLE = 40  # subsets of all but one


@dataclass(frozen=True)
class Document:
    """A file of the corpus, with the headers that it is served with."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    about: Mapping[str, Any]


def documents(corpus: Path, files: list[dict[str, Any]]) -> Iterator[Document]:
    """All files that the index names."""
    for file in files:
        headers = {name.lower(): value for name, value in (file.get("http_headers") or {}).items()}
        yield Document(file["path"], (corpus / file["path"]).read_bytes(), headers, file)


def read(document: Document, known: frozenset[bytes] = frozenset()) -> Feed | None:
    """What the program reads of it; None: it is no feed."""
    try:
        return read_document(document.body, document.headers, URL, known)
    except FeedUnreadable:
        return None


def whole(document: Document, first: Feed) -> tuple[Entry, ...]:
    """The entries by feedparser alone where it is a feed in XML, whatever ranges it has."""
    text = read_text(document.body, document.headers.get("content-type")).text.lstrip()
    try:
        return parse_feed(to_utf8(text), URL).entries
    except FeedUnreadable:  # feedparser reads no JSON and no sitemaps
        return first.entries


def differences(document: Document, first: Feed) -> tuple[int, int]:
    """Of the entries that were left to read in each subset: how many there were, and how many came out otherwise."""
    everything, slices = whole(document, first), first.slices
    compared, other = len(everything), _unlike(everything, first.entries)
    for known in _subsets(slices):
        wanted = tuple(entry for entry, digest in zip(everything, slices, strict=True) if digest not in known)
        got = read(document, known)
        compared += len(wanted)
        other += _unlike(wanted, got.entries if got else ())
    return compared, other


def _subsets(slices: tuple[bytes, ...]) -> Iterator[frozenset[bytes]]:
    """Which entries are known: odd, even, all but one, random ones, all."""
    if not slices:
        return
    chance = random.Random(len(slices))
    yield frozenset(slices[::2])
    yield frozenset(slices[1::2])
    for unseen in chance.sample(slices, min(len(slices), SINGLE)):
        yield frozenset(slices) - {unseen}
    for _ in range(RANDOM):
        yield frozenset(digest for digest in slices if chance.random() < chance.random())
    yield frozenset(slices)


def _unlike(wanted: tuple[Entry, ...], got: tuple[Entry, ...]) -> int:
    """In any field, or missing, or too many."""
    return sum(one != other for one, other in zip(wanted, got, strict=False)) + abs(len(wanted) - len(got))


def count_stated(about: Mapping[str, Any]) -> int | None:
    """How many entries the document's own suite says that it has."""
    count = (about.get("expected") or {}).get("entries")
    return count if isinstance(count, int) else None


def claims(about: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What the suite asserts of fields that we keep: where, and the value."""
    for claim in (about.get("expected") or {}).get("asserts") or []:
        path = claim.get("path") or []
        if claim.get("op") == "==" and isinstance(claim.get("value"), str) and len(path) in {2, 3}:
            yield ".".join(map(str, path)), claim["value"]


def kept(feed: Feed, path: str) -> str | None:
    """The field of ours that a path of a suite means; None: there is none."""
    match path.split("."):
        case ["feed", "title"]:
            return feed.title or ""
        case ["entries", number, name] if int(number) < len(feed.entries):
            entry = feed.entries[int(number)]
            text = entry.summary or entry.content
            author = entry.authors[0] if entry.authors else ""
            fields = {"id": entry.guid, "link": entry.link, "title": entry.title, "author": author}
            return (fields | {"summary": text, "description": text}).get(name)
        case _:
            return None


def alike(ours: str, stated: object) -> bool:
    """Up to HTML and white space, which we take out."""
    return one_line(ours) == one_line(to_text(str(stated)))
