"""A message that waited for the hours of a route says so."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from monitor.notify.renderers import Capabilities
from monitor.notify.renderers.content import list_versions
from tests.building import delivery

HELD = "the hours 'office hours' of route default"


def test_a_message_that_was_held_says_since_when_and_why() -> None:
    """In its last line; others have no such line."""
    at_once = delivery()
    facts = {
        each.held_by: next(iter(list_versions(each, Capabilities(), source="Wire", zone=ZoneInfo("Asia/Seoul")))).facts
        for each in (at_once, replace(at_once, held_by=HELD))
    }
    assert facts[HELD][:-1] == facts[None]
    assert facts[HELD][-1] == f"Held since Mon 5 Jan 2026, 21:00 KST by {HELD}."
