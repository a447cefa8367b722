"""What the message of an alert, a digest or a notice says, whatever form it is shown in. It decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Alert, AlertKind, Delivery, EarlierAlert, Item, Notice, NoticeKind, time_of_day
from monitor.notify.renderers.renderer import Capabilities
from monitor.notify.renderers.text_length import crop_sentence, truncate_text
from monitor.wording.quantities import duration_in_words
from monitor.wording.reasons import reason_in_words

# The longest of each part, in units of UTF-16. Together they fit the default capabilities.
RULE_TITLE = 100
SENTENCE = 350
SOURCE = 80
REASON = 285
DOUBT = 200
UNSURE = 80
NOTICE_TITLE = 100
NOTICE = 760
REPORT_LINES, REPORT_LINE = 60, 300  # lines of a notice that is a report, if they fit, and units of each
ADDRESS, SHORT_ADDRESS = 900, 200  # characters of JSON
OTHERS, OTHER = 3, 30  # how many other publishers are named, and units of each name
ITEMS, HEADLINE = 7, 80  # lines of a digest, if they fit, and units of each headline
LATE = timedelta(minutes=5)  # a message that could not be sent for longer says so
UNSURE_ITEMS = 20  # lines of a digest of suppressed articles: each may be news that nobody was sent
_TITLE_PREFIXES = {AlertKind.POSSIBLY: "POSSIBLY THE SAME, ", AlertKind.UPDATE: "UPDATE, "}  # of titles


@dataclass(frozen=True, slots=True)
class MessageContent:
    """A title, and a body of three paragraphs: its heading, then `lines` or the `quote` of the article, then `facts`.
    `quote`: a sentence, and the ranges of the words in it that fired."""

    title: str
    heading: str
    facts: tuple[str, ...]
    lines: tuple[str, ...] = ()
    quote: tuple[str, tuple[tuple[int, int], ...]] | None = None
    is_notice: bool = False


def list_versions(
    delivery: Delivery, capabilities: Capabilities, *, source: str, zone: ZoneInfo
) -> Iterator[MessageContent]:
    """What a message may say, from the longest version to the shortest; only digests and reports have several.
    `source`: the name of the article's source; `zone`: the time zone of its times."""
    subject = delivery.alert
    repeat = [*_explain_handover(delivery, zone), *_explain_delay(delivery)]
    if delivery.may_be_duplicate:
        repeat.append("An earlier attempt got no clear answer: you may have this message already.")
    if delivery.held_by is not None:
        repeat.append(f"Held since {_format_local_time(subject.at, zone)} by {delivery.held_by}.")
    if isinstance(subject, Notice):
        yield from _list_notice_versions(subject, repeat)
    elif subject.kind is AlertKind.DIGEST:
        limit = UNSURE_ITEMS if any(item.unsure for item in subject.items) else ITEMS
        yield from (_describe_digest(subject, lines, repeat) for lines in range(limit, -1, -1))
    else:
        yield _describe_alert(subject, capabilities.max_title, source, repeat, zone)


def _explain_handover(delivery: Delivery, zone: ZoneInfo) -> list[str]:
    """Why it comes on this channel."""
    if delivery.handover is None:
        return []
    failed_since = delivery.handover.failing_since
    since = time_of_day(failed_since, zone, delivery.claimed_at or failed_since)
    return [f"Sent here because channel {delivery.handover.channel} has failed since {since}."]


def _explain_delay(delivery: Delivery) -> list[str]:
    """Why it comes late. What was deferred on purpose is not late."""
    if delivery.late_by < LATE:
        return []
    return [f"Late by {duration_in_words(delivery.late_by)}: it could not be sent on time."]


def _describe_alert(alert: Alert, max_title: int, source: str, repeat: Sequence[str], zone: ZoneInfo) -> MessageContent:
    prefix = f"{_TITLE_PREFIXES.get(alert.kind, '')}{alert.level.upper()}: "
    facts = (
        f"{truncate_text(source, SOURCE)}, {_format_article_time(alert, zone)}",
        *_format_address(alert.article.url),
        *(
            _format_reasons(alert)
            if alert.earlier is None
            else [_format_possible_duplicate(alert.earlier, alert.at, zone)]
        ),
        f"Rule {alert.rule}, {_format_subject(alert)}, alert {alert.id}",
        *repeat,
    )
    return MessageContent(
        title=f"{prefix}{truncate_text(alert.article.title or alert.rule_title, max_title)}",
        heading=f"{prefix}{truncate_text(alert.rule_title, RULE_TITLE)}",
        facts=facts,
        quote=crop_sentence(alert.sentence, alert.highlights, SENTENCE),
    )


def _format_subject(alert: Alert) -> str:
    """The event or story of an alert, as `stories show` and `stories split` accept it."""
    return f"story {alert.story}" if alert.event is None else f"event {alert.event}"


def _format_reasons(alert: Alert) -> list[str]:
    return [*_format_other_publishers(alert), f"Why: {truncate_text(reason_in_words(alert.why), REASON)}."]


def _format_possible_duplicate(older: EarlierAlert, now: datetime, zone: ZoneInfo) -> str:
    """What a reader who has the older message needs to see whether it is the same."""
    why = f": {truncate_text(older.doubt, DOUBT)}" if older.doubt else ""
    sent = time_of_day(older.sent_at, zone, now)
    return f"Possibly the same as “{truncate_text(older.title, HEADLINE)}” (sent at {sent}){why}."


def _format_other_publishers(alert: Alert) -> list[str]:
    """Who else reports it. Outlets that print one agency's text are one independent publisher."""
    if not alert.also_reported_by:
        return []
    named = [truncate_text(name, OTHER) for name in alert.also_reported_by[:OTHERS]]
    more = len(alert.also_reported_by) - len(named)
    names = ", ".join(named) + (f" and {more} more" if more else "")
    count = (
        "1 independent publisher" if alert.publisher_count == 1 else f"{alert.publisher_count} independent publishers"
    )
    return [f"Also reported by {names}; {count} in all"]


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


def _describe_digest(alert: Alert, limit: int, repeat: Sequence[str]) -> MessageContent:
    """A line for each deferred item, up to the limit; the others are counted."""
    title = f"DIGEST, {alert.level.upper()}: {truncate_text(alert.rule_title, RULE_TITLE)}"
    shown = alert.items[:limit]
    numbered = [(item.number or position, item) for position, item in enumerate(shown, 1)]
    lines = [line for number, item in numbered for line in (_format_item(number, item), *_short_address(item.url))]
    if omitted := len(alert.items) - len(shown):
        lines.append(f"and {omitted} more: `news-monitor matches list` shows them all")
    facts = (f"Why: {truncate_text(reason_in_words(alert.why), REASON)}.", f"Digest {alert.id}", *repeat)
    return MessageContent(title, title, facts, lines=tuple(lines))


def _format_item(number: int, item: Item) -> str:
    """A line, with the number by which `alerts mark` finds it."""
    title = f"{number}. {item.level.upper()}: {truncate_text(item.title or item.sentence, HEADLINE)}"
    if not item.unsure:
        return f"{title} ({item.rule}, {item.event or item.story})"
    original = f"“{truncate_text(item.same_as, HEADLINE)}”" if item.same_as else item.event or item.story
    doubt = truncate_text(item.unsure, UNSURE)
    return f"{title} ({truncate_text(item.source, SOURCE)}): the same as {original}, although {doubt}"


def _short_address(url: str | None) -> list[str]:
    return [url] if url and len(json.dumps(url)) <= SHORT_ADDRESS else []


def _list_notice_versions(notice: Notice, repeat: Sequence[str]) -> Iterator[MessageContent]:
    """A report has as many lines as fit; all else is short."""
    lines = notice.text.split("\n") if notice.kind is NoticeKind.REPORT else []
    for count in range(min(len(lines), REPORT_LINES), 0, -1):
        left = ["…"] if count < len(lines) else []
        shown = [*(truncate_text(line, REPORT_LINE) for line in lines[:count]), *left]
        yield _describe_notice(notice, shown, repeat)
    yield _describe_notice(notice, truncate_text(notice.text, NOTICE).split("\n"), repeat)


def _describe_notice(notice: Notice, lines: Sequence[str], repeat: Sequence[str]) -> MessageContent:
    """The title says that it is a notice: who is woken must see at once whether it is the news or the service."""
    title = f"NOTICE: {truncate_text(notice.title, NOTICE_TITLE)}"
    facts = (f"Why: {truncate_text(notice.reason, REASON)}.", f"Notice {notice.id}", *repeat)
    return MessageContent(title, title, facts, lines=tuple(lines), is_notice=True)
