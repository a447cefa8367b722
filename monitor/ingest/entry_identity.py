"""What tells the entries of one source apart, for good.

An identity must survive edits, re-ordering and a feed that repeats itself; two entries must never share one (the
second would be taken for known: a missed alert).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from operator import attrgetter

from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Entry, EntryFingerprint
from monitor.text.folding import fold_title

GUID, LINK = attrgetter("guid"), attrgetter("link")
"""Of a mark. Every poll asks them of the marks of a whole document."""
_TELLING = 200  # characters of a text that stand in an identity: what is edited is mostly farther down


def assign_uids(
    entries: Sequence[Entry],
    others: Sequence[EntryFingerprint] = (),
    *,
    guids: bool = True,
    marks: Sequence[EntryFingerprint] | None = None,
) -> list[str]:
    """A uid for each entry of a document: its guid; guid and link where the document repeats guids (miniflux #4197:
    all items with one guid); else its canonical link, if no other entry has it; else its own content.

    `others`: the entries of the same document that were not parsed; an entry gets the uid that it would get beside
    them. `guids`: whether the source's guids are trusted (`articles.Taken.distrusts`). `marks`: the entries' own, where
    they have been made. An entry that stands in a document twice, word for word, counts once.
    """
    if not entries:  # as at most polls
        return []
    if marks is None:
        marks = [fingerprint_entry(entry) for entry in entries]
    around = _DocumentContext([*marks, *others], guids=guids)
    return [_build_uid(entry, mark, around) for entry, mark in zip(entries, marks, strict=True)]


def deduplicate_fingerprints(marks: Sequence[EntryFingerprint], *, guids: bool = True) -> Sequence[EntryFingerprint]:
    """Those of a whole document, but of what stands in it twice, word for word and under one guid, only one."""
    if guids and len(set(map(GUID, marks))) == len(marks):
        return marks
    return list({(mark.guid if guids else b"", mark.whole): mark for mark in marks}.values())


class _DocumentContext:
    """What the entries of a whole document share, counted by their marks."""

    def __init__(self, marks: Sequence[EntryFingerprint], *, guids: bool) -> None:
        self.guids = guids
        each = deduplicate_fingerprints(marks, guids=guids)
        names = set(map(GUID, each)) if guids else set()
        self._plain = b"" not in names and len(names) == len(each)  # as most are: guids are the names
        if self._plain:
            return
        self._guids = Counter(map(self.guid, each))
        self._links = Counter(mark.link for mark in each)
        self._names = Counter(self.name(mark).key for mark in each)

    def guid(self, mark: EntryFingerprint) -> bytes:
        return mark.guid if self.guids else b""

    def name(self, mark: EntryFingerprint) -> _Name:
        """By what an entry is named, if no other entry has that name too."""
        guid = self.guid(mark)
        if self._plain:
            return _Name(guid, guid=True)
        own_link = mark.link != b"" and self._links[mark.link] == 1
        if guid and self._guids[guid] == 1:
            return _Name(guid, guid=True)
        if own_link:
            return _Name(_short_digest(guid, mark.link) if guid else mark.link, guid=guid != b"", link=True)
        return _Name(_short_digest(guid, mark.content))

    def is_shared(self, name: _Name) -> bool:
        """Texts that part late, a guid that is another entry's link."""
        return not self._plain and self._names[name.key] > 1


@dataclass(frozen=True, slots=True)
class _Name:
    """What an entry's uid is made of (neither guid nor link: its content), and a digest that stands for it."""

    key: bytes
    guid: bool = False
    link: bool = False


def _build_uid(entry: Entry, mark: EntryFingerprint, around: _DocumentContext) -> str:
    if not around.guids:  # what churns in them would come back with the texts
        entry = replace(entry, guid=None, link=canonicalize_url(entry.link) or entry.link)
    name = around.name(mark)
    if around.is_shared(name):
        return f"content:{digest_texts(entry.guid or '', entry.link or '', *_list_texts(entry))}"
    parts = [entry.guid if name.guid else None, canonicalize_url(entry.link) if name.link else None]
    return "|".join(part for part in parts if part) or (
        f"content:{digest_texts(entry.guid or '', entry.link or '', _join_identity_content(entry))}"
    )


def fingerprint_entry(entry: Entry) -> EntryFingerprint:
    """By what an entry is recognised when its document comes again."""
    link = canonicalize_url(entry.link)
    page = (link or entry.link or "").encode("utf-8", "surrogatepass")
    return EntryFingerprint(
        entry.slice,
        guid=_short_digest(entry.guid.encode("utf-8", "surrogatepass")) if entry.guid else b"",
        link=_short_digest(page) if link else b"",
        content=_short_digest(page, _hash_texts(_join_identity_content(entry))),
        whole=_short_digest(page, _hash_texts(*_list_texts(entry))),
    )


def _join_identity_content(entry: Entry) -> str:
    return f"{fold_title(entry.title)[0]}\n{(entry.summary or entry.content)[:_TELLING]}"


def _list_texts(entry: Entry) -> tuple[str, str, str]:
    return entry.title, entry.summary, entry.content


def _short_digest(*parts: bytes) -> bytes:
    """A digest that tells apart what stands in a few documents of one source."""
    return blake2b(b"\x00".join(parts), digest_size=8).digest()


def uid_hash(uid: str) -> str:
    """By what a uid is recognised when it must not be read any more: a guid may be an address, or words."""
    return digest_texts(uid)


def digest_texts(*parts: str) -> str:
    """32 hexadecimal digits that stand for these texts, the same in every process."""
    return _hash_texts(*parts).hex()


def _hash_texts(*parts: str) -> bytes:
    return blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
