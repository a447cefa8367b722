"""Selects the articles that are new to us from the entries of a document: unseen ones, and new versions of known ones.

New means a uid or a text that we have not had. Dates do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from monitor.article_links import sanitize_link
from monitor.ingest.canonical_url import canonicalize_url
from monitor.ingest.dates import is_plausible, parse_latest_date
from monitor.ingest.entry_identity import GUID, LINK, assign_uids, deduplicate_fingerprints, fingerprint_entry
from monitor.model import Article, Entry, EntryFingerprint, RedactedEntry, Source
from monitor.model.hashing import digest_texts
from monitor.sanitize import sanitize_line, sanitize_text
from monitor.text.folding import folded_tokens
from monitor.text.language_detection import detect_language_tag

T = TypeVar("T")

MAX_VERSIONS = 200  # of an article: some feeds print the present time into it, and a version a minute helps nobody
# Fewer guids do not show that they churn. An entry with a known address and the same text is known anyway.
_MIN_CHURNING_GUIDS = 10


@dataclass(frozen=True, slots=True)
class NewArticles:
    """The new articles of a document.

    `unstable_entries`: how many entries were left out because their text has changed too often. `distrusts_guids`: the
    source's guids identify nothing; from now on its entries are identified without them.
    """

    articles: tuple[Article, ...]
    unstable_entries: int = 0
    distrusts_guids: bool = False


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article that we have or had: its latest version, the digest of that version, when we first saw it, and whether
    that was in its source's first poll. `is_erased`: the operator erased it, so it is not ingested again.

    `uid`, `title`: set if the article has another uid than the entry, but the same address or text ("": we do not have
    the article any more).
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
    """How to recognise an entry's article if its uid is not known: by its canonical link, if no other entry of the
    document has that, and by the digest of its text. `former_uid`: the uid that older versions gave it, with the
    secrets of its source's address; it is for lookups only."""

    link: str | None
    digest: str
    former_uid: str | None = None


def build_fallback_identities(
    entries: Sequence[Entry],
    uids: Sequence[str],
    known_fingerprints: Sequence[EntryFingerprint] = (),
    fingerprints: Sequence[EntryFingerprint] | None = None,
    *,
    guids: bool = True,
) -> dict[str, FallbackIdentity]:
    """The fallback identity of each entry, by uid.

    `known_fingerprints`: of the document's entries that were not parsed. `fingerprints`: of `entries`, if the caller
    has computed them already. `guids`: whether the source's guids are trusted.
    """
    if not entries:  # as at most polls
        return {}
    entries_by_uid = _map_by_uid(entries, uids)
    fingerprints_by_uid = (
        _map_by_uid(fingerprints, uids)
        if fingerprints is not None
        else {uid: fingerprint_entry(entry) for uid, entry in entries_by_uid.items()}
    )
    links = Counter(map(LINK, deduplicate_fingerprints((*known_fingerprints, *fingerprints_by_uid.values()))))
    former_uids = _find_former_uids(entries, uids, known_fingerprints, guids=guids)
    return {
        uid: FallbackIdentity(
            canonicalize_url(entry.link) if links[fingerprints_by_uid[uid].link] == 1 else None,
            digest_texts(entry.title, combine_texts(entry.summary, entry.content)),
            former_uids.get(uid),
        )
        for uid, entry in entries_by_uid.items()
    }


def _find_former_uids(
    entries: Sequence[Entry], uids: Sequence[str], known_fingerprints: Sequence[EntryFingerprint], *, guids: bool
) -> dict[str, str]:
    """By uid, the uids that older versions gave these entries, where they differ: they hid no secrets."""
    if not any(isinstance(entry, RedactedEntry) for entry in entries):
        return {}
    former = assign_uids(
        [entry.original if isinstance(entry, RedactedEntry) else entry for entry in entries],
        known_fingerprints,
        guids=guids,
    )
    return {uid: old for uid, old in _map_by_uid(former, uids).items() if old != uid}


def _map_by_uid(values: Sequence[T], uids: Sequence[str]) -> dict[str, T]:
    by_uid: dict[str, T] = {}
    for uid, value in zip(uids, values, strict=True):
        by_uid.setdefault(uid, value)  # two texts with one uid in a document are not versions of each other
    return by_uid


def select_new_articles(
    source: Source,
    entries: Sequence[Entry],
    uids: Sequence[str],
    known: Mapping[str, KnownArticle],
    *,
    now: datetime,
    baseline: bool,
    known_fingerprints: Sequence[EntryFingerprint] = (),
    guids: bool = True,
    fallback_identities: Mapping[str, FallbackIdentity] | None = None,
) -> NewArticles:
    """The new articles, in the document's order.

    `uids`: of the entries (`assign_uids`); `known`: the articles that we have of them; `baseline`: this is the first
    poll; `known_fingerprints`: of the document's entries that were not parsed; `guids`: whether the source's guids are
    trusted; `fallback_identities`: of the entries, if the caller has them already (`build_fallback_identities`).
    """
    if not entries:  # as at most polls
        return NewArticles((), distrusts_guids=not guids)
    if fallback_identities is None:
        fallback_identities = build_fallback_identities(entries, uids, known_fingerprints)
    entries_by_uid = _map_by_uid(entries, uids)
    churning = guids and _has_churning_guids(entries_by_uid, fallback_identities, known, known_fingerprints)
    distrusts_guids = churning or not guids
    uids_without_guids = (
        dict(zip(uids, assign_uids(entries, known_fingerprints, guids=False), strict=True)) if churning else {}
    )
    articles, unstable = [], 0
    for uid, entry in entries_by_uid.items():
        known_article = _confirm_known_article(
            known.get(uid), fallback_identities[uid], distrusts_guids=distrusts_guids
        )
        if known_article is not None and known_article.uid in entries_by_uid:  # it has its own entry in this document
            known_article = None
        if known_article is not None and (
            known_article.is_erased or known_article.digest == fallback_identities[uid].digest
        ):
            continue
        if known_article is not None and known_article.version >= MAX_VERSIONS:
            unstable += 1
            continue
        article_uid = (
            known_article.uid if known_article is not None and known_article.uid else uids_without_guids.get(uid, uid)
        )
        articles.append(
            _build_article(
                source, entry, article_uid, fallback_identities[uid], known=known_article, now=now, baseline=baseline
            )
        )
    return NewArticles(tuple(articles), unstable, distrusts_guids)


def sanitize_entry(entry: Entry) -> Entry:
    """The entry as people may see it. Its uid and digest come from the original, with what is removed here."""
    return replace(
        entry,
        link=entry.link and sanitize_link(entry.link),
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
    found: KnownArticle | None, identity: FallbackIdentity, *, distrusts_guids: bool
) -> KnownArticle | None:
    """The known article, if it is that of the entry.

    One with another guid is the same article if both address and text are the same, or if the operator erased that
    address. Where guids are not trusted, the address or the text alone is enough. (Many entries of a live page share
    one address.)
    """
    if found is None or not _is_under_other_uid(found, identity):
        return found
    same_text = found.digest == identity.digest
    if distrusts_guids:
        return found if identity.link or same_text else None
    return found if identity.link and (same_text or (found.is_erased and not found.uid)) else None


def _has_churning_guids(
    entries_by_uid: Mapping[str, Entry],
    fallback_identities: Mapping[str, FallbackIdentity],
    known: Mapping[str, KnownArticle],
    known_fingerprints: Sequence[EntryFingerprint],
) -> bool:
    """Whether nearly all guids of a document are new, but its articles are not: the server makes new ones each time."""
    guids = [uid for uid, entry in entries_by_uid.items() if entry.guid]
    new = sum(uid not in known or _is_under_other_uid(known[uid], fallback_identities[uid]) for uid in guids)
    total = len(guids) + sum(map(bool, map(GUID, known_fingerprints)))
    if total < _MIN_CHURNING_GUIDS or not _is_large_majority(new, total):
        return False
    # Counts articles, not entries: if a document repeats one text, one article would count for all of them.
    known_uids = {
        known[uid].uid or uid
        for uid in entries_by_uid
        if uid in known and _is_same_article(known[uid], entries_by_uid[uid], fallback_identities[uid])
    }
    return _is_large_majority(len(known_uids) + len(known_fingerprints), len(entries_by_uid) + len(known_fingerprints))


def _is_large_majority(part: int, total: int) -> bool:
    return 5 * part >= 4 * total


def _is_under_other_uid(found: KnownArticle, identity: FallbackIdentity) -> bool:
    """Whether the article was found by its address or its text only: its uid never was the entry's."""
    return found.uid is not None and found.uid != identity.former_uid


def _is_same_article(found: KnownArticle, entry: Entry, identity: FallbackIdentity) -> bool:
    """Whether this is the entry's article, whatever its guid. The address alone is not enough: a live page keeps its
    address under each new title."""
    if not _is_under_other_uid(found, identity):
        return True
    same_title = _tokenize_title(found.title) == _tokenize_title(entry.title)
    return found.digest == identity.digest or (identity.link is not None and same_title)


def _tokenize_title(title: str) -> list[str]:
    """The tokens of a title. Sanitized here, because earlier versions of the program stored titles as they came."""
    return folded_tokens(sanitize_line(title))


def _build_article(
    source: Source,
    entry: Entry,
    uid: str,
    identity: FallbackIdentity,
    *,
    known: KnownArticle | None,
    now: datetime,
    baseline: bool,
) -> Article:
    seen = now if known is None else known.seen
    clean = sanitize_entry(entry)
    text, declared = combine_texts(clean.summary, clean.content), clean.language or source.language
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
        # None where several entries of a document share an address (a live page): they are not one article.
        canonical=identity.link,
        language=detect_language_tag(clean.title, text, declared),
        digest=identity.digest,
        authors=clean.authors,
        tags=clean.tags,
        # An undated article of the backlog does not become news because a word in it changed.
        baseline=baseline or (known is not None and known.baseline),
    )


def combine_texts(summary: str, content: str) -> str:
    """The text of an article: summary and content of its entry, without repeating the summary."""
    if not content or summary in content:
        return content or summary
    return content if not summary else f"{summary}\n\n{content}"
