"""Alerts and notices, read back from their rows.

A row may have been damaged, or written by something else, and its content goes to people. So every value is checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, RowMapping, Select, bindparam, case, func, select, union
from sqlalchemy.exc import NoResultFound

from monitor.article_links import sanitize_link
from monitor.errors import RowUnreadable
from monitor.model import Alert, AlertKind, EarlierAlert, Item, MatchKind, Notice, independent_publisher_of
from monitor.model.outcome import ReasonClauses, clauses_from_row, clauses_from_sentence
from monitor.sanitize import sanitize_highlighted, sanitize_line, sanitize_text
from monitor.store.engine.damaged_rows import ValueUnreadable
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import alert, article, article_version, event, match, story, story_article
from monitor.wording.reasons import reason_in_words

T = TypeVar("T")
_ALERT_ADAPTER, _NOTICE_ADAPTER = TypeAdapter(Alert), TypeAdapter(Notice)


def read_alert(connection: Connection, alert_id: str) -> Alert | Notice:
    """The alert or notice with this id. Raises RowUnreadable."""
    try:
        row = connection.execute(_build_alert_query(), {"its_id": alert_id}).mappings().one()
    except NoResultFound:
        raise RowUnreadable(f"alert {alert_id} is not in the database") from None
    except ValueUnreadable as error:
        raise RowUnreadable(f"alert {alert_id} cannot be read from the database: {error}") from error
    if row["subject"] is not None:
        return _validate_values(_NOTICE_ADAPTER, _row_to_notice_values(row))
    if row["headline"] is None:
        raise RowUnreadable(f"the article of alert {alert_id} is not in the database")
    message = _sanitize_words(_validate_values(_ALERT_ADAPTER, _row_to_alert_values(row)))
    if message.kind is AlertKind.DIGEST:
        message = replace(message, items=_with_headlines(connection, message.items))
    else:
        message = _add_other_publishers(connection, message, row["article_id"])
    return replace(message, earlier=_find_earlier_message(connection, message)) if message.is_in_doubt else message


@cache
def _build_alert_query() -> Select[*tuple[Any, ...]]:
    """The alert `its_id` with its article. Built once, as the next one is, because every delivery asks for them:
    building a statement costs more than running it."""
    version = (article_version.c.article_id == article.c.id) & (article_version.c.version == alert.c.article_version)
    texts = (article_version.c.version, article_version.c.title.label("headline"), article_version.c.text)
    page = (article.c.source_id, article.c.uid, article.c.url, article.c.language, article.c.seen_at, article.c.dated)
    return (
        select(alert, *texts, *page, article.c.published_at)
        .join_from(alert, article, article.c.id == alert.c.article_id, isouter=True)  # a notice has none
        .join(article_version, version, isouter=True)
        .where(alert.c.id == bindparam("its_id"))
    )


@cache
def _build_publishers_query(*, has_event: bool) -> Select[*tuple[Any, ...]]:
    """The publishers that report `its_story`, or `its_event` if there is one, and which of them is that of
    `its_article`."""
    # Both have an index; for one condition with OR, PostgreSQL would read the whole table.
    of_story = select(story_article.c.article_id).where(story_article.c.story_id == bindparam("its_story"))
    of_event = select(match.c.article_id).where(match.c.event_id == bindparam("its_event"))
    same = union(of_story, of_event) if has_event else of_story
    columns, first_article = (story_article.c.publisher, story_article.c.wire), func.min(story_article.c.article_id)
    known = story_article.c.article_id.in_(same) & story_article.c.publisher.is_not(None)
    own = func.max(case((story_article.c.article_id == bindparam("its_article"), 1), else_=0)).label("own")
    return select(*columns, own).where(known).group_by(*columns).order_by(first_article)


def _validate_values(shape: TypeAdapter[T], values: Mapping[str, Any]) -> T:
    """Check the values against the shape. Raises RowUnreadable."""
    try:
        return shape.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise RowUnreadable(f"alert {values['id']} cannot be read from the database: {problem}") from error


def _sanitize_words(message: Alert) -> Alert:
    """The alert without what nobody should see: an earlier version may have stored it so."""
    sentence, highlights = sanitize_highlighted(message.sentence, message.highlights)
    return replace(
        message,
        article=replace(message.article, title=sanitize_line(message.article.title)),
        sentence=sentence,
        highlights=highlights,
        items=tuple(
            replace(
                item,
                title=sanitize_line(item.title),
                url=item.url and sanitize_link(item.url),
                sentence=sanitize_text(item.sentence),
            )
            for item in message.items
        ),
    )


def _add_other_publishers(connection: Connection, message: Alert, article_id: int) -> Alert:
    """The alert, with the other publishers that report it by now."""
    query = _build_publishers_query(has_event=message.event is not None)
    values = {"its_story": message.story, "its_event": message.event, "its_article": article_id}
    rows = connection.execute(query, values).all()
    own_publishers = {reporter.publisher for reporter in rows if reporter.own}
    others = dict.fromkeys(reporter.publisher for reporter in rows if reporter.publisher not in own_publishers)
    independent = {independent_publisher_of(reporter.wire, reporter.publisher) for reporter in rows}
    return replace(message, also_reported_by=tuple(others), publisher_count=max(1, len(independent)))


def _with_headlines(connection: Connection, items: Sequence[Item]) -> tuple[Item, ...]:
    """The digest's lines; a suppressed one gets the headline of the story or event that it was taken for."""
    names = {item.event or item.story for item in items if item.unsure}
    titles: dict[str, str] = {}
    for table in (story, event) if names else ():
        for batch in in_batches(names):
            rows = connection.execute(select(table.c.id, table.c.title).where(table.c.id.in_(batch)))
            titles.update((row.id, row.title) for row in rows)
    return tuple(
        replace(item, same_as=titles.get(item.event or item.story, "")) if item.unsure else item for item in items
    )


def _find_earlier_message(connection: Connection, message: Alert) -> EarlierAlert | None:
    """The first message, alone or in a digest, about the event that this is possibly the same as; None if its article
    has left."""
    doubt_query = select(event.c.possibly_of, event.c.doubt).where(event.c.id == message.event)
    doubt = connection.execute(doubt_query).one_or_none()
    if doubt is None:
        return None
    of_match = article_version.c.article_id == match.c.article_id
    query = (
        select(alert.c.at, article_version.c.title)
        .join_from(match, alert, alert.c.id == match.c.alert_id)
        .join(article_version, of_match & (article_version.c.version == match.c.article_version))
        .where(match.c.rule_id == message.rule, match.c.kind == MatchKind.NEWS, match.c.event_id == doubt.possibly_of)
        .order_by(alert.c.at, match.c.id)
    )
    first = connection.execute(query.limit(1)).one_or_none()
    return None if first is None else EarlierAlert(sanitize_line(first.title), first.at, doubt.doubt or "")


def _row_to_notice_values(row: RowMapping) -> Mapping[str, Any]:
    """The values of a notice, not checked. Raises RowUnreadable."""
    same = ("id", "dedup_key", "subject", "kind", "level", "at", "title")
    reason = reason_in_words(_read_clauses(row, row["reason_parameters"]))
    return {**{name: row[name] for name in same}, "reason": reason, "text": row["sentence"]}


def _read_clauses(row: RowMapping, stored: Any) -> ReasonClauses:  # noqa: ANN401 - JSON
    """The reason of an alert, or of a line of it. Raises RowUnreadable."""
    try:
        return clauses_from_row(stored)
    except ValueError as error:
        raise RowUnreadable(f"alert {row['id']} cannot be read from the database: its reason: {error}") from error


def _row_to_alert_values(row: RowMapping) -> Mapping[str, Any]:
    """The values of an alert; all but its reasons are not checked. Raises RowUnreadable."""
    same = ("id", "dedup_key", "level", "at", "sentence", "kind", "thread")
    of_article = ("uid", "text", "dated", "version", "url", "language")
    return {
        **{name: row[name] for name in same},
        "why": _read_clauses(row, row["reason_parameters"]),
        "highlights": row["marks"],
        "rule": row["rule_id"],
        "rule_title": row["title"],
        "routes": (),  # they have become deliveries
        "story": row["story_id"],
        "event": row["event_id"],
        "items": _read_items(row, row["items"] or ()),
        "article": {
            **{name: row[name] for name in of_article},
            "source": row["source_id"],
            "title": row["headline"],
            "seen": row["seen_at"],
            "published": row["published_at"],
        },
    }


def _read_items(row: RowMapping, items: Any) -> Any:  # noqa: ANN401 - JSON that is not checked yet
    """The lines of a digest with their reasons. In those of earlier versions, `reason` is a sentence."""
    if not isinstance(items, list):
        return items
    return [_read_item(row, item) if isinstance(item, dict) else item for item in items]


def _read_item(row: RowMapping, item: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in item.items() if name not in {"reason", "why"}}
    if "reason" in item:
        return {**values, "why": clauses_from_sentence(item["reason"])}
    return {**values, "why": _read_clauses(row, item.get("why"))}
