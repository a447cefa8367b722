"""A web page without a feed, whose entries CSS selectors find. Public Telegram channels are such pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final
from urllib.parse import urlsplit

from monitor.model import Feed, Selectors
from monitor.sources.kinds.source_kind import KindKey, RecognizedAddress, SourceKind

TELEGRAM_CHANNEL: Final = re.compile(r"/(?:s/)?([A-Za-z][A-Za-z0-9_]{3,31})/?")
TELEGRAM_RESERVED: Final = {"joinchat", "addstickers", "addemoji", "addlist", "share", "proxy", "socks", "login", "iv"}
TELEGRAM_MESSAGE: Final = ".tgme_widget_message_text.js-message_text"
"""The text of a message; a quotation in a reply has the first of these classes too."""
TELEGRAM_SELECTORS: Final = Selectors(
    ".tgme_widget_message_wrap",
    title=TELEGRAM_MESSAGE,
    link="a.tgme_widget_message_date",
    text=TELEGRAM_MESSAGE,
    date="time[datetime]",
)
"""The selectors of the messages in the public page of a Telegram channel."""


def read_page(body: bytes, headers: Mapping[str, str], url: str, select: Selectors) -> Feed:
    """The entries of a web page (`formats.web_page`)."""
    from monitor.sources.formats import web_page

    return web_page.read_page(body, headers, url, select)


def recognize_telegram_channel(url: str) -> RecognizedAddress | None:
    """The public page of a Telegram channel; None: this is no channel's address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    channel = TELEGRAM_CHANNEL.fullmatch(parts.path)
    host = (parts.hostname or "").removeprefix("www.")
    if host not in {"t.me", "telegram.me"} or channel is None or channel[1].lower() in TELEGRAM_RESERVED:
        return None
    name, address = channel[1], f"https://t.me/s/{channel[1]}"
    keys = {
        "id": f"telegram-{name.lower().replace('_', '-')}".strip("-"),
        "name": name,
        "kind": KIND.name,
        "select": asdict(TELEGRAM_SELECTORS),
    }
    return RecognizedAddress(address, keys, f"it is read as a page, {address}: a channel has no feed")


KIND: Final = SourceKind(
    "page",
    "a web page without a feed, whose entries `select` finds",
    read_page,
    KindKey("select", Selectors, "a page needs selectors for its entries", "select: {entry: article}"),
    asks_robots=True,
    recognize=recognize_telegram_channel,
)
