"""The document that a webhook gets: all that is known of an alert, a digest or a notice, for programs.

The classes below are its documentation: `news-monitor schema webhook` prints their JSON Schema, which
schema/webhook.schema.json has. Fields may be added; those that are there keep their meaning while `version` is 1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.model import Alert, AlertKind, Delivery, Item, Level, Notice, NoticeKind
from monitor.model.outcome import ClauseCode, Reason, ReasonClauses, clauses_to_row
from monitor.sanitize import escape_json
from monitor.wording.reasons import reason_in_words

VERSION = 1


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WebhookSpan(_Part):
    """A part of the sentence that met the rule. Offsets count characters (Unicode code points)."""

    start: int
    end: int
    text: str


class Clause(_Part):
    """One clause of a reason. `parameters`: what the code needs; times in ISO 8601, lengths of time in seconds."""

    code: ClauseCode
    parameters: dict[str, Any]


class Why(_Part):
    """Why the message is sent: a code, the same in words, and the clauses that make the words."""

    code: Reason | None = Field(description="null: of a notice, and of one line of a digest")
    words: str
    clauses: list[Clause]


class WebhookRule(_Part):
    """The rule that was met."""

    id: str
    title: str


class ArticleDocument(_Part):
    """The article that met the rule. `uid`: with the source, its identity; `dated`: the date is its own."""

    source: str
    source_name: str
    uid: str
    title: str
    url: str | None
    language: str | None
    published: datetime
    seen: datetime
    dated: bool


class ItemDocument(_Part):
    """One line of a digest. `number`: by which `mark` finds it."""

    number: int
    level: Level
    rule: WebhookRule
    story: str
    event: str | None
    source: str
    uid: str
    title: str
    url: str | None
    sentence: str
    why: Why
    unsure: str = Field(description="of an article that was suppressed: what is not known")
    same_as: str = Field(description="of such an article: the headline of what it was taken for")


class Earlier(_Part):
    """What was sent of the older subject that this one is possibly the same as."""

    title: str
    sent: datetime
    doubt: str


class NoticeDocument(_Part):
    """A notice about the service itself. `subject`: what it is about, such as "channel desk"."""

    subject: str
    text: str


class WebhookDocument(_Part):
    """What is sent to `webhook://` and `webhooks://`. Times are in ISO 8601, with their zone.

    id                of the alert, digest or notice; the same in every attempt, and in `Idempotency-Key`
    kind              what it is; an update belongs to the alert with the id `first`
    may_be_repeat     it may have been sent before: an attempt got no clear answer, or a backup was restored
    decided           when it was decided and stored
    text              the whole as people read it
    publishers        who else reports it; `publisher_count`: how many independent publishers report it
    """

    version: Literal[1] = 1
    id: str
    kind: AlertKind | NoticeKind
    level: Level
    title: str
    text: str
    decided: datetime
    may_be_repeat: bool
    why: Why
    url: str | None = None
    first: str | None = None
    rule: WebhookRule | None = None
    story: str | None = None
    event: str | None = None
    sentence: str = ""
    spans: list[WebhookSpan] = []
    article: ArticleDocument | None = None
    publishers: list[str] = []
    publisher_count: int = 0
    items: list[ItemDocument] = []
    earlier: Earlier | None = None
    notice: NoticeDocument | None = None


def write_document(delivery: Delivery, *, title: str, text: str, source: str) -> str:
    """The document of a delivery, as JSON. `title`, `text`: as people read it; `source`: the name of the source of its
    article."""
    subject = delivery.alert
    document = (
        _describe_notice(delivery, subject, title, text)
        if isinstance(subject, Notice)
        else _describe_alert(delivery, subject, title, text, source)
    )
    return escape_json(document.model_dump_json())


def build_webhook_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **WebhookDocument.model_json_schema()}


def _describe_notice(delivery: Delivery, notice: Notice, title: str, text: str) -> WebhookDocument:
    return WebhookDocument(
        id=notice.id,
        kind=notice.kind,
        level=notice.level,
        title=title,
        text=text,
        decided=notice.at,
        may_be_repeat=delivery.may_be_duplicate,
        why=Why(code=None, words=notice.reason, clauses=[]),
        notice=NoticeDocument(subject=notice.subject, text=notice.text),
    )


def _describe_alert(delivery: Delivery, alert: Alert, title: str, text: str, source: str) -> WebhookDocument:
    is_digest = alert.kind is AlertKind.DIGEST
    article = alert.article
    return WebhookDocument(
        id=alert.id,
        kind=alert.kind,
        level=alert.level,
        title=title,
        text=text,
        decided=alert.at,
        may_be_repeat=delivery.may_be_duplicate,
        why=_describe_reason(alert.kind.reason, alert.why),
        url=None if is_digest else article.url,
        first=alert.thread,
        rule=WebhookRule(id=alert.rule, title=alert.rule_title),
        story=alert.story,
        event=alert.event,
        sentence="" if is_digest else alert.sentence,
        spans=[] if is_digest else [_describe_span(alert.sentence, *span) for span in alert.highlights],
        article=None
        if is_digest
        else ArticleDocument(
            source=article.source,
            source_name=source,
            uid=article.uid,
            title=article.title,
            url=article.url,
            language=article.language,
            published=article.published,
            seen=article.seen,
            dated=article.dated,
        ),
        publishers=list(alert.also_reported_by),
        publisher_count=alert.publisher_count,
        items=[_describe_item(position, item) for position, item in enumerate(alert.items, 1)],
        earlier=Earlier(title=alert.earlier.title, sent=alert.earlier.sent_at, doubt=alert.earlier.doubt)
        if alert.earlier
        else None,
    )


def _describe_span(sentence: str, start: int, end: int) -> WebhookSpan:
    return WebhookSpan(start=start, end=end, text=sentence[start:end])


def _describe_item(position: int, item: Item) -> ItemDocument:
    return ItemDocument(
        number=item.number or position,
        level=item.level,
        rule=WebhookRule(id=item.rule, title=item.rule_title),
        story=item.story,
        event=item.event,
        source=item.source,
        uid=item.uid,
        title=item.title,
        url=item.url,
        sentence=item.sentence,
        why=_describe_reason(None, item.why),
        unsure=item.unsure,
        same_as=item.same_as,
    )


def _describe_reason(code: Reason | None, clauses: ReasonClauses) -> Why:
    rows = clauses_to_row(clauses)
    return Why(
        code=code,
        words=reason_in_words(clauses),
        clauses=[
            Clause(code=row["code"], parameters={name: value for name, value in row.items() if name != "code"})
            for row in rows
        ],
    )
