"""The bytes of a feed, turned into clean UTF-8 before feedparser sees them.

feedparser gives a whole document up to a wrong guess for one broken character, and takes the names of East Asian
character sets at their word. Where the evidence for a character set is weak this does not guess: feedparser does.
"""

from __future__ import annotations

import codecs
import re

# What the web means by these names (WHATWG Encoding standard, section 4.2): the larger set that contains the named
# one. Python's own codec of that name fails on the characters that only the larger has.
MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "ascii": "cp1252",
    "tis-620": "cp874",
}
UNKNOWN_TO_PYTHON = {"x-sjis": "shift_jis", "x-gbk": "gbk", "x-euc-jp": "euc_jp", "windows-949": "cp949"}
# Codecs of Python's that are no character sets; some raise errors of their own, some are slow.
NO_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape", "unicode-escape", "utf-7"}

# Byte order marks (the longer first: UTF-32's starts with UTF-16's), and the same without (XML 1.0, appendix F.1).
STARTS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)

IN_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
IN_BODY = re.compile(rb"""\s*<\?xml[^<>]{0,200}?encoding\s*=\s*["']([\w.:-]+)["']""")
DECLARATION = re.compile(r"<\?xml(?=[\s?])[^<>]{0,200}>")  # ended as it should be by ?>, or by > alone
UTF8 = '<?xml version="1.0" encoding="utf-8"?>'
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # by XML 1.0, section 2.2
REFERENCE = re.compile("&#([xX][0-9a-fA-F]{1,400}|[0-9]{1,400});?")


def to_utf8(body: bytes, content_type: str | None) -> bytes | None:
    """The body as UTF-8 that says so and holds nothing that XML forbids; None: only a guess could tell what it is."""
    text = _decoded(body, content_type or "")
    if text is None:
        return None
    text = REFERENCE.sub(_legal, FORBIDDEN.sub("", text)).lstrip()
    # Where there is no encoding declared feedparser would add a declaration, and a line: the strict parser knows no
    # second one, and errors would name the wrong lines.
    declaration = DECLARATION.match(text)
    return (UTF8 + text[declaration.end() if declaration else 0 :]).encode("utf-8", "replace")


def _legal(reference: re.Match[str]) -> str:
    """A character reference, if to a character that XML knows; feedparser breaks on others."""
    code = int(reference[1][1:], 16) if reference[1][0] in "xX" else int(reference[1])
    legal = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF and not FORBIDDEN.match(chr(code))
    return reference[0] if legal else ""


def _decoded(body: bytes, content_type: str) -> str | None:
    for start, codec in STARTS:
        if body.startswith(start):
            return body.decode(codec, "replace")
    named = _named(body, content_type)
    text = body.decode("utf-8", "replace")
    if _is_utf8(text, declared=not named or "utf-8" in named):
        return text
    others = [codec for codec in named if codec != "utf-8"]
    return body.decode(others[0], "replace") if others else None


def _named(body: bytes, content_type: str) -> list[str]:
    """The codecs that the header and the document name, the more credible first."""
    names = []
    if in_header := IN_HEADER.search(content_type):
        names.append(in_header[1])
    if in_body := IN_BODY.match(body):
        names.append(in_body[1].decode("ascii", "replace"))
    codecs_named = [codec for codec in map(_codec, names) if codec]
    # The header goes first (RFC 7303 section 3), unless it says Latin-1: many servers say that of all they have.
    return sorted(codecs_named, key=lambda codec: codec == "cp1252")


def _codec(name: str) -> str | None:
    name = UNKNOWN_TO_PYTHON.get(name.lower(), name)
    try:
        codec = codecs.lookup(name).name
        b"".decode(codec)  # LookupError: a codec, but not of text
    except (LookupError, UnicodeError):
        return None
    if codec in NO_CHARSETS:
        return None
    # The name could be read byte by byte, so it is not that; Windows programs write it over what they save as UTF-8.
    if codec.startswith(("utf-16", "utf-32")):
        return "utf-8"
    return MEANT.get(codec, codec)


def _is_utf8(text: str, *, declared: bool) -> bool:
    """Whether bytes that gave this text when read as UTF-8 were meant so.

    Nothing else is valid UTF-8 by chance for long, so the characters beyond ASCII decide: a few broken ones among
    many sound ones are damage (a summary cut within a character), while Latin-1 or KOI8-R gives hardly a sound one.
    """
    broken = text.count("\ufffd")
    sound = len(text) - broken - len(text.encode("ascii", "ignore"))
    if declared:
        return broken <= sound // 2
    return broken == 0 and sound >= 8
