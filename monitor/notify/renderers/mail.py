"""Renders mails: HTML, with the same as plain text for programs that show no HTML."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.model import Delivery, Message
from monitor.notify.renderers.forms import build_message, choose_content, write_html, write_text
from monitor.notify.renderers.renderer import Capabilities, ChannelKind, Renderer


def _render_mail(delivery: Delivery, kind: ChannelKind, *, source: str, zone: ZoneInfo) -> Message:
    content = choose_content(delivery, kind.capabilities, source=source, zone=zone)
    return build_message(delivery, content.title, write_text(content), write_html(content))


MAIL = Renderer(Capabilities(html=True, headers=True), _render_mail)
