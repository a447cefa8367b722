"""docs/alerts.md tells the truth: what is decided on its articles, and its figures, are those of the program."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.alerting.case import LATE
from monitor.alerting.pending import DIGEST_AT
from monitor.alerting.stages import STAGES
from monitor.alerting.stages.catch_up import CATCHING_UP
from monitor.alerting.updates import GROWS
from monitor.identity import bounds, clusters, compare, features
from monitor.model import AlertKind
from monitor.notify.renderers.content import ITEMS
from tests.support.alerts_doc import PAGE, decide_pair
from tests.support.building import HOUR, MINUTE

TEXT = PAGE.read_text(encoding="utf-8")
WORDS = " ".join(TEXT.split())
DAY = timedelta(days=1)


def cells(head: str) -> list[list[str]]:
    """The rows of the table that begins so."""
    rows = TEXT.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


PAIRS = cells("| first report | second report | hours later | what is sent | the reason |")
UNKNOWN = cells("| first report | second report | hours later | what is sent | what you can do |")


def test_the_sentence_is_that_of_the_code() -> None:
    """In the same words where it is decided."""
    sentence = WORDS[WORDS.index("Two reports that come in time") : WORDS.index("The first question with")].strip()
    assert sentence in " ".join((compare.__doc__ or "").split())


def test_there_are_ten_pairs() -> None:
    """Of each answer, some."""
    assert len(PAIRS) == 10
    assert {said for _, _, _, said, _ in PAIRS} == {"nothing", "new", "possibly"}


@pytest.mark.parametrize(("first", "second", "hours", "said", "reason"), PAIRS)
def test_a_pair_is_decided_as_the_page_says(first: str, second: str, hours: str, said: str, reason: str) -> None:
    """And for that reason."""
    sent, reasons = decide_pair(first, second, timedelta(hours=float(hours)))
    assert sent == said
    assert reason in reasons


@pytest.mark.parametrize(("first", "second", "hours", "said", "advice"), UNKNOWN)
def test_what_it_cannot_know_is_taken_for_the_same(first: str, second: str, hours: str, said: str, advice: str) -> None:
    """A line of this table that is no longer true is good news: delete it."""
    sent, reasons = decide_pair(first, second, timedelta(hours=float(hours)))
    assert sent == "nothing"
    assert ("listed in the digest at 08:00" in reasons) is (said == "nothing; listed at 08:00")
    assert advice


def test_each_kind_of_message_has_a_row() -> None:
    """Of what a message says."""
    assert [row[0] for row in cells("| kind | says |")] == [
        AlertKind.NEW,
        AlertKind.POSSIBLY,
        AlertKind.UPDATE,
        AlertKind.DIGEST,
    ]


def test_the_table_has_every_stage_in_its_order() -> None:
    """A question for each."""
    assert len(cells("| question | if the answer is no |")) == len(STAGES)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ("once a day at 08:00", f"{DIGEST_AT:%H:%M}" == "08:00"),
        ("3 hours after the first message, the second comes 12 hours after the first update", GROWS == 4),
        ("The article is more than an hour old when it comes", LATE == HOUR),
        ("Ten minutes after the first such article", CATCHING_UP == 10 * MINUTE),
        ("a line for each story, seven at most", ITEMS == 7),
        (
            "alike by .4; or by .2, and a place, a name or a number agrees",
            (bounds.ALIKE, bounds.ALIKE_WITH_FACT) == (0.4, 0.2),
        ),
        ("alike by .5, and possibly the same by .3", (bounds.ALIKE_FOR_BROAD, bounds.POSSIBLY_FOR_BROAD) == (0.5, 0.3)),
        ("eight or more events within a day", clusters.CLUSTERS_PER_KEY == 8),
        ("The first two and the last six are compared", (clusters.FIRST_MEMBERS, clusters.LAST_MEMBERS) == (2, 6)),
        ("within 12 hours of its first one", bounds.SAME_DAY == 12 * HOUR),
        ("36 hours, if the last one is at most 12 hours old", bounds.STORY_LASTS == 36 * HOUR),
        ("at most 6 hours old, these are 24 hours", (bounds.MOMENT, bounds.PAUSE) == (DAY, 6 * HOUR)),
        ('If both name the same day ("on Thursday"), these are 3 days', bounds.DAY_NAMED_FOR == 3 * DAY),
        ("(a headline marked as breaking news) within 6 hours", bounds.PAUSE == 6 * HOUR),
        ("the same address for a week", features.SAME_ADDRESS == 7 * DAY),
        ("the same headline for 12 hours", bounds.SAME_DAY == 12 * HOUR),
    ],
)
def test_its_figures_are_those_of_the_program(said: str, *, holds: bool) -> None:
    """Who changes one changes the page."""
    assert said in WORDS
    assert holds
