"""Writes alerts as Atom (RFC 4287) and as JSON Feed 1.1.

Neither says its own address: that is a secret, and a copy of the feed must not give it away. Ids are URNs that are made
of the ids of alerts, so an alert keeps its id whatever the address becomes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

import monitor
from monitor.sanitize import sanitize_text
from monitor.services.queries.alert_feed import FeedItem

ATOM_TYPE = "application/atom+xml; charset=utf-8"
JSON_FEED_TYPE = "application/feed+json; charset=utf-8"
_TITLE = "News Monitor: alerts"
_LANGUAGE = "en"  # of our own words
_IDS = UUID("1f6b0d3e-52f5-4f0c-9a51-6f0d0c7f2b67")  # chosen once, by chance; ids must never change
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed was updated
_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def identify_alert(id_: str) -> str:
    """The permanent id of an alert in a feed."""
    return uuid5(_IDS, f"alert {id_}").urn


def identify_feed(secret: str) -> str:
    """The id of the feed at a secret address. Nobody can find the secret by it."""
    return uuid5(_IDS, f"feed {secret}").urn


def find_last_change(items: Sequence[FeedItem]) -> datetime | None:
    """When the newest alert was made; None: there is none."""
    return max((item.at for item in items), default=None)


def write_atom(items: Sequence[FeedItem], feed_id: str) -> bytes:
    """The feed as Atom."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {_XML_LANG: _LANGUAGE})
    _add(feed, "id", feed_id)
    _add(feed, "title", _TITLE)
    _add(feed, "updated", _format_time(find_last_change(items) or _NEVER))
    _add(_add(feed, "author"), "name", "News Monitor")
    _add(feed, "generator", "news-monitor", version=monitor.__version__)
    for item in items:
        _add_entry(feed, item)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add_entry(feed: ET.Element, item: FeedItem) -> None:
    entry = _add(feed, "entry")
    if item.language:
        entry.set(_XML_LANG, sanitize_text(item.language))
    _add(entry, "id", identify_alert(item.id))
    _add(entry, "title", item.title)
    _add(entry, "published", _format_time(item.at))
    _add(entry, "updated", _format_time(item.at))
    if item.source:
        _add(_add(entry, "author"), "name", item.source)
    if item.link:
        _add(entry, "link", rel="alternate", href=item.link)
    for term in (item.rule, item.level, item.kind):
        _add(entry, "category", term=sanitize_text(term))
    _add(entry, "content", item.html, type="html")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text if text is None else sanitize_text(text)
    return element


def write_json_feed(items: Sequence[FeedItem]) -> bytes:
    """The feed as JSON Feed."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _TITLE,
        "language": _LANGUAGE,
        "authors": [{"name": "News Monitor"}],
        "items": [_item_to_row(item) for item in items],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


def _item_to_row(item: FeedItem) -> dict[str, object]:
    row: dict[str, object] = {
        "id": identify_alert(item.id),
        "title": item.title,
        "content_html": item.html,
        "date_published": _format_time(item.at),
        "tags": [item.rule, item.level, item.kind],
    }
    if item.link:
        row["url"] = item.link
    if item.language:
        row["language"] = item.language
    if item.source:
        row["authors"] = [{"name": item.source}]
    return row


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
