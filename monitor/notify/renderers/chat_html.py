"""Writes messages with the few HTML tags that chats know: bold, links and line breaks."""

from __future__ import annotations

from html import escape

from monitor.alerting.quotes import highlight_sentence
from monitor.notify.renderers.content import MessageContent

_BOLD = ("<b>", "</b>")
_BLANK_LINE = "<br><br>\n\n"  # for Telegram: its plug-in makes one break of several, and keeps line feeds


def write_chat_html(content: MessageContent, *, title: str) -> str:
    """The title and the subject, the quoted sentence or the articles, and the facts. Everything that is quoted from
    elsewhere is escaped; headlines are links."""
    lines = [
        f"{item.number}. {item.level.upper()}: {link_html(item.headline, item.link)} {escape(item.note)}"
        for item in content.items
    ]
    lines += map(escape, content.lines)
    if content.quote is not None:
        lines = [f"“{highlight_sentence(*content.quote, _BOLD, escape)}”"]
    facts = [escape(fact) for fact in (content.source, *content.facts, *content.others, *content.remarks) if fact]
    heads = [f"<b>{link_html(title, content.link)}</b>"]
    if content.subject != content.headline:
        heads.append(escape(content.subject))
    return _BLANK_LINE.join("<br>".join(block) for block in (heads, lines, facts) if block)


def link_html(text: str, link: str | None, style: str = "") -> str:
    """The text as a link, if the address is one of the web; otherwise the text."""
    if link is None or not link.startswith(("http://", "https://")):
        return escape(text)
    return f'<a href="{escape(link)}"{style}>{escape(text)}</a>'
