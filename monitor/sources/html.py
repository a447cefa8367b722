"""HTML as feeds carry it, turned into plain text.

It gives text as an entry is recognised by, never anything to show as HTML. What it takes out is left out of every
article's identity: with a character more here, the articles that hold it would be new ones. What may be shown of
an entry, `monitor.sanitize` says. It does not look for the article within a page.
"""

from __future__ import annotations

import re
from html import unescape

import nh3

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
        html = nh3.clean(BEFORE_BLOCK.sub("\n<", html), tags=set())
    return lines(unescape(html))


def lines(text: str) -> str:
    """Plain text with tidy white space: no control characters, no empty lines."""
    text = CONTROL.sub("", TURNS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    tidy = (" ".join(line.split()) for line in text.split("\n"))  # a pattern would take four times as long
    return "\n".join(line for line in tidy if line)


def one_line(text: str) -> str:
    if not text.isprintable():
        text = CONTROL.sub(" ", TURNS.sub("", text))
    return " ".join(text.split())
