"""Renders plain text: for every kind of channel that has no renderer of its own."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.model import Delivery, Message
from monitor.notify.renderers.forms import build_message, choose_content, write_text
from monitor.notify.renderers.renderer import Capabilities, ChannelKind, Renderer


def _render_plain_text(delivery: Delivery, kind: ChannelKind, *, source: str, zone: ZoneInfo) -> Message:
    content = choose_content(delivery, kind.capabilities, source=source, zone=zone)
    return build_message(delivery, content.title, write_text(content))


PLAIN_TEXT = Renderer(Capabilities(), _render_plain_text)
