"""Whatever a stranger sends, the reading path ends well: with articles, or with one line that says why not.

`./dev bench fuzz_reading` draws new documents for as long as one likes. Here they are few, and always the same.
"""

from __future__ import annotations

from hypothesis import given, settings

from tests.security.hostile_documents import documents
from tests.security.reading_path import Document, read_by_all_readers, read_everything


@settings(max_examples=300, derandomize=True, database=None)
@given(documents())
def test_every_reader_ends_with_entries_or_a_reason(document: Document) -> None:
    """Feeds, pages, lists of feeds, robots.txt, compressed or not: no other error, and nothing that steers."""
    read_by_all_readers(document)


@settings(max_examples=40, derandomize=True, database=None)
@given(documents())
def test_what_is_read_is_stored_and_sent_as_people_may_see_it(document: Document) -> None:
    """Through ingest, matching, the database and the messages of all kinds of channel."""
    read_everything(document)
