"""The serial section: all or nothing, and always on what has been committed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from monitor.decide import Decision
from monitor.errors import StoreFailed
from monitor.model import Alert, AlertKind, AlertPolicy, OncePer, PlannedDelivery, SourceStats, UpdateTrigger
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import (
    account,
    alert,
    article_version,
    attempt,
    delivery,
    fetch,
    match,
    story,
    story_article,
)
from monitor.store.engine.tables import article as articles
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queries.reports import ReportQueries
from monitor.store.queries.sources import load_source_reports
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.store.state.stored_ledger import StoredLedger
from tests.support.building import (
    HEADLINE,
    HOUR,
    MINUTE,
    NOON,
    alert_of,
    alerts,
    article,
    claimed,
    commit,
    decide_in,
    polled,
    reasons,
    rule,
    rules,
    send_to,
    sources,
    stored_decision,
    to_desk,
)
from tests.support.statements import statements


@pytest.fixture
def claims(database: Database) -> Claims:
    """The claims of a process that knows two sources."""
    made = Claims(database, "here:1")
    made.register_sources(sources("wire", "post"), NOON)
    return made


def test_one_commit_holds_everything(database: Database, claims: Claims) -> None:
    """Fetch, article, version, story, match with its decision, alert and delivery stand together."""
    decision = commit(SerialSection(database), claimed(claims), article(text="Seoul says so."))
    with database.reading() as connection:
        fetched = connection.execute(select(fetch)).one()
        assert (fetched.source_id, fetched.outcome, fetched.status, fetched.new) == ("wire", "document", 200, 1)
        assert connection.execute(select(article_version.c.text)).scalar_one() == "Seoul says so."
        assert connection.execute(select(story_article.c.how)).scalar_one() == "the first article of its story"
        found = connection.execute(select(match)).one()
        assert (found.article_version, found.rule_id, found.rule_version, found.kind) == (1, "launch", "v1", "news")
        assert stored_decision(found.outcome, found.reason_parameters) == reasons(decision)[0]
        assert found.evidence == [["title", 32, 40, "missiles", "missiles"]]
        assert found.alert_id == alerts(decision)[0].id
        waiting = connection.execute(select(delivery)).one()
        assert (waiting.channel, waiting.state, waiting.not_before) == ("desk", "pending", NOON)
        assert connection.execute(select(attempt)).all() == []


def test_a_story_that_goes_on_keeps_its_beginning(database: Database, claims: Claims) -> None:
    """Its title and its opening stay those of the first article; its last moment is that of the last one."""
    serial = SerialSection(database)
    commit(serial, claimed(claims), article("a1"))
    commit(serial, claimed(claims, "post"), article("b1", of="post", seen=NOON + MINUTE), at=NOON + MINUTE)
    with database.reading() as connection:
        kept = connection.execute(select(story)).one()
    assert (kept.title, kept.opened_at, kept.last_at) == (HEADLINE, NOON, NOON + MINUTE)


def test_an_alert_goes_to_every_channel(database: Database, claims: Claims) -> None:
    """One row for each alert and channel."""

    def plan_alert(told: Alert) -> list[PlannedDelivery]:
        assert told.rule == "launch"
        return [PlannedDelivery("desk", told.at), PlannedDelivery("phone", told.at)]

    claim = claimed(claims)
    with SerialSection(database).enter(NOON) as inside:
        inside.commit(polled(claim), decide_in(inside, [article()], rules()), plan_alert)
    assert ReportQueries(database).delivery_counts()["pending"] == 2


def test_nothing_is_written_if_the_block_raises(database: Database, claims: Claims) -> None:
    """Not the source's next poll, not an article; and the state has not moved: the same story is told later."""
    serial, claim = SerialSection(database), claimed(claims)
    with pytest.raises(RuntimeError, match="power cut"), serial.enter(NOON) as inside:  # noqa: PT012 - the block raises
        inside.commit(polled(claim), decide_in(inside, [article()], rules()), to_desk)
        raise RuntimeError("power cut")
    assert set(ReportQueries(database).counts().values()) == {0}
    assert load_source_reports(database)["wire"].last_ok_at is None
    assert len(alerts(commit(serial, claim, article()))) == 1


def test_a_commit_that_fails_half_way_leaves_nothing(database: Database, claims: Claims) -> None:
    """An error in the last row takes the first with it, and becomes one line."""
    serial, claim = SerialSection(database), claimed(claims)
    same_channel_twice = send_to("desk", "desk")  # unique(alert, channel)

    with pytest.raises(StoreFailed, match=r"(?i)unique"), serial.enter(NOON) as inside:
        inside.commit(polled(claim), decide_in(inside, [article()], rules()), same_channel_twice)
    assert set(ReportQueries(database).counts().values()) == {0}
    assert len(alerts(commit(serial, claim, article()))) == 1


def test_polls_that_share_a_commit_are_written_together(database: Database, claims: Claims) -> None:
    """Ten polls are as many statements as one, whatever they bring; and each keeps its place in the order."""
    serial, names, every = SerialSection(database), list("abcdefghij"), rules(rule(once_per=OncePer.ARTICLE))
    claims.register_sources(sources(*names), NOON)

    def statements_of(*some: str) -> int:
        due = [claimed(claims, name) for name in some]
        with statements(database) as said, serial.enter(NOON, due) as inside:
            for claim in due:
                name = claim.source
                new = [article(f"{i}", f"Missile {i} of {name}", of=name, url="https://x.test/1") for i in (1, 2)]
                learnt = replace(polled(claim), stats=SourceStats(entries=2), fingerprints=b"packed")
                assert inside.commit(learnt, decide_in(inside, new, every), to_desk)
                inside.enqueue_pages(new, NOON)
        return len([each for each in said if each.startswith(("INSERT", "UPDATE"))])

    assert statements_of(*names[:1]) == statements_of(*names[1:]) == 14
    told = [f"Missile {i} of {name}" for name in names for i in (1, 2)]
    with database.reading() as connection:
        assert (
            list(connection.execute(select(article_version.c.title).order_by(article_version.c.id)).scalars()) == told
        )
        by_match = select(articles.c.title).join(match).order_by(match.c.id)
        assert list(connection.execute(by_match).scalars()) == told
        by_delivery = select(articles.c.title).join(alert).join(delivery).order_by(delivery.c.id)
        assert list(connection.execute(by_delivery).scalars()) == told


def test_two_versions_of_an_article_share_a_commit(database: Database, claims: Claims) -> None:
    """Both are kept, in one story, and the article shows the later."""
    serial = SerialSection(database)
    commit(serial, claimed(claims), article(), article(title="Three missiles now, Seoul says", version=2))
    counts = ReportQueries(database).counts()
    assert (counts["articles"], counts["stories"], counts["matches"], counts["alerts"]) == (1, 1, 2, 1)
    with database.reading() as connection:
        assert connection.execute(select(articles.c.title)).scalar_one() == "Three missiles now, Seoul says"
        assert connection.execute(select(story.c.title)).scalar_one() == HEADLINE


def test_the_section_is_free_after_an_error(database: Database, claims: Claims) -> None:
    """Neither the thread's lock nor the database's stays behind."""
    serial = SerialSection(database)
    for _ in range(3):
        with pytest.raises(RuntimeError), serial.enter(NOON):
            raise RuntimeError
    commit(serial, claimed(claims), article())


def test_another_processes_story_is_seen(database: Database, claims: Claims) -> None:
    """Two sections on one file are two processes: each decides on what the other has committed."""
    url = database.write.url.render_as_string(hide_password=False)
    here, there = SerialSection(database), SerialSection(other := open_database(url))
    commit(here, claimed(claims))
    first = commit(there, claimed(claims), article())
    second = commit(here, claimed(claims, "post"), article(of="post"))
    third = commit(there, claimed(claims), article("b"))
    other.close()
    assert [len(alerts(decision)) for decision in (first, second, third)] == [1, 0, 0]
    assert len({judged.story.id for d in (first, second, third) for judged in d.article_decisions if judged.story}) == 1


def test_a_restart_remembers(database: Database, claims: Claims) -> None:
    """The stories of the last week, and every telling."""
    commit(SerialSection(database), claimed(claims), article())
    assert alerts(commit(SerialSection(database), claimed(claims, "post"), article(of="post"))) == []
    assert alerts(commit(SerialSection(database), claimed(claims), article(version=2, text="More."))) == []


def test_an_edit_adds_a_version_and_stays_in_its_story(database: Database, claims: Claims) -> None:
    """The article shows its latest text; the versions, and the match of each, are kept."""
    serial = SerialSection(database)
    commit(serial, claimed(claims), article())
    commit(serial, claimed(claims), article(title="Three missiles now, Seoul says", version=2))
    counts = ReportQueries(database).counts()
    assert (counts["articles"], counts["stories"], counts["matches"], counts["alerts"]) == (1, 1, 2, 1)
    with database.reading() as connection:
        titles = connection.execute(select(article_version.c.title).order_by(article_version.c.version))
        assert titles.scalars().all() == ["North Korea fires two ballistic missiles", "Three missiles now, Seoul says"]


def test_a_new_version_brings_its_date(database: Database, claims: Claims) -> None:
    """An article that was first undated and then dated is told with its date."""
    serial = SerialSection(database)
    commit(serial, claimed(claims), article(title="Quiet day in Pyongyang", dated=False))
    later = article(version=2, dated=True, published=NOON - HOUR)
    commit(serial, claimed(claims), later)
    page = alert_of(Outbox(database, "here:1").claim("desk", NOON, HOUR)).article
    assert (page.dated, page.published) == (True, NOON - HOUR)


def test_several_rules_leave_several_matches(database: Database, claims: Claims) -> None:
    """A match is of one article, version and rule."""
    both = rules(rule(), rule("korea", ["North Korea"]))
    decision = commit(SerialSection(database), claimed(claims), article(), article("b"), ruleset=both)
    assert len(alerts(decision)) == 2
    assert ReportQueries(database).counts()["matches"] == 4
    assert {report.outcome for report in MatchQueries(database).newest(MatchFilter(), 10)} == {"sent", "suppressed"}


def test_old_stories_are_not_gone_on_with(database: Database, claims: Claims) -> None:
    """After a week an address joins nothing; what was told is remembered for ever."""
    page = "https://x.test/1"
    commit(SerialSection(database), claimed(claims), article(canonical=page))
    later = NOON + 24 * 7 * HOUR + MINUTE
    claim = claimed(claims, "post", later)
    other = commit(SerialSection(database), claim, article("b", of="post", canonical=page, seen=later), at=later)
    assert [judged.join_reason for judged in other.article_decisions] == ["the first article of its story"]
    edited = article(version=2, text="More.")
    assert alerts(commit(SerialSection(database), claimed(claims, at=later), edited, at=later)) == []


def test_what_has_left_the_database_is_forgotten(database: Database, claims: Claims) -> None:
    """Nothing is remembered but what stands there; and that is."""
    serial = SerialSection(database)
    first = commit(serial, claimed(claims), article("old", "Missile over the sea"), article("young"))
    old, young = (alert.dedup_key for alert in alerts(first))
    with database.writing() as connection:
        gone = select(match.c.alert_id).join(articles).where(articles.c.uid == "old")
        left = connection.execute(gone).scalar_one()
        connection.execute(update(match).where(match.c.alert_id == left).values(alert_id=None))
        connection.execute(delete(account).where(account.c.alert_id == left))
        connection.execute(delete(delivery).where(delivery.c.alert_id == left))
        connection.execute(delete(alert).where(alert.c.id == left))
    with database.reading() as connection:
        stored = StoredLedger(connection)
        stored.load_subjects([old, young])
    assert (old in stored.ledger, young in stored.ledger) == (False, True)


def test_a_section_that_only_looks_commits_nothing(database: Database, claims: Claims) -> None:
    """Leaving without a commit is no change."""
    serial = SerialSection(database)
    commit(serial, claimed(claims), article())
    with serial.enter(NOON) as inside:
        decide_in(inside, [article("b")], rules())
    assert ReportQueries(database).counts()["articles"] == 1


def test_a_decision_without_articles_keeps_the_state(database: Database, claims: Claims) -> None:
    """A poll that brought nothing comes with an empty state, which must not become the state."""
    serial, claim = SerialSection(database), claimed(claims)
    commit(serial, claimed(claims, "post"), article(of="post"))
    with serial.enter(NOON) as inside:
        assert inside.commit(polled(claim), Decision((), State()), to_desk)
    assert alerts(commit(serial, claimed(claims), article())) == []


@pytest.mark.parametrize(("before", "after"), [(OncePer.STORY, OncePer.EVENT), (OncePer.EVENT, OncePer.STORY)])
def test_an_edit_of_once_per_keeps_what_was_sent(
    database: Database, claims: Claims, before: OncePer, after: OncePer
) -> None:
    """The next report is an update in the thread of the first alert. What was sent is stored for both subjects."""
    section, policy = SerialSection(database), AlertPolicy(again_if=frozenset({UpdateTrigger.NEW_FACT}))
    old, edited = (rules(replace(rule(), alert=replace(policy, once_per=each))) for each in (before, after))
    first = article(text="Two people were killed.")
    (sent,) = alerts(commit(section, claimed(claims), first, ruleset=old))
    later = NOON + 2 * HOUR
    more = article("b", of="post", text="Nine people were killed.", seen=later)
    (update,) = alerts(commit(section, claimed(claims, "post", later), more, at=later, ruleset=edited))
    assert (update.kind, update.thread) == (AlertKind.UPDATE, sent.id)
    with database.reading() as connection:
        assert list(connection.execute(select(account.c.alert_id)).scalars()) == [sent.id, sent.id]
