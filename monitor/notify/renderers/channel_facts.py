"""Adds to a rendered message what some kinds of channel need beyond its text."""

from __future__ import annotations

from dataclasses import replace

from monitor.alerting.subject_keys import alert_id
from monitor.model import Alert, AlertKind, Delivery, Message, Notice
from monitor.notify.renderers.webhook import write_document

WEBHOOKS = frozenset({"webhook", "webhooks"})


def add_channel_facts(message: Message, delivery: Delivery, *, scheme: str, source: str) -> Message:
    """The message with its level and with what it replaces; for a webhook, with its document."""
    document = ""
    if scheme in WEBHOOKS:
        document = write_document(delivery, title=message.title, text=message.text, source=source)
    return replace(message, level=delivery.alert.level, replaces=_find_first(delivery.alert), document=document)


def _find_first(subject: Alert | Notice) -> str:
    """The id of the first alert of the same subject, which is the thing itself if it is no update. A subject that is
    possibly the same as an older one has a first alert of its own: it takes the place of none."""
    if isinstance(subject, Alert) and subject.kind is AlertKind.UPDATE:
        return alert_id(subject.dedup_key.rpartition(" update ")[0])
    return subject.id
