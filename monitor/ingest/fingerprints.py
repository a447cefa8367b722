"""The entries of a source's last documents, as little as tells them apart: by their marks the entries that a new
document repeats are known without being parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice, starmap
from struct import Struct
from zlib import crc32

from monitor.ingest.entry_identity import fingerprint_entry
from monitor.model import Entry, EntryFingerprint

MOST = 1000  # entries; whoever lists more has the rest parsed at each poll
_DOCUMENTS = 3  # servers behind one address may give that many bodies in turn
_FEWEST = 100  # entries that are always remembered: a feed that comes empty once comes back whole

_VERSION = b"\x01"
_ROW = Struct("12s8s8s8s8s")  # slice, guid, link, content, whole; of what is missing zeros
_MISSING = bytes(8)
_SUM = 4


def fingerprint_entries(entries: Sequence[Entry]) -> tuple[EntryFingerprint, ...]:
    """The marks of entries whose slice is known. Of entries that were not taken in there must be none: they would pass
    for known."""
    return tuple(fingerprint_entry(entry) for entry in entries if entry.slice)


def retain_fingerprints(
    slices_in_document: Iterable[bytes],
    known: Mapping[bytes, EntryFingerprint],
    new: Iterable[EntryFingerprint],
    most: int = MOST,
) -> tuple[EntryFingerprint, ...]:
    """The marks to keep: those of this document in its order, then those of the last ones, the latest first.

    `known`: what was kept before, in its order; `new`: the marks of what was parsed.
    """
    marks = {**known, **{mark.slice: mark for mark in new}}
    here = {each: marks.get(each) for each in slices_in_document}
    after = {**here, **known, **here}  # each where it comes first, and as it comes last
    room = min(most, max(_DOCUMENTS * len(here), _FEWEST))
    return tuple(islice(filter(None, after.values()), room))


def pack_fingerprints(marks: Sequence[EntryFingerprint]) -> bytes:
    """The marks, for the database. None may lack its slice."""
    body = b"".join(chain.from_iterable(marks))
    if len(body) != len(marks) * _ROW.size:
        body = b"".join(starmap(_ROW.pack, marks))
    return _VERSION + crc32(body).to_bytes(_SUM) + body


def unpack_fingerprints(value: bytes) -> tuple[EntryFingerprint, ...]:
    """The marks that were packed; none if it is damaged or of another version: then the document is parsed whole."""
    body = value[1 + _SUM :]
    if value[:1] != _VERSION or value[1 : 1 + _SUM] != crc32(body).to_bytes(_SUM) or len(body) % _ROW.size:
        return ()
    rows = _ROW.iter_unpack(body)
    if _MISSING in body:
        rows = (tuple(b"" if each == _MISSING else each for each in row) for row in rows)
    return tuple(map(EntryFingerprint._make, rows))
