"""Damaged documents: none may break or stop the reading of sources.

    python bench/mutations.py [FOLDER] [--documents 50000] [--seed 1]

Takes the files under FOLDER (every one that is no index.json; without it, documents of its own), and damages each of
many copies in one to four ways: bits flipped, bytes cut out, doubled, moved, parts of another document put in, tags
dropped, other character sets declared or used. Each is read in a worker process with a deadline, as the daemon does it,
with a part of its entries known. The reader may say that it is no feed, and nothing else. Exit code 1 otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.world.figures import Figures
from monitor.errors import FeedUnreadable, WorkerLost
from monitor.model import Limits
from monitor.runtime.sandbox import PARSER
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.processes import preload_module
from monitor.runtime.workers.serve import WorkerSetup
from monitor.sources.formats.read_document import preload_parsers, read_document

BATCH = 50  # documents that one call reads: a call costs as much as a small document
LARGEST = 30_000  # bytes: larger ones say nothing more and take the time of many
TAG = re.compile(rb"<[^<>]{0,200}>")
NAMES = (
    "utf-8",
    "gb2312",
    "euc-kr",
    "shift_jis",
    "big5",
    "windows-1251",
    "koi8-r",
    "iso-8859-1",
    "utf-16",
    "utf-7",
    "x",
)
CODECS = (
    "gb18030",
    "cp949",
    "cp932",
    "big5hkscs",
    "cp1251",
    "koi8-r",
    "cp1252",
    "utf-16",
    "utf-32",
    "utf-8-sig",
    "utf-16-be",
)
PIECES = (
    *(
        b"<",
        b">",
        b"&",
        b"&#0;",
        b"&#xD800;",
        b"&nbsp;",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
        b"<?",
        b"\x00",
        b"\xff\xfe",
    ),
    *(b"<!DOCTYPE r [<!ENTITY a '&a;'>]>", b"<item/>", b"</item>", b"<entry>", b"</channel>", b"<svg>", b"<div>"),
    *(
        b' xml:base="http://[x"',
        b' xml:base="/a/"',
        b'{"items":[',
        b"[" * 2_000,
        b"<a>" * 2_000,
        b"9" * 5_000,
        b"\x1b$B",
    ),
)
LIMITS = Limits()
Damage = Callable[[random.Random, bytes, bytes], bytes]
Batch = list[tuple[int, bytes]]


def cut(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """A part is missing."""
    start, end = _span(chance, body)
    return body[:start] + body[end:]


def broken_off(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """The end is missing."""
    return body[: chance.randrange(len(body) + 1)]


def doubled(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """A part comes twice."""
    start, end = _span(chance, body)
    return body[:end] + body[start:]


def moved(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """A part stands elsewhere."""
    start, end = _span(chance, body)
    rest, at = body[:start] + body[end:], chance.randrange(start + 1)
    return rest[:at] + body[start:end] + rest[at:]


def spliced(chance: random.Random, body: bytes, other: bytes) -> bytes:
    """A part of another document stands in it."""
    start, end = _span(chance, other)
    at = chance.randrange(len(body) + 1)
    return body[:at] + other[start:end] + body[at:]


def flipped(chance: random.Random, body: bytes, other: bytes) -> bytes:
    """Bits are others, or whole bytes come from another document."""
    bits = bytearray(body)
    for _ in range(chance.choice((1, 3, 30)) if body else 0):
        at = chance.randrange(len(bits))
        bits[at] = other[at % len(other)] if other and chance.random() < 0.2 else bits[at] ^ 1 << chance.randrange(8)
    return bytes(bits)


def poked(chance: random.Random, body: bytes, other: bytes) -> bytes:
    """Something that parsers trip over stands in it, or a tag of another document."""
    pieces = (*PIECES, *TAG.findall(other)[:20])
    for _ in range(chance.choice((1, 1, 5))):
        at = chance.randrange(len(body) + 1)
        body = body[:at] + chance.choice(pieces) + body[at:]
    return body


def untagged(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """Tags are missing, or come twice."""
    share, times = chance.choice((0.01, 0.1, 0.5)), chance.choice((0, 0, 2))
    return TAG.sub(lambda tag: tag[0] * times if chance.random() < share else tag[0], body)


def relabelled(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """It says that it is in another character set."""
    rest = re.sub(rb"^\s*<\?xml[^<>]*>", b"", body, count=1)
    return f'<?xml version="1.0" encoding="{chance.choice(NAMES)}"?>'.encode() + rest


def recoded(chance: random.Random, body: bytes, _: bytes) -> bytes:
    """It is in another character set."""
    return body.decode("utf-8", "replace").encode(chance.choice(CODECS), "ignore")


DAMAGES: tuple[Damage, ...] = (
    *(cut, broken_off, doubled, moved, spliced, flipped, flipped, poked, poked),
    *(untagged, relabelled, recoded),
)


def _span(chance: random.Random, body: bytes) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + int(2 ** chance.uniform(0, 14)))


def own() -> list[bytes]:
    """One document of each format."""
    titles = ("Missile launch", "朝鲜发射导弹", "북한 미사일 발사", "北朝鮮がミサイル発射", "Ракета запущена")
    items = [
        f"<item><guid>{n}</guid><title>{t}</title><description>&lt;p>{t}&lt;/p></description></item>"
        for n, t in enumerate(titles)
    ]
    entries = [
        f"<entry><id>{n}</id><title type='html'>{t}</title><link href='/{n}'/></entry>" for n, t in enumerate(titles)
    ]
    urls = [
        f"<url><loc>https://a.example/{n}</loc><n:news><n:title>{t}</n:title></n:news></url>"
        for n, t in enumerate(titles)
    ]
    objects = ",".join(f'{{"id": {n}, "title": "{t}", "content_html": "<p>{t}</p>"}}' for n, t in enumerate(titles))
    return [
        document.encode()
        for document in (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>',
            f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel/>{"".join(items)}</rdf:RDF>',
            f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>',
            f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{"".join(urls)}</urlset>',
            f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{objects}]}}',
        )
    ]


def damaged(bodies: list[bytes], seed: int) -> bytes:
    """The damaged document of this number: always the same."""
    chance = random.Random(seed)
    body, other = chance.choice(bodies), chance.choice(bodies)
    for _ in range(chance.randint(1, 4)):
        body = chance.choice(DAMAGES)(chance, body, other)
    return body


def read_all(batch: Batch) -> tuple[list[str], list[tuple[int, float, str]]]:
    """In a worker: how each was read; and of those that were slow or raised: number, CPU seconds, what."""
    outcomes, noted = [], []
    for number, body in batch:
        began = time.process_time()
        try:
            outcome, what = read_twice(body, number), ""
        except Exception as error:  # what must never come
            outcome, what = "raised", f"{type(error).__name__}: {error}"[:300]
        took = time.process_time() - began
        outcomes.append(outcome)
        if what or took > 1:
            noted.append((number, took, what))
    return outcomes, noted


def read_twice(body: bytes, number: int) -> str:
    """As on two polls: whole, then with a part of it known."""
    headers = {"content-type": f"text/xml; charset={NAMES[number % len(NAMES)]}"} if number % 3 == 0 else {}
    try:
        feed = read_document(body, headers, "https://a.example/feed")
        known = frozenset(digest for digest in feed.slices if digest[0] % 2)
        again = read_document(body, headers, "https://a.example/feed", known) if feed.slices else feed
    except FeedUnreadable as error:
        if "\n" in str(error):
            raise ValueError("more than one line") from error
        return "no feed"
    left = tuple(entry for entry in feed.entries if entry.slice not in known or not entry.slice)
    if again.entries != left or again.slices != feed.slices:
        raise ValueError("its parts are not what the whole says")
    return ("ill-formed" if feed.problem else "read") if feed.entries else "without entries"


@dataclass
class Account:
    """What came of all documents."""

    outcomes: Counter[str] = field(default_factory=Counter)
    noted: list[tuple[int, float, str]] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


async def read_in(workers: Workers, batches: Iterator[Batch], account: Account) -> None:
    """One batch after the other; the documents of one whose worker was lost once more, each by itself."""
    for batch in batches:
        try:
            parts = [await workers.run(read_all, batch, deadline=LIMITS.parse * 6)]
        except WorkerLost:
            parts = []
            for one in batch:
                try:
                    parts.append(await workers.run(read_all, [one], deadline=LIMITS.parse * 2))  # it is read twice
                except WorkerLost:
                    account.lost.append(one[0])
        for outcomes, noted in parts:
            account.outcomes.update(outcomes)
            account.noted += noted


async def measure(bodies: list[bytes], wanted: int, seed: int) -> int:
    """Damage, read, count; the exit code."""
    preload_module("bench.mutations")  # once in its sandbox, a worker cannot read this folder
    workers, account = Workers(2, setup=WorkerSetup(PARSER), tasks_each=200), Account()
    numbers = range(seed * wanted, (seed + 1) * wanted)
    batches = iter([(n, damaged(bodies, n)) for n in numbers[at : at + BATCH]] for at in range(0, wanted, BATCH))
    began = time.monotonic()
    try:
        await workers.warm(preload_parsers)
        await asyncio.gather(*(read_in(workers, batches, account) for _ in range(2)))
    finally:
        workers.close()
    for number, took, what in sorted(account.noted, key=lambda row: -row[1])[:20]:
        print(f"document {number}: {took:.1f} s of CPU {what}")
    for number in account.lost:
        print(f"document {number}: the worker was killed at its deadline, or died")
    figures = Figures()
    figures.note(**dict(sorted(account.outcomes.items())), seconds=time.monotonic() - began)
    figures.note(slowest_document_s=max((took for _, took, _ in account.noted), default=0.0))
    figures.demand("documents", account.outcomes.total() + len(account.lost), least=wanted)
    figures.demand("exceptions other than FeedUnreadable", account.outcomes["raised"], most=0)
    figures.demand("hangs", len(account.lost), most=0)
    return figures.verdict()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--documents", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    files = sorted(asked.folder.rglob("*.*")) if asked.folder else []
    found = [path.read_bytes() for path in files if path.is_file() and path.name != "index.json"]
    healthy = [body for body in found if len(body) <= LARGEST] + own()
    print(f"{len(healthy)} documents to damage")
    raise SystemExit(asyncio.run(measure(healthy, asked.documents, asked.seed)))
