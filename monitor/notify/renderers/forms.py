"""Composes the message of a delivery in the form of its kind of channel: the longest version that the channel takes."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from zoneinfo import ZoneInfo

from monitor.alerting.subject_keys import alert_id, first_key
from monitor.model import Alert, AlertKind, Delivery, Level, Message, MessageType, Notice, NoticeKind
from monitor.notify.renderers.capabilities import Capabilities, Form
from monitor.notify.renderers.chat_html import write_chat_html
from monitor.notify.renderers.content import MessageContent, list_versions
from monitor.notify.renderers.mail_page import write_mail_page
from monitor.notify.renderers.markdown import encode_link, write_markdown
from monitor.notify.renderers.mentions import escape_mentions_in_link, neutralise_markup, neutralise_mentions
from monitor.notify.renderers.plain_text import write_short, write_text
from monitor.notify.renderers.text_length import truncate_text

_TYPES = {
    Level.CRITICAL: MessageType.FAILURE,
    Level.HIGH: MessageType.FAILURE,
    Level.MEDIUM: MessageType.WARNING,
    Level.LOW: MessageType.INFO,
    Level.INFO: MessageType.INFO,
}


def compose_message(delivery: Delivery, can: Capabilities, *, source: str, zone: ZoneInfo, remark: str = "") -> Message:
    """The message of a delivery, for a kind of channel that can show this. `source`: the name of the article's source;
    `zone`: the time zone of its times; `remark`: one more line at its end."""
    for version in list_versions(delivery, can, source=source, zone=zone):
        content = replace(version, remarks=(*version.remarks, remark)) if remark else version
        message = write_message(content, can)
        if accepts_message(can, message):
            return address_message(delivery, message)
    return address_message(delivery, write_message(content, replace(can, form=Form.SHORT)))


def accepts_message(can: Capabilities, message: Message) -> bool:
    """Whether a message is short enough for a kind of channel. Of HTML, what people see of it counts."""
    return can.accepts(message.title, message.markdown or message.text)


def address_message(delivery: Delivery, message: Message) -> Message:
    """The message, with what channels thread and sort by."""
    subject = delivery.alert
    reply_to = subject.thread if isinstance(subject, Alert) else None
    rule = subject.rule if isinstance(subject, Alert) else ""
    article = subject.article if isinstance(subject, Alert) and subject.kind is not AlertKind.DIGEST else None
    return replace(
        message,
        id=subject.id,
        in_reply_to=reply_to,
        replaces=_find_first(subject),
        type=_type_of(subject),
        rule=rule,
        level=subject.channel_level if isinstance(subject, Alert) else subject.level,
        link=(article and article.url) or "",
        source=article.source if article else "",
    )


def _find_first(subject: Alert | Notice) -> str:
    """The id of the first alert of the same subject, which is the thing itself if it is no update. A subject that is
    possibly the same as an older one has a first alert of its own: it takes the place of none."""
    if isinstance(subject, Alert) and subject.kind is AlertKind.UPDATE:
        return alert_id(first_key(subject.dedup_key))
    return subject.id


def _type_of(subject: Alert | Notice) -> MessageType:
    if isinstance(subject, Alert):
        return _TYPES[subject.channel_level]
    if subject.kind is NoticeKind.REPORT:
        return MessageType.INFO
    return MessageType.SUCCESS if subject.kind is NoticeKind.RECOVERY else MessageType.WARNING


def write_message(content: MessageContent, can: Capabilities) -> Message:
    """The content in the form of a kind of channel, without any call to people or link that it quotes."""
    if not can.mentions:
        return _write_form(content, can)
    safe = replace(
        content,
        headline=neutralise_mentions(content.headline),
        subject=neutralise_mentions(content.subject),
        link=escape_mentions_in_link(content.link) if content.link else None,
        items=tuple(
            replace(item, link=escape_mentions_in_link(item.link)) if item.link else item for item in content.items
        ),
    )
    message = guard_message(_write_form(safe, can), safe.links)
    # Markdown and HTML escape what they quote; plain text may be read as markup by the service.
    return replace(message, title=neutralise_markup(message.title), text=neutralise_markup(message.text))


def guard_message(message: Message, links: list[str]) -> Message:
    """The message without calls to people. `links`: the addresses in it, which stay as they are."""
    kept = [form for link in links for form in (link, escape(link), encode_link(link)) if form]
    texts = (message.title, message.text, message.html, message.markdown)
    title, text, html, markdown = (neutralise_mentions(part, kept) for part in texts)
    return replace(message, title=title, text=text, html=html, markdown=markdown)


def _write_form(content: MessageContent, can: Capabilities) -> Message:
    """Where a title becomes the first line of the text anyway, forms other than plain text place it themselves. A text
    does not begin with the title that is shown above it."""
    title = content.title(can.max_title)
    match can.form:
        case Form.PLAIN:
            return Message(title, write_text(content, below="" if can.whole_text else title))
        case Form.SHORT:
            return _write_short_form(content, can)
        case Form.MARKDOWN if can.joins_title:
            return Message("", write_text(content), markdown=write_markdown(content, with_title=title))
        case Form.MARKDOWN:
            return Message(title, write_text(content, below=title), markdown=write_markdown(content, below=title))
        case Form.HTML:
            return Message("", write_text(content), write_chat_html(content, title=title))
        case Form.MAIL:
            return Message(title, write_text(content, below=title), write_mail_page(content))


def _write_short_form(content: MessageContent, can: Capabilities) -> Message:
    if can.joins_title:
        return Message("", write_short(content, can, link=content.link))
    short = write_short(_say_more_than_title(content), can, link=content.link)
    return Message(truncate_text(content.heading, can.max_title), short)


def _say_more_than_title(content: MessageContent) -> MessageContent:
    """The content with its first line as its headline, if the title says the headline already."""
    quote = [content.quote[0]] if content.quote else []
    lines = [*(item.text for item in content.items), *content.lines, *quote]
    return replace(content, headline=lines[0]) if lines and content.headline == content.subject else content
