"""What it costs to read a feed again of which most is known, against feedparser alone.

    python bench/parse_cost.py [--entries 30]

An RSS feed of news shape: as many entries as given, of which 0, 1, 3 and all are not known. CPU milliseconds of this
process, the median of many runs taken in turn; feedparser alone as people use it, and with its sanitiser and its
resolver of addresses off, as we do. Exit code 1 if reading it is not ten times as cheap where nothing is new, seven
times where one entry is, and a fifth cheaper where all are.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import feedparser

from bench.world.figures import Figures
from monitor.sources.formats.read_document import read_document

URL = "https://news.example.org/feed"
ROUNDS = 60


def feed(numbers: list[int]) -> bytes:
    """An RSS feed with these entries; some 700 bytes each."""
    text = "The military said that it was analysing the launch. " * 6
    items = (
        f'<item><guid isPermaLink="false">https://news.example.org/?p={n}</guid><title>Launch number {n} seen</title>'
        f"<link>https://news.example.org/2026/{n}</link><description><![CDATA[<p>{text}{n}</p>]]></description>"
        "<pubDate>Mon, 05 Jan 2026 12:00:00 GMT</pubDate><dc:creator>Kim</dc:creator><category>Asia</category></item>"
        for n in numbers
    )
    head = "<title>News</title><link>https://news.example.org/</link><language>en</language><ttl>5</ttl>"
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<rss version="2.0" {spaces}><channel>{head}{"".join(items)}</channel></rss>'.encode()


def costs(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Milliseconds of CPU of each, taken in turn so that a busy machine is as busy for all."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.process_time()
            way()
            taken[name].append((time.process_time() - began) * 1_000)
    return {name: median(times) for name, times in taken.items()}


def measure(entries: int) -> int:
    """The exit code."""
    before = feed(list(range(entries)))
    known = frozenset(read_document(before, {}, URL).slices)
    kind = {"content-type": "application/xml; charset=utf-8"}
    off = {"sanitize_html": False, "resolve_relative_uris": False}
    ways: dict[str, Callable[[], object]] = {
        "feedparser": lambda: feedparser.parse(io.BytesIO(before), response_headers=kind),
        "feedparser, both off": lambda: feedparser.parse(io.BytesIO(before), response_headers=kind, **off),
    }
    for unseen in (0, 1, 3, entries):
        document = feed([*range(1_000, 1_000 + unseen), *range(entries - unseen)])
        ways[f"{unseen} unseen"] = partial(read_document, document, {}, URL, known)
    taken = costs(ways)
    figures = Figures()
    figures.note(entries=entries, bytes=len(before))
    figures.note(**{f"{name}, ms": cost for name, cost in taken.items()})
    for name, least in (("0 unseen", 10), ("1 unseen", 7), (f"{entries} unseen", 1.25)):
        figures.demand(f"feedparser / {name}", taken["feedparser"] / taken[name], least=least)
    return figures.verdict()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=30)
    raise SystemExit(measure(parser.parse_args().entries))
