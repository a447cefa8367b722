"""The entries of a document -> the articles that are new to us: unseen ones, and new versions of known ones.

New means an identity or a text that we have not had, never a date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from monitor.ingest.canonical_url import canonicalize_url
from monitor.ingest.dates import is_plausible, parse_latest_date
from monitor.ingest.entry_identity import (
    GUID,
    LINK,
    assign_uids,
    deduplicate_fingerprints,
    digest_texts,
    fingerprint_entry,
)
from monitor.model import Article, Entry, EntryFingerprint, Source
from monitor.sanitize import sanitize_line, sanitize_text, sanitize_url
from monitor.text.folding import folded_tokens
from monitor.text.language_tags import detect_language_tag

T = TypeVar("T")

VERSIONS = 200  # some feeds print the present time into their texts: an archive of every minute helps nobody
_CHURNING = 10  # of fewer guids nobody can say that they churn; an address with the very same words is known anyway


@dataclass(frozen=True, slots=True)
class NewArticles:
    """What a document brought that is new to us. `restless`: entries whose text has changed too often to follow.
    `distrusts`: the source's guids say nothing; from now on its entries are identified without them."""

    articles: tuple[Article, ...]
    unstable_entries: int = 0
    distrusts_guids: bool = False


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What we have of an article, or had: its latest version, that version's digest, when we first saw it, and whether
    that was in its source's first poll. `forgotten`: on the operator's word it is not taken in again.

    `uid`, `title`: of an article that has another uid than the entry, and its address or its words ("": it is not
    here any more).
    """

    version: int
    digest: str
    seen: datetime
    baseline: bool = False
    is_erased: bool = False
    uid: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class FallbackIdentity:
    """By what an entry's article is recognised if its uid is not known: its canonical link, if no other entry of the
    document has it, and the digest of its words."""

    link: str | None
    digest: str


def build_fallback_identities(
    entries: Sequence[Entry],
    uids: Sequence[str],
    others: Sequence[EntryFingerprint] = (),
    own: Sequence[EntryFingerprint] | None = None,
) -> dict[str, FallbackIdentity]:
    """What to look for, by uid. `others`: the entries of the document that were not parsed; `own`: the marks of those
    that were, where they have been made."""
    if not entries:  # as at most polls
        return {}
    each = _map_by_uid(entries, uids)
    marks = (
        _map_by_uid(own, uids) if own is not None else {uid: fingerprint_entry(entry) for uid, entry in each.items()}
    )
    links = Counter(map(LINK, deduplicate_fingerprints((*others, *marks.values()))))
    return {
        uid: FallbackIdentity(
            canonicalize_url(entry.link) if links[marks[uid].link] == 1 else None,
            digest_texts(entry.title, _combine_texts(entry)),
        )
        for uid, entry in each.items()
    }


def _map_by_uid(entries: Sequence[T], uids: Sequence[str]) -> dict[str, T]:
    each: dict[str, T] = {}
    for uid, entry in zip(uids, entries, strict=True):
        each.setdefault(uid, entry)  # an identity with two texts in one document makes no versions of each other
    return each


def select_new_articles(
    source: Source,
    entries: Sequence[Entry],
    uids: Sequence[str],
    known: Mapping[str, KnownArticle],
    *,
    now: datetime,
    baseline: bool,
    others: Sequence[EntryFingerprint] = (),
    guids: bool = True,
    wanted: Mapping[str, FallbackIdentity] | None = None,
) -> NewArticles:
    """The articles to keep, in the document's order.

    `uids`: the entries' identities (`identify`); `known`: what we have of them; `baseline`: it is the first poll;
    `others`: the entries of the document that were not parsed; `guids`: whether the source's guids are trusted;
    `wanted`: what was looked for (`sought`), where that has been made.
    """
    if not entries:  # as at most polls
        return NewArticles((), distrusts_guids=not guids)
    if wanted is None:
        wanted = build_fallback_identities(entries, uids, others)
    each = _map_by_uid(entries, uids)
    churning = guids and _has_churning_guids(each, wanted, known, others)
    distrusts = churning or not guids
    names = dict(zip(uids, assign_uids(entries, others, guids=False), strict=True)) if churning else {}
    articles, restless = [], 0
    for uid, entry in each.items():
        before = _confirm_known_article(known.get(uid), wanted[uid], distrusts=distrusts)
        if before is not None and before.uid in each:  # that article has an entry of its own here
            before = None
        if before is not None and (before.is_erased or before.digest == wanted[uid].digest):
            continue
        if before is not None and before.version >= VERSIONS:
            restless += 1
            continue
        kept_as = before.uid if before is not None and before.uid else names.get(uid, uid)
        articles.append(_build_article(source, entry, kept_as, wanted[uid], known=before, now=now, baseline=baseline))
    return NewArticles(tuple(articles), restless, distrusts)


def sanitize_entry(entry: Entry) -> Entry:
    """The entry as people may see it. It is recognised by what came: what is taken out here is part of its identity."""
    return replace(
        entry,
        link=entry.link and sanitize_url(entry.link),
        title=sanitize_line(entry.title),
        summary=sanitize_text(entry.summary),
        content=sanitize_text(entry.content),
        authors=_sanitize_names(entry.authors),
        language=entry.language and sanitize_line(entry.language),
        tags=_sanitize_names(entry.tags),
    )


def _sanitize_names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(sanitize_line, names)))


def _confirm_known_article(
    found: KnownArticle | None, wanted: FallbackIdentity, *, distrusts: bool
) -> KnownArticle | None:
    """What we have of the entry's article. One under another guid is the same article if address and text are the very
    same, or if the operator had that address forgotten; where guids say nothing, its address or its words alone tell.
    (A live page has one address for many.)"""
    if found is None or found.uid is None:
        return found
    same_text = found.digest == wanted.digest
    if distrusts:
        return found if wanted.link or same_text else None
    return found if wanted.link and (same_text or (found.is_erased and not found.uid)) else None


def _has_churning_guids(
    each: Mapping[str, Entry],
    wanted: Mapping[str, FallbackIdentity],
    known: Mapping[str, KnownArticle],
    others: Sequence[EntryFingerprint],
) -> bool:
    """Whether nearly all guids of a document are new while its articles are not: they are made anew at each request."""
    guids = [uid for uid, entry in each.items() if entry.guid]
    new = sum(uid not in known or known[uid].uid is not None for uid in guids)
    of = len(guids) + sum(map(bool, map(GUID, others)))
    if of < _CHURNING or not _is_most(new, of):
        return False
    # Each its own article: of a document that says the same again and again, one article would speak for all.
    had = {
        known[uid].uid or uid for uid in each if uid in known and _is_same_article(known[uid], each[uid], wanted[uid])
    }
    return _is_most(len(had) + len(others), len(each) + len(others))


def _is_most(part: int, whole: int) -> bool:
    return 5 * part >= 4 * whole


def _is_same_article(found: KnownArticle, entry: Entry, wanted: FallbackIdentity) -> bool:
    """Whether that is the entry's article, whatever its guid. An address alone does not say it: live pages have the
    same one under each new title."""
    same_title = found.uid is not None and _tokenize_title(found.title) == _tokenize_title(entry.title)
    return found.uid is None or found.digest == wanted.digest or (wanted.link is not None and same_title)


def _tokenize_title(title: str) -> list[str]:
    """Older versions have stored titles as they came."""
    return folded_tokens(sanitize_line(title))


def _build_article(
    source: Source,
    entry: Entry,
    uid: str,
    wanted: FallbackIdentity,
    *,
    known: KnownArticle | None,
    now: datetime,
    baseline: bool,
) -> Article:
    seen = now if known is None else known.seen
    clean = sanitize_entry(entry)
    text, declared = _combine_texts(clean), clean.language or source.language
    dates = (parse_latest_date(raw, seen, language=declared) for raw in (entry.published, entry.updated))
    claimed = next(filter(None, dates), None)
    dated = is_plausible(claimed, now)
    return Article(
        source=source.id,
        uid=uid,
        title=clean.title,
        text=text,
        seen=seen,
        published=claimed if claimed is not None and dated else seen,
        dated=dated,
        version=1 if known is None else known.version + 1,
        url=clean.link,
        # An address that several entries of a document share (a live page) does not say that they are one article.
        canonical=wanted.link,
        language=detect_language_tag(clean.title, text, declared),
        digest=wanted.digest,
        authors=clean.authors,
        tags=clean.tags,
        # An undated past is not news because a word in it was changed.
        baseline=baseline or (known is not None and known.baseline),
    )


def _combine_texts(entry: Entry) -> str:
    """Summary and content, without saying the summary twice."""
    if not entry.content or entry.summary in entry.content:
        return entry.content or entry.summary
    return entry.content if not entry.summary else f"{entry.summary}\n\n{entry.content}"
