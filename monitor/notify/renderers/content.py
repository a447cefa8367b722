"""What the message of an alert, a digest or a notice says, whatever form it is shown in. It decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from monitor.alerting.quotes import repeats_title
from monitor.model import (
    Alert,
    AlertKind,
    ClauseCode,
    Delivery,
    EarlierAlert,
    Item,
    Level,
    Notice,
    NoticeKind,
    time_of_day,
)
from monitor.notify.renderers.capabilities import Capabilities, Form
from monitor.notify.renderers.text_length import crop_sentence, truncate_text
from monitor.wording.quantities import duration_in_words
from monitor.wording.reasons import reason_in_words

# The longest of each part, in units of UTF-16.
TITLE_HEADLINE = 160
RULE_TITLE = 100
SOURCE = 80
UNSURE = 80
NOTICE_TITLE = 100
REPORT_LINES, REPORT_LINE = 60, 300  # lines of a notice that is a report, if they fit, and units of each
ADDRESS, SHORT_ADDRESS = 900, 200  # characters of JSON
OTHER = 30  # of the name of another publisher
ITEMS, HEADLINE = 7, 80  # lines of a digest, if they fit, and units of each headline
LATE = timedelta(minutes=5)  # a message that could not be sent for longer says so
UNSURE_ITEMS = 20  # lines of a digest of suppressed articles: each may be news that nobody was sent
SENTENCE, REASON, OTHERS = 350, 300, 3
_NOTICE_STEPS = ((760, 300), (400, 150), (200, 80), (80, 0))  # units of its text and of its reason
REPEAT = "It may have been sent before: you may have this message already."
_TOO_LONG = "(its address is too long for a message)"

Sentence = tuple[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class _Room:
    """How much a version of an alert says: units of its sentence, of its reason, of its headline and of the rule's
    title, and how many other publishers it names. The head (level, headline, rule, link) is in every version."""

    sentence: int
    reason: int
    others: int = 0
    headline: int = TITLE_HEADLINE
    rule_title: int = RULE_TITLE


_ALERT_STEPS = (
    _Room(SENTENCE, REASON, OTHERS),
    _Room(SENTENCE, 150, 1),
    _Room(200, 150),
    _Room(120, 80),
    _Room(80, 0),
    _Room(0, 0),
    _Room(0, 0, headline=80, rule_title=40),
)


@dataclass(frozen=True, slots=True)
class DigestLine:
    """An article in a digest. `number`: by which `mark` finds it; `note`: its rule and event, or what it was
    taken for."""

    number: int
    level: Level
    headline: str
    note: str
    link: str | None

    @property
    def text(self) -> str:
        """All but the link, as one line."""
        return f"{self.number}. {self.level.upper()}: {self.headline} {self.note}"


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What a message says.

    label     the level, and what kind of message it is, as "UPDATE, HIGH"; what is in doubt shows no level
    headline  of the article; in a digest or notice: what it is about
    subject   the title of the rule; in a digest or notice: the same as `headline`
    sentence  of the article, and the ranges of the words in it that fired
    quote     the same, if it says more than the headline that the channel shows
    items     the articles of a digest
    lines     the text of a notice; in a digest: how many articles are not shown
    source    of the article, and its time
    link      to the article
    facts     the reason, and the names to find the message by
    others    the alerts of other rules about the same article that the message makes too
    remarks   on this delivery of it, such as `REPEAT`
    language  of the article
    reason    why it is sent; `facts` have it too
    """

    label: str
    headline: str
    subject: str
    facts: tuple[str, ...]
    level: Level | None = None
    sentence: Sentence | None = None
    quote: Sentence | None = None
    items: tuple[DigestLine, ...] = ()
    lines: tuple[str, ...] = ()
    source: str = ""
    link: str | None = None
    others: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    reason: str = ""
    language: str | None = None

    @property
    def heading(self) -> str:
        """The first line of the text."""
        return f"{self.label}: {self.subject}"

    @property
    def is_repeat(self) -> bool:
        """It may have been sent before."""
        return REPEAT in self.remarks

    @property
    def links(self) -> list[str]:
        """All addresses that the message holds."""
        return [link for link in (self.link, *(item.link for item in self.items)) if link]

    def title(self, units: int) -> str:
        """The title, in so many units of UTF-16."""
        return f"{self.label}: {_fit_headline(self.label, self.headline, units)}"


def _fit_headline(label: str, headline: str, units: int) -> str:
    """As much of the headline as a title of so many units has beside its label."""
    return truncate_text(headline, min(TITLE_HEADLINE, units - len(label) - len(": ")))


def list_versions(
    delivery: Delivery, capabilities: Capabilities, *, source: str, zone: ZoneInfo
) -> Iterator[MessageContent]:
    """What a message may say, from the longest version to the shortest. `source`: the name of the article's source;
    `zone`: the time zone of its times."""
    subject = delivery.alert
    deliveries = (delivery, *delivery.combined)
    remarks = list(dict.fromkeys(remark for each in deliveries for remark in _list_remarks(each, zone)))
    if isinstance(subject, Notice):
        yield from _list_notice_versions(subject, remarks, zone)
    elif subject.kind is AlertKind.DIGEST:
        yield from _list_digest_versions(subject, capabilities, remarks, zone)
    else:
        alone = [
            (room, _describe_alert(subject, room, capabilities, source=source, repeat=remarks, zone=zone))
            for room in _ALERT_STEPS
        ]
        if delivery.combined:  # with little room, the first alert keeps its sentence, and the others only their ids
            for room, content in alone:
                if room.sentence:
                    yield replace(content, others=tuple(_describe_others(delivery, room, zone)))
        others = (_list_others(delivery),) if delivery.combined else ()
        for _, content in alone:
            yield replace(content, others=others)


def _list_remarks(delivery: Delivery, zone: ZoneInfo) -> Iterator[str]:
    yield from _explain_handover(delivery, zone)
    if delivery.may_be_duplicate:
        yield REPEAT
    yield from _explain_delay(delivery)
    if delivery.held_by is not None:
        yield f"Held since {_format_local_time(delivery.alert.at, zone)} by {delivery.held_by}."


def _explain_handover(delivery: Delivery, zone: ZoneInfo) -> list[str]:
    """Why it comes on this channel."""
    if delivery.handover is None:
        return []
    failed_since = delivery.handover.failing_since
    since = time_of_day(failed_since, zone, delivery.claimed_at or failed_since)
    return [f"Sent here because channel {delivery.handover.channel} has failed since {since}."]


def _explain_delay(delivery: Delivery) -> list[str]:
    """Why it comes late. What was deferred on purpose is not late, and what may have been sent before may have come on
    time."""
    if delivery.late_by < LATE:
        return []
    late_by = duration_in_words(delivery.late_by)
    if delivery.may_be_duplicate:
        return [f"If not, it is late by {late_by}."]
    return [f"Late by {late_by}: it could not be sent on time."]


def _describe_others(delivery: Delivery, room: _Room, zone: ZoneInfo) -> Iterator[str]:
    """Two lines for each alert of another rule about the same article."""
    for other in (each.alert for each in delivery.combined):
        if isinstance(other, Alert):
            rule_title = truncate_text(other.rule_title, room.rule_title)
            yield " ".join([f"Also {_format_label(other)}: {rule_title}.", *_format_own_reason(other, room, zone)])
            yield _format_names(other)


def _list_others(delivery: Delivery) -> str:
    """One line for all alerts of other rules about the same article."""
    named = (
        f"{_format_label(other)} alert {other.id}"
        for other in (each.alert for each in delivery.combined)
        if isinstance(other, Alert)
    )
    return f"Also {', '.join(named)}"


def _describe_alert(
    alert: Alert, room: _Room, capabilities: Capabilities, *, source: str, repeat: Sequence[str], zone: ZoneInfo
) -> MessageContent:
    article, label = alert.article, _format_label(alert)
    # one line may be nearly all link; elsewhere a link leaves half of the message to what it says
    longest_link = ADDRESS if capabilities.form is Form.SHORT else min(ADDRESS, capabilities.max_size // 2)
    fits = len(json.dumps(article.url)) <= longest_link
    headline = truncate_text(article.title or alert.rule_title, room.headline)
    sentence = crop_sentence(alert.sentence, alert.highlights, room.sentence) if room.sentence else None
    shown_headline = _fit_headline(label, headline, capabilities.max_title)
    has_title = bool(article.title)  # else the rule's title is shown, and that is no quote
    adds = capabilities.whole_text or not has_title or not repeats_title(alert.sentence, shown_headline)
    return MessageContent(
        label=label,
        headline=headline,
        subject=truncate_text(alert.rule_title, room.rule_title),
        facts=(
            *((_TOO_LONG,) if article.url and not fits else ()),
            *(_format_other_publishers(alert, room.others) if room.others and alert.earlier is None else []),
            *_format_own_reason(alert, room, zone),
            _format_names(alert),
        ),
        level=alert.channel_level,
        sentence=sentence,
        quote=sentence if adds else None,
        source=f"{truncate_text(source, SOURCE)}, {_format_article_time(alert, zone)}",
        link=article.url if fits else None,
        remarks=tuple(repeat),
        language=article.language,
        reason=truncate_text(reason_in_words(alert.why), room.reason) if room.reason else "",
    )


def _format_label(alert: Alert) -> str:
    if alert.is_in_doubt:
        return "POSSIBLY THE SAME"
    kind = f"{alert.kind.upper()}, " if alert.kind in (AlertKind.UPDATE, AlertKind.DIGEST) else ""
    return f"{kind}{alert.level.upper()}"


def _format_names(alert: Alert) -> str:
    """The names to find it by; its event or story as `stories show` and `stories split` accept it."""
    if not alert.rule:  # a test message
        return f"Alert {alert.id}"
    subject = f"story {alert.story}" if alert.event is None else f"event {alert.event}"
    return f"Rule {alert.rule}, {subject}, alert {alert.id}"


def _format_own_reason(alert: Alert, room: _Room, zone: ZoneInfo) -> list[str]:
    """Why it is sent, and what it is possibly the same as."""
    why, older = alert.why, list[str]()
    if alert.earlier is not None:  # its line names the older message and the doubt in better words
        why = tuple(takewhile(lambda clause: clause.code is not ClauseCode.POSSIBLY_SAME, why))
        older = [_format_possible_duplicate(alert.earlier, alert.at, zone, room.reason)]
    return [*([f"Why: {truncate_text(reason_in_words(why), room.reason)}."] if room.reason else []), *older]


def _format_possible_duplicate(older: EarlierAlert, now: datetime, zone: ZoneInfo, reason: int) -> str:
    """What a reader who has the older message needs to see whether it is the same."""
    why = f": {truncate_text(older.doubt, min(reason, 200))}" if older.doubt and reason else ""
    return f"{_format_older(older, now, zone)}{why}."


def _format_older(older: EarlierAlert, now: datetime, zone: ZoneInfo) -> str:
    sent = time_of_day(older.sent_at, zone, now)
    return f"Possibly the same as “{truncate_text(older.title, HEADLINE)}” (sent at {sent})"


def _format_other_publishers(alert: Alert, named_at_most: int) -> list[str]:
    """Who else reports it. Outlets that print one agency's text are one independent publisher."""
    if not alert.also_reported_by:
        return []
    named = [truncate_text(name, OTHER) for name in alert.also_reported_by[:named_at_most]]
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


def _list_digest_versions(
    alert: Alert, capabilities: Capabilities, repeat: Sequence[str], zone: ZoneInfo
) -> Iterator[MessageContent]:
    limit = max(capabilities.max_items, UNSURE_ITEMS if any(item.unsure for item in alert.items) else ITEMS)
    for lines in range(min(limit, len(alert.items)), -1, -1):
        yield _describe_digest(alert, lines, REASON, repeat, zone)
    yield _describe_digest(alert, 0, 80, repeat, zone)


def _describe_digest(alert: Alert, limit: int, reason: int, repeat: Sequence[str], zone: ZoneInfo) -> MessageContent:
    """A line for each deferred item, up to the limit; the others are counted."""
    omitted = len(alert.items) - limit
    more = f"and {omitted} more: `news-monitor matches list` shows them all"
    title = truncate_text(alert.rule_title, RULE_TITLE)
    why = truncate_text(reason_in_words(alert.why), reason)
    older = [] if alert.earlier is None else [_format_older(alert.earlier, alert.at, zone)]
    return MessageContent(
        label=_format_label(alert),
        headline=title,
        subject=title,
        facts=(
            f"Why: {why}.",
            *(f"{line}." for line in older),
            f"Digest {alert.id}, {_format_local_time(alert.at, zone)}",
        ),
        reason=why,
        level=alert.channel_level,
        items=tuple(
            _describe_item(item.number or position, item, is_in_doubt=alert.is_in_doubt)
            for position, item in enumerate(alert.items[:limit], 1)
        ),
        lines=(more,) if omitted > 0 else (),
        remarks=tuple(repeat),
    )


def _describe_item(number: int, item: Item, *, is_in_doubt: bool) -> DigestLine:
    link = item.url if item.url and len(json.dumps(item.url)) <= SHORT_ADDRESS else None
    headline = truncate_text(item.title or item.sentence, HEADLINE)
    return DigestLine(number, item.level, headline, _format_item_note(item, is_in_doubt=is_in_doubt), link)


def _format_item_note(item: Item, *, is_in_doubt: bool) -> str:
    if is_in_doubt:
        words = {clause.code: truncate_text(clause.words, UNSURE) for clause in item.why}
        why = "; ".join(words[code] for code in (ClauseCode.EVIDENCE, ClauseCode.DOUBT) if code in words)
        return f"({item.rule}, {item.event}). Why: {why}."
    if not item.unsure:
        return f"({item.rule}, {item.event or item.story})"
    original = f"“{truncate_text(item.same_as, HEADLINE)}”" if item.same_as else item.event or item.story
    doubt = truncate_text(item.unsure, UNSURE)
    return f"({truncate_text(item.source, SOURCE)}): the same as {original}, although {doubt}"


def _list_notice_versions(notice: Notice, repeat: Sequence[str], zone: ZoneInfo) -> Iterator[MessageContent]:
    """A report has as many lines as fit; all else is short."""
    lines = notice.text.split("\n") if notice.kind is NoticeKind.REPORT else []
    for count in range(min(len(lines), REPORT_LINES), 0, -1):
        left = ["…"] if count < len(lines) else []
        shown = [*(truncate_text(line, REPORT_LINE) for line in lines[:count]), *left]
        yield _describe_notice(notice, shown, REASON, repeat, zone)
    for text, reason in _NOTICE_STEPS:
        yield _describe_notice(notice, truncate_text(notice.text, text).split("\n"), reason, repeat, zone)


def _describe_notice(
    notice: Notice, lines: Sequence[str], reason: int, repeat: Sequence[str], zone: ZoneInfo
) -> MessageContent:
    """The title says that it is a notice: who is woken must see at once whether it is the news or the service. Its time
    names the zone of the times in its lines."""
    title = truncate_text(notice.title, NOTICE_TITLE)
    why = truncate_text(notice.reason, reason) if reason else ""
    facts = (*((f"Why: {why}.",) if why else ()), f"Notice {notice.id}, {_format_local_time(notice.at, zone)}")
    return MessageContent("NOTICE", title, title, facts, lines=tuple(lines), remarks=tuple(repeat), reason=why)
