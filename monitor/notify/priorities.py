"""Which priority a message has by its level, on kinds of channel that have priorities, or a way to make no sound.

tests/integration/test_priorities.py reads them off the wire and compares them with what each service documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.model import Level

_LEVELS = (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW, Level.INFO)


@dataclass(frozen=True, slots=True)
class Priority:
    """An option of a channel's URL, and its value for each level."""

    option: str
    values: Mapping[Level, str]


def _make_priority(option: str, values: str) -> Priority:
    """`values`: from critical to info."""
    return Priority(option, dict(zip(_LEVELS, values.split(), strict=True)))


_FIVE = _make_priority("priority", "2 1 0 -1 -2")
# Not 2, an emergency, which repeats until somebody confirms it, and not -2, which shows nothing.
_PUSHOVER = _make_priority("priority", "1 0 0 -1 -1")
# They send P1 to P5, of which P1 is the most urgent, whatever Apprise calls its numbers ("low" is its name of 1).
_INCIDENT = _make_priority("priority", "1 2 3 4 5")
_TWO = _make_priority("priority", "high high normal normal normal")
_GOTIFY = _make_priority("priority", "10 8 5 3 3")  # 0 shows nothing
_NTFY = _make_priority("priority", "max high default low min")

# By scheme.
PRIORITIES: Final[Mapping[str, Priority]] = {
    "bark": (_BARK := _make_priority("level", "critical timeSensitive active passive passive")),
    "barks": _BARK,
    "dapnet": _make_priority("priority", "1 0 0 0 0"),
    "exotel": _TWO,
    "fcm": _make_priority("priority", "max high normal low min"),
    "firehydrant": _make_priority("priority", "high high medium low low"),
    "gorush": _TWO,
    "gorushs": _TWO,
    "gotify": _GOTIFY,
    "gotifys": _GOTIFY,
    "ilert": _make_priority("priority", "high high low low low"),
    "jira": _INCIDENT,
    "join": _FIVE,
    "lametric": (_LAMETRIC := _make_priority("priority", "critical warning info info info")),
    "lametrics": _LAMETRIC,
    "lauther": _FIVE,
    "ntfy": _NTFY,
    "ntfys": _NTFY,
    "opsgenie": _INCIDENT,
    "opsimate": (_OPSIMATE := _make_priority("severity", "critical warning warning info info")),
    "opsimates": _OPSIMATE,
    "pagerduty": _make_priority("severity", "critical error warning info info"),
    "pagertree": _make_priority("urgency", "critical high medium low low"),
    "pinglet": (_PINGLET := _make_priority("priority", "urgent urgent normal normal silent")),
    "pinglets": _PINGLET,
    "pover": _PUSHOVER,
    "prowl": _FIVE,
    "psafer": _FIVE,
    "psafers": _FIVE,
    "pushward": _make_priority("level", "critical time-sensitive active passive passive"),
    "smseagle": (_SMSEAGLE := _make_priority("priority", "1 0 0 0 0")),
    "smseagles": _SMSEAGLE,
    "squadcast": _make_priority("priority", "P1 P2 P3 P4 P5"),
    "tgram": _make_priority("silent", "no no yes yes yes"),
    "youlmk": _make_priority("priority", "critical high normal low low"),
}


def choose_priority(scheme: str, level: Level | None) -> tuple[str, str] | None:
    """The option and its value for a message of this level; None if the kind has no priorities."""
    priority = PRIORITIES.get(scheme)
    return (priority.option, priority.values[level]) if priority and level else None
