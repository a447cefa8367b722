"""The functions that workers run on documents, importable without loading any parser.

A function is passed to a worker by its name, so the daemon imports its module. The daemon must not load feedparser,
lxml and the like, 40 MiB that only workers use: these functions import them when they are called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from msgspec import Meta

from monitor.model import Feed
from monitor.model.sources import MAX_CONTENT
from monitor.runtime.sandbox import PARSER
from monitor.runtime.workers.serve import WorkerSetup

PARSER_SETUP: Final = WorkerSetup(PARSER)


def read_document(
    body: bytes,
    headers: Mapping[str, str],
    url: str,
    known: frozenset[bytes] = frozenset(),
    max_entries: int | None = None,
) -> Feed:
    """The entries of a document that are not known (`formats.read_document`)."""
    from monitor.sources.formats import read_document

    return read_document.read_document(body, headers, url, known, max_entries)


def read_full_text(body: bytes, headers: Mapping[str, str], url: str) -> Annotated[str, Meta(max_length=MAX_CONTENT)]:
    """The article within a web page (`formats.article_page`)."""
    from monitor.sources.formats import article_page

    return article_page.read_full_text(body, headers, url)


def check_robots_txt(body: bytes, url: str, name: str) -> tuple[bool, float]:
    """Whether this robots.txt lets the program `name` fetch the page, and the seconds that it asks for between two."""
    from protego import Protego

    robots = Protego.parse(body.decode("utf-8-sig", "replace"))
    return robots.can_fetch(url, name), robots.crawl_delay(name) or 0.0


def preload_parsers() -> None:
    """Loads all parsers of feeds: for the first call in a new worker process."""
    from monitor.sources.formats import read_document

    read_document.preload_parsers()
