"""The options in the URL of a channel: those that are always ours, and those that depend on the message: its priority,
and for services of incidents what it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote, urlencode

from monitor.model import Message, scheme_of_channel
from monitor.notify.priorities import choose_priority
from monitor.notify.timeouts import SendTimeouts

# `redirect=no`: requests follows a 302 by a GET without the body, and Apprise reports the lost message as sent.
# `optional`, `retry`: decided by us. So are the timeouts to connect (`cto`) and to answer (`rto`): `SendTimeouts`.
FORCED = {"redirect": "no", "optional": "no", "retry": "0"}
TIMEOUTS = ("cto", "rto")
APP: Final = "News Monitor"
# By scheme of a service of incidents: the option with the key of a message. What has the same key is one incident,
# however often it comes: a repeat after a lost answer, and an update.
INCIDENT_KEYS: Final[Mapping[str, str]] = {
    "firehydrant": "dedup",
    "goalert": "dedup",
    "goalerts": "dedup",
    "ilert": "dedup",
    "incidentio": "dedup",
    "jira": "alias",
    "opsgenie": "alias",
    "opsimate": "dedup",
    "opsimates": "dedup",
    "pagerduty": "dedup",
    "pagertree": "dedup",
    "signl4": "dedup",
    "splunk": "entity_id",  # without it, Apprise makes everything one incident
    "squadcast": "dedup",
    "victorops": "entity_id",
}
SOURCE_OPTIONS: Final[Mapping[str, str]] = {"pagerduty": "source"}
IN_PATH: Final = frozenset({"source", "entity_id"})  # the path of a URL says them, too
# Whatever a password has, unlike `urlsplit`, which refuses odd brackets and letters and quotes them.
AUTHORITY = re.compile(r"[^:/?#]*://(?P<authority>[^/?#]*)(?P<sign>[/?#]?)(?P<rest>[^=&]*)")
# Apprise reports a failure for one recipient as a failure for all: the others would get the message at every attempt.
SEVERAL = "it has several recipients (cc and bcc count); write one channel for each, and name them all in a route"


def with_forced_options(url: str, timeouts: SendTimeouts | None = None) -> str:
    """The URL with the options that are always ours (`FORCED`, `TIMEOUTS`), whatever it says for them."""
    address, _, query = url.partition("?")
    # The other options stay as they are written: decoded and encoded again, the blank in "Bearer TOKEN" would be a
    # plus.
    options = [option for option in query.split("&") if option]
    forced_names = {*FORCED, *TIMEOUTS}
    others = [option for option in options if unquote(option.partition("=")[0]).strip().lower() not in forced_names]
    limits = timeouts or SendTimeouts()
    seconds = (f"{timeout.total_seconds():g}" for timeout in (limits.connect, limits.http_answer))
    forced = FORCED | dict(zip(TIMEOUTS, seconds, strict=True))
    return f"{address}?{'&'.join([*others, urlencode(forced)])}"


def with_message_options(url: str, message: Message) -> str:
    """The URL with what goes into fields of the kind's own: priority, incident key, source. What the URL says stays."""
    own = list_option_names(url)
    if "/" in url.partition("://")[2].partition("?")[0].rstrip("/"):
        own |= IN_PATH
    options = [(option, value) for option, value in _describe_message(url, message) if option not in own and value]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(options, quote_via=quote)}" if options else url


def _describe_message(url: str, message: Message) -> Iterator[tuple[str, str]]:
    scheme = scheme_of_channel(url)
    if priority := choose_priority(scheme, message.level):
        yield priority
    if key := INCIDENT_KEYS.get(scheme):
        yield key, f"{message.replaces}-{message.level}"  # what rises in level must wake somebody again
    if source := SOURCE_OPTIONS.get(scheme):
        yield source, message.source or APP


def list_option_names(url: str) -> set[str]:
    """The names of the options that a URL has."""
    options = url.partition("?")[2].split("&")
    return {unquote(option.partition("=")[0]).strip().lower() for option in options}
