"""The newest alerts as a feed has them: with the words of their messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from monitor.article_links import sanitize_link
from monitor.errors import RowUnreadable
from monitor.model import Alert, Delivery, Source
from monitor.notify.renderers.capabilities import Capabilities, Form
from monitor.notify.renderers.chat_html import write_chat_html
from monitor.notify.renderers.content import list_versions
from monitor.sanitize import sanitize_text
from monitor.store.engine.database import Database
from monitor.store.queries.alerts import AlertQueries, AlertSummary
from monitor.store.queries.sources import load_feed_titles
from monitor.store.queues.stored_alerts import read_alert

_READER = Capabilities(form=Form.HTML, max_size=2**16, max_json=None, max_title=300, joins_title=False, max_items=50)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An alert in a feed. `id`: of the alert; `html`: its message; `link`: to the article; `language`: of the article;
    `source`: the name of its source, "" for a digest."""

    id: str
    at: datetime
    title: str
    html: str
    rule: str
    level: str
    kind: str
    link: str | None = None
    language: str | None = None
    source: str = ""


def load_alert_feed(database: Database, sources: Mapping[str, Source], timezone: str, limit: int) -> list[FeedItem]:
    """At most `limit` alerts, the newest first, without notices. One whose article has left, or cannot be read, says
    so. Raises StoreFailed."""
    zone, titles = ZoneInfo(timezone), load_feed_titles(database, sources)
    names = {id_: source.choose_name(titles.get(id_)) for id_, source in sources.items()}
    return [_read_item(database, summary, names, zone) for summary in AlertQueries(database).newest(limit=limit)]


def _read_item(
    database: Database,
    summary: AlertSummary,
    names: Mapping[str, str],
    zone: ZoneInfo,
) -> FeedItem:
    rule = summary.rule or ""
    try:
        with database.reading() as connection:
            alert = read_alert(connection, summary.id)
    except RowUnreadable as error:
        title = f"{summary.level.upper()}: {summary.title or rule}"
        text = sanitize_text(f"This alert cannot be shown any more: {error}")
        return FeedItem(summary.id, summary.at, title, escape(text), rule, summary.level, summary.kind)
    assert isinstance(alert, Alert), "a notice has no rule, and `newest` leaves it out"
    return _describe_alert(alert, summary, names, zone)


def _describe_alert(alert: Alert, summary: AlertSummary, names: Mapping[str, str], zone: ZoneInfo) -> FeedItem:
    source = names.get(alert.article.source, alert.article.source)
    # who else reports it changes with time; what was sent does not
    delivery = Delivery(0, "feed", replace(alert, also_reported_by=()), 1)
    content = next(iter(list_versions(delivery, _READER, source=source, zone=zone)))
    title = sanitize_text(content.title(_READER.max_title))
    return FeedItem(
        summary.id,
        summary.at,
        title,
        sanitize_text(write_chat_html(content, title=content.headline)),
        alert.rule,
        alert.level.value,
        alert.kind.value,
        None if summary.is_digest or not alert.article.url else sanitize_link(alert.article.url),
        None if summary.is_digest else alert.article.language,
        "" if summary.is_digest else source,
    )
