"""The whole reading path on one document: bytes and headers to entries, articles, matches, rows and messages.

It calls what the daemon and its workers call, in one process, so that a fuzzer sees every exception. What must hold of
any document, whoever wrote it, is checked on the way; a `Broken` says what does not.
"""

from __future__ import annotations

import atexit
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from zoneinfo import ZoneInfo

from monitor import clock
from monitor.errors import FeedUnreadable
from monitor.ingest.fingerprints import unpack_fingerprints
from monitor.ingest.ingest_poll import PollResult
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    AlertPolicy,
    Article,
    Condition,
    Delivery,
    EntryFingerprint,
    Feed,
    FetchOutcome,
    FetchResult,
    Level,
    Limits,
    Message,
    Near,
    NumberNamed,
    OncePer,
    Pattern,
    Rule,
    Selectors,
    Source,
    Term,
    Words,
)
from monitor.notify.renderers import capabilities_of
from monitor.notify.renderers.capabilities import Form
from monitor.notify.renderers.document import add_document
from monitor.notify.renderers.forms import accepts_message, compose_message
from monitor.pipeline import MAX_WORK, Pipeline
from monitor.sanitize import escape_json, sanitize_line, sanitize_message, sanitize_text, sanitize_url
from monitor.sources.formats.article_page import read_full_text
from monitor.sources.formats.opml import read_opml
from monitor.sources.formats.read_document import read_document
from monitor.sources.formats.unpack import unpack
from monitor.sources.kinds.page import read_page
from monitor.sources.polling.discovery import links_of
from monitor.sources.polling.in_worker import check_robots_txt
from monitor.sources.polling.source_poller import SourcePoller
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import metadata, search_index
from monitor.store.queries.articles import article_version_from_row, select_article_versions
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import active_config, claimed
from tests.support.newest import make_newest

URL = "https://news.test/feeds/one"
LIMITS = Limits()
SOURCE = Source("wire", URL, "The Wire \u202e\x1b[2J", timedelta(minutes=5))
SELECTORS = Selectors(
    "item, entry, li, div, p", title="title, b, a", link="a, link", text="description, p", date="time"
)
# A kind of channel of each form; `document` is what webhooks get.
CHANNELS = ("mailto", "discord", "slack", "tgram", "ntfy", "twilio", "json", "webhook", "xmpp", "mqtt", "msteams")
MESSAGES = 6  # of a document, that are looked at
WORK_PER_CHARACTER = 18 * 20  # folding makes 18 characters of one at most, and each is looked at some times
EMPTY = b"<rss version='2.0'><channel><item><guid>first</guid><title>first</title></item></channel></rss>"


class Broken(AssertionError):
    """What must hold of every document does not hold of this one."""


@dataclass(frozen=True)
class Document:
    """What a server may send."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = URL


@dataclass(frozen=True)
class Outcome:
    """How far a document came."""

    entries: int = 0
    articles: int = 0
    alerts: int = 0
    problem: str = ""


def rules() -> RuleSet:
    """Rules that hit what a fuzzer writes, by every kind of finder."""
    words = _words("missile*", "미사일", "导弹", "ミサイル", "ракет*", "a", "صاروخ")
    conditions: dict[str, Condition] = {
        "words": words,
        "near": Near((words, _words("fired", "발사", "发射", "b")), 10),
        "pattern": Pattern(r"[a-z]+\d|\S{30}"),
        "number": NumberNamed("dead", at_least=1),
    }
    made = [Rule(name, f"About {name} <b>\u202e", Level.HIGH, condition, "1") for name, condition in conditions.items()]
    events = replace(made[0], id="events", alert=AlertPolicy((), OncePer.EVENT))
    return compile_rules([*made, events], {})


def _words(*texts: str) -> Words:
    return Words(tuple(Term(text) for text in texts))


RULES = rules()


def read_everything(document: Document) -> Outcome:
    """Read the document by all readers, and take it through the program."""
    feeds = read_by_all_readers(document)
    outcomes = [take_in(feed, document) for feed in feeds if feed.entries]
    return outcomes[0] if outcomes else Outcome(problem="no feed" if not feeds else "no entries")


def read_by_all_readers(document: Document) -> list[Feed]:
    """Decode and read the document by all readers; the feeds that it is."""
    try:
        decoded = _decode(document)
    except FeedUnreadable as error:
        _check_line("the problem", str(error))
        return []
    _read_by_other_readers(decoded)
    return [feed for feed in (_read_twice(decoded), _read_as_page(decoded)) if feed is not None]


def _decode(document: Document) -> Document:
    """What is left of it once its compression is off."""
    body = unpack(document.body, document.headers, LIMITS.decoded_bytes)
    headers = {name: value for name, value in document.headers.items() if name != "content-encoding"}
    return replace(document, body=body, headers=headers)


# --- in a worker -----------------------------------------------------------------------------------------------


def _read_twice(document: Document) -> Feed | None:
    """The feed, as on two polls: whole, and then with a part of it known. None: it is none."""
    try:
        feed = read_document(document.body, document.headers, document.url)
    except FeedUnreadable as error:
        _check_line("the problem", str(error))
        return None
    known = frozenset(digest for digest in feed.slices if digest[0] % 2)
    again = read_document(document.body, document.headers, document.url, known) if feed.slices else feed
    left = tuple(entry for entry in feed.entries if entry.slice not in known or not entry.slice)
    if again.entries != left or again.slices != feed.slices:
        raise Broken("the parts of a document are not what the whole says")
    _check_feed(feed)
    return feed


def _read_as_page(document: Document) -> Feed | None:
    try:
        feed = read_page(document.body, document.headers, document.url, SELECTORS)
    except FeedUnreadable as error:
        _check_line("the problem", str(error))
        return None
    _check_feed(feed)
    return feed


def _check_feed(feed: Feed) -> None:
    for text in _texts(feed):
        text.encode("utf-8")  # half of a pair reaches no database
        if "\0" in text:
            raise Broken("a NUL reaches no database")
    if feed.problem:
        _check_line("the problem", feed.problem)


def _texts(feed: Feed) -> Iterator[str]:
    yield feed.title or ""
    for entry in feed.entries:
        yield from filter(None, (entry.guid, entry.link, entry.title, entry.summary, entry.content))
        yield from filter(None, (entry.published, entry.updated, entry.language, *entry.authors, *entry.tags))


def _read_by_other_readers(document: Document) -> None:
    """The readers of pages, lists of feeds and robots.txt."""
    try:
        text = read_full_text(document.body, document.headers, document.url)
    except FeedUnreadable as error:
        _check_line("the problem", str(error))
    else:
        _check_text("the article of a page", text)
    candidates = links_of(document.body, document.headers, document.url)
    for candidate in (*candidates.declared, *candidates.likely):
        _check_line("an address", candidate.url)
        _check_line("a language", candidate.language or "")
    try:
        outlines = read_opml(document.body)
    except FeedUnreadable as error:
        _check_line("the problem", str(error))
    else:
        for outline in outlines.outlines:
            _check_line("an address", outline.url)
    allowed, delay = check_robots_txt(document.body, document.url, "news-monitor")
    if not isinstance(allowed, bool) or not isinstance(delay, float | int):
        raise Broken("robots.txt gives no answer")


# --- in the daemon ---------------------------------------------------------------------------------------------


@cache
def _database() -> Database:
    """One for the whole process: opening one takes longer than all else."""
    in_memory = Path("/dev/shm")
    folder = TemporaryDirectory(prefix="reading-", dir=in_memory if in_memory.is_dir() else None)
    opened = make_newest(Path(folder.name) / "news.db")

    def close() -> None:
        opened.close()
        folder.cleanup()

    atexit.register(close)
    return opened


def _empty(opened: Database) -> None:
    with opened.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if table is not search_index:  # its only row is the state of the index, which a migration writes
                connection.execute(table.delete())


def take_in(feed: Feed, document: Document) -> Outcome:
    """A first poll of another document, then this one, then the same again: what is stored and sent of it."""
    opened = _database()
    _empty(opened)
    polls = _Polls(opened)
    try:
        polls.commit(read_document(EMPTY, {}, URL), Document(EMPTY))
        polls.commit(feed, document)
        stored = _check_stored(opened)
        alerts = _check_messages(opened)
        polls.commit(feed, document)
    finally:
        polls.close()
    if polls.had_all and set(_check_stored(opened)) - set(stored):
        raise Broken("the same document brings new articles")
    return Outcome(len(feed.entries), len(stored), alerts)


class _Polls:
    """The pipeline of the daemon, without a fetcher."""

    def __init__(self, opened: Database) -> None:
        self.claims, self.thread = Claims(opened, "test"), StoreThread()
        self.claims.register_sources({SOURCE.id: SOURCE}, clock.now())
        self.had_all = False
        self._opened = opened
        self._fingerprints: tuple[EntryFingerprint, ...] = ()
        self.pipeline = Pipeline(
            active_config({SOURCE.id: SOURCE}, RULES),
            LIMITS,
            poller=cast("SourcePoller", None),
            claims=self.claims,
            section=SerialSection(opened),
            thread=self.thread,
            deliver=lambda: None,
        )

    def commit(self, feed: Feed, document: Document) -> None:
        """What the store thread does with a poll."""
        claim = claimed(self.claims, SOURCE.id, clock.now())
        fetched = FetchResult(FetchOutcome.DOCUMENT, document.url, 200, document.body, document.headers)
        known = {fingerprint.slice for fingerprint in self._fingerprints}
        left = tuple(entry for entry in feed.entries if not entry.slice or entry.slice not in known)
        result = PollResult(claim, SOURCE, fetched, replace(feed, entries=left), self._fingerprints)
        ((record, decision),) = self.pipeline._decide_and_commit([result])
        if decision is None:
            raise Broken("the claim is lost")
        if record.problem:
            _check_line("the problem", record.problem)
        self.had_all = record.problem is None
        if record.fingerprints is not None:
            self._fingerprints = unpack_fingerprints(record.fingerprints)
        longest = max((len(entry.title) + len(entry.summary) + len(entry.content) for entry in left), default=0)
        if decision.work > MAX_WORK + WORK_PER_CHARACTER * longest:
            raise Broken(f"a poll took {decision.work} of work, and its longest entry has {longest} characters")

    def close(self) -> None:
        self.thread.close()


def _check_stored(opened: Database) -> list[Article]:
    """All versions of articles, each as people may see it."""
    with opened.reading() as connection:
        found = [article_version_from_row(row) for row in connection.execute(select_article_versions())]
    for article in found:
        _check_line("a title", article.title)
        _check_text("a text", article.text)
        for name in (*article.authors, *article.tags, article.language or ""):
            _check_line("a name", name)
        if article.url is not None and article.url != sanitize_url(article.url):
            raise Broken(f"an address is not clean: {article.url!r}")
    return found


def _check_messages(opened: Database) -> int:
    """The messages of all deliveries on every form of channel, as read back from the outbox."""
    outbox, count = Outbox(opened, "test"), 0
    later = clock.now() + timedelta(days=1)
    while count < MESSAGES and (delivery := outbox.claim("desk", later, timedelta(hours=1))):
        count += 1
        for kind in CHANNELS:
            _check_message(kind, delivery)
    return count


def _check_message(kind: str, delivery: Delivery) -> None:
    can = capabilities_of(kind)
    message = compose_message(delivery, can, source=SOURCE.name, zone=ZoneInfo("Asia/Seoul"))
    message = add_document(message, delivery, kind=kind, source=SOURCE.name)
    if not accepts_message(can, message):
        raise Broken(f"{kind}: the message is longer than its channel takes")
    for text in (message.title, message.text, message.html, message.markdown):
        if text != sanitize_message(text):
            raise Broken(f"{kind}: a message is not clean: {text!r:.200}")
    if "\n" in message.title:
        raise Broken(f"{kind}: a title has more than one line")
    if can.form in (Form.HTML, Form.MAIL):
        _check_html(kind, message)
    if message.document:
        json.loads(message.document)
        if escape_json(message.document) != message.document:
            raise Broken(f"{kind}: its document is not clean")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "img", "object", "form", "svg", "base", "link"}:
            self.bad.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (name in {"href", "src"} and not (value or "").startswith(("http:", "https:"))):
                self.bad.append(f"{name}={value}")


def _check_html(kind: str, message: Message) -> None:
    tags = _Tags()
    tags.feed(message.html)
    if tags.bad:
        raise Broken(f"{kind}: its HTML has {tags.bad}")


def _check_line(what: str, text: str) -> None:
    if "\n" in text or sanitize_line(text) != " ".join(text.split()):
        raise Broken(f"{what} is not one clean line: {text!r:.200}")


def _check_text(what: str, text: str) -> None:
    if text != sanitize_text(text):
        raise Broken(f"{what} is not clean: {text!r:.200}")
