"""The marks of a source's last documents."""

from __future__ import annotations

from monitor.ingest.fingerprints import fingerprint_entries, pack_fingerprints, retain_fingerprints, unpack_fingerprints
from monitor.model import Entry, EntryFingerprint


def slices(*numbers: int) -> list[bytes]:
    return [number.to_bytes(12) for number in numbers]


def marks(*numbers: int) -> list[EntryFingerprint]:
    return [EntryFingerprint(each) for each in slices(*numbers)]


def after(known: list[EntryFingerprint], document: list[bytes]) -> list[EntryFingerprint]:
    """What is kept after a document of which all that was not known was parsed."""
    before = {mark.slice: mark for mark in known}
    return list(
        retain_fingerprints(document, before, [EntryFingerprint(each) for each in document if each not in before])
    )


def test_only_what_has_a_slice_is_marked() -> None:
    """What cannot be cut from its document needs no mark."""
    entry = Entry(guid="1", title="One", slice=b"s" * 12)
    (mark,) = fingerprint_entries([entry, Entry(guid="2")])
    assert (mark.slice, mark.link) == (b"s" * 12, b"")
    assert mark.guid


def test_documents_that_alternate_are_all_remembered() -> None:
    """Servers behind one address give three bodies in turn: from the fourth poll on nothing is new in any of them."""
    bodies = [slices(*range(start, start + 100)) for start in (0, 1000, 2000)]
    known: list[EntryFingerprint] = []
    for body in bodies:
        known = after(known, body)
    for body in bodies:
        assert set(body) <= {mark.slice for mark in known}
        known = after(known, body)
        assert [mark.slice for mark in known[:100]] == body


def test_what_is_kept_does_not_grow_for_ever() -> None:
    """Of a feed that goes on, the last documents' worth."""
    known: list[EntryFingerprint] = []
    for poll in range(50):
        known = after(known, slices(*range(poll * 60, poll * 60 + 60)))
    assert [mark.slice for mark in known] == slices(*range(2940, 3000), *range(2880, 2940), *range(2820, 2880))


def test_an_empty_document_forgets_little() -> None:
    """A feed that comes empty once comes back whole the next time."""
    assert after(marks(1, 2, 3), []) == marks(1, 2, 3)


def test_the_order_of_the_document_is_the_order_of_its_marks() -> None:
    """Known and new ones in turn."""
    assert after(marks(1, 3, 9), slices(1, 2, 3)) == marks(1, 2, 3, 9)


def test_marks_are_small() -> None:
    """Forty-four bytes each: a thousand sources with three documents of thirty entries are four megabytes."""
    assert len(pack_fingerprints(marks(1, 2))) == 5 + 2 * 44


def test_a_value_of_another_version_is_no_marks() -> None:
    """A later program may pack them in another way."""
    assert unpack_fingerprints(b"\x02" + pack_fingerprints(marks(1))[1:]) == ()
