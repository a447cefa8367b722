"""The options in the URL of a channel: those that are always ours, and the priority that a level asks for."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlencode

from monitor.model import Level, scheme_of_channel
from monitor.notify.priorities import choose_priority
from monitor.notify.timeouts import SendTimeouts

# `redirect=no`: requests follows a 302 by a GET without the body, and Apprise reports the lost message as sent.
# `optional`, `retry`: decided by us. So are the timeouts to connect (`cto`) and to answer (`rto`): `SendTimeouts`.
FORCED = {"redirect": "no", "optional": "no", "retry": "0"}
TIMEOUTS = ("cto", "rto")
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


def with_priority(url: str, level: Level | None) -> str:
    """The URL with the priority of a message of this level, unless it says one itself."""
    option = choose_priority(scheme_of_channel(url), level)
    if option is None or option[0] in list_option_names(url):
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode([option])}"


def list_option_names(url: str) -> set[str]:
    """The names of the options that a URL has."""
    options = url.partition("?")[2].split("&")
    return {unquote(option.partition("=")[0]).strip().lower() for option in options}
