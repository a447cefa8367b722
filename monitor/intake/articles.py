"""The entries of a document -> the articles that are new to us: unseen ones, and new versions of known ones.

New means an identity or a text that we have not had, never a date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.intake.address import canonical
from monitor.intake.dates import latest_of, sane
from monitor.intake.identity import digest
from monitor.model import Article, Entry, Source

VERSIONS = 200  # some feeds print the present time into their texts: an archive of every minute helps nobody


@dataclass(frozen=True, slots=True)
class Taken:
    """What a document brought that is new to us. `restless`: entries whose text has changed too often to follow."""

    articles: tuple[Article, ...]
    restless: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What we have of an article, or had: its latest version, that version's digest, when we first saw it, and whether
    that was in its source's first poll. `forgotten`: on the operator's word it is not taken in again."""

    version: int
    digest: str
    seen: datetime
    baseline: bool = False
    forgotten: bool = False


def unseen(
    source: Source,
    entries: Sequence[Entry],
    uids: Sequence[str],
    known: Mapping[str, Known],
    *,
    now: datetime,
    baseline: bool,
) -> Taken:
    """The articles to keep, in the document's order.

    `uids`: the entries' identities (`identify`); `known`: what we have of them; `baseline`: it is the first poll.
    """
    each: dict[str, Entry] = {}
    for uid, entry in zip(uids, entries, strict=True):
        each.setdefault(uid, entry)  # an identity with two texts in one document makes no versions of each other
    links = Counter(canonical(entry.link) for entry in each.values())
    articles, restless = [], 0
    for uid, entry in each.items():
        before = known.get(uid)
        if before is not None and (before.forgotten or before.digest == digest(entry.title, _text(entry))):
            continue
        if before is not None and before.version >= VERSIONS:
            restless += 1
            continue
        own_link = links[canonical(entry.link)] == 1
        article = _article(source, entry, uid, own_link=own_link, known=before, now=now)
        articles.append(replace(article, baseline=True) if baseline else article)
    return Taken(tuple(articles), restless)


def _article(source: Source, entry: Entry, uid: str, *, own_link: bool, known: Known | None, now: datetime) -> Article:
    text = _text(entry)
    seen = now if known is None else known.seen
    claimed = latest_of(entry.published, seen) or latest_of(entry.updated, seen)
    dated = sane(claimed, now)
    return Article(
        source=source.id,
        uid=uid,
        title=entry.title,
        text=text,
        seen=seen,
        published=claimed if claimed is not None and dated else seen,
        dated=dated,
        version=1 if known is None else known.version + 1,
        url=entry.link,
        # An address that several entries of a document share (a live page) does not say that they are one article.
        canonical=canonical(entry.link) if own_link else None,
        language=entry.language or source.language,
        digest=digest(entry.title, text),
        authors=entry.authors,
        tags=entry.tags,
        # An undated past is not news because a word in it was changed.
        baseline=known is not None and known.baseline,
    )


def _text(entry: Entry) -> str:
    """Summary and content, without saying the summary twice."""
    if not entry.content or entry.summary in entry.content:
        return entry.content or entry.summary
    return entry.content if not entry.summary else f"{entry.summary}\n\n{entry.content}"
