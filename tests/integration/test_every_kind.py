"""Every kind of channel that the installed Apprise has: what never went out is never called accepted, and every type of
message is one that people see."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.model import Message, MessageType, Receipt, ReceiptKind
from monitor.notify.apprise_sender import NO_ANSWER, NOTHING_SENT, send_message
from tests import canned, channel_kinds
from tests.e2e.whole import news_monitor, write_config

ROOT = Path(__file__).parents[2]
# With this no Python process can connect to anything.
OFFLINE = {"PYTHONPATH": os.pathsep.join((str(ROOT / "tests" / "offline"), str(ROOT)))}
ENDS = re.compile(r'(?i)"(resolved?|closed?|recovery|acknowledged?(ment)?|note)"|/(close|notes|acknowledge)\b')


@pytest.fixture(scope="session")
def urls() -> dict[str, str]:
    """A URL of each kind that can be used on this machine."""
    program = (sys.executable, "-W", "ignore", channel_kinds.__file__)
    made = subprocess.run(program, env={**os.environ, **OFFLINE}, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, str | None] = json.loads(made.stdout)
    lacking = {kind for kind, url in found.items() if url is None}
    assert {kind for kind in lacking if not channel_kinds.may_be_unusable(kind)} == set(), "no address was made"
    assert len(found) - len(lacking) > 230, f"{len(lacking)} of {len(found)} cannot be used here: {sorted(lacking)}"
    return {kind: url for kind, url in found.items() if url}


async def test_without_a_network_no_kind_is_accepted(urls: dict[str, str], tmp_path: Path) -> None:
    """`channels test` says of each that it did not go out; of those that ask no server, too."""
    write_config(tmp_path, {}, channels=urls)
    ended = await news_monitor("channels", "test", folder=tmp_path, env=OFFLINE)
    assert ended.code == 1
    said = dict(line.split(": ", 1) for line in ended.out.splitlines())
    assert said.keys() == urls.keys()
    assert {kind: line for kind, line in said.items() if line.startswith("accepted")} == {}
    assert said["syslog"] == f"refused: {NOTHING_SENT}"
    tried = {kind for kind, line in said.items() if line.startswith(("try later", "unknown"))}
    assert {"json", "mailto", "ntfy", "opsgenie", "jira", "pagerduty", "slack", "irc", "nostr"} <= tried


@pytest.mark.parametrize("type_", MessageType)
def test_every_type_is_a_message_for_every_kind_that_acts_by_it(
    urls: dict[str, str], type_: MessageType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Services for incidents: a message opens something that people see, and closes or annotates nothing of others."""
    service = canned.install(monkeypatch)
    service.bodies = ['{"requestId": "1", "result": "success"}']
    by_type = [kind for kind in urls if channel_kinds.acts_by_type(kind)]
    assert {"opsgenie", "jira", "pagerduty", "goalert", "splunk", "pagertree", "signl4"} <= set(by_type)
    for kind in by_type:
        service.requests.clear()
        mark = "&" if "?" in urls[kind] else "?"
        receipt = send_message(f"{urls[kind]}{mark}action=map", Message("The title", "The text", "", type=type_))
        assert receipt == Receipt(ReceiptKind.ACCEPTED, "accepted"), kind
        assert len(service.requests) == 1, kind
        assert "The text" in service.sent(), kind
        assert not ENDS.search(service.sent()), service.sent()


@pytest.mark.parametrize(
    ("type_", "severity"), [("failure", "critical"), ("warning", "warning"), ("info", "info"), ("success", "info")]
)
def test_a_type_reaches_the_service(type_: str, severity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PagerDuty pages by it."""
    service = canned.install(monkeypatch)
    service.status = 202
    send_message(f"pagerduty://{'a' * 32}@{'b' * 32}", Message("t", "b", "", type=MessageType(type_)))
    assert json.loads(service.sent().splitlines()[1])["payload"]["severity"] == severity


def test_what_closes_only_is_never_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that is told to close alerts, and has none to close, sends nothing for any type."""
    service = canned.install(monkeypatch)
    for type_ in MessageType:
        receipt = send_message("opsgenie://a1b2c3d4?action=close", Message("t", "b", "", type=type_))
        assert receipt == Receipt(ReceiptKind.REFUSED, NOTHING_SENT)
    assert service.requests == []


def test_a_datagram_is_sent_and_no_more() -> None:
    """Nobody answers one: the receipt says so."""
    receipt = send_message("rsyslog://127.0.0.1:9", Message("t", "b", ""))
    assert receipt == Receipt(ReceiptKind.ACCEPTED, NO_ANSWER)
