"""The functions that workers run on documents, importable without loading any parser.

They take a body as it was sent: it is unpacked here, and nowhere in the daemon.

A function is passed to a worker by its name, so the daemon imports its module. The daemon must not load feedparser,
lxml and the like, 40 MiB that only workers use: these functions import them when they are called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from monitor.model import Feed, KindSettings, Limits
from monitor.model.sources import MAX_CONTENT
from monitor.runtime.sandbox import PARSER
from monitor.runtime.workers.serve import WorkerSetup
from monitor.sources.kinds import KINDS

PARSER_SETUP: Final = WorkerSetup(PARSER)
MAX_ROBOTS_TXT: Final = 500 * 1024  # bytes that are read of a robots.txt (RFC 9309 section 2.5)


class RawDocument(NamedTuple):
    """A document as a server sent it.

    `headers`: of the response, lower-case names; `url`: what its links are relative to; `known_digests`, `max_entries`:
    as in `formats.read_document`; `max_bytes`: how large it may be when unpacked.
    """

    body: bytes
    headers: Mapping[str, str]
    url: str
    known_digests: frozenset[bytes] = frozenset()
    max_entries: int | None = None
    max_bytes: int = Limits().decoded_bytes

    def unpack(self) -> bytes:
        """The document itself. Raises FeedUnreadable."""
        from monitor.sources.formats import unpack

        return unpack.unpack(self.body, self.headers, self.max_bytes)


def read_document(document: RawDocument) -> Feed:
    """The entries of a document that are not known (`formats.read_document`)."""
    from monitor.sources.formats import read_document

    _, headers, url, known, max_entries, _ = document
    return read_document.read_document(document.unpack(), headers, url, known, max_entries)


def read_as_kind(kind: str, document: RawDocument, settings: KindSettings | None) -> Feed:
    """The entries of a document, as a kind reads it that has a reader of its own (`SourceKind.read`)."""
    read = KINDS[kind].read
    assert read is not None
    return read(document.unpack(), document.headers, document.url, settings)


def read_full_text(document: RawDocument) -> Annotated[str, Meta(max_length=MAX_CONTENT)]:
    """The article within a web page (`formats.article_page`)."""
    from monitor.sources.formats import article_page

    return article_page.read_full_text(document.unpack(), document.headers, document.url)


def unpack_robots_txt(document: RawDocument) -> Annotated[bytes, Meta(max_length=MAX_ROBOTS_TXT)]:
    """What is read of a robots.txt."""
    return document.unpack()[:MAX_ROBOTS_TXT]


def check_robots_txt(robots_txt: bytes, url: str, name: str) -> tuple[bool, Annotated[float, Meta(ge=0)]]:
    """Whether this robots.txt lets the program `name` fetch the page, and the seconds that it asks for between two."""
    from protego import Protego

    robots = Protego.parse(robots_txt.decode("utf-8-sig", "replace"))
    delay = robots.crawl_delay(name) or 0.0
    return robots.can_fetch(url, name), delay if delay > 0 else 0.0  # it may be nan


def preload_parsers() -> None:
    """Loads what reads feeds: for the first call in a new worker process."""
    from monitor.sources.formats import read_document, unpack  # noqa: F401

    read_document.preload_parsers()
