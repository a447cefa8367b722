"""Turns the HTML in feeds into plain text.

The text is what entries are recognised by. A change in what is removed here would change the digests of the articles
that contain it, and make them new ones. What may be shown of an entry is decided in `monitor.sanitize`. The article
within a page is extracted elsewhere.

nh3 builds a tree, and for some trees its time grows with the square of their depth: a quarter of a megabyte of
`<ul><li>` takes half a minute. Markup that may be nested deeper than MAX_DEPTH therefore never reaches nh3: a scan in
linear time removes its tags and keeps all of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from html import unescape
from itertools import islice
from typing import Final

import nh3

MAX_DEPTH: Final = 256  # of nested elements: feeds have some twenty

# A line ends before and after these elements; all others are within a line.
BLOCK_ELEMENTS = (
    "address|article|aside|blockquote|br|caption|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|"
    "li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
# Does not look for the end of the tag: that would take quadratic time for "<p<p<p<p...".
BEFORE_BLOCK = re.compile(rf"<(?=/?(?:{BLOCK_ELEMENTS})\b)", re.IGNORECASE)
# Any other "<" is text; nh3 is slow with many of them.
MARKUP_START = re.compile("<[a-zA-Z/!?]")
# Control characters except tab and line feed, half surrogate pairs (databases refuse them), and noncharacters.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Characters that change the direction of the text after them.
DIRECTION_CHARACTERS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def to_text(html: str) -> str:
    """The plain text of HTML: a line for each block, references replaced, without scripts and styles."""
    if MARKUP_START.search(html):
        html = BEFORE_BLOCK.sub("\n<", html)
        html = without_markup(html) if may_nest_deeply(html) else nh3.clean(html, tags=set())
    return tidy_lines(unescape(html))


def tidy_lines(text: str) -> str:
    """Plain text with tidy white space: no control characters, no empty lines."""
    text = CONTROL_CHARACTERS.sub("", DIRECTION_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    tidy = (" ".join(line.split()) for line in text.split("\n"))  # a regular expression would take four times as long
    return "\n".join(line for line in tidy if line)


def one_line(text: str) -> str:
    if not text.isprintable():
        text = CONTROL_CHARACTERS.sub(" ", DIRECTION_CHARACTERS.sub("", text))
    return " ".join(text.split())


# --- markup that a tree builder must not see ------------------------------------------------------------------------
# Tokens as in the HTML standard (13.2.5). All quantifiers are possessive, and an unclosed token extends to the end of
# the text, so nothing is read twice.

_SPACE = r"\t\n\f\r "
_VALUE = rf"""[{_SPACE}]*+=[{_SPACE}]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{_SPACE}>]*+)"""
_ATTRIBUTE = rf"[^{_SPACE}/>][^{_SPACE}/>=]*+(?:{_VALUE})?+"
_MARKUP = re.compile(
    rf"<(?:!--(?:-?>|.*?--!?>|.*+)|(?:[!?]|/(?![a-zA-Z]))[^>]*+>?"
    rf"|(?P<end>/?)(?P<name>[a-zA-Z][^{_SPACE}/>]*+)"
    rf"(?P<attributes>(?:[{_SPACE}]++|/(?!>)|{_ATTRIBUTE})*+)(?P<empty>/?+)(?:>|\Z))",
    re.DOTALL,
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_MAX_ATTRIBUTES = 1_000  # of a tag: a tree builder goes through all of them for each one that it adds
_SHORT_LENGTH = 4_000  # characters, whose attributes together cost a millisecond at most
_VOID_ELEMENTS = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# Their content is text up to their end tag, but within svg and math it is ordinary markup.
_RAW_TEXT_ELEMENTS = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"]
)
_RAW_TEXT_ENDS = {
    name: re.compile(rf"</{name}(?=[{_SPACE}/>])", re.IGNORECASE) for name in _RAW_TEXT_ELEMENTS - {"plaintext"}
}
# lxml reads noscript as ordinary markup, and all of these within svg and math as elsewhere. For lxml, `<title/>` has no
# content; for the standard and nh3, it is a start tag like any other.
_RAW_TEXT_ELEMENTS_OF_LXML = _RAW_TEXT_ELEMENTS - {"noscript"}
_RAW_TEXT_START = re.compile(rf"<(?:{'|'.join(sorted(_RAW_TEXT_ELEMENTS))}|!\[CDATA\[)", re.IGNORECASE)
_FOREIGN_START = re.compile(r"<(?:svg|math)", re.IGNORECASE)
_ELEMENTS_WITHOUT_TEXT = frozenset(("script", "style"))


def may_nest_deeply(html: str) -> bool:
    """Whether a tree of this markup may be deeper than MAX_DEPTH, or a tag in it has very many attributes.

    Never False for deep markup: an element counts as open until its own end tag comes with nothing open in between,
    which closes it for every tree builder. So it is also True for many elements without end tags.
    """
    has_many_tags = html.count("<") > MAX_DEPTH
    if not has_many_tags and len(html) <= _SHORT_LENGTH:
        return False
    if has_many_tags and _FOREIGN_START.search(html) and _RAW_TEXT_START.search(html):
        return True  # only a tree builder knows what is markup there
    open_: list[str] = []
    for tag in _scan_tags(html):
        name = tag["name"].lower()
        if tag["end"]:
            if open_ and open_[-1] == name:
                open_.pop()
            continue
        if name not in _VOID_ELEMENTS:
            open_.append(name)
        if len(open_) > MAX_DEPTH or _has_many_attributes(tag):
            return True
    return False


def _has_many_attributes(tag: re.Match[str]) -> bool:
    return tag.end() - tag.start() > _MAX_ATTRIBUTES and len(_ATTRIBUTES.findall(tag["attributes"])) > _MAX_ATTRIBUTES


def limit_attributes(html: str) -> str:
    """The markup of a page for lxml, without the attributes of a tag beyond its first 1,000. All text stays.

    lxml's time grows with the square of their number: 40,000 attributes of one tag, 0.3 MB, take many seconds.
    """
    if len(html) <= _SHORT_LENGTH:
        return html
    pieces, position = [], 0
    for tag, _ in _scan_tokens(html, _RAW_TEXT_ELEMENTS_OF_LXML, may_be_empty=True):
        if tag["name"] is not None and _has_many_attributes(tag):
            attributes = _ATTRIBUTES.finditer(html, *tag.span("attributes"))
            last = next(islice(attributes, _MAX_ATTRIBUTES - 1, None))
            pieces.append(html[position : last.end()])
            position = tag.end("attributes")
    return "".join([*pieces, html[position:]]) if pieces else html


def without_markup(html: str) -> str:
    """The text of the markup, with its character references, without scripts and styles."""
    pieces, position = [], 0
    for tag, text_start in _scan_tokens(html):
        pieces.append(html[position : tag.start()])
        has_text = text_start > tag.end() and tag["name"].lower() not in _ELEMENTS_WITHOUT_TEXT
        pieces.append(html[tag.end() : text_start] if has_text else "")
        position = text_start
    return "".join([*pieces, html[position:]])


def _scan_tags(html: str) -> Iterator[re.Match[str]]:
    return (tag for tag, _ in _scan_tokens(html) if tag["name"] is not None)


def _scan_tokens(
    html: str, raw_text_elements: AbstractSet[str] = _RAW_TEXT_ELEMENTS, *, may_be_empty: bool = False
) -> Iterator[tuple[re.Match[str], int]]:
    """Tags and comments, and where the text continues after each. `may_be_empty`: whether a raw text element whose tag
    ends in `/>` has no content."""
    position = 0
    while tag := _MARKUP.search(html, position):
        position = tag.end()
        name = (tag["name"] or "").lower()
        if name in raw_text_elements and not tag["end"] and not (may_be_empty and tag["empty"]):
            end_tag = _RAW_TEXT_ENDS[name].search(html, position) if name in _RAW_TEXT_ENDS else None
            position = end_tag.start() if end_tag else len(html)
        yield tag, position
