"""Writes messages as Markdown, for chats that show it."""

from __future__ import annotations

import re
from urllib.parse import quote

from monitor.alerting.quotes import highlight_sentence
from monitor.notify.renderers.content import MessageContent
from monitor.notify.renderers.mentions import ZERO_WIDTH

_SIGNS = re.compile(r"[\\`*_~\[\]<>|#]")
_AT_START = re.compile(r"^([^\S\n]*)([-+=]|\d+(?=[.)]))", re.MULTILINE)  # a list or a heading
_BOLD = ("**", "**")
_BREAK = "  \n"  # two blanks: some end a line only by them
_LINK_SIGNS = '()<>\\|[]*`" '


def escape_markdown(text: str) -> str:
    """The text with a backslash before everything that Markdown takes for its own."""
    escaped = _SIGNS.sub(r"\\\g<0>", text)
    return _AT_START.sub(lambda found: f"{found[1]}{_escape_list_sign(found[2])}", escaped)


def _escape_list_sign(sign: str) -> str:
    return f"\\{sign}" if not sign.isdigit() else f"{sign}{ZERO_WIDTH}"


def write_markdown(content: MessageContent, *, with_title: str = "", below: str = "") -> str:
    """The title and the subject, the quoted sentence or the articles, and the facts. Headlines are links, the words
    that fired are bold. Without `with_title`: the heading in place of the title, unless it is the same as `below`, the
    title that the channel shows above the text."""
    link = encode_link(content.link)
    title = _link_text(escape_markdown(with_title), link) if with_title else ""
    lines = [
        f"{item.number}. {item.level.upper()}: {_link_text(escape_markdown(item.headline), encode_link(item.link))} "
        f"{escape_markdown(item.note)}"
        for item in content.items
    ]
    lines += content.lines if content.items else map(escape_markdown, content.lines)
    if content.quote is not None:
        lines = [f"“{highlight_sentence(*content.quote, _BOLD, escape_markdown)}”"]
    source = escape_markdown(content.source)
    facts = [
        source if with_title or not link else _link_text(source, link),
        *map(escape_markdown, (*content.facts, *content.others, *content.remarks)),
    ]
    subject = content.subject if content.subject != content.headline else ""
    if title:
        heads = [f"**{title}**", escape_markdown(subject)]
    else:
        heads = [] if content.heading == below else [escape_markdown(content.heading)]
    paragraphs = ([part for part in block if part] for block in (heads, lines, facts))
    return "\n\n".join(_BREAK.join(block) for block in paragraphs if block)


def _link_text(text: str, link: str | None) -> str:
    return f"[{text}]({link})" if link else text


def encode_link(link: str | None) -> str | None:
    """Web addresses only, without the signs that would end them."""
    if link is None or not link.startswith(("http://", "https://")):
        return None
    return "".join(quote(sign) if sign in _LINK_SIGNS else sign for sign in link)
