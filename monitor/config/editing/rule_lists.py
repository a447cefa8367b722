"""Reads lists that other programs search by: keywords, queries, and the alerts of Google.

It finds the place of each entry and the comments above it. The entries are not parsed here, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.errors import FeedUnreadable
from monitor.model import Place
from monitor.sources.formats.read_document import read_document

_ALERT_FEED = re.compile(r"https://www\.google\.[a-z.]{2,6}/alerts/feeds/[0-9]+/[0-9]+(?![\w/])")
_CONTINUES = re.compile(r"\s|\)|(AND|OR)\b")
_IS_CONTINUED = re.compile(r"(\(|\b(AND|OR|NOT))\s*$")
_ALERT_TITLE = re.compile(r"Google [^-–—]{1,40}[-–—] +(?P<query>.+)", re.DOTALL)
_BULLET = re.compile(r"[-*•] +")


class RuleListFormat(StrEnum):
    """KEYWORDS: a word or phrase a line. BOOLEAN: a query a line. GOOGLE_ALERTS: addresses of feeds with or without
    their queries, queries, or the feed of an alert."""

    KEYWORDS = "keywords"
    BOOLEAN = "boolean"
    GOOGLE_ALERTS = "google-alerts"


@dataclass(frozen=True, slots=True)
class ListedQuery:
    """A keyword or a query. `text`: as the file has it, in several lines perhaps, or "" if only its feed is known;
    `line`: of its first line; `feed`: the address of its alert."""

    text: str
    file: str
    line: int
    comments: tuple[str, ...] = ()
    feed: str | None = None

    def place(self, offset: int = 0) -> Place:
        """Where a character of the text is in the file."""
        before = self.text[:offset]
        return Place(self.file, self.line + before.count("\n"), offset - (before.rfind("\n") + 1) + 1)


@dataclass(frozen=True, slots=True)
class RuleList:
    """The entries of a list, and the comments behind the last."""

    queries: tuple[ListedQuery, ...]
    comments: tuple[str, ...] = ()


def has_alert_feeds(text: str) -> bool:
    """Whether it holds addresses of alerts of Google."""
    return _ALERT_FEED.search(text) is not None


def read_rule_list(text: str, file: str, format_: RuleListFormat) -> RuleList:
    """The entries of a list. Raises FeedUnreadable for XML that is no feed of an alert."""
    if format_ is RuleListFormat.GOOGLE_ALERTS and text.lstrip().startswith("<"):
        return RuleList((_read_alert_feed(text, file),))
    queries: list[ListedQuery] = []
    comments: list[str] = []
    for line, entry in _iter_entries(text, is_joined=format_ is not RuleListFormat.KEYWORDS):
        if entry.lstrip().startswith("#"):
            comments.append(entry.strip().removeprefix("#").strip())
            continue
        queries.append(_read_entry(entry, file, line, tuple(comments), format_))
        comments.clear()
    return RuleList(tuple(queries), tuple(comments))


def _iter_entries(text: str, *, is_joined: bool) -> Iterator[tuple[int, str]]:
    """The entries and comments of a list with their lines. With `is_joined`, an entry goes on in a line that is
    indented or begins with AND or OR, and behind a line that ends with one."""
    started = 0
    entry: list[str] = []
    for number, line in enumerate(map(str.rstrip, [*text.split("\n"), ""]), 1):
        goes_on = entry and line and not entry[0].lstrip().startswith("#")
        if is_joined and goes_on and (_CONTINUES.match(line) or _IS_CONTINUED.search(entry[-1])):
            entry.append(line)
            continue
        if entry:
            yield started, "\n".join(entry)
        started, entry = number, [line] if line.strip() else []


def _read_entry(entry: str, file: str, line: int, comments: tuple[str, ...], format_: RuleListFormat) -> ListedQuery:
    if format_ is RuleListFormat.KEYWORDS:
        word = _BULLET.sub("", entry.strip(), count=1) if _BULLET.match(entry.strip()) else entry.strip()
        quoted = re.fullmatch(r'["“„«](?P<inside>[^"“”„«»]*)["”“»]', word)
        return ListedQuery(quoted["inside"] if quoted else word, file, line, comments)
    if format_ is RuleListFormat.GOOGLE_ALERTS and (feed := _ALERT_FEED.search(entry)):
        query = f"{entry[: feed.start()]}{' ' * len(feed[0])}{entry[feed.end() :]}"  # so that places stay
        return ListedQuery(query if query.strip() else "", file, line, comments, feed[0])
    return ListedQuery(entry, file, line, comments)


def _read_alert_feed(text: str, file: str) -> ListedQuery:
    """The alert whose feed this is: its title has the query, and a link its address."""
    title = read_document(text.encode(), {"content-type": "application/atom+xml; charset=utf-8"}, "").title or ""
    feed, found = _ALERT_FEED.search(text), _ALERT_TITLE.fullmatch(title)
    if not feed or not found:
        raise FeedUnreadable("this is not the feed of a Google Alert")
    line = text[: text.find("<title")].count("\n") + 1
    return ListedQuery(found["query"], file, line, feed=feed[0])
