"""Writes what a message says as plain text and as HTML."""

from __future__ import annotations

import json
from html import escape
from zoneinfo import ZoneInfo

from monitor.alerting.quotes import highlight_sentence
from monitor.model import Alert, AlertKind, Delivery, Level, Message, MessageType, Notice, NoticeKind
from monitor.notify.renderers.content import MessageContent, list_versions
from monitor.notify.renderers.renderer import Capabilities

_TEXT_SIGNS = ("**", "__")  # around the words that fired: the first that is not in the sentence itself
_HTML_SIGNS = ("<mark><b>", "</b></mark>")  # some mail programs know no <mark>
_REPLY_KINDS = frozenset({AlertKind.POSSIBLY, AlertKind.UPDATE})  # sent as a reply in the thread of another message
_TYPES = {
    Level.CRITICAL: MessageType.FAILURE,
    Level.HIGH: MessageType.FAILURE,
    Level.MEDIUM: MessageType.WARNING,
    Level.LOW: MessageType.INFO,
    Level.INFO: MessageType.INFO,
}


def choose_content(delivery: Delivery, capabilities: Capabilities, *, source: str, zone: ZoneInfo) -> MessageContent:
    """The longest version that the channel accepts as plain text; the shortest one if it accepts none."""
    versions = list_versions(delivery, capabilities, source=source, zone=zone)
    content = next(versions)
    while not _fits(Message(content.title, write_text(content)), capabilities) and (shorter := next(versions, None)):
        content = shorter
    return content


def _fits(message: Message, capabilities: Capabilities) -> bool:
    size = len(message.text.encode("utf-8", "surrogatepass"))
    return size <= capabilities.max_bytes and len(json.dumps([message.title, message.text])) <= capabilities.max_json


def build_message(delivery: Delivery, title: str, text: str, html: str = "") -> Message:
    """The message of a delivery, with what channels thread and sort by."""
    subject = delivery.alert
    reply_to = subject.thread if isinstance(subject, Alert) and subject.kind in _REPLY_KINDS else None
    return Message(title, text, html, id=subject.id, in_reply_to=reply_to, type=_type_of(subject))


def _type_of(subject: Alert | Notice) -> MessageType:
    if isinstance(subject, Alert):
        return _TYPES[subject.level]
    if subject.kind is NoticeKind.REPORT:
        return MessageType.INFO
    return MessageType.SUCCESS if subject.kind is NoticeKind.RECOVERY else MessageType.WARNING


def write_text(content: MessageContent) -> str:
    """Three paragraphs: the heading, the lines or the quoted sentence, and the facts."""
    lines = content.lines
    if content.quote is not None:
        sentence, highlights = content.quote
        sign = next((candidate for candidate in _TEXT_SIGNS if candidate not in sentence), _TEXT_SIGNS[0])
        lines = (f"“{highlight_sentence(sentence, highlights, (sign, sign))}”",)
    return "\n".join([content.heading, "", *lines, "", *content.facts])


def write_html(content: MessageContent) -> str:
    """The same paragraphs. Everything that is quoted from elsewhere is escaped; addresses become links."""
    if content.is_notice:
        parts = (content.heading, *("\n".join(part) for part in (content.lines, content.facts)))
        paragraphs = ["<br>".join(map(escape, part.splitlines())) for part in parts]
    else:
        lines = "<br>".join(map(_line_to_html, content.lines))
        if content.quote is not None:
            lines = f"“{highlight_sentence(*content.quote, _HTML_SIGNS, escape)}”"
        facts = "<br>".join(map(_line_to_html, content.facts))
        paragraphs = [f"<b>{escape(content.heading)}</b>", lines, facts]
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _line_to_html(line: str) -> str:
    if line.startswith(("http://", "https://")):
        return f'<a href="{escape(line)}">{escape(line)}</a>'
    return escape(line)
