"""docs/alerts.md tells the truth: what is decided on its articles, and its figures, are those of the program."""

from __future__ import annotations

import re

import pytest

from monitor.alerting.again import GROWS
from monitor.alerting.policy import CATCHING_UP, LATE, STAGES
from monitor.alerting.waiting import DIGEST_AT
from monitor.model import AlertKind
from monitor.notify.render import ITEMS
from tests.alerts_doc import PAGE, page
from tests.building import HOUR, MINUTE

TEXT = PAGE.read_text(encoding="utf-8")
TIMELINES = re.findall(r"^<!-- timeline -->\n```text\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


def test_the_timelines_are_what_is_decided() -> None:
    """`python -m tests.alerts_doc` writes them anew."""
    assert page() == TEXT


def test_the_timelines_show_everything_that_may_come_of_a_match() -> None:
    """Each kind of message, but of what is in doubt; what is held, what waits, and what is told at once."""
    launch, outage = TIMELINES
    kinds = [f">> {kind.upper()}, " for kind in AlertKind if kind is not AlertKind.POSSIBLY]
    for said in (*kinds, "held: ", "waits: ", "told at once", "joined at 0."):
        assert said in launch
    assert "could not be polled from 14:00 to 17:10" in outage
    assert "has sent 2 within the hour" in outage


def test_the_table_has_every_stage_in_its_order() -> None:
    """A question for each."""
    rows = TEXT.partition("| asked | if not |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(rows) == len(STAGES)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ("once a day at 08:00", f"{DIGEST_AT:%H:%M}" == "08:00"),
        ("3 hours after the first message, 12 after the first update, then 48", GROWS == 4),
        ("It is over an hour old", LATE == HOUR),
        ("ten minutes after the first of it", CATCHING_UP == 10 * MINUTE),
        ("a line for each story, seven at most", ITEMS == 7),
    ],
)
def test_its_figures_are_those_of_the_program(said: str, *, holds: bool) -> None:
    """Who changes one changes the page."""
    assert said in " ".join(TEXT.split())
    assert holds
