"""Adds the JSON document to the message of a webhook."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Delivery, Message
from monitor.notify.renderers.webhook import write_document

WEBHOOKS = frozenset({"webhook", "webhooks"})


def add_document(message: Message, delivery: Delivery, *, kind: str, source: str) -> Message:
    """The message, for a webhook with its document. `source`: the name of the source of the article."""
    if kind not in WEBHOOKS:
        return message
    return replace(message, document=write_document(delivery, title=message.title, text=message.text, source=source))
