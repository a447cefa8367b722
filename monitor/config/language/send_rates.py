"""How often a channel may be sent to: as its entry says, or else by its kind."""

from __future__ import annotations

import re
from datetime import timedelta

from monitor.model import SendRate

_PERIODS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
UNLIMITED = "unlimited"
RATE_PATTERN = rf"^[1-9][0-9]{{0,5}} (a|an|per) ({'|'.join(_PERIODS)})$"
_BURST = 5  # of a rate that is written without one

# What each kind of service takes, as messages a minute and how many at once: a little less than its documentation says,
# as others may send there too. A kind that is not here has `_OTHERS`.
_MINUTE = _PERIODS["minute"]
_BY_KIND: dict[str, tuple[int, int]] = {
    "bark": (30, 10),
    "dingtalk": (15, 5),
    "discord": (25, 5),
    "feishu": (60, 5),
    "gchat": (50, 5),
    "lark": (60, 5),
    "mailto": (60, 20),
    "mailtos": (60, 20),
    "matrix": (12, 8),
    "matrixs": (12, 8),
    "msteams": (50, 4),
    "ntfy": (12, 50),
    "ntfys": (12, 50),
    "pover": (50, 10),
    "signal": (20, 5),
    "signals": (20, 5),
    "slack": (50, 5),
    "tgram": (15, 5),
    "wecombot": (15, 5),
    "whatsapp": (20, 5),
    "workflows": (50, 4),
}
_SMS = (
    "46elks", "atalk", "bulksms", "bulkvs", "burstsms", "clickatell", "clicksend", "cm", "d7sms", "gupshup", "infobip",
    "kavenegar", "msg91", "msgbird", "notifyre", "octopush", "plivo", "popcorn", "seven", "signl4", "sinch", "smsc",
    "smseagle", "smsmanager", "smsmgr", "smtp2go", "threema", "twilio", "voipms", "vonage",
)  # fmt: skip
_BY_KIND |= dict.fromkeys(_SMS, (30, 5))
# The user's own receivers: they take what they can, and say so.
_UNLIMITED = frozenset({"console", "form", "forms", "gotify", "gotifys", "json", "jsons", "xml", "xmls"})
_OTHERS = (60, 10)


def parse_rate(text: object) -> SendRate | None:
    """The rate of a text such as '20 a minute', with a burst of its own; None for 'unlimited'. Raises ValueError."""
    if text == UNLIMITED:
        return None
    if not isinstance(text, str) or not re.match(RATE_PATTERN, text):
        raise ValueError(f"write a number and a period, such as '20 a minute' or '5 a second', or '{UNLIMITED}'")
    count, _, period = text.split()
    return SendRate(int(count), _PERIODS[period], min(int(count), _BURST))


def default_rate(scheme: str) -> SendRate | None:
    """The rate of a kind of channel, by the scheme of its URL; None: unlimited."""
    if scheme in _UNLIMITED:
        return None
    count, burst = _BY_KIND.get(scheme, _OTHERS)
    return SendRate(count, _MINUTE, burst)
