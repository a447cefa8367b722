"""What was suppressed although something was not known, through the database: its line, and how that leaves."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from monitor.alerting.subject_keys import event_key, unsure_key
from monitor.model import DeliveryState, OncePer, Retention
from monitor.store.engine.database import Database
from monitor.store.engine.tables import account, alert, delivery, match, story, story_article, waiting
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.state.stored_ledger import load_subject_records
from tests.support.building import HOUR, MINUTE, NOON, alerts
from tests.support.outbreaks import Desk, event_of

FIRST = "Mpox case at hospital infects 16 workers"
UNSURE = "16 workers ill as mpox hits hospital"
UNSURE_TOO = "Hospital struck by mpox as 16 workers fall ill, doctors say"
PLACE = "one of the two articles names no known place"
LEFT = (account, alert, match, story, story_article, waiting)
MORNING = NOON + 20 * HOUR


def waits(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(waiting)).scalar_one()


def test_its_line_is_sent_in_the_morning(database: Database) -> None:
    """After a restart, with the headline that it was taken for; its match says so, and the story's account does not."""
    desk = Desk(database, once_per=OncePer.EVENT)
    name = event_of(desk.hear(FIRST))
    desk.hear(UNSURE)
    desk.hear(UNSURE_TOO)
    key = event_key("mpox", name)
    with database.reading() as connection:
        before = load_subject_records(connection, [key])
    desk.falls_due(MORNING)
    _, digest = desk.delivered(MORNING)
    assert [(line.source, line.unsure, line.same_as) for line in digest.items] == [
        ("post", PLACE, FIRST),
        ("herald", PLACE, FIRST),
    ]
    listed = f"suppressed: suppressed as the same as {name}, although {PLACE}; listed in a digest"
    assert desk.decisions()[1:] == [listed] * 2
    with database.reading() as connection:
        told = connection.execute(select(match.c.alert_id).order_by(match.c.id)).scalars().all()
        assert [each is not None for each in told] == [True, False, False]
        assert load_subject_records(connection, [key]) == before != {}
    desk.falls_due(MORNING)
    assert desk.delivered(MORNING) == []


def test_once_a_listed_article_is_split_off_the_next_like_it_is_sent(database: Database) -> None:
    """It is another happening then, and no message was sent of it."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.now = MORNING - 30 * MINUTE
    name = event_of(desk.hear(FIRST))
    assert alerts(desk.hear(UNSURE)) == []
    desk.falls_due(MORNING)
    desk.now = MORNING
    done = desk.split(name)
    more = desk.hear("16 workers ill as mpox strikes hospital")
    assert [(each.kind, each.event) for each in alerts(more)] == [("new", done.id)]


def test_an_article_that_is_forgotten_is_not_listed(database: Database) -> None:
    """What is listed is forgotten with its article."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.hear(FIRST)
    desk.hear(UNSURE)
    assert waits(database) == 1
    desk.forget("post")
    assert waits(database) == 0
    desk.falls_due(MORNING)
    assert len(desk.delivered(MORNING)) == 1


def test_another_that_is_forgotten_leaves_it_as_it_is(database: Database) -> None:
    """It is told with nothing else."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.hear(FIRST)
    desk.hear(UNSURE)
    desk.hear(UNSURE_TOO)
    assert waits(database) == 2
    desk.forget("herald")
    desk.falls_due(MORNING)
    _, digest = desk.delivered(MORNING)
    assert [(line.source, line.unsure) for line in digest.items] == [("post", PLACE)]


def test_nothing_of_it_is_left_once_its_article_is_forgotten(database: Database) -> None:
    """Its line leaves a digest that is not sent yet; that it was listed is not remembered, for its name is the
    article's."""
    desk = Desk(database, once_per=OncePer.EVENT)
    name = event_of(desk.hear(FIRST))
    desk.hear(UNSURE)
    desk.hear(UNSURE_TOO)
    desk.falls_due(MORNING)
    desk.forget("post")
    _, digest = desk.delivered(MORNING)
    assert [line.source for line in digest.items] == ["herald"]
    with database.reading() as connection:
        keys = set(connection.execute(select(account.c.key)).scalars())
    assert keys == {event_key("mpox", name), unsure_key("mpox", "herald", "of herald")}


def test_an_old_row_of_a_digest_is_read(database: Database) -> None:
    """Its lines know nothing of what is unsure."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.hear(FIRST)
    desk.hear(UNSURE)
    desk.falls_due(MORNING)
    with database.writing() as connection:
        rows = connection.execute(select(alert.c.id, alert.c["items"]).where(alert.c.kind == "digest")).all()
        for row in rows:
            old = [{key: line[key] for key in line if key not in {"unsure", "same_as"}} for line in row.items]
            connection.execute(alert.update().where(alert.c.id == row.id).values(items=old))
    _, digest = desk.delivered(MORNING)
    assert [(line.source, line.unsure) for line in digest.items] == [("post", "")]


def test_it_leaves_the_archive_with_its_article(database: Database) -> None:
    """Not before its line was sent; then with all that was remembered of it."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.hear(FIRST)
    desk.hear(UNSURE)
    short = Retention(articles=HOUR, alerts=HOUR)
    sum(ArchivePruner(database, short).prune_slices(MORNING), Counter[str]())
    assert waits(database) == 1
    desk.falls_due(MORNING)
    _, digest = desk.delivered(MORNING)
    assert [line.source for line in digest.items] == ["post"]
    with database.writing() as connection:
        connection.execute(delivery.update().values(state=DeliveryState.ACCEPTED))
    sum(ArchivePruner(database, short).prune_slices(MORNING + timedelta(30)), Counter[str]())
    with database.reading() as connection:
        counts = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in LEFT]
    assert counts == [0] * len(LEFT)
