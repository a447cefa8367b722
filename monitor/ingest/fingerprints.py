"""Keeps short fingerprints of the entries of a source's last documents.

With them, an entry that a new document repeats is known without being parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice, starmap
from struct import Struct
from zlib import crc32

from monitor.ingest.entry_identity import fingerprint_entry
from monitor.model import Entry, EntryFingerprint

MAX_FINGERPRINTS = 1000  # entries; if a source lists more, the rest is parsed at each poll
_DOCUMENTS = 3  # the servers behind one address may give that many different documents in turn
_MIN_FINGERPRINTS = 100  # entries that are always kept: a feed that is empty once will be full again

_VERSION = b"\x01"
_ROW = Struct("12s8s8s8s8s")  # slice, guid, link, content, whole; zeros for a missing one
_MISSING = bytes(8)
_CHECKSUM_SIZE = 4


def fingerprint_entries(entries: Sequence[Entry]) -> tuple[EntryFingerprint, ...]:
    """The fingerprints of the entries that have a slice.

    Pass only entries that were ingested: an entry with a fingerprint counts as known.
    """
    return tuple(fingerprint_entry(entry) for entry in entries if entry.slice)


def retain_fingerprints(
    slices_in_document: Iterable[bytes],
    known: Mapping[bytes, EntryFingerprint],
    new: Iterable[EntryFingerprint],
    limit: int = MAX_FINGERPRINTS,
) -> tuple[EntryFingerprint, ...]:
    """The fingerprints to keep: those of this document in its order, then those of earlier ones, the latest first.

    `known`: what was kept before, in its order; `new`: of the entries that were parsed.
    """
    by_digest = {**known, **{fingerprint.slice: fingerprint for fingerprint in new}}
    in_document = {digest: by_digest.get(digest) for digest in slices_in_document}
    ordered = {**in_document, **known, **in_document}  # a key keeps its first place, and gets its last value
    capacity = min(limit, max(_DOCUMENTS * len(in_document), _MIN_FINGERPRINTS))
    return tuple(islice(filter(None, ordered.values()), capacity))


def pack_fingerprints(fingerprints: Sequence[EntryFingerprint]) -> bytes:
    """The fingerprints as bytes, for the database. All of them must have a slice."""
    body = b"".join(chain.from_iterable(fingerprints))
    if len(body) != len(fingerprints) * _ROW.size:
        body = b"".join(starmap(_ROW.pack, fingerprints))
    return _VERSION + crc32(body).to_bytes(_CHECKSUM_SIZE) + body


def unpack_fingerprints(value: bytes) -> tuple[EntryFingerprint, ...]:
    """The fingerprints from `pack_fingerprints`.

    None if the value is damaged or of another version: then the whole document is parsed.
    """
    body = value[1 + _CHECKSUM_SIZE :]
    if (
        value[:1] != _VERSION
        or value[1 : 1 + _CHECKSUM_SIZE] != crc32(body).to_bytes(_CHECKSUM_SIZE)
        or len(body) % _ROW.size
    ):
        return ()
    rows = _ROW.iter_unpack(body)
    if _MISSING in body:
        rows = (tuple(b"" if field == _MISSING else field for field in row) for row in rows)
    return tuple(map(EntryFingerprint._make, rows))
