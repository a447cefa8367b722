"""What was suppressed although something was not known, through the database: its line, and how that leaves."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from monitor.store.learnt import accounts_of
from sqlalchemy import func, select

from monitor.alerting.judging import judge
from monitor.alerting.policy import Case
from monitor.alerting.subjects import unsure_key
from monitor.decide import Decision, decide_due
from monitor.model import Alert, DeliveryState, Field, Judged, Match, MatchKind, Retention, Span, Story
from monitor.store.claims import Claims
from monitor.store.database import Database
from monitor.store.forgetting import Forgetting
from monitor.store.outbox import Outbox
from monitor.store.retention import Pruning
from monitor.store.section import SerialSection
from monitor.store.tables import account, alert, delivery, match, story, story_article, waiting
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

STORY = Story("S1", "Dockers strike", NOON)
STRIKE = (Span(Field.TITLE, 0, 4, "Dock", "dock*"),)
DOCKS = rule(words=["dock"])
PLACE = "its place is not known"
LEFT = (account, alert, match, story, story_article, waiting)
MORNING = NOON + 20 * HOUR


class Desk:
    """A database, and a state that is rebuilt before everything that is done."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.claims = Claims(database, "here:1")
        self.claims.know(sources("wire", "post", "herald"), NOON)

    def hear(self, of: str, unsure: str = "", *, minute: int = 0) -> None:
        """An article of a source, of the story, which is decided and committed."""
        now = NOON + minute * MINUTE
        claim = claimed(self.claims, of, now)
        page = article(f"{of} 1", f"Dock news of {of}", of=of, seen=now, url=f"https://{of}.test/1")
        found = Match(DOCKS.id, DOCKS.version, MatchKind.NEWS, STRIKE, DOCKS.level)
        with SerialSection(self.database).entered(now) as inside:
            state = inside.state.draft()
            decided = judge(Case(DOCKS, found, page, STORY, state.told, now, unsure=unsure, publisher=of.title()))
            decision = Decision((Judged(page, STORY, "in a test", (decided,), of.title()),), state)
            assert inside.commit(polled(claim, now), decision, to_desk)

    def fall(self) -> None:
        with SerialSection(self.database).entered(MORNING) as inside:
            inside.fall(decide_due(rules(DOCKS), inside.state, MORNING), to_desk, MORNING)

    def sent(self) -> list[Alert]:
        """What the desk is sent, as it is read for that."""
        found = []
        while (claim := Outbox(self.database, "here:1").claim("desk", MORNING, HOUR)) is not None:
            found.append(alert_of(claim))
        return sorted(found, key=lambda each: each.at)

    def forget(self, of: str) -> None:
        forgetting = Forgetting(self.database, config_of(DOCKS))
        list(forgetting.forget(forgetting.find(of), NOON + HOUR))

    def decisions(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.execute(select(match.c.decision).order_by(match.c.id)).scalars())

    def waits(self) -> int:
        with self.database.reading() as connection:
            return connection.execute(select(func.count()).select_from(waiting)).scalar_one()


def test_its_line_is_sent_in_the_morning(database: Database) -> None:
    """After a restart, with the headline that it was taken for; its match says so, and the story's account does not."""
    desk = Desk(database)
    desk.hear("wire")
    desk.hear("post", PLACE, minute=1)
    desk.hear("herald", PLACE, minute=2)
    with database.reading() as connection:
        before = accounts_of(connection, ["launch story S1"])
    desk.fall()
    _, digest = desk.sent()
    assert [(line.source, line.unsure, line.same_as) for line in digest.items] == [
        ("post", PLACE, "Dockers strike"),
        ("herald", PLACE, "Dockers strike"),
    ]
    assert (
        desk.decisions()[1:]
        == [
            f"told: “Dock” in the title; suppressed as the same as S1 although {PLACE}",
        ]
        * 2
    )
    with database.reading() as connection:
        assert accounts_of(connection, ["launch story S1"]) == before != {}
    desk.fall()
    assert desk.sent() == []


def test_an_article_that_is_forgotten_is_not_listed(database: Database) -> None:
    """Nor does another one of its story stand in for it; what is listed is forgotten with its article."""
    desk = Desk(database)
    desk.hear("wire")
    desk.hear("post", PLACE, minute=1)
    desk.hear("herald", minute=2)
    assert desk.waits() == 1
    desk.forget("post")
    assert desk.waits() == 0
    desk.fall()
    assert len(desk.sent()) == 1


def test_another_that_is_forgotten_leaves_it_as_it_is(database: Database) -> None:
    """It is told with nothing else."""
    desk = Desk(database)
    desk.hear("wire")
    desk.hear("post", PLACE, minute=1)
    desk.hear("herald", PLACE, minute=2)
    desk.forget("herald")
    desk.fall()
    _, digest = desk.sent()
    assert [(line.source, line.unsure) for line in digest.items] == [("post", PLACE)]


def test_nothing_of_it_is_left_once_its_article_is_forgotten(database: Database) -> None:
    """Its line leaves a digest that is not sent yet; that it was listed is not remembered, for its name is the
    article's."""
    desk = Desk(database)
    desk.hear("wire")
    desk.hear("post", PLACE, minute=1)
    desk.hear("herald", PLACE, minute=2)
    desk.fall()
    desk.forget("post")
    _, digest = desk.sent()
    assert [line.source for line in digest.items] == ["herald"]
    with database.reading() as connection:
        keys = set(connection.execute(select(account.c.key)).scalars())
    assert keys == {"launch story S1", unsure_key("launch", "herald", "herald 1")}


def test_an_old_row_of_a_digest_is_read(database: Database) -> None:
    """Its lines know nothing of what is unsure."""
    desk = Desk(database)
    desk.hear("wire")
    desk.hear("post", PLACE, minute=1)
    desk.fall()
    with database.writing() as connection:
        rows = connection.execute(select(alert.c.id, alert.c["items"]).where(alert.c.kind == "digest")).all()
        for row in rows:
            old = [{key: line[key] for key in line if key not in {"unsure", "same_as"}} for line in row.items]
            connection.execute(alert.update().where(alert.c.id == row.id).values(items=old))
    _, digest = desk.sent()
    assert [(line.source, line.unsure) for line in digest.items] == [("post", "")]


def test_it_leaves_the_archive_with_its_article(database: Database) -> None:
    """Not before its line was sent; then with all that was remembered of it."""
    desk = Desk(database)
    desk.hear("wire")
    desk.hear("post", PLACE, minute=1)
    short = Retention(articles=HOUR, alerts=HOUR)
    sum(Pruning(database, short).slices(MORNING), Counter[str]())
    assert desk.waits() == 1
    desk.fall()
    _, digest = desk.sent()
    assert [line.source for line in digest.items] == ["post"]
    with database.writing() as connection:
        connection.execute(delivery.update().values(state=DeliveryState.ACCEPTED))
    sum(Pruning(database, short).slices(MORNING + timedelta(30)), Counter[str]())
    with database.reading() as connection:
        counts = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in LEFT]
    assert counts == [0] * len(LEFT)
