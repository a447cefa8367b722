"""Identity does not depend on how much of a document was parsed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.ingest.entry_identity import assign_uids, fingerprint_entry
from monitor.ingest.fingerprints import pack_fingerprints, retain_fingerprints, unpack_fingerprints
from monitor.model import Entry, EntryFingerprint

LONG = "x" * 250


def entries() -> st.SearchStrategy[Entry]:
    """Of few guids, addresses and texts, so that they share some, in each of the ways."""
    return st.builds(
        Entry,
        guid=st.sampled_from([None, "", "1", "2", "https://x.test/a"]),
        link=st.sampled_from(
            [None, "https://x.test/a", "http://www.x.test/a?utm_source=r", "https://x.test/", "urn:b"]
        ),
        title=st.sampled_from(["A missile flies", "a missile flies!", ""]),
        summary=st.sampled_from(["", "One", f"{LONG} up", f"{LONG} down"]),
        published=st.sampled_from([None, "2026-01-05"]),
    )


documents = st.lists(entries(), max_size=6)


@settings(max_examples=600)
@given(documents, st.integers(0, 63), st.booleans())
def test_a_part_of_a_document_is_known_as_in_the_whole(document: list[Entry], cut: int, guids: bool) -> None:
    """Whichever entries are there only as their marks, the others have the uids that they have beside them."""
    rest = [entry for i, entry in enumerate(document) if not cut >> i & 1]
    marks = [fingerprint_entry(entry) for i, entry in enumerate(document) if cut >> i & 1]
    whole = assign_uids(document, guids=guids)
    assert assign_uids(rest, marks, guids=guids) == [uid for i, uid in enumerate(whole) if not cut >> i & 1]


@given(documents)
def test_entries_with_different_words_never_share_an_identity(document: list[Entry]) -> None:
    """Whatever they share: the second would be taken for known."""
    plain = [replace(entry, published=None, guid=entry.guid or None) for entry in document]
    uids = dict(zip(plain, assign_uids(plain), strict=True))
    pages = {
        (e.guid, e.link and e.link.replace("http://www.", "https://").partition("?")[0], e.title, e.summary)
        for e in uids
    }
    assert len(set(uids.values())) >= len(pages)


marks = st.lists(
    st.builds(
        EntryFingerprint,
        st.binary(min_size=12, max_size=12),
        *(st.one_of(st.just(b""), st.binary(min_size=8, max_size=8).filter(any)) for _ in range(4)),
    ),
    unique_by=lambda mark: mark.slice,
    max_size=8,
)


@given(marks)
def test_marks_come_back_as_they_were_kept(those: list[EntryFingerprint]) -> None:
    """In their order, whatever they hold."""
    assert unpack_fingerprints(pack_fingerprints(those)) == tuple(those)


@given(marks, st.integers(0), st.integers(1, 255))
def test_damaged_marks_are_none(those: list[EntryFingerprint], at: int, by: int) -> None:
    """A byte that changed anywhere: the document is parsed whole, and nothing is taken for known."""
    value = bytearray(pack_fingerprints(those))
    value[at % len(value)] ^= by
    assert unpack_fingerprints(bytes(value)) == ()


@given(st.binary(max_size=120))
def test_what_is_foreign_is_no_marks(value: bytes) -> None:
    """Nor does it raise."""
    assert unpack_fingerprints(value) == ()


@given(marks, marks, st.integers(0, 12))
def test_the_marks_of_the_document_come_first(
    known: list[EntryFingerprint], new: list[EntryFingerprint], most: int
) -> None:
    """No more than may be kept, each slice once, and those of this document before all others."""
    here = [mark.slice for mark in (*known[::2], *new)]
    found = [mark.slice for mark in retain_fingerprints(here, {mark.slice: mark for mark in known}, new, most)]
    assert len(found) == len(set(found)) == min(most, len({mark.slice for mark in (*known, *new)}))
    assert found[: len(set(here))] == list(dict.fromkeys(here))[:most]
