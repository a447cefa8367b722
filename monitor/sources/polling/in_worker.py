"""What workers do with documents, under names that cost nothing to know.

A function travels to a worker as its name, so whoever sends it loads the module that the name stands in. The daemon
must not hold feedparser, lxml and their like, 40 MiB that only workers use: they are loaded where a function is called.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model import Feed, Selectors


def read_document(
    body: bytes, headers: Mapping[str, str], url: str, known: frozenset[bytes] = frozenset(), most: int | None = None
) -> Feed:
    """`document.read_document`: the entries of a document that are not known."""
    from monitor.sources.formats import read_document

    return read_document.read_document(body, headers, url, known, most)


def read_page(body: bytes, headers: Mapping[str, str], url: str, select: Selectors) -> Feed:
    """`page.read_page`: the entries of a web page."""
    from monitor.sources.formats import web_page

    return web_page.read_page(body, headers, url, select)


def read_full_text(body: bytes, headers: Mapping[str, str], url: str) -> str:
    """`full_text.read_full_text`: the article within a web page."""
    from monitor.sources.formats import article_page

    return article_page.read_full_text(body, headers, url)


def check_robots_txt(body: bytes, url: str, name: str) -> tuple[bool, float]:
    """Whether this robots.txt lets the program of this name have the page; the seconds that it wants between two."""
    from protego import Protego

    said = Protego.parse(body.decode("utf-8-sig", "replace"))
    return said.can_fetch(url, name), said.crawl_delay(name) or 0.0


def preload_parsers() -> None:
    """Loads all that reading feeds needs: for the first call in a fresh worker process."""
    from monitor.sources.formats import read_document

    read_document.preload_parsers()
