"""The feeds of a web page: those that it names, those that it seems to link to, and those at the usual addresses.

Each is fetched and read before it is told of: a page may name what is long gone. Pages are taken apart in a worker
process, as feeds are: strangers wrote them. It does not decide which of the feeds is wanted, and adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from monitor.errors import FeedUnreadable, WorkerLost
from monitor.ingest.dates import parse_date
from monitor.model import Feed, FetchOutcome, FetchResult, Selectors, Validators
from monitor.runtime.workers import Workers
from monitor.sanitize import sanitize_line, sanitize_url
from monitor.sources.formats.charset import FORBIDDEN, IN_HEADER, text_encoding
from monitor.sources.formats.read_document import read_document
from monitor.sources.http.fetch import Fetcher, describe_redirect

PAGE: Final = 4 * 2**20
"""Bytes of a page that are looked at; feeds are named at its head."""
MOST: Final = 12
"""Addresses of a kind that are tried: more is no page of one outlet."""
TITLE: Final = 200

TYPES = {
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
    "application/xml", "text/xml", "application/rss", "application/atom", "text/rss+xml",
}  # fmt: skip
USUAL = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml")
SEEMING = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom)(?:[/?]|$)|\.(?:rss|atom|rdf)(?:\?|$)|(?:feed|rss|atom)[^/]*\.(?:xml|json)(?:\?|$)|"
    r"[?&](?:feed|format|type)=(?:rss2?|atom|feed)",
    re.IGNORECASE,
)
COMMENTS = re.compile(r"(?:^|/)comments?(?:/|\.|$)|[?&]feed=comments", re.IGNORECASE)
"""Feeds of what readers write: every WordPress page names one."""
IS_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)

CHANNEL = re.compile(r"/(?:s/)?([A-Za-z][A-Za-z0-9_]{3,31})/?")
NO_CHANNELS = {"joinchat", "addstickers", "addemoji", "addlist", "share", "proxy", "socks", "login", "iv"}
MESSAGE = ".tgme_widget_message_text.js-message_text"
"""What a message says; a reply's quotation has the first of these classes too."""
MESSAGES = Selectors(
    ".tgme_widget_message_wrap",
    title=MESSAGE,
    link="a.tgme_widget_message_date",
    text=MESSAGE,
    date="time[datetime]",
)
"""Where the messages stand in the public page of a Telegram channel."""


@dataclass(frozen=True, slots=True)
class FeedCandidate:
    """A feed that a page names, before anybody has looked. `language`: as the page says."""

    url: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class FeedCandidates:
    """What a page holds: feeds that it names, and links that look like feeds. Not `page`: it is none."""

    declared: tuple[FeedCandidate, ...] = ()
    likely: tuple[FeedCandidate, ...] = ()
    is_page: bool = True


@dataclass(frozen=True, slots=True)
class DiscoveredFeed:
    """A feed that was fetched and read. `newest`: the date of its newest entry. `comments`: of readers, most likely."""

    url: str
    title: str | None
    entries: int
    newest: datetime | None = None
    language: str | None = None
    comments: bool = False


@dataclass(frozen=True, slots=True)
class DiscoveryResult:
    """What stands at an address: a feed `itself`, or a page with feeds. `tried`: addresses that were no feed, and why.

    `problem`: why there is nothing; with a `status`, a server answered.
    """

    feeds: tuple[DiscoveredFeed, ...] = ()
    is_feed: bool = False
    is_page: bool = False
    rejected: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    status: int | None = None


async def discover_feeds(url: str, fetcher: Fetcher, workers: Workers, deadline: timedelta) -> DiscoveryResult:
    """What stands at an address. `deadline`: for taking one document apart."""
    fetched = await fetcher.fetch(url, Validators())
    if fetched.outcome is not FetchOutcome.DOCUMENT:
        return DiscoveryResult(problem=fetched.problem, status=fetched.status)
    read = await _parse_fetched(fetched, workers, deadline)
    if isinstance(read, Feed):
        return DiscoveryResult((_summarize_feed(FeedCandidate(url), read),), is_feed=True)
    try:
        links = await workers.run(links_of, fetched.body, fetched.headers, fetched.url, deadline=deadline)
    except WorkerLost as error:
        return DiscoveryResult(problem=str(error), status=fetched.status)
    if not links.is_page:
        return DiscoveryResult(problem=f"{read}{describe_redirect(url, fetched)}", status=fetched.status)
    search = _CandidateSearch(fetcher, workers, deadline)
    return DiscoveryResult(await search.feeds(links, fetched.url), is_page=True, rejected=tuple(search.rejected))


class _CandidateSearch:
    """Candidates tried one after the other; which were none is kept."""

    def __init__(self, fetcher: Fetcher, workers: Workers, deadline: timedelta) -> None:
        self._fetcher, self._workers, self._deadline = fetcher, workers, deadline
        self.rejected: list[tuple[str, str]] = []

    async def feeds(self, links: FeedCandidates, url: str) -> tuple[DiscoveredFeed, ...]:
        """The feeds that the page names; if it names none, those that it links to; else one at a usual address."""
        for candidates in (links.declared, links.likely):
            if found := [each for link in candidates[:MOST] if (each := await self._tried(link))]:
                return _deduplicate_feeds(found)
        for address in guess_feed_urls(url):
            if one := await self._tried(FeedCandidate(address)):
                return (one[0],)
        return ()

    async def _tried(self, link: FeedCandidate) -> tuple[DiscoveredFeed, frozenset[str]] | None:
        if link.url in {url for url, _ in self.rejected}:
            return None
        fetched = await self._fetcher.fetch(link.url, Validators())
        read: Feed | str = fetched.problem or "nothing came"
        if fetched.outcome is FetchOutcome.DOCUMENT:
            read = await _parse_fetched(fetched, self._workers, self._deadline)
        if isinstance(read, str):
            self.rejected.append((link.url, read))
            return None
        return _summarize_feed(link, read), frozenset(entry.link for entry in read.entries if entry.link)


async def _parse_fetched(fetched: FetchResult, workers: Workers, deadline: timedelta) -> Feed | str:
    """The feed, or why it is none."""
    try:
        known: frozenset[bytes] = frozenset()
        return await workers.run(read_document, fetched.body, fetched.headers, fetched.url, known, deadline=deadline)
    except (FeedUnreadable, WorkerLost) as error:
        return str(error)


def _summarize_feed(link: FeedCandidate, feed: Feed) -> DiscoveredFeed:
    dates = (parse_date(entry.published) or parse_date(entry.updated) for entry in feed.entries)
    title = sanitize_line(feed.title or "")[:TITLE]
    comments = COMMENTS.search(_extract_path_and_query(link.url)) is not None
    newest = max(filter(None, dates), default=None)
    return DiscoveredFeed(link.url, title or None, len(feed.entries), newest, link.language, comments)


def _deduplicate_feeds(found: Sequence[tuple[DiscoveredFeed, frozenset[str]]]) -> tuple[DiscoveredFeed, ...]:
    """Each feed once, where a page names it as RSS and as Atom; those of comments only where there is no other."""
    seen: set[frozenset[str]] = set()
    distinct = []
    for each, links in found:
        if not links or links not in seen:
            distinct.append(each)
        seen.add(links)
    return tuple(each for each in distinct if not each.comments) or tuple(distinct)


def guess_feed_urls(url: str) -> Iterator[str]:
    """Where feeds often stand: below the page itself, then at the top of its site."""
    parts = urlsplit(url)._replace(query="", fragment="")
    if (path := parts.path.rstrip("/")) and "." not in path.rpartition("/")[2]:
        yield parts._replace(path=f"{path}/feed").geturl()
    for path in USUAL:
        yield parts._replace(path=path).geturl()


def parse_telegram_url(url: str) -> tuple[str, Selectors] | None:
    """The public page of a Telegram channel and where its messages stand in it; None: it is no channel's address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    channel = CHANNEL.fullmatch(parts.path)
    host = (parts.hostname or "").removeprefix("www.")
    if host not in {"t.me", "telegram.me"} or channel is None or channel[1].lower() in NO_CHANNELS:
        return None
    return f"https://t.me/s/{channel[1]}", MESSAGES


# --- in the worker process --------------------------------------------------------------------------------------


def links_of(body: bytes, headers: Mapping[str, str], url: str) -> FeedCandidates:
    """What a page names. `headers`: the answer's, by lower-case names; `url`: what its links are relative to."""
    declared = headers.get("content-type", "").lower()
    if "html" not in declared and not IS_PAGE.search(body[:4096]):
        return FeedCandidates(is_page=False)
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True, remove_comments=True)
    text = FORBIDDEN.sub("", _decode_page(body[:PAGE], declared))
    root = etree.fromstring(f"<!doctype html>{text}".encode("utf-8", "replace"), parser)
    if root is None:
        return FeedCandidates()
    base = _resolve_href(url, next((each.get("href") or "" for each in root.iter("base")), "")) or url
    named = (_candidate_from_element(each, base) for each in root.iter("link") if _names_feed(each))
    seeming = (_candidate_from_element(each, base) for each in root.iter("a"))
    once = _deduplicate_candidates(named, url)
    known = {each.url for each in once}
    return FeedCandidates(
        once,
        tuple(
            e
            for e in _deduplicate_candidates(seeming, url)
            if SEEMING.search(_extract_path_and_query(e.url)) and e.url not in known
        ),
    )


def _names_feed(element: etree._Element) -> bool:
    relations = (element.get("rel") or "").lower().split()
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    return "feed" in relations or ("alternate" in relations and kind in TYPES)


def _candidate_from_element(element: etree._Element, base: str) -> FeedCandidate | None:
    url = _resolve_href(base, (element.get("href") or "").strip())
    return FeedCandidate(url, sanitize_line(element.get("hreflang") or "") or None) if url else None


def _deduplicate_candidates(links: Iterable[FeedCandidate | None], page: str) -> tuple[FeedCandidate, ...]:
    once: dict[str, FeedCandidate] = {}
    for each in links:
        if each and each.url != page:
            once.setdefault(each.url, each)
    return tuple(once.values())


def _resolve_href(base: str, href: str) -> str | None:
    """The address without its fragment; None where it is none of the web."""
    try:
        parts = urlsplit(urljoin(base, re.sub("^feed:(?=https?:)", "", href)))
    except ValueError:
        return None
    whole = sanitize_url(parts._replace(fragment="").geturl())
    return whole if href and parts.scheme in ("http", "https") and parts.hostname and len(whole) <= 2_048 else None


def _extract_path_and_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _decode_page(body: bytes, content_type: str) -> str:
    """Its text; only names depend on the character set, so a wrong one does no harm."""
    named = IN_HEADER.search(content_type) or IN_HEADER.search(body[:4096].decode("ascii", "replace"))
    return body.decode((named and text_encoding(named[1])) or "utf-8", "replace")
