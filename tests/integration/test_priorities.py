"""Which urgency a service reads in what it gets: requests are read off the wire, and compared with what each service
documents for its own API, not with what Apprise calls it."""

from __future__ import annotations

import pytest

from monitor.model import Level, Message, MessageType
from monitor.notify.apprise_sender import send_message
from monitor.notify.priorities import PRIORITIES
from tests.support.captured import Internet

LEVELS = (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW, Level.INFO)
# The URL; the field; all values in the service's documentation, the most urgent first; what is sent from critical to
# info. "-": the field is absent, which for ntfy means its normal priority.
ROWS = {
    "bark": (
        "bark://h.test/k3y",
        "level",
        "critical timeSensitive active passive",
        "critical timeSensitive active passive passive",
    ),
    "dapnet": ("dapnet://u:p@DF1ABC", "emergency", "True False", "True False False False False"),
    "exotel": ("exotel://abcd1234:abcd1234@abcd1234", "priority", "high normal", "high high normal normal normal"),
    "fcm": ("fcm://project@k3y/device?mode=legacy", "priority", "high normal", "high high normal normal normal"),
    "firehydrant": (
        "firehydrant://t0ken",
        "annotations.signals.firehydrant.com/notification-priority",
        "HIGH MEDIUM LOW",
        "HIGH HIGH MEDIUM LOW LOW",
    ),
    "gorush": ("gorush://h.test/device", "notifications.0.priority", "high normal", "high high normal normal normal"),
    "gotify": ("gotify://h.test/t0ken", "priority", "10 9 8 7 6 5 4 3 2 1 0", "10 8 5 3 3"),
    "ilert": ("ilert://k3y", "priority", "HIGH LOW", "HIGH HIGH LOW LOW LOW"),
    "jira": ("jira://k3y", "priority", "P1 P2 P3 P4 P5", "P1 P2 P3 P4 P5"),
    "join": (f"join://{'a' * 32}/abcd1234", "priority", "2 1 0 -1 -2", "2 1 0 -1 -2"),
    "lametric": (
        f"lametric://{'0' * 80}%3D%3D@abcd1234",
        "priority",
        "critical warning info",
        "critical warning info info info",
    ),
    "lauther": ("lauther://lpt_0", "priority", "2 1 0 -1 -2", "2 1 0 -1 -2"),
    "ntfy": ("ntfy://h.test/topic", "x-priority", "max high - low min", "max high - low min"),
    "opsgenie": ("opsgenie://k3y", "priority", "P1 P2 P3 P4 P5", "P1 P2 P3 P4 P5"),
    "opsimate": ("opsimate://k3y@h.test", "severity", "critical warning info", "critical warning warning info info"),
    "pagerduty": (
        "pagerduty://k3y@t0ken",
        "payload.severity",
        "critical error warning info",
        "critical error warning info info",
    ),
    "pagertree": (
        "pagertree://int_abcd1234",
        "urgency",
        "critical high medium low silent",
        "critical high medium low low",
    ),
    "pinglet": (
        "pinglet://t0ken@h.test/abcd1234/abcd1234",
        "priority",
        "urgent normal silent",
        "urgent urgent normal normal silent",
    ),
    "pover": (f"pover://{'a' * 30}@{'b' * 30}", "priority", "2 1 0 -1 -2", "1 0 0 -1 -1"),
    "prowl": (f"prowl://{'0' * 40}", "priority", "2 1 0 -1 -2", "2 1 0 -1 -2"),
    "psafer": ("psafers://k3y", "pr", "2 1 0 -1 -2", "2 1 0 -1 -2"),
    "pushward": (
        "pushward://hlk_0",
        "level",
        "critical time-sensitive active passive",
        "critical time-sensitive active passive passive",
    ),
    "smseagle": ("smseagle://t0ken@h.test/15551234567", "params.highpriority", "1 0", "1 0 0 0 0"),
    "squadcast": ("squadcast://k3y", "priority", "P1 P2 P3 P4 P5", "P1 P2 P3 P4 P5"),
    "tgram": (
        "tgram://123456789:abcdefg_hijklmnop/12345",
        "disable_notification",
        "False True",
        "False False True True True",
    ),
    "youlmk": (f"youlmk://ylk_{'0' * 32}", "priority", "critical high normal low", "critical high normal low low"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_service_gets_the_urgency_of_the_level_in_its_own_words(kind: str, internet: Internet) -> None:
    url, field, documented, expected = ROWS[kind]
    internet.bodies = [
        '{"id": "1", "code": 200, "requestId": "1", "success": true, "ok": true, "result": {"status": "ok"}}'
    ]
    sent = []
    for level in LEVELS:
        internet.requests.clear()
        send_message(url, Message("title", "text", level=level, type=MessageType.FAILURE))
        [request] = internet.requests
        values = {name.lower(): value for name, value in request.fields().items()}
        sent.append(str(values.get(field, "-")))
    assert sent == expected.split()
    ranks = [documented.split().index(value) for value in sent]
    assert ranks == sorted(ranks), "a lower level is more urgent than a higher one"
    assert ranks[0] < ranks[-1]


def test_every_kind_with_priorities_is_read_off_the_wire() -> None:
    """A kind that is reached over HTTP and HTTPS is tried once."""
    assert {kind.removesuffix("s") for kind in PRIORITIES} == {kind.removesuffix("s") for kind in ROWS}
