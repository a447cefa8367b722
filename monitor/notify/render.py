"""Renders an alert or a notice as the message that people read, in plain text and in HTML.

It decides nothing. Lengths are limited here, far below what channels claim to accept: a message that is refused for its
size would be a lost alert. The narrowest is a real ntfy, whose plug-in says 7,800 characters: it accepts 4,096 bytes of
UTF-8, and 8 KiB of JSON in which every unit of UTF-16 beyond ASCII takes six bytes. So these units are counted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from html import escape
from itertools import accumulate
from zoneinfo import ZoneInfo

from monitor.alerting.quotes import highlight_sentence
from monitor.model import (
    Alert,
    AlertKind,
    Delivery,
    EarlierAlert,
    Item,
    Level,
    Message,
    MessageType,
    Notice,
    NoticeKind,
    time_of_day,
)

TITLE = 160  # units of UTF-16: most characters are one, emoji two
RULE_TITLE = 100
SENTENCE = 350
SOURCE = 80
REASON = 300
DOUBT = 200
UNSURE = 80
NOTICE_TITLE = 100
NOTICE = 760
ADDRESS = 900  # bytes of JSON
OTHERS, OTHER = 3, 30  # how many other publishers are named, and units of each name
ITEMS, HEADLINE = 7, 80  # lines of a digest, if they fit, and units of each headline
UNSURE_ITEMS = 20  # lines of a digest of suppressed articles: each may be news that nobody was sent
BYTES, JSON = 4096, 7700  # of title and text: what the narrowest accepts, less its other keys
SHORT_ADDRESS = 200
_TEXT_SIGNS = ("**", "__")  # around the words that fired: the first that is not in the sentence itself
_HTML_SIGNS = ("<mark><b>", "</b></mark>")  # some mail programs know no <mark>
_TITLE_PREFIXES = {AlertKind.POSSIBLY: "POSSIBLY THE SAME, ", AlertKind.UPDATE: "UPDATE, "}  # of titles
_REPLY_KINDS = frozenset(_TITLE_PREFIXES)  # sent as a reply in the thread of another message
_TYPES = {
    Level.CRITICAL: MessageType.FAILURE,
    Level.HIGH: MessageType.FAILURE,
    Level.MEDIUM: MessageType.WARNING,
    Level.LOW: MessageType.INFO,
    Level.INFO: MessageType.INFO,
}


def render_message(delivery: Delivery, *, source: str, zone: ZoneInfo) -> Message:
    """The message of a delivery. `source`: the name of the article's source (a notice does not show it); `zone`: the
    time zone of its times."""
    subject = delivery.alert
    reply_to = subject.thread if isinstance(subject, Alert) and subject.kind in _REPLY_KINDS else None
    return replace(_render_by_kind(delivery, source, zone), id=subject.id, in_reply_to=reply_to, type=_type_of(subject))


def _type_of(subject: Alert | Notice) -> MessageType:
    if isinstance(subject, Alert):
        return _TYPES[subject.level]
    return MessageType.SUCCESS if subject.kind is NoticeKind.RECOVERY else MessageType.WARNING


def _render_by_kind(delivery: Delivery, source: str, zone: ZoneInfo) -> Message:
    subject = delivery.alert
    repeat = (
        ["An earlier attempt got no clear answer: you may have this message already."]
        if delivery.may_be_duplicate
        else []
    )
    if isinstance(subject, Notice):
        return _render_notice(subject, repeat)
    if subject.kind is AlertKind.DIGEST:
        return _render_digest(subject, repeat)
    return _render_alert(subject, source, repeat, zone)


def _render_alert(alert: Alert, source: str, repeat: list[str], zone: ZoneInfo) -> Message:
    sentence, highlights = _crop_sentence(alert.sentence, alert.highlights)
    facts = [
        f"{_truncate_text(source, SOURCE)}, {_format_article_time(alert, zone)}",
        *_format_address(alert.article.url),
        *(
            _format_reasons(alert)
            if alert.earlier is None
            else [_format_possible_duplicate(alert.earlier, alert.at, zone)]
        ),
        f"Rule {alert.rule}, {_format_subject(alert)}, alert {alert.id}",
        *repeat,
    ]
    prefix = _TITLE_PREFIXES.get(alert.kind, "")
    heading = f"{prefix}{alert.level.upper()}: {_truncate_text(alert.rule_title, RULE_TITLE)}"
    text = "\n".join(
        [heading, "", f"“{highlight_sentence(sentence, highlights, _pick_highlight_signs(sentence))}”", "", *facts]
    )
    quoted = highlight_sentence(sentence, highlights, _HTML_SIGNS, escape)
    lines = "<br>".join(_line_to_html(fact) for fact in facts)
    html = f"<p><b>{escape(heading)}</b></p>\n<p>“{quoted}”</p>\n<p>{lines}</p>"
    title = f"{prefix}{alert.level.upper()}: {_truncate_text(alert.article.title or alert.rule_title, TITLE)}"
    return Message(title, text, html)


def _format_subject(alert: Alert) -> str:
    """The event or story of an alert, as `stories show` and `stories split` accept it."""
    return f"story {alert.story}" if alert.event is None else f"event {alert.event}"


def _pick_highlight_signs(sentence: str) -> tuple[str, str]:
    """The signs before and after a word that fired, in plain text."""
    sign = next((candidate for candidate in _TEXT_SIGNS if candidate not in sentence), _TEXT_SIGNS[0])
    return sign, sign


def _format_reasons(alert: Alert) -> list[str]:
    return [*_format_other_publishers(alert), f"Why: {_truncate_text(alert.reason, REASON)}."]


def _format_possible_duplicate(older: EarlierAlert, now: datetime, zone: ZoneInfo) -> str:
    """What a reader who has the older message needs to see whether it is the same."""
    why = f": {_truncate_text(older.doubt, DOUBT)}" if older.doubt else ""
    sent = time_of_day(older.sent_at, zone, now)
    return f"Possibly the same as “{_truncate_text(older.title, HEADLINE)}” (sent at {sent}){why}."


def _format_other_publishers(alert: Alert) -> list[str]:
    """Who else reports it. Outlets that print one agency's text are one independent publisher."""
    if not alert.also_reported_by:
        return []
    named = [_truncate_text(name, OTHER) for name in alert.also_reported_by[:OTHERS]]
    more = len(alert.also_reported_by) - len(named)
    names = ", ".join(named) + (f" and {more} more" if more else "")
    count = (
        "1 independent publisher" if alert.publisher_count == 1 else f"{alert.publisher_count} independent publishers"
    )
    return [f"Also reported by {names}; {count} in all"]


def _render_digest(alert: Alert, repeat: list[str]) -> Message:
    """A line for each deferred item; those that do not fit are counted."""
    limit = UNSURE_ITEMS if any(item.unsure for item in alert.items) else ITEMS
    messages = (_build_digest(alert, lines, repeat) for lines in range(limit, -1, -1))
    return next(message for message in messages if _fits(message))


def _fits(message: Message) -> bool:
    units = len(json.dumps([message.title, message.text]))
    return len(message.text.encode("utf-8", "surrogatepass")) <= BYTES and units <= JSON


def _build_digest(alert: Alert, limit: int, repeat: list[str]) -> Message:
    title = f"DIGEST, {alert.level.upper()}: {_truncate_text(alert.rule_title, RULE_TITLE)}"
    shown = alert.items[:limit]
    lines = [line for item in shown for line in (_format_item(item), *_short_address(item.url))]
    if omitted := len(alert.items) - len(shown):
        lines.append(f"and {omitted} more: `news-monitor matches list` shows them all")
    facts = [f"Why: {_truncate_text(alert.reason, REASON)}.", f"Digest {alert.id}", *repeat]
    paragraphs = ["<br>".join(map(_line_to_html, part)) for part in (lines, facts)]
    html = "\n".join(f"<p>{part}</p>" for part in (f"<b>{escape(title)}</b>", *paragraphs))
    return Message(title, "\n".join([title, "", *lines, "", *facts]), html)


def _format_item(item: Item) -> str:
    title = f"- {item.level.upper()}: {_truncate_text(item.title or item.sentence, HEADLINE)}"
    if not item.unsure:
        return f"{title} ({item.rule}, {item.event or item.story})"
    original = f"“{_truncate_text(item.same_as, HEADLINE)}”" if item.same_as else item.event or item.story
    doubt = _truncate_text(item.unsure, UNSURE)
    return f"{title} ({_truncate_text(item.source, SOURCE)}): the same as {original}, although {doubt}"


def _short_address(url: str | None) -> list[str]:
    return [url] if url and len(json.dumps(url)) <= SHORT_ADDRESS else []


def _render_notice(notice: Notice, repeat: list[str]) -> Message:
    """The title says that it is a notice: who is woken must see at once whether it is the news or the service."""
    title = f"NOTICE: {_truncate_text(notice.title, NOTICE_TITLE)}"
    text = _truncate_text(notice.text, NOTICE)
    facts = [f"Why: {_truncate_text(notice.reason, REASON)}.", f"Notice {notice.id}", *repeat]
    paragraphs = (part.splitlines() for part in (title, text, "\n".join(facts)))
    html = "\n".join(f"<p>{'<br>'.join(map(escape, lines))}</p>" for lines in paragraphs)
    return Message(title, "\n".join([title, "", text, "", *facts]), html)


def _format_article_time(alert: Alert, zone: ZoneInfo) -> str:
    article = alert.article
    return (
        f"{_format_local_time(article.published, zone)}"
        if article.dated
        else f"undated, seen {_format_local_time(article.seen, zone)}"
    )


def _format_local_time(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def _format_address(url: str | None) -> list[str]:
    """The address in full, or a note that it is too long: a part of an address leads nowhere."""
    if url and len(json.dumps(url)) > ADDRESS:
        return ["(its address is too long for a message)"]
    return [url] if url else []


def _truncate_text(text: str, units: int) -> str:
    return text if _count_fitting(text, units) == len(text) else text[: _count_fitting(text, units - 1)].rstrip() + "…"


def _count_fitting(text: str, units: int) -> int:
    """How many characters from the start fit into so many units of UTF-16."""
    ends = accumulate(2 if sign > "\uffff" else 1 for sign in text[: units + 1])
    return sum(end <= units for end in ends)


def _crop_sentence(sentence: str, highlights: tuple[tuple[int, int], ...]) -> tuple[str, list[tuple[int, int]]]:
    """A long sentence, cut around its first highlight, and the highlights within the piece."""
    if _count_fitting(sentence, SENTENCE) == len(sentence):
        return sentence, list(highlights)
    start = max(0, (highlights[0][0] if highlights else 0) - SENTENCE // 4)
    end = start + _count_fitting(sentence[start:], SENTENCE)
    before, after = "…" if start else "", "…" if end < len(sentence) else ""
    shift = len(before) - start
    inside = [(first + shift, last + shift) for first, last in highlights if start <= first and last <= end]
    return before + sentence[start:end] + after, inside


def _line_to_html(line: str) -> str:
    if line.startswith(("http://", "https://")):
        return f'<a href="{escape(line)}">{escape(line)}</a>'
    return escape(line)
