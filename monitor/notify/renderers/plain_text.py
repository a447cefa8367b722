"""Writes messages as plain text: as lines, or as one line for services that take little."""

from __future__ import annotations

from monitor.notify.renderers.capabilities import Capabilities
from monitor.notify.renderers.content import MessageContent
from monitor.notify.renderers.text_length import LengthUnit, simplify_typography, truncate_text

_MIN_HEADLINE = 20  # units of UTF-16 that a link leaves to its headline; otherwise the link is left out


def write_text(content: MessageContent, *, below: str = "") -> str:
    """Three paragraphs: the heading, the lines or the quoted sentence, and the facts. `below`: the title that is shown
    above the text; a heading that says the same is left out."""
    heads = [] if content.heading == below else [content.heading, ""]
    lines = [line for item in content.items for line in (item.text, *((item.link,) if item.link else ()))]
    lines += content.lines
    if content.quote is not None:
        sentence, _ = content.quote  # no sign marks the words that fired: people would read the sign
        lines = [f"“{sentence}”"]
    facts = [content.source, content.link or "", *content.facts, *content.others, *content.remarks]
    return "\n".join([*heads, *lines, *([""] if lines else []), *filter(None, facts)])


def write_short(content: MessageContent, can: Capabilities, *, link: str | None) -> str:
    """One line: the level and the headline, and the link. The headline is shortened first; a link is whole or left
    out."""
    again = "AGAIN? " if content.is_repeat else ""  # `content.REPEAT`, in a word
    head, headline = f"{again}{content.label}: ", content.headline
    if can.unit is LengthUnit.SMS:
        headline = simplify_typography(headline)
    whole = len(headline) * 2
    for tail, shortest in ((f" {link}", _MIN_HEADLINE), ("", 1)) if link else (("", 1),):
        for units in (whole, *range(min(whole, can.max_size), shortest - 1, -1)):
            shortened = truncate_text(headline, units)
            line = f"{head}{simplify_typography(shortened) if can.unit is LengthUnit.SMS else shortened}{tail}"
            if can.accepts("", line):
                return line
    return head.strip()
