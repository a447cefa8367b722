"""What a renderer is, and what it knows of the kind of channel that it renders for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.model import Delivery, Message


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind of channel accepts and shows. The defaults fit every kind.

    max_title  the longest headline in a title, in units of UTF-16
    max_bytes  the longest text, in bytes of UTF-8
    max_json   the longest title and text together, in characters of JSON in ASCII
    html       it shows `Message.html`; otherwise it gets `Message.text`
    headers    it has headers like those of mail: `Message.id` and `Message.in_reply_to` put messages into threads

    The lengths are what the narrowest channel accepts, far below what most claim: a message that is refused for its
    size would be a lost alert. A real ntfy, whose plug-in says 7,800 characters, accepts 4,096 bytes of UTF-8, and 8
    KiB of JSON in which every unit of UTF-16 beyond ASCII takes six bytes; its other keys need some of these.
    """

    max_title: int = 160
    max_bytes: int = 4096
    max_json: int = 7700
    html: bool = False
    headers: bool = False


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """The kind of channel that a message is rendered for. `scheme`: how its URL begins, as `mailto` or `ntfy`."""

    scheme: str
    capabilities: Capabilities


class Render(Protocol):
    """Makes the message of a delivery. `source`: the name of the article's source (a notice does not show it); `zone`:
    the time zone of its times."""

    def __call__(self, delivery: Delivery, kind: ChannelKind, *, source: str, zone: ZoneInfo) -> Message: ...


@dataclass(frozen=True, slots=True)
class Renderer:
    """How to render for some kinds of channel, and what these can show."""

    capabilities: Capabilities
    render: Render
