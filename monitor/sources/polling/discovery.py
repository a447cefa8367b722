"""Finds the feeds of a web page: those that it declares, those that it seems to link to, and those at usual addresses.

A feed is fetched and parsed before it is reported: pages declare feeds that are long gone. Pages are parsed in a worker
process, as feeds are, because they are untrusted. It does not choose between feeds, and adds none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated, Final
from urllib.parse import urlsplit

from lxml import etree
from msgspec import Meta

from monitor.errors import FeedUnreadable, WorkerLost
from monitor.ingest.dates import parse_date
from monitor.model import Feed, FetchOutcome, FetchResult, Validators
from monitor.model.sources import MAX_LINK, MAX_NAME, Link, Name
from monitor.runtime.workers.pool import Workers
from monitor.sanitize import sanitize_line, sanitize_url
from monitor.sources.formats.absolute_link import join_link
from monitor.sources.formats.charset import FORBIDDEN, IN_HEADER, text_encoding
from monitor.sources.formats.html import limit_attributes
from monitor.sources.http.fetch import Fetcher, describe_redirect
from monitor.sources.polling.in_worker import RawDocument, read_document
from monitor.url_secrets import explain_references, find_url_secrets, hide_secrets_in

MAX_PAGE_BYTES: Final = 4 * 2**20
"""Bytes of a page that are parsed; feeds are declared in its head."""
MAX_CANDIDATES: Final = 12
"""Candidates of a kind that are tried: a page of one outlet has no more."""
MAX_TITLE: Final = 200

FEED_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
    "application/xml", "text/xml", "application/rss", "application/atom", "text/rss+xml",
}  # fmt: skip
USUAL_PATHS = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml")
LIKELY_FEED_URL = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom)(?:[/?]|$)|\.(?:rss|atom|rdf)(?:\?|$)|(?:feed|rss|atom)[^/]*\.(?:xml|json)(?:\?|$)|"
    r"[?&](?:feed|format|type)=(?:rss2?|atom|feed)",
    re.IGNORECASE,
)
COMMENT_FEED_URL = re.compile(r"(?:^|/)comments?(?:/|\.|$)|[?&]feed=comments", re.IGNORECASE)
"""Feeds of readers' comments: every WordPress page declares one."""
HTML_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedCandidate:
    """An address that may be a feed, not yet fetched. `language`: as the page declares it. Both are safe to show."""

    url: Link
    language: Name | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", sanitize_url(self.url))
        object.__setattr__(self, "language", sanitize_line(self.language or "")[:MAX_NAME] or None)


@dataclass(frozen=True, slots=True)
class FeedCandidates:
    """The feeds that a page declares, and links that look like feeds: those that are tried. `is_page`: whether the
    document is a page."""

    declared: Annotated[tuple[FeedCandidate, ...], Meta(max_length=MAX_CANDIDATES)] = ()
    likely: Annotated[tuple[FeedCandidate, ...], Meta(max_length=MAX_CANDIDATES)] = ()
    is_page: bool = True


@dataclass(frozen=True, slots=True)
class DiscoveredFeed:
    """A feed that was fetched and parsed. `newest`: date of its newest entry. `comments`: likely readers' comments."""

    url: str
    title: str | None
    entries: int
    newest: datetime | None = None
    language: str | None = None
    comments: bool = False


@dataclass(frozen=True, slots=True)
class DiscoveryResult:
    """What is at an address: a feed (`is_feed`), or a page (`is_page`) with feeds.

    `rejected`: candidates that are no feed, and why. `problem`: why nothing was found; if there is a `status`, a server
    answered. `refused`: the private address that may not be reached, if it failed for that.
    """

    feeds: tuple[DiscoveredFeed, ...] = ()
    is_feed: bool = False
    is_page: bool = False
    rejected: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    status: int | None = None
    refused: str | None = None


async def discover_feeds(url: str, fetcher: Fetcher, workers: Workers, deadline: timedelta) -> DiscoveryResult:
    """The feeds at an address. `deadline`: for parsing one document."""
    fetched = await fetcher.fetch(url, Validators())
    if fetched.outcome is not FetchOutcome.DOCUMENT:
        return DiscoveryResult(problem=fetched.problem, status=fetched.status, refused=fetched.refused)
    parsed = await _parse_fetched(fetched, workers, deadline)
    if isinstance(parsed, str):
        parsed = hide_secrets_in(parsed, find_url_secrets(url))
    if isinstance(parsed, Feed):
        return DiscoveryResult((_summarize_feed(FeedCandidate(url), parsed),), is_feed=True)
    try:
        links = await workers.run(read_links, _to_document(fetched), deadline=deadline)
    except (FeedUnreadable, WorkerLost) as error:
        return DiscoveryResult(problem=str(error), status=fetched.status)
    if not links.is_page:
        return DiscoveryResult(problem=f"{parsed}{describe_redirect(fetched)}", status=fetched.status)
    search = _CandidateSearch(fetcher, workers, deadline)
    return DiscoveryResult(await search.find_feeds(links, fetched.url), is_page=True, rejected=tuple(search.rejected))


class _CandidateSearch:
    """Tries candidates one after the other, and keeps those that are no feed in `rejected`."""

    def __init__(self, fetcher: Fetcher, workers: Workers, deadline: timedelta) -> None:
        self._fetcher, self._workers, self._deadline = fetcher, workers, deadline
        self.rejected: list[tuple[str, str]] = []

    async def find_feeds(self, links: FeedCandidates, url: str) -> tuple[DiscoveredFeed, ...]:
        """The feeds that the page declares; else those that it links to; else one at a usual address."""
        for candidates in (links.declared, links.likely):
            if found := [feed for link in candidates if (feed := await self._try_candidate(link))]:
                return _deduplicate_feeds(found)
        for address in guess_feed_urls(url):
            if feed := await self._try_candidate(FeedCandidate(address)):
                return (feed[0],)
        return ()

    async def _try_candidate(self, link: FeedCandidate) -> tuple[DiscoveredFeed, frozenset[str]] | None:
        if link.url in {url for url, _ in self.rejected}:
            return None
        if problem := explain_references(link.url):
            self.rejected.append((link.url, problem))
            return None
        fetched = await self._fetcher.fetch(link.url, Validators())
        parsed: Feed | str = fetched.problem or "no document was sent"
        if fetched.outcome is FetchOutcome.DOCUMENT:
            parsed = await _parse_fetched(fetched, self._workers, self._deadline)
        if isinstance(parsed, str):
            self.rejected.append((link.url, parsed))
            return None
        return _summarize_feed(link, parsed), frozenset(entry.link for entry in parsed.entries if entry.link)


async def _parse_fetched(fetched: FetchResult, workers: Workers, deadline: timedelta) -> Feed | str:
    """The feed, or why it is not one."""
    try:
        return await workers.run(read_document, _to_document(fetched), deadline=deadline)
    except (FeedUnreadable, WorkerLost) as error:
        return str(error)


def _to_document(fetched: FetchResult) -> RawDocument:
    return RawDocument(fetched.body, fetched.headers, fetched.url)


def _summarize_feed(link: FeedCandidate, feed: Feed) -> DiscoveredFeed:
    dates = (parse_date(entry.published) or parse_date(entry.updated) for entry in feed.entries)
    title = hide_secrets_in(feed.title or "", find_url_secrets(link.url))[:MAX_TITLE]
    comments = COMMENT_FEED_URL.search(_extract_path_and_query(link.url)) is not None
    newest = max(filter(None, dates), default=None)
    return DiscoveredFeed(link.url, title or None, len(feed.entries), newest, link.language, comments)


def _deduplicate_feeds(found: Sequence[tuple[DiscoveredFeed, frozenset[str]]]) -> tuple[DiscoveredFeed, ...]:
    """Each feed once, even if a page has it as RSS and as Atom; those of comments only if there is no other."""
    seen: set[frozenset[str]] = set()
    distinct = []
    for feed, links in found:
        if not links or links not in seen:
            distinct.append(feed)
        seen.add(links)
    return tuple(feed for feed in distinct if not feed.comments) or tuple(distinct)


def guess_feed_urls(url: str) -> Iterator[str]:
    """Usual addresses of feeds: below the page itself, then at the top of its site."""
    parts = urlsplit(url)._replace(query="", fragment="")
    if (path := parts.path.rstrip("/")) and "." not in path.rpartition("/")[2]:
        yield parts._replace(path=f"{path}/feed").geturl()
    for path in USUAL_PATHS:
        yield parts._replace(path=path).geturl()


# --- in the worker process --------------------------------------------------------------------------------------


def read_links(document: RawDocument) -> FeedCandidates:
    """The candidates in a page as a server sent it."""
    return links_of(document.unpack(), document.headers, document.url)


def links_of(body: bytes, headers: Mapping[str, str], url: str) -> FeedCandidates:
    """The candidates in a page. `headers`: of the response, lower-case names; `url`: what its links are relative to."""
    content_type = headers.get("content-type", "").lower()
    if "html" not in content_type and not HTML_TAG.search(body[:4096]):
        return FeedCandidates(is_page=False)
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True, remove_comments=True)
    text = limit_attributes(FORBIDDEN.sub("", _decode_page(body[:MAX_PAGE_BYTES], content_type)))
    root = etree.fromstring(f"<!doctype html>{text}".encode("utf-8", "replace"), parser)
    if root is None:
        return FeedCandidates()
    base = _resolve_href(url, next((element.get("href") or "" for element in root.iter("base")), "")) or url
    declared = (_candidate_from_element(element, base) for element in root.iter("link") if _names_feed(element))
    likely = (_candidate_from_element(element, base) for element in root.iter("a"))
    distinct = _deduplicate_candidates(declared, url)
    known = {element.url for element in distinct}
    similar = (
        e
        for e in _deduplicate_candidates(likely, url)
        if LIKELY_FEED_URL.search(_extract_path_and_query(e.url)) and e.url not in known
    )
    return FeedCandidates(distinct[:MAX_CANDIDATES], tuple(islice(similar, MAX_CANDIDATES)))


def _names_feed(element: etree._Element) -> bool:
    relations = (element.get("rel") or "").lower().split()
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    return "feed" in relations or ("alternate" in relations and kind in FEED_TYPES)


def _candidate_from_element(element: etree._Element, base: str) -> FeedCandidate | None:
    url = _resolve_href(base, (element.get("href") or "").strip())
    return FeedCandidate(url, element.get("hreflang")) if url else None


def _deduplicate_candidates(links: Iterable[FeedCandidate | None], page: str) -> tuple[FeedCandidate, ...]:
    by_url: dict[str, FeedCandidate] = {}
    for link in links:
        if link and link.url != page:
            by_url.setdefault(link.url, link)
    return tuple(by_url.values())


def _resolve_href(base: str, href: str) -> str | None:
    """The absolute address without its fragment; None if it is not a web address."""
    try:
        parts = urlsplit(join_link(base, re.sub("^feed:(?=https?:)", "", href)))
    except ValueError:
        return None
    resolved = sanitize_url(parts._replace(fragment="").geturl())
    is_usable = parts.scheme in ("http", "https") and parts.hostname and len(resolved) <= MAX_LINK
    return resolved if href and is_usable else None


def _extract_path_and_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _decode_page(body: bytes, content_type: str) -> str:
    """The page as text. Only names depend on the character set, so a wrong one does no harm."""
    match = IN_HEADER.search(content_type) or IN_HEADER.search(body[:4096].decode("ascii", "replace"))
    return body.decode((match and text_encoding(match[1])) or "utf-8", "replace")
