"""Shows what a channel gets, without sending anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.errors import InvalidRequest, MonitorError, RowUnreadable
from monitor.model import Channel, Delivery, Message, Notice, Settings, Source
from monitor.notify import render_for
from monitor.notify.renderers import capabilities_of, kind_of_channel
from monitor.notify.renderers.samples import SAMPLE_SOURCE, make_samples
from monitor.services.lookup import find_alert, require_known
from monitor.store.engine.database import Database
from monitor.store.queries.alerts import AlertQueries
from monitor.store.queues.stored_alerts import read_alert


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """A message as a channel gets it. `name`: of the sample, or the id of the alert; `form`: `html`, `markdown` or
    `plain`; `body`: in that form; `text`: the same without markup; `size` and `limit`: its length, and the longest that
    the kind of channel takes, in its `unit`."""

    name: str
    form: str
    title: str
    body: str
    text: str
    size: int
    limit: int
    unit: str


def preview_samples(settings: Settings, channel: str, sample: str | None = None) -> list[MessagePreview]:
    """The samples of every kind of message, or one of them, as this channel would get them. Raises InvalidRequest;
    MonitorError if its kind is not known."""
    known = _find_channel(settings, channel)
    zone = ZoneInfo(settings.timezone)
    samples = make_samples(zone, channel)
    require_known("sample", [sample] if sample else [], samples)
    return [
        _describe(name, known, render_for(known, delivery, source=SAMPLE_SOURCE, zone=zone))
        for name, delivery in samples.items()
        if sample in {None, name}
    ]


def preview_alert(
    settings: Settings, sources: Mapping[str, Source], database: Database, channel: str, id_: str
) -> MessagePreview:
    """A stored alert or notice, as this channel would get it now. Raises InvalidRequest; MonitorError if its
    kind is not known."""
    known = _find_channel(settings, channel)
    found = find_alert(AlertQueries(database), id_)
    try:
        with database.reading() as connection:
            subject = read_alert(connection, found.id)
    except RowUnreadable as error:
        raise InvalidRequest(str(error)) from error
    source = "" if isinstance(subject, Notice) else _name_source(sources, subject.article.source)
    delivery = Delivery(0, channel, subject, 1)
    message = render_for(known, delivery, source=source, zone=ZoneInfo(settings.timezone))
    return _describe(found.id, known, message)


def _find_channel(settings: Settings, name: str) -> Channel:
    require_known("channel", [name], settings.channels)
    if not settings.channels[name].scheme:
        problem = f"the whole address of the channel {name} is a secret that is not available here"
        raise MonitorError(f"{problem}, so its kind is not known: set the secret, or write the kind into monitor.yaml")
    return settings.channels[name]


def _name_source(sources: Mapping[str, Source], id_: str) -> str:
    return sources[id_].name if id_ in sources else id_


def _describe(name: str, channel: Channel, message: Message) -> MessagePreview:
    can = capabilities_of(kind_of_channel(channel.url))
    measured = message.markdown or message.text
    form, body = "plain", message.text
    if can.html and message.html:
        form, body = "html", message.html
    elif can.markdown and message.markdown:
        form, body = "markdown", message.markdown
    size, limit = can.size_of(message.title, measured), can.room_for(message.title, measured)
    return MessagePreview(name, form, message.title, body, message.text, size, limit, can.unit.value)
