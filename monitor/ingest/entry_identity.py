"""Gives the entries of one source uids and fingerprints.

A uid must survive edits, re-ordering and a feed that repeats itself. Two entries must never share one: the second would
look known, and its alert would be missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from operator import attrgetter

from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Entry, EntryFingerprint
from monitor.model.hashing import digest_texts, hash_texts, shorten_identity
from monitor.text.folding import fold_title

GUID, LINK = attrgetter("guid"), attrgetter("link")
"""Of a fingerprint. Every poll reads them from the fingerprints of a whole document."""
_IDENTITY_CHARACTERS = 200  # characters of a text that are part of an identity: most edits are farther down


def assign_uids(
    entries: Sequence[Entry],
    known_fingerprints: Sequence[EntryFingerprint] = (),
    *,
    guids: bool = True,
    fingerprints: Sequence[EntryFingerprint] | None = None,
) -> list[str]:
    """A uid for each entry of a document, in order.

    It is the guid; guid and link where the document repeats guids (miniflux #4197: all items with one guid); else the
    canonical link, if no other entry has it; else the entry's own content. An entry that a document repeats word for
    word counts once.

    `known_fingerprints`: of the document's entries that were not parsed; they count as entries of the document.
    `guids`: whether the source's guids are trusted (`NewArticles.distrusts_guids`). `fingerprints`: of `entries`, if
    the caller has computed them already.
    """
    if not entries:  # as at most polls
        return []
    if fingerprints is None:
        fingerprints = [fingerprint_entry(entry) for entry in entries]
    context = _DocumentContext([*fingerprints, *known_fingerprints], guids=guids)
    return [_build_uid(entry, fingerprint, context) for entry, fingerprint in zip(entries, fingerprints, strict=True)]


def deduplicate_fingerprints(
    fingerprints: Sequence[EntryFingerprint], *, guids: bool = True
) -> Sequence[EntryFingerprint]:
    """The fingerprints of a document, without entries that repeat another one word for word under the same guid."""
    if guids and len(set(map(GUID, fingerprints))) == len(fingerprints):
        return fingerprints
    return list(
        {(fingerprint.guid if guids else b"", fingerprint.whole): fingerprint for fingerprint in fingerprints}.values()
    )


class _DocumentContext:
    """How often guids, links and names occur in a document, counted by the fingerprints of its entries."""

    def __init__(self, fingerprints: Sequence[EntryFingerprint], *, guids: bool) -> None:
        self.guids = guids
        distinct = deduplicate_fingerprints(fingerprints, guids=guids)
        distinct_guids = set(map(GUID, distinct)) if guids else set()
        # As in most documents.
        self._guids_are_unique = b"" not in distinct_guids and len(distinct_guids) == len(distinct)
        if self._guids_are_unique:
            return
        self._guid_counts = Counter(map(self.trusted_guid, distinct))
        self._link_counts = Counter(fingerprint.link for fingerprint in distinct)
        self._name_counts = Counter(self.choose_name(fingerprint).key for fingerprint in distinct)

    def trusted_guid(self, fingerprint: EntryFingerprint) -> bytes:
        return fingerprint.guid if self.guids else b""

    def choose_name(self, fingerprint: EntryFingerprint) -> _EntryName:
        """What an entry's uid is made of, unless another entry has the same name (`is_shared`)."""
        guid = self.trusted_guid(fingerprint)
        if self._guids_are_unique:
            return _EntryName(guid, guid=True)
        own_link = fingerprint.link != b"" and self._link_counts[fingerprint.link] == 1
        if guid and self._guid_counts[guid] == 1:
            return _EntryName(guid, guid=True)
        if own_link:
            return _EntryName(
                _short_digest(guid, fingerprint.link) if guid else fingerprint.link, guid=guid != b"", link=True
            )
        return _EntryName(_short_digest(guid, fingerprint.content))

    def is_shared(self, name: _EntryName) -> bool:
        """Whether several entries have this name: texts that differ late, or a guid that is another entry's link."""
        return not self._guids_are_unique and self._name_counts[name.key] > 1


@dataclass(frozen=True, slots=True)
class _EntryName:
    """What an entry's uid is made of (neither guid nor link: its content), and the digest of that as `key`."""

    key: bytes
    guid: bool = False
    link: bool = False


def _build_uid(entry: Entry, fingerprint: EntryFingerprint, context: _DocumentContext) -> str:
    if not context.guids:  # they are part of the content uid, so changing guids would change it too
        entry = replace(entry, guid=None, link=canonicalize_url(entry.link) or entry.link)
    name = context.choose_name(fingerprint)
    if context.is_shared(name):
        return f"content:{digest_texts(entry.guid or '', entry.link or '', *_list_texts(entry))}"
    parts = [entry.guid if name.guid else None, canonicalize_url(entry.link) if name.link else None]
    return shorten_identity("|".join(part for part in parts if part)) or (
        f"content:{digest_texts(entry.guid or '', entry.link or '', _join_identity_content(entry))}"
    )


def fingerprint_entry(entry: Entry) -> EntryFingerprint:
    """How an entry is recognised when a later document repeats it."""
    link = canonicalize_url(entry.link)
    address = (link or entry.link or "").encode("utf-8", "surrogatepass")
    return EntryFingerprint(
        entry.slice,
        guid=_short_digest(entry.guid.encode("utf-8", "surrogatepass")) if entry.guid else b"",
        link=_short_digest(address) if link else b"",
        content=_short_digest(address, hash_texts(_join_identity_content(entry))),
        whole=_short_digest(address, hash_texts(*_list_texts(entry))),
    )


def _join_identity_content(entry: Entry) -> str:
    return f"{fold_title(entry.title)[0]}\n{(entry.summary or entry.content)[:_IDENTITY_CHARACTERS]}"


def _list_texts(entry: Entry) -> tuple[str, str, str]:
    return entry.title, entry.summary, entry.content


def _short_digest(*parts: bytes) -> bytes:
    """A digest of 8 bytes: enough to tell apart the entries of a few documents of one source."""
    return blake2b(b"\x00".join(parts), digest_size=8).digest()
