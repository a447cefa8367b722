"""How a delivery is rendered for its channel."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.model import Delivery, Message
from monitor.notify.renderers.document import add_document
from monitor.notify.renderers.forms import compose_message
from monitor.notify.renderers.kinds import capabilities_of


def render_message(delivery: Delivery, *, kind: str, source: str, zone: ZoneInfo) -> Message:
    """The message of a delivery, for a channel of this kind (`kind_of_channel`). `source`: the name of the source of
    the article; `zone`: the time zone of its times."""
    message = compose_message(delivery, capabilities_of(kind), source=source, zone=zone)
    return add_document(message, delivery, kind=kind, source=source)
