"""A message that waited for the hours of a route says so."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from monitor.notify.renderers import Capabilities
from monitor.notify.renderers.content import list_versions
from tests.support.building import delivery

HELD = "the hours 'office hours' of route default"


def test_a_message_that_was_held_says_since_when_and_why() -> None:
    """Others do not."""
    at_once = delivery()
    zone = ZoneInfo("Asia/Seoul")
    remarks = {
        each.held_by: next(iter(list_versions(each, Capabilities(), source="Wire", zone=zone))).remarks
        for each in (at_once, replace(at_once, held_by=HELD))
    }
    assert remarks[None] == ()
    assert remarks[HELD] == (f"Held since Mon 5 Jan 2026, 21:00 KST by {HELD}.",)
