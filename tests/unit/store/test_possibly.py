"""What is possibly the same as something older, through the database: its thread, its message, and what is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from monitor.alerting.judging import judge
from monitor.alerting.policy import Case
from monitor.decide import Decision, decide_due
from monitor.model import (
    Again,
    Alert,
    AlertKind,
    AlertPolicy,
    Event,
    Field,
    Judged,
    Match,
    MatchKind,
    Older,
    OncePer,
    Rule,
    Span,
    Story,
)
from monitor.store.claims import Claims
from monitor.store.database import Database
from monitor.store.forgetting import Forgetting
from monitor.store.outbox import Outbox
from monitor.store.section import SerialSection
from monitor.store.stories import PossiblySame, StoriesRead
from monitor.store.tables import event, match
from monitor.stories.events import Found
from tests.building import (
    HOUR,
    MINUTE,
    NOON,
    alert_of,
    article,
    claimed,
    config_of,
    polled,
    rule,
    rules,
    sources,
    to_desk,
)

DOUBT = "both Busan, both today; the words differ"
OLDER, YOUNGER = Story("S1", "Dockers strike", NOON), Story("S2", "Walk-out in a port", NOON, "S1", DOUBT)
STRIKE = (Span(Field.TITLE, 0, 4, "Dock", "dock*"),)


class Desk:
    """A database, one rule, and a state that is rebuilt before everything that is done."""

    def __init__(self, database: Database, its: Rule) -> None:
        self.database = database
        self.rule = its
        self.outbox = Outbox(database, "here:1")
        self.claims = Claims(database, "here:1")
        self.claims.know(sources("wire", "post", "herald"), NOON)

    def hear(self, of: str, story: Story, at: datetime = NOON, its_event: Event | None = None) -> None:
        """An article of a source, of this story, which is decided and committed."""
        claim = claimed(self.claims, of, at)
        page = article(of, f"Dock news of {of}", of=of, seen=at, url=f"https://{of}.test/1")
        found = Match(self.rule.id, self.rule.version, MatchKind.NEWS, STRIKE, self.rule.level)
        facts = (("dead", 3),) if of == "herald" else ()
        with SerialSection(self.database).entered(at) as inside:
            state = inside.state.draft()
            case = Case(self.rule, found, page, story, state.told, at, its_event, publisher=of.title(), facts=facts)
            decided = judge(case)
            if its_event is not None:
                state.events.tell(Found(self.rule.id, story, at), its_event)
            decision = Decision((Judged(page, story, "in a test", (decided,), of.title()),), state)
            assert inside.commit(polled(claim, at), decision, to_desk)

    def fall(self, at: datetime) -> None:
        with SerialSection(self.database).entered(at) as inside:
            inside.fall(decide_due(rules(self.rule), inside.state, at), to_desk, at)

    def sent(self, at: datetime) -> list[Alert]:
        """What the desk is sent, as it is read for that."""
        found = []
        while (claim := self.outbox.claim("desk", at, HOUR)) is not None:
            found.append(alert_of(claim))
        return sorted(found, key=lambda each: (each.at, each.story))

    def decisions(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.execute(select(match.c.decision).order_by(match.c.id)).scalars())


def by(**policy: object) -> Rule:
    return replace(rule(words=["dock"]), alert=AlertPolicy(**policy))  # type: ignore[arg-type]


def test_it_is_read_back_with_what_it_is_possibly_the_same_as(database: Database) -> None:
    """The headline that was sent, when, and the doubt; its updates go under the same thread."""
    desk = Desk(database, by(again_if=frozenset({Again.NEW_FACT})))
    desk.hear("wire", OLDER)
    desk.hear("post", YOUNGER, NOON + MINUTE)
    desk.hear("herald", YOUNGER, NOON + 2 * HOUR)
    first, second, update = desk.sent(NOON + 2 * HOUR)
    assert (first.kind, first.thread, first.older) == (AlertKind.NEW, None, None)
    assert (second.kind, second.thread) == (AlertKind.POSSIBLY, first.id)
    assert second.older == Older("Dock news of wire", NOON, DOUBT)
    assert (update.kind, update.story, update.thread, update.older) == (AlertKind.UPDATE, "S2", first.id, None)
    assert desk.decisions()[1].endswith(f"possibly the same as S1: {DOUBT}")


def test_what_waits_is_in_doubt_after_a_restart_too(database: Database) -> None:
    """And its match says what was sent of it."""
    desk = Desk(database, by(wait_at_least=5 * MINUTE))
    desk.hear("wire", OLDER)
    desk.hear("post", YOUNGER, NOON + MINUTE)
    desk.fall(NOON + HOUR)
    first, second = desk.sent(NOON + HOUR)
    assert (second.kind, second.thread) == (AlertKind.POSSIBLY, first.id)
    assert second.older == Older("Dock news of wire", NOON + HOUR, DOUBT)
    assert desk.decisions()[1] == f"told: {second.reason}"


def test_an_older_one_that_went_out_in_a_digest_is_named_by_its_line(database: Database) -> None:
    """Which may be another than the digest's first."""
    desk = Desk(database, by(most_an_hour=1))
    desk.hear("wire", Story("S0", "Another", NOON))
    desk.hear("post", OLDER, NOON + MINUTE)
    desk.fall(NOON + HOUR)
    desk.hear("herald", YOUNGER, NOON + 2 * HOUR)
    _, digest, last = desk.sent(NOON + 2 * HOUR)
    assert (digest.kind, last.kind, last.thread) == (AlertKind.DIGEST, AlertKind.POSSIBLY, digest.id)
    assert last.older == Older("Dock news of post", NOON + HOUR, DOUBT)


def test_a_headline_that_was_forgotten_is_not_repeated(database: Database) -> None:
    """The message gives its reason, as others do."""
    desk = Desk(database, by())
    desk.hear("wire", OLDER)
    desk.hear("post", YOUNGER, NOON + MINUTE)
    forgetting = Forgetting(database, config_of(desk.rule))
    list(forgetting.forget(forgetting.find("wire"), NOON + HOUR))
    (left,) = desk.sent(NOON + HOUR)
    assert (left.story, left.kind, left.older) == ("S2", AlertKind.POSSIBLY, None)


def test_doubt_is_forgotten_with_its_article(database: Database) -> None:
    """It may hold words of it."""
    desk = Desk(database, by())
    desk.hear("wire", OLDER)
    desk.hear("post", replace(YOUNGER, title="Dock news of post"), NOON + MINUTE)
    forgetting = Forgetting(database, config_of(desk.rule))
    list(forgetting.forget(forgetting.find("post"), NOON + HOUR))
    shown = StoriesRead(database).find("S2")
    assert shown is not None
    assert shown.possibly == (PossiblySame("S1", "Dockers strike", ""),)


def test_both_sides_are_shown(database: Database) -> None:
    """Of stories and of events, listed or one alone."""
    desk = Desk(database, by(once_per=OncePer.EVENT))
    one, two = Event("E1", "launch", "", NOON), Event("E2", "launch", "", NOON, "E1", DOUBT)
    desk.hear("wire", OLDER, NOON, one)
    desk.hear("post", YOUNGER, NOON + MINUTE, two)
    read = StoriesRead(database)
    shown = {name: account.possibly for name in ("S1", "S2", "E1", "E2") if (account := read.find(name)) is not None}
    assert shown == {
        "S1": (PossiblySame("S2", "Walk-out in a port", DOUBT),),
        "S2": (PossiblySame("S1", "Dockers strike", DOUBT),),
        "E1": (PossiblySame("E2", "Walk-out in a port", DOUBT),),
        "E2": (PossiblySame("E1", "Dockers strike", DOUBT),),
    }
    assert {each.id: each.possibly for each in read.newest()} == {name: shown[name] for name in ("S1", "S2")}


@pytest.mark.parametrize("doubt", [DOUBT, None])
def test_an_event_is_still_in_doubt_in_a_state_that_is_rebuilt(database: Database, doubt: str | None) -> None:
    """Also one of before doubt was kept."""
    desk = Desk(database, by(once_per=OncePer.EVENT))
    two = Event("E2", "launch", "", NOON, "E1" if doubt else None, doubt or "")
    desk.hear("post", YOUNGER, NOON, two)
    with database.writing() as connection:
        connection.execute(event.update().values(doubt=doubt))
    with SerialSection(database).entered(NOON + MINUTE) as inside:
        (known,) = inside.state.events.of("launch")
    assert (known.event.possibly_of, known.event.doubt) == (two.possibly_of, two.doubt)
