"""Every kind of channel that the installed Apprise has: what never went out is never called accepted, and every type of
message is one that people see."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from docs.tools import channels_doc
from monitor.model import Level, Message, MessageType, Receipt, ReceiptKind
from monitor.notify.apprise_sender import NO_ANSWER, NOTHING_SENT, send_message
from monitor.notify.priorities import PRIORITIES
from monitor.notify.silent_kinds import LOCAL, UNANSWERED
from monitor.notify.url_options import INCIDENT_KEYS, SOURCE_OPTIONS, with_message_options
from tests.support import canned, channel_kinds
from tests.support.channel_outcomes import OFFLINE, Outcomes, measure_kinds
from tests.support.whole import news_monitor, write_config

ENDS = re.compile(r'(?i)"(resolved?|closed?|recovery|acknowledged?(ment)?|note)"|/(close|notes|acknowledge)\b')


Measured = tuple[dict[str, str | None], list[Outcomes]]


@pytest.fixture(scope="session")
def measured() -> Measured:
    """A URL of each kind, and what became of messages there."""
    return measure_kinds()


@pytest.fixture(scope="session")
def urls(measured: Measured) -> dict[str, str]:
    """A URL of each kind that can be used on this machine."""
    found, _ = measured
    lacking = {kind for kind, url in found.items() if url is None}
    assert {kind for kind in lacking if not channel_kinds.may_be_unusable(kind)} == set(), "no address was made"
    assert len(found) - len(lacking) > 230, f"{len(lacking)} of {len(found)} cannot be used here: {sorted(lacking)}"
    return {kind: url for kind, url in found.items() if url}


def test_the_table_of_kinds_is_up_to_date(measured: Measured) -> None:
    """Written by `python -m docs.tools.channels_doc`."""
    assert channels_doc.PAGE.read_text(encoding="utf-8") == channels_doc.page(measured[1])


def test_no_kind_takes_a_login_page_for_an_acceptance(measured: Measured) -> None:
    """With 200, as a proxy answers that has not passed the message on."""
    over_http = {each.service: each.page for each in measured[1] if each.over_http}
    assert len(over_http) > 150
    assert {service for service, receipt in over_http.items() if receipt == ReceiptKind.ACCEPTED} == set()


def test_kinds_that_never_say_whether_a_message_arrived_are_known(measured: Measured) -> None:
    """Whatever does not answer here is in the list that `check` advises by, or has a protocol of its own."""
    unanswered = {kind for each in measured[1] if not each.needs and not each.over_http for kind in each.kinds}
    answering = {"deltachat", "deltachats", "mailto", "mailtos", "mqtt", "mqtts", "nostr", "vapid", "xmpp", "xmpps"}
    assert unanswered - answering == (UNANSWERED | LOCAL) & unanswered
    assert unanswered >= UNANSWERED


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


def test_what_a_url_says_itself_stays(urls: dict[str, str]) -> None:
    """Of priority, key and source."""
    message = Message("t", "b", "", level=Level.CRITICAL, replaces="a1", link="https://x.test/1", source="wire")
    for kind in PRIORITIES.keys() | INCIDENT_KEYS.keys():
        options = [each[kind] for each in (INCIDENT_KEYS, SOURCE_OPTIONS) if kind in each]
        options += [PRIORITIES[kind].option] if kind in PRIORITIES else []
        assert with_message_options(urls[kind], message) != urls[kind]
        chosen = urls[kind]
        for option in options:
            chosen += f"{'&' if '?' in chosen else '?'}{option.upper()}=x"
        assert with_message_options(chosen, message) == chosen
    assert with_message_options("json://x.test", message) == "json://x.test"
    assert with_message_options(urls["ntfy"], Message("t", "b", "")) == urls["ntfy"]


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
    assert receipt == Receipt(ReceiptKind.UNVERIFIED, NO_ANSWER)
