"""docs/alerts.md tells the truth: what is decided on its articles, and its figures, are those of the program."""

from __future__ import annotations

import re

import pytest

from monitor.alerting.case import LATE
from monitor.alerting.pending import DIGEST_AT
from monitor.alerting.stages import STAGES
from monitor.alerting.stages.catch_up import CATCHING_UP
from monitor.alerting.updates import GROWS
from monitor.model import AlertKind
from monitor.notify.renderers.content import ITEMS
from tests.alerts_doc import PAGE, page
from tests.building import HOUR, MINUTE

TEXT = PAGE.read_text(encoding="utf-8")
TIMELINES = re.findall(r"^<!-- timeline -->\n```text\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
PLACES = (
    *("Thailand", "Vietnam", "Laos", "Chile", "Japan", "Turkey", "Iran"),
    *("Dockers in Busan", "Dockers in Shanghai", "North Jeolla", "North Chungcheong", "Hotel fire in Busan"),
)


def test_the_timelines_are_what_is_decided() -> None:
    """`python -m tests.alerts_doc` writes them anew."""
    assert page() == TEXT


def test_the_timelines_show_everything_that_may_come_of_a_match() -> None:
    """Each kind of message; what is held, what waits, and what is told at once."""
    launch, newcomers, outage = TIMELINES
    for kind in AlertKind:
        assert f">> {kind.upper()}, " in (newcomers if kind is AlertKind.POSSIBLY else launch)
    for said in ("suppressed: ", "deferred: ", "sent at once", "its story belongs to this event"):
        assert said in launch
    listed = "because one of the two articles names no known place, it is listed in the digest"
    assert listed in " ".join(newcomers.split())
    assert "could not be polled from 14:00 to 17:10" in outage
    assert "has sent 2 within the hour" in outage


def test_the_second_happening_in_the_same_words_is_told_and_one_in_three_languages_once() -> None:
    """Of a newcomer's first rules, what was sent."""
    _, newcomers, _ = TIMELINES
    sent = re.findall(r">> (\w+), \w+: (.*)", newcomers)
    of = {where: [kind for kind, title in sent if where in title] for where in PLACES}
    assert of == {where: ["NEW"] for where in PLACES}
    assert [kind for kind, title in sent if "ballistic missile" in title] == ["NEW", "POSSIBLY"]
    assert len(sent) == len(PLACES) + 3  # the missiles, and the digest


def test_the_table_has_every_stage_in_its_order() -> None:
    """A question for each."""
    rows = TEXT.partition("| question | if the answer is no |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(rows) == len(STAGES)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ("once a day at 08:00", f"{DIGEST_AT:%H:%M}" == "08:00"),
        ("3 hours after the first message, the second comes 12 hours after the first update", GROWS == 4),
        ("The article is more than an hour old when it comes", LATE == HOUR),
        ("Ten minutes after the first such article", CATCHING_UP == 10 * MINUTE),
        ("a line for each story, seven at most", ITEMS == 7),
    ],
)
def test_its_figures_are_those_of_the_program(said: str, *, holds: bool) -> None:
    """Who changes one changes the page."""
    assert said in " ".join(TEXT.split())
    assert holds
