"""The identity of entries: two that differ never share one, and one keeps it through edits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.ingest.entry_identity import assign_uids
from monitor.model import Entry
from monitor.model.hashing import digest_texts

A = Entry(guid="g1", link="https://x.test/1", title="One", summary="First.")
B = Entry(guid="g2", link="https://x.test/2", title="Two", summary="Second.")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # a guid of its own is an entry's identity
        ([A, B], ["g1", "g2"]),
        # a feed that gives all items one guid: guid and link
        ([A, replace(B, guid="g1")], ["g1|https://x.test/1", "g1|https://x.test/2"]),
        # no guid: the canonical link, without its trackers
        ([replace(A, guid=None, link="http://www.x.test/1?utm_source=rss")], ["https://x.test/1"]),
        # an empty guid is none
        ([replace(A, guid="")], ["https://x.test/1"]),
        # an entry that the document holds twice, word for word, is one
        ([A, B, A], ["g1", "g2", "g1"]),
    ],
)
def test_what_an_entry_is_known_by(entries: list[Entry], expected: list[str]) -> None:
    """Its guid; guid and link where guids repeat; its link where there is no guid."""
    assert assign_uids(entries) == expected


@pytest.mark.parametrize(
    "entries",
    [
        # links of a live page, without guids
        [replace(A, guid=None), replace(B, guid=None, link=A.link)],
        # guid and link repeat
        [A, replace(B, guid=A.guid, link=A.link)],
        # all link to the home page
        [replace(A, guid=None, link="https://x.test/"), replace(B, guid=None, link="https://x.test/")],
        # nothing but texts
        [Entry(title="One"), Entry(title="Two")],
        [Entry(summary="One"), Entry(content="Two")],
        # texts that part late
        [Entry(title="Markets", summary="x" * 300 + "up"), Entry(title="Markets", summary="x" * 300 + "down")],
        # titles that part in their signs only
        [Entry(title="Won +1%"), Entry(title="Won -1%")],
        # one entry's guid is another's link
        [replace(A, guid="https://x.test/2"), replace(B, guid=None)],
    ],
)
def test_entries_that_differ_never_share_an_identity(entries: list[Entry]) -> None:
    """Sharing one would make the second a known article: a missed alert."""
    uids = assign_uids(entries)
    assert len(set(uids)) == len(entries)
    assert all(uids)


def test_an_identity_survives_edits_and_the_document_round_it() -> None:
    """Neither a new text nor other entries nor their order change it."""
    edited = replace(A, title="One, corrected", summary="First, corrected.")
    assert assign_uids([B, edited])[1] == assign_uids([A])[0]


def test_an_entry_without_anything_has_an_identity_still() -> None:
    """Nothing at all is an identity too, always the same."""
    assert assign_uids([Entry()]) == assign_uids([Entry()]) != [""]


def test_a_digest_tells_texts_from_their_concatenation() -> None:
    """The bounds between texts count."""
    assert digest_texts("ab", "c") != digest_texts("a", "bc")
