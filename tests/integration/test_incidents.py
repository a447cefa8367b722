"""What services of incidents get to see: one event is one incident there, with its article's link and source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Alert, AlertKind, Level
from monitor.notify.apprise_sender import send_message
from monitor.notify.renderers import render_message
from monitor.notify.url_options import INCIDENT_KEYS
from tests.support.building import alert, article, delivery, rule
from tests.support.captured import Internet

# The URL; the fields in which the service has a key, a link and a source ("": none).
ROWS = {
    "firehydrant": ("firehydrant://t0ken", "idempotency_key", "links.0.href", ""),
    "goalert": ("goalert://h.test/d2a1c5de-5b5e-4c2a-8b5e-1234567890ab", "dedup", "", ""),
    "ilert": ("ilert://k3y", "alertKey", "links.0.href", ""),
    "incidentio": ("incidentio://s0urce/t0ken", "deduplication_key", "source_url", ""),
    "jira": ("jira://k3y", "alias", "details.link", ""),
    "opsgenie": ("opsgenie://k3y", "alias", "details.link", ""),
    "opsimate": ("opsimate://k3y@h.test", "id", "links.0.url", ""),
    "pagerduty": ("pagerduty://k3y@t0ken", "dedup_key", "links.0.href", "payload.source"),
    "pagertree": ("pagertree://int_abcd1234", "id", "", ""),
    "signl4": ("signl4://s3cr3t", "X-S4-ExternalID", "", ""),
    "splunk": ("splunk://route@k3y", "entity_id", "", ""),
    "squadcast": ("squadcast://k3y", "event_id", "", ""),
}
LINK = "https://x.test/a?b=1&c=2 3#%41"


def send(internet: Internet, url: str, of: Alert) -> dict[str, Any]:
    """The fields of what the service got."""
    internet.requests.clear()
    internet.bodies = ['{"requestId": "1", "result": "success", "id": "1"}']
    kind = url.partition(":")[0]
    send_message(url, render_message(delivery(of), kind=kind, source="Wire", zone=ZoneInfo("UTC")))
    [request] = internet.requests
    return request.fields()


@pytest.mark.parametrize("kind", ROWS)
def test_one_event_is_one_incident(kind: str, internet: Internet) -> None:
    """An alert, the same again after a lost answer, and its update. Another event is another one, and so is an update
    of another level: services wake nobody for an incident that is open."""
    url, key, link, source = ROWS[kind]
    first = alert(article("a", url=LINK), told_by=rule(level=Level.CRITICAL))
    update = replace(
        first, id="0123456789abcdef", dedup_key=f"{first.dedup_key} update 1", kind=AlertKind.UPDATE, thread=first.id
    )
    other = alert(article("b", url=LINK), told_by=rule("other", level=Level.CRITICAL))
    got = [send(internet, url, of) for of in (first, first, update, other, replace(update, level=Level.HIGH))]
    assert [fields[key] for fields in got] == [
        *[f"{first.id}-critical"] * 3,
        f"{other.id}-critical",
        f"{first.id}-high",
    ]
    assert all(fields[link] == LINK for fields in got if link)
    assert all(fields[source] == first.article.source for fields in got if source)


def test_all_kinds_of_incidents_are_read_off_the_wire() -> None:
    """A kind of two names is tried once."""
    assert {kind.removesuffix("s") for kind in INCIDENT_KEYS} - {"victorop"} == ROWS.keys()


def test_a_source_in_the_path_stays(internet: Internet) -> None:
    """As Apprise documents the address."""
    fields = send(internet, "pagerduty://k3y@t0ken/newsroom", alert(article("a")))
    assert fields["payload.source"] == "newsroom"
    assert send(internet, "splunk://route@k3y/desk", alert(article("a")))["entity_id"] == "desk"


def test_the_end_of_a_long_headline_is_in_the_description(internet: Internet) -> None:
    """Opsgenie's title ends at 130 characters."""
    headline = (
        "Parliament debates missiles and passes the budget at night " * 2
        + "and 47 amendments, the last at dawn: Minister"
    )
    for url in ("opsgenie://k3y", "jira://k3y"):
        fields = send(internet, url, replace(alert(article("a", title=headline)), sentence=headline))
        assert len(fields["message"]) <= 130
        assert headline in fields["description"]
