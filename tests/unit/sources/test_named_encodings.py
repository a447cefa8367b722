"""Names of encodings in documents: whatever Python knows under one, only an encoding of text is one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from encodings import aliases

import pytest

from monitor.errors import FeedUnreadable
from monitor.model import Selectors
from monitor.sources.formats.article_page import read_full_text
from monitor.sources.formats.charset import text_encoding
from monitor.sources.formats.opml import read_opml
from monitor.sources.formats.read_document import read_document
from monitor.sources.formats.web_page import read_page
from monitor.sources.polling.discovery import links_of

URL = "http://news.example/"
BODIES = (b"Korea fires", "caf\xe9, na\xefve".encode("latin-1"), ("발사 소식" * 5).encode("euc-kr"))
KNOWN = {*aliases.aliases, *aliases.aliases.values()}
OF_PYTHON = {"idna", "mbcs", "oem", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"}
"""Documented as Python's own, beside those that do not give text at all."""


def gives_text(name: str) -> bool:
    """As Python says it: bytes.decode takes no other codecs."""
    try:
        b"a".decode(name, "replace")
    except LookupError:
        return False
    return True


NO_TEXT = {name for name in KNOWN if not gives_text(name)} - {"mbcs"}  # which is of Windows
Reader = Callable[[bytes, str], object]
READERS: dict[str, Reader] = {
    "feed": lambda text, name: read_document(feed(text, name), {}, URL),
    "header": lambda text, name: read_document(feed(text, "utf-8"), {"content-type": f"text/xml; charset={name}"}, URL),
    "page": lambda text, name: read_page(page(text, name), {}, URL, Selectors("article")),
    "links": lambda text, name: links_of(page(text, name), {"content-type": "text/html"}, URL),
    "full text": lambda text, name: read_full_text(page(text, name), {}, URL),
    "opml": lambda text, name: read_opml(opml(text, name)),
}


def feed(text: bytes, name: str) -> bytes:
    begin = f"<?xml version='1.0' encoding='{name}'?><rss version='2.0'><channel><item><title>".encode()
    return begin + text + b"</title><link>/a</link></item></channel></rss>"


def page(text: bytes, name: str) -> bytes:
    begin = f"<html><meta charset='{name}'><body><article><a href='/a'>".encode()
    return begin + text + b"</a></article></body></html>"


def opml(text: bytes, name: str) -> bytes:
    begin = f"<?xml version='1.0' encoding='{name}'?><opml version='2.0'><body><outline xmlUrl='{URL}' text='".encode()
    return begin + text + b"'/></body></opml>"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", sorted(NO_TEXT | OF_PYTHON))
def test_a_name_of_no_text_encoding_is_as_good_as_none(name: str, reader: str) -> None:
    """A document that names zlib, hex or punycode is read like one that names klingon, and no such codec runs."""
    assert [READERS[reader](body, name) for body in BODIES] == [READERS[reader](body, "klingon") for body in BODIES]


@pytest.mark.parametrize("reader", READERS)
def test_no_name_that_python_knows_breaks_a_reader(reader: str) -> None:
    """What it gives may be wrong characters; it is never an error of a codec."""
    for name in KNOWN:
        for body in BODIES:
            with suppress(FeedUnreadable):
                READERS[reader](body, name)


def test_there_are_such_names() -> None:
    """With the ways to write them."""
    assert {"zlib", "zip", "hex", "base64", "bz2", "rot13", "uu", "quopri"} <= NO_TEXT


def test_encodings_that_feeds_have_are_known_by_their_names() -> None:
    """By all names that are usual for them."""
    assert {text_encoding(name) for name in ("gb2312", "GBK", "x-gbk", "gb18030")} == {"gb18030"}
    assert text_encoding("ISO-8859-1") == "cp1252"
    assert [*map(text_encoding, ("zlib", "hex", "base64", "bz2", "rot13", "a\0b", ""))] == [None] * 7
