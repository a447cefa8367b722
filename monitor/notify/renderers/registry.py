"""Which renderer serves which kind of channel. A new renderer is a file beside this one, and a line in `RENDERERS`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.model import Delivery, Message
from monitor.notify.renderers.mail import MAIL
from monitor.notify.renderers.plain_text import PLAIN_TEXT
from monitor.notify.renderers.renderer import Capabilities, ChannelKind, Renderer

# By scheme. `PLAIN_TEXT` serves all others, and addresses that a service gives out itself (https://hooks.slack.com/...).
RENDERERS: dict[str, Renderer] = {"mailto": MAIL, "mailtos": MAIL}


def render_message(delivery: Delivery, *, scheme: str, source: str, zone: ZoneInfo) -> Message:
    """The message of a delivery, for a channel whose URL has this scheme. `source`: the name of the article's source;
    `zone`: the time zone of its times."""
    renderer = _find_renderer(scheme)
    return renderer.render(delivery, ChannelKind(scheme, renderer.capabilities), source=source, zone=zone)


def capabilities_of(scheme: str) -> Capabilities:
    """What channels with this scheme accept and show."""
    return _find_renderer(scheme).capabilities


def _find_renderer(scheme: str) -> Renderer:
    return RENDERERS.get(scheme, PLAIN_TEXT)
