"""A document type declares nothing that costs, and reaches nothing."""

from __future__ import annotations

import pytest

from monitor.model import Feed
from monitor.sources.formats.doctype import MAX_EXPANDED, strip_doctype
from monitor.sources.formats.read_document import read_document

LAUGHS = "<!ENTITY l0 'ha'>" + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))


def read(declared: str, title: str, after: str = "") -> Feed:
    """A feed with one entry under a document type that declares this."""
    document = (
        f"<!DOCTYPE rss {declared}>\n<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    )
    return read_document(f"{document}{after}".encode(), {}, "https://a.example/f")


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        (f"[{LAUGHS}]", "&l9;"),
        ("[<!ENTITY x SYSTEM 'file:///etc/hostname'>]", "&x;"),
        ("[<!ENTITY x PUBLIC '-//A' 'http://127.0.0.1/'>]", "&x;"),
        ("SYSTEM 'a' [\n<!ENTITY % p SYSTEM 'file:///etc/hostname'>\n%p;\n<!ENTITY x '%p;'>]", "&x;"),
        (f"[<!ENTITY x '{'x' * 1000}'>]", "&x;" * (MAX_EXPANDED // 1000 + 1)),  # a little text, again and again
        (f"[<!ENTITY x '{'x' * 1001}'>]", "&x;"),
        ("[<!ENTITY x '<b>'>]", "&x;"),  # an element that is open
        ("[<!-- ' --><?a ' ?><!ATTLIST a b CDATA '<!-- ]>'><!ENTITY x SYSTEM 'a'>]", "&x;"),
    ],
)
def test_entities_that_are_not_read_are_told(declared: str, title: str) -> None:
    """In one line that names the first of them; the entry is kept, and says what it refers to."""
    feed = read(declared, title)
    assert feed.problem is not None
    assert "declares entities, which are not read (&" in feed.problem
    assert [entry.title for entry in feed.entries] == [title[:1000]]


@pytest.mark.parametrize(
    ("declared", "title", "shown"),
    [
        ("", "plain", "plain"),
        ('PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://a.example/rss.dtd"', "plain", "plain"),
        (f"[{LAUGHS}<!ENTITY x SYSTEM 'a'>]", "plain", "plain"),  # nothing refers to them
        ("[\n<!ENTITY copy \"&#169;\">\n<!ENTITY own 'Our paper'>]", "&copy; &own;", "© Our paper"),
        ("[<!ENTITY x 'first'><!ENTITY x 'second'>]", "&x;", "first"),
        ("[<!-- <!ENTITY x 'no'> --><!ENTITY x 'yes'>]", "&x;", "yes"),
    ],
)
def test_what_does_no_harm_is_read(declared: str, title: str, shown: str) -> None:
    """A type without entities, or with a few words under a name."""
    feed = read(declared, title)
    assert feed.problem is None
    assert [entry.title for entry in feed.entries] == [shown]


def test_lines_keep_their_numbers() -> None:
    """What is told of the rest is told of the document as its publisher has it."""
    feed = read("[\n\n\n<!ENTITY x SYSTEM 'a'>\n\n]", "title", after="\n&")
    assert feed.problem is not None
    assert "line 8" in feed.problem


@pytest.mark.parametrize(
    "piece", ["<!-- ", "<!--", "'", '"', "<!ENTITY a ", "<? ", "<!ENTITY", "<!ENTITY ' ", "]", "<", "[", "%a;"]
)
def test_broken_declarations_are_found_broken_quickly(piece: str) -> None:
    """Within the time of any other test, however often a piece comes; nothing of one is taken for a declaration."""
    body = f"<!DOCTYPE rss [{piece * 300_000}".encode()
    for end in (b"", b"]><rss/>", b"-->]><rss/>", b"'>]><rss/>"):
        assert b"<!ENTITY" not in strip_doctype(body + end).body
