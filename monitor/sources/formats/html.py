"""HTML as feeds carry it, turned into plain text.

It gives text as an entry is recognised by, never anything to show as HTML. What it takes out is left out of every
article's identity: with a character more here, the articles that hold it would be new ones. What may be shown of
an entry, `monitor.sanitize` says. It does not look for the article within a page.

nh3 builds a tree, and some trees take time with the square of their depth: a quarter of a megabyte of `<ul><li>` takes
half a minute. Markup that may be nested deeper than DEEPEST therefore never reaches nh3: its tags are cut out by a scan
whose time grows with the length only, and all of its text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

import nh3

DEEPEST: Final = 256  # elements in each other: feeds have some twenty

# A line ends before and after these; all other tags stand within a line.
BLOCKS = (
    "address|article|aside|blockquote|br|caption|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|"
    "li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
# Only looks ahead, never for the end of the tag: a pattern that did would take quadratic time on "<p<p<p<p...".
BEFORE_BLOCK = re.compile(rf"<(?=/?(?:{BLOCKS})\b)", re.IGNORECASE)
# Control characters but tab and line feed, halves of surrogate pairs (no database takes them), and noncharacters.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What turns the direction of all that follows.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def to_text(html: str) -> str:
    """The text of it: a line for each block, references replaced, scripts and styles left out."""
    if "<" in html:
        html = BEFORE_BLOCK.sub("\n<", html)
        html = without_markup(html) if may_nest_deeply(html) else nh3.clean(html, tags=set())
    return tidy_lines(unescape(html))


def tidy_lines(text: str) -> str:
    """Plain text with tidy white space: no control characters, no empty lines."""
    text = CONTROL.sub("", TURNS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    tidy = (" ".join(line.split()) for line in text.split("\n"))  # a pattern would take four times as long
    return "\n".join(line for line in tidy if line)


def one_line(text: str) -> str:
    if not text.isprintable():
        text = CONTROL.sub(" ", TURNS.sub("", text))
    return " ".join(text.split())


# --- markup that a tree builder must not see ------------------------------------------------------------------------
# Tokens as the HTML standard cuts them (13.2.5). All quantifiers are possessive, and what is not closed reaches to the
# end of the text: nothing is read twice.

_SPACE = r"\t\n\f\r "
_VALUE = rf"""[{_SPACE}]*+=[{_SPACE}]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{_SPACE}>]*+)"""
_ATTRIBUTE = rf"[^{_SPACE}/>][^{_SPACE}/>=]*+(?:{_VALUE})?+"
_MARKUP = re.compile(
    rf"<(?:!--(?:-?>|.*?--!?>|.*+)|(?:[!?]|/(?![a-zA-Z]))[^>]*+>?"
    rf"|(?P<end>/?)(?P<name>[a-zA-Z][^{_SPACE}/>]*+)(?P<attributes>(?:[{_SPACE}/]++|{_ATTRIBUTE})*+)(?:>|\Z))",
    re.DOTALL,
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_MANY = 1_000  # attributes of a tag: each is compared with all before it
_SHORT = 4_000  # characters, of which all attributes together cost a millisecond
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# Their content is text to the next tag that ends them, but within pictures and formulas it is markup as any.
_RAW = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"]
)
_ENDS_RAW = {name: re.compile(rf"</{name}(?=[{_SPACE}/>])", re.IGNORECASE) for name in _RAW - {"plaintext"}}
_ANY_RAW = re.compile(rf"<(?:{'|'.join(sorted(_RAW))}|!\[CDATA\[)", re.IGNORECASE)
_FOREIGN = re.compile(r"<(?:svg|math)", re.IGNORECASE)
_NO_TEXT = frozenset(("script", "style"))


def may_nest_deeply(html: str) -> bool:
    """Whether a tree of this markup may be deeper than DEEPEST, or a tag in it has very many attributes.

    It never says no of what is deep: an element counts as open until its own end tag comes with nothing open between,
    which closes it for every tree builder. So it says yes of many elements without end tags too.
    """
    many = html.count("<") > DEEPEST
    if not many and len(html) <= _SHORT:
        return False
    if many and _FOREIGN.search(html) and _ANY_RAW.search(html):
        return True  # what is markup there, only a tree builder knows
    open_: list[str] = []
    for tag in _scan_tags(html):
        name = tag["name"].lower()
        if tag["end"]:
            if open_ and open_[-1] == name:
                open_.pop()
            continue
        if name not in _VOID:
            open_.append(name)
        if len(open_) > DEEPEST or _has_many_attributes(tag):
            return True
    return False


def _has_many_attributes(tag: re.Match[str]) -> bool:
    return tag.end() - tag.start() > _MANY and len(_ATTRIBUTES.findall(tag["attributes"])) > _MANY


def without_markup(html: str) -> str:
    """The text of it, with its references; scripts and styles left out."""
    pieces, at = [], 0
    for tag, behind in _scan_tokens(html):
        pieces.append(html[at : tag.start()])
        has_text = behind > tag.end() and tag["name"].lower() not in _NO_TEXT
        pieces.append(html[tag.end() : behind] if has_text else "")
        at = behind
    return "".join([*pieces, html[at:]])


def _scan_tags(html: str) -> Iterator[re.Match[str]]:
    return (tag for tag, _ in _scan_tokens(html) if tag["name"] is not None)


def _scan_tokens(html: str) -> Iterator[tuple[re.Match[str], int]]:
    """Tags and comments, and where the text begins again behind each."""
    at = 0
    while tag := _MARKUP.search(html, at):
        at = tag.end()
        name = (tag["name"] or "").lower()
        if name in _RAW and not tag["end"]:
            ends = _ENDS_RAW[name].search(html, at) if name in _ENDS_RAW else None
            at = ends.start() if ends else len(html)
        yield tag, at
