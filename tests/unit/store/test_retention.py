"""What has been kept for its time goes, what is still delivered stays, and what went is not news again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Table, func, insert, select, update

from monitor.decide import Decision, DueDecision
from monitor.ingest.new_articles import FallbackIdentity, KnownArticle
from monitor.model import (
    AlertKind,
    AlertPolicy,
    Article,
    DeliveryState,
    OncePer,
    Retention,
    Rule,
    RuleStatus,
    UpdateTrigger,
)
from monitor.model.hashing import uid_hash
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import (
    account,
    alert,
    article_version,
    attempt,
    daemon,
    delivery,
    event,
    fetch,
    known,
    match,
    story,
    story_article,
    waiting,
)
from monitor.store.engine.tables import article as articles
from monitor.store.lifecycle import retention as module
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queues.claims import Claims
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    commit,
    deep,
    explained,
    reasons,
    rule,
    rules,
    sources,
    to_desk,
)

DAY = timedelta(days=1)
QUIET = "Ferries run on time"
RETENTION = Retention(articles=90 * DAY, alerts=730 * DAY, fetches=14 * DAY)
TABLES = (articles, article_version, story_article, story, match, alert, delivery)


class Archive:
    """A database with what was committed to it by hand, as a daemon would have."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.claims = Claims(database, "here:1")
        self.claims.register_sources(sources("wire", "post"), NOON)
        self._section = SerialSection(database)

    def poll(self, *articles: Article, at: datetime, told_by: str | Rule = "launch") -> Decision:
        """A poll of the wire, or of the source that the first article is of, and its commit."""
        name = articles[0].source if articles else "wire"
        claim = claimed(self.claims, name, at)
        by = rule(told_by) if isinstance(told_by, str) else told_by
        return commit(self._section, claim, *articles, at=at, ruleset=rules(by))

    def fall(self, at: datetime) -> DueDecision:
        """What waited, told when it is due."""
        with self._section.enter(at) as inside:
            fallen = inside.decide_due(rules().rules)
            inside.commit_due(fallen, to_desk)
            return fallen

    def ended(self, state: DeliveryState) -> None:
        """All deliveries end so, or do not."""
        with self.database.writing() as connection:
            connection.execute(update(delivery).values(state=state, attempts=1))
            for row in connection.execute(select(delivery.c.id)).all():
                connection.execute(insert(attempt).values(delivery_id=row.id, number=1, started_at=NOON))

    def prune(self, now: datetime, retention: Retention = RETENTION, *, dry_run: bool = False) -> Counter[str]:
        return sum(ArchivePruner(self.database, retention).prune_slices(now, dry_run=dry_run), Counter[str]())

    def count(self, table: Table) -> int:
        with self.database.reading() as connection:
            found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
            return found

    def counts(self) -> list[int]:
        return [self.count(table) for table in TABLES]

    def uids(self) -> list[str]:
        with self.database.reading() as connection:
            return sorted(connection.execute(select(articles.c.uid)).scalars())


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


def quiet(uid: str, at: datetime, version: int = 1, text: str = "") -> Article:
    return article(uid, QUIET + uid, text or f"Text {version}", seen=at, version=version)


def test_what_led_to_no_alert_goes_first(archive: Archive) -> None:
    """After its 90 days an article goes with its text, its story and its hold; an alerted one stays with its own."""
    archive.poll(article("told", seen=NOON), quiet("quiet", NOON), at=NOON)
    archive.ended(DeliveryState.ACCEPTED)
    assert archive.prune(NOON + 90 * DAY)["articles"] == 0
    assert archive.prune(NOON + 90 * DAY + MINUTE) == Counter(articles=1)
    assert archive.uids() == ["told"]
    assert archive.counts() == [1] * len(TABLES)


def test_an_alert_goes_with_all_that_hangs_on_it(archive: Archive) -> None:
    """After its two years nothing is left of it but what its article is recognised by."""
    archive.poll(article("told", seen=NOON), at=NOON)
    archive.ended(DeliveryState.ACCEPTED)
    assert archive.prune(NOON + 731 * DAY)["alerts"] == 1
    assert archive.counts() == [0] * len(TABLES)
    assert archive.count(attempt) == 0
    assert archive.count(known) == 1


def test_a_page_that_goes_on_changing_is_kept(archive: Archive) -> None:
    """What counts is the latest version, not when the article was first seen."""
    archive.poll(quiet("page", NOON), at=NOON)
    archive.poll(quiet("page", NOON, 2), at=NOON + 60 * DAY)
    assert archive.prune(NOON + 149 * DAY)["articles"] == 0
    assert archive.count(article_version) == 2
    assert archive.prune(NOON + 151 * DAY)["articles"] == 1
    assert archive.claims.find_known("wire", ["page"])["page"].version == 2


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING])
def test_what_is_still_being_delivered_is_never_let_go(archive: Archive, state: DeliveryState) -> None:
    """Not after ten years either: it is an alert that nobody has got."""
    archive.poll(article("told", seen=NOON), at=NOON)
    archive.ended(state)
    assert archive.prune(NOON + 3650 * DAY) == Counter(fetches=1)
    assert archive.counts() == [1] * len(TABLES)


@pytest.mark.parametrize("state", [DeliveryState.ACCEPTED, DeliveryState.DEAD, DeliveryState.DISCARDED])
def test_what_has_ended_goes(archive: Archive, state: DeliveryState) -> None:
    """However it ended."""
    archive.poll(article("told", seen=NOON), at=NOON)
    archive.ended(state)
    assert archive.prune(NOON + 731 * DAY) == Counter(articles=1, alerts=1, fetches=1)


def test_a_rule_may_keep_longer_or_shorter(archive: Archive) -> None:
    """Its matches, with or without an alert, go by its own length."""
    archive.poll(article("long", seen=NOON), at=NOON, told_by="drills")
    archive.poll(article("short", "Other missile", seen=NOON), at=NOON, told_by="talks")
    archive.poll(article("held", "Old missile", published=NOON - 900 * DAY), at=NOON, told_by="drills")
    archive.poll(quiet("quiet", NOON), at=NOON)
    archive.ended(DeliveryState.ACCEPTED)
    own = replace(RETENTION, rules={"drills": 1825 * DAY, "talks": 7 * DAY})
    assert archive.prune(NOON + 8 * DAY, own) == Counter(articles=1, alerts=1)
    assert archive.uids() == ["held", "long", "quiet"]
    archive.prune(NOON + 800 * DAY, own)
    assert archive.uids() == ["held", "long"]
    archive.prune(NOON + 1826 * DAY, own)
    assert archive.uids() == []


def test_an_alert_that_tells_of_several_articles_goes_with_its_first(archive: Archive) -> None:
    """The others keep their matches; they are no longer kept for an alert."""
    archive.poll(article("told", seen=NOON), at=NOON)
    later = NOON + 600 * DAY
    archive.poll(article("also", "Missile of another day", seen=later), at=later)
    archive.ended(DeliveryState.ACCEPTED)
    with archive.database.writing() as connection:
        first = connection.execute(select(match.c.alert_id).order_by(match.c.id)).scalars().first()
        connection.execute(update(match).values(alert_id=first))
    assert archive.prune(NOON + 731 * DAY)["articles"] == 1
    assert archive.uids() == ["also"]
    assert archive.count(match) == 1


def test_a_story_goes_with_its_last_article_and_alert(archive: Archive) -> None:
    """An alert keeps its story, an article too."""
    archive.poll(article("told", seen=NOON), at=NOON)
    archive.poll(article("also", of="post", seen=NOON + MINUTE), at=NOON + MINUTE)
    archive.ended(DeliveryState.ACCEPTED)
    archive.prune(NOON + 100 * DAY)
    assert (archive.uids(), archive.count(story)) == (["told"], 1)
    archive.prune(NOON + 731 * DAY)
    assert archive.count(story) == 0


def test_evidence_of_fetches_and_daemons_goes_by_its_own_time(archive: Archive) -> None:
    """Two weeks of both, whatever became of the articles; a daemon that only died counts from when it was seen.
    The last that started stays: it may sleep."""
    for day in range(20):
        archive.poll(quiet(str(day), NOON + day * DAY), at=NOON + day * DAY)
    with archive.database.writing() as connection:
        kept = (("died", 0, 1, None), ("ended", 0, 1, 2), ("runs", 0, 19, None), ("sleeps", 2, 3, None))
        for owner, started, seen, stopped in kept:
            times = {"started_at": NOON + started * DAY, "seen_at": NOON + seen * DAY}
            ended = None if stopped is None else NOON + stopped * DAY
            row: dict[str, object] = {"owner": owner, "version": "1", "running": {}, "stopped_at": ended}
            connection.execute(insert(daemon).values(**row, **times))
    assert archive.prune(NOON + 20 * DAY) == Counter(fetches=6)
    with archive.database.reading() as connection:
        assert set(connection.execute(select(daemon.c.owner)).scalars()) == {"runs", "sleeps"}
        assert connection.execute(select(func.min(fetch.c.at))).scalar_one() == NOON + 6 * DAY


def test_alerts_without_an_article_go_in_their_time(archive: Archive) -> None:
    """Notices to the operator, and what is left of forgotten articles; unless one is still to be delivered."""
    with archive.database.writing() as connection:
        for id_, at in (("old", NOON), ("waits", NOON), ("young", NOON + 500 * DAY)):
            row = {"id": id_, "dedup_key": id_, "kind": "notice", "at": at, "level": "high", "reason_parameters": []}
            connection.execute(insert(alert).values(**row, sentence="", marks=[]))
        waits = {"alert_id": "waits", "channel": "desk", "state": DeliveryState.RETRY, "not_before": NOON}
        connection.execute(insert(delivery).values(**waits))
    assert archive.prune(NOON + 731 * DAY) == Counter(alerts=1)
    with archive.database.reading() as connection:
        assert list(connection.execute(select(alert.c.id).order_by(alert.c.id)).scalars()) == ["waits", "young"]


def test_many_go_in_slices(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slice after slice, each a transaction of its own, and what stays does not stop the walk; a dry run counts the
    same, and changes nothing."""
    monkeypatch.setattr(module, "SLICE", 3)
    for number in range(20):
        young = number % 4 == 0
        new = quiet(str(number), NOON)
        archive.poll(new, at=NOON)
        if young:
            archive.poll(replace(new, version=2), at=NOON + 50 * DAY)
    assert archive.prune(NOON + 100 * DAY, dry_run=True) == Counter(articles=15, fetches=25)
    assert archive.counts()[:2] == [20, 25]
    slices = [
        slice_
        for slice_ in ArchivePruner(archive.database, RETENTION).prune_slices(NOON + 100 * DAY)
        if slice_["articles"]
    ]
    assert sum(slice_["articles"] for slice_ in slices) == 15
    assert max(slice_["articles"] for slice_ in slices) <= 3
    assert archive.counts()[:2] == [5, 10]
    assert archive.count(known) == 15


def test_what_has_left_stays_known(archive: Archive) -> None:
    """An entry that its source lists again is recognised, by nothing that could be read."""
    page = replace(quiet("https://x.test/secret-name", NOON), digest="d1", baseline=True)
    archive.poll(page, at=NOON)
    archive.prune(NOON + 91 * DAY)
    with archive.database.reading() as connection:
        row = connection.execute(select(known)).one()
    assert "secret-name" not in str(row)
    found = archive.claims.find_known("wire", ["https://x.test/secret-name", "other"])
    assert found == {page.uid: KnownArticle(1, "d1", NOON, baseline=True)}
    assert archive.claims.find_known("post", [page.uid]) == {}


def test_what_has_left_is_recognised_under_another_uid_too(archive: Archive) -> None:
    """By its address, and where it had none by its words: what is pruned and still listed is no news."""
    page = replace(quiet("page", NOON), digest="d1", canonical="https://x.test/1")
    archive.poll(page, replace(quiet("note", NOON), digest="d2"), at=NOON)
    archive.prune(NOON + 91 * DAY)
    wanted = {
        "a": FallbackIdentity("https://x.test/1", "edited"),
        "b": FallbackIdentity(None, "d2"),
        "c": FallbackIdentity("https://x.test/2", "d1"),
    }
    found = archive.claims.find_known("wire", list(wanted), wanted)
    assert found == {"a": KnownArticle(1, "d1", NOON, uid=""), "b": KnownArticle(1, "d2", NOON, uid="")}
    former = {"d": FallbackIdentity(None, "edited", former_uid="page")}
    assert archive.claims.find_known("wire", ["d"], former) == {"d": KnownArticle(1, "d1", NOON)}


def test_what_comes_back_changed_goes_on_where_it_was(archive: Archive) -> None:
    """A new version under its next number; what it is known by is what is here, and when it leaves again, that."""
    archive.poll(quiet("page", NOON), at=NOON)
    archive.prune(NOON + 91 * DAY)
    archive.poll(quiet("page", NOON, 2), at=NOON + 92 * DAY)
    assert archive.claims.find_known("wire", ["page"])["page"].version == 2
    archive.prune(NOON + 183 * DAY)
    assert archive.uids() == []
    assert archive.claims.find_known("wire", ["page"])["page"] == KnownArticle(2, quiet("page", NOON, 2).digest, NOON)


def test_what_is_known_goes_only_if_the_retention_limits_it(archive: Archive) -> None:
    """And what was forgotten on the operator's word never."""
    archive.poll(quiet("a", NOON), quiet("b", NOON), at=NOON)
    archive.prune(NOON + 91 * DAY)
    with archive.database.writing() as connection:
        connection.execute(update(known).where(known.c.uid_hash == uid_hash("b")).values(forgotten=True))
    archive.prune(NOON + 9000 * DAY)
    assert archive.count(known) == 2
    limited = replace(RETENTION, known=365 * DAY)
    assert archive.prune(NOON + 456 * DAY, limited) == Counter()
    assert archive.prune(NOON + 457 * DAY, limited, dry_run=True) == Counter(known=1)
    assert archive.prune(NOON + 457 * DAY, limited) == Counter(known=1)
    assert archive.claims.find_known("wire", ["a", "b"]).keys() == {"b"}


def test_a_running_daemon_goes_on(archive: Archive) -> None:
    """Its state is in memory: what it told stays told until it is started anew, and new articles find their stories."""
    archive.poll(article("told", seen=NOON), at=NOON, told_by="launch")
    archive.ended(DeliveryState.ACCEPTED)
    archive.prune(NOON + 731 * DAY)
    later = NOON + 732 * DAY
    decision = archive.poll(article("new", seen=later), at=later)
    assert [explained(decided)[:4] for judged in decision.article_decisions for decided in judged.decisions] == ["sent"]
    assert archive.counts() == [1] * len(TABLES)
    assert Archive(archive.database).poll(article("again", of="post", seen=later + MINUTE), at=later + MINUTE)
    assert archive.count(story) == 1


def test_the_room_is_given_back(archive: Archive) -> None:
    """A SQLite file shrinks when much of it is unused; what was deleted cannot be read in it any more."""
    archive.poll(replace(article("a", QUIET, "tr0ub4dor " * 200_000), digest="d1"), at=NOON)
    archive.prune(NOON + 91 * DAY)
    assert list(archive.database.check()) == []
    if not archive.database.shared:
        path = archive.database.path  # type: ignore[attr-defined]  # SQLite's
        assert path.stat().st_size < 1_000_000
        assert b"tr0ub4dor" not in path.read_bytes()
        assert path.with_name(f"{path.name}-wal").stat().st_size == 0


EVENTS = replace(rule(), alert=AlertPolicy(once_per=OncePer.EVENT, event_lasts=30 * DAY))
A_WEEK = replace(RETENTION, rules={"launch": 7 * DAY})


def test_a_subject_that_is_still_heard_of_stays_told_when_its_alert_has_left(archive: Archive) -> None:
    """To a daemon that has sent the alert, and to one that is started anew; as long as an article of it is kept."""
    archive.poll(article("first", seen=NOON), at=NOON, told_by=EVENTS)
    archive.ended(DeliveryState.ACCEPTED)
    restarted = Archive(archive.database)
    for day, title, daemon_ in (
        (6, "Missile of North Korea found by divers", archive),
        (8, "Engineers of the missile are praised in North Korea", archive),
        (9, "Sea gives back one more piece of a missile from North Korea", restarted),
    ):
        assert archive.prune(NOON + day * DAY, A_WEEK)["alerts"] == int(day == 8)  # its week is over
        at = NOON + day * DAY + MINUTE
        (reason,) = reasons(daemon_.poll(article(f"on day {day}", title, seen=at), at=at, told_by=EVENTS))
        assert reason.startswith("suppressed: launch sent this event at")
    with archive.database.reading() as connection:
        kept = connection.execute(select(account.c.alert_id, account.c.first_at)).one()
    assert tuple(kept) == (None, NOON)


def test_an_event_goes_when_it_is_over_and_nothing_is_of_it(archive: Archive) -> None:
    """As long as it is in the memory of daemons, a state that is rebuilt must know it too; so with what was heard."""
    archive.poll(article("first", seen=NOON), at=NOON, told_by=EVENTS)
    archive.ended(DeliveryState.ACCEPTED)
    archive.prune(NOON + 14 * DAY, A_WEEK)
    assert (archive.count(match), archive.count(event), archive.count(account)) == (0, 1, 1)
    archive.prune(NOON + 15 * DAY, A_WEEK)
    assert (archive.count(event), archive.count(account)) == (0, 0)


def test_an_event_that_a_match_is_of_stays(archive: Archive) -> None:
    """Its alert keeps what was heard of it."""
    archive.poll(article("first", seen=NOON), at=NOON, told_by=EVENTS)
    archive.ended(DeliveryState.ACCEPTED)
    archive.prune(NOON + 729 * DAY)
    assert (archive.count(event), archive.count(account)) == (1, 1)
    archive.prune(NOON + 731 * DAY)
    archive.prune(NOON + 731 * DAY)
    assert (archive.count(event), archive.count(account)) == (0, 0)


@pytest.mark.parametrize("once_per", OncePer)
def test_what_a_rule_in_shadow_has_heard_goes_with_its_articles(archive: Archive, once_per: OncePer) -> None:
    """No alert is of it; and the name of what was heard of one article is that of the article."""
    archive.poll(article("first", seen=NOON), at=NOON, told_by=rule(once_per=once_per, status=RuleStatus.SHADOW))
    archive.prune(NOON + 89 * DAY)
    assert archive.count(account) == 1
    archive.prune(NOON + 91 * DAY)
    assert archive.count(account) == 0


def test_what_waits_to_be_told_is_never_let_go(archive: Archive) -> None:
    """However long: it is an alert that is still to come."""
    held = replace(rule(), alert=AlertPolicy(wait_at_least=HOUR))
    archive.poll(article("waits", seen=NOON), at=NOON, told_by=held)
    assert archive.prune(NOON + 3650 * DAY)["articles"] == 0
    assert (archive.count(waiting), archive.count(account)) == (1, 1)  # who says it counts too
    (telling,) = archive.fall(NOON + 3650 * DAY).released
    assert telling.alert.article.uid == "waits"


def test_the_alert_that_an_update_waits_to_follow_is_kept(archive: Archive) -> None:
    """Whatever its time: the update is sent in reply to it. Then both go."""
    again = replace(rule(), alert=AlertPolicy(again_if=frozenset({UpdateTrigger.NEW_FACT})))
    archive.poll(article("first", seen=NOON), at=NOON, told_by=again)
    later = NOON + 10 * MINUTE
    archive.poll(article("more", text="Nine people were killed.", of="post", seen=later), at=later, told_by=again)
    archive.ended(DeliveryState.ACCEPTED)
    archive.prune(NOON + 20 * DAY, A_WEEK)
    with archive.database.reading() as connection:
        first = connection.execute(select(alert.c.id)).scalar_one()
    (telling,) = Archive(archive.database).fall(NOON + 20 * DAY).released
    assert (telling.alert.kind, telling.alert.thread) == (AlertKind.UPDATE, first)
    assert " update 1 " in telling.alert.dedup_key
    archive.ended(DeliveryState.ACCEPTED)
    archive.prune(NOON + 35 * DAY, A_WEEK)
    archive.prune(NOON + 35 * DAY, A_WEEK)
    assert (archive.counts(), archive.count(account)) == ([0] * len(TABLES), 0)


@pytest.mark.parametrize("leaves", ["talks", "drills"])
def test_a_line_of_a_digest_goes_with_its_article(archive: Archive, leaves: str) -> None:
    """Not before the digest is delivered. The other line stays with all that is known of it, first or not."""
    for number, name in enumerate(("drills", "talks")):
        archive.poll(quiet(name, NOON + number * MINUTE, text=deep(name)), at=NOON + number * MINUTE, told_by=name)
    archive.fall(NOON + DAY)
    own = replace(RETENTION, rules={leaves: 7 * DAY})
    assert archive.prune(NOON + 9 * DAY, own)["articles"] == 0
    archive.ended(DeliveryState.ACCEPTED)
    assert archive.prune(NOON + 9 * DAY, own)["articles"] == 1
    with archive.database.reading() as connection:
        told = connection.execute(select(alert)).one()
        matched = connection.execute(select(match.c.rule_id, match.c.alert_id)).one()
    stays = "drills" if leaves == "talks" else "talks"
    assert [line["rule"] for line in told.items] == [stays]
    assert (told.rule_id, matched) == (stays, (stays, told.id))
    assert archive.count(delivery) == 1
