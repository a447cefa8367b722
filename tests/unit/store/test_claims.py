"""Who polls which source."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from monitor.alerting.case import PollGap, find_poll_gap
from monitor.decide import Decision
from monitor.ingest.new_articles import FallbackIdentity, KnownArticle
from monitor.model import Claim, FetchOutcome, SourceStats, Validators
from monitor.model.hashing import digest_texts
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.queries.reports import ReportQueries
from monitor.store.queries.sources import load_source_reports
from monitor.store.queues.claims import Claims
from monitor.store.queues.known_entries import EntryLookup
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    commit,
    decide_in,
    polled,
    rules,
    source,
    sources,
    to_desk,
)

LEASE = 3 * MINUTE
NAMES = ("wire", "post", "times")


@pytest.fixture
def claims(database: Database) -> Claims:
    """The claims of one process, which knows three sources, due since noon."""
    made = Claims(database, "here:1")
    made.register_sources(sources(*NAMES), NOON)
    return made


def names(taken: list[Claim]) -> list[str]:
    return [claim.source for claim in taken]


def due(claims: Claims, now: datetime = NOON, most: int = 10, ids: tuple[str, ...] = NAMES) -> list[Claim]:
    return claims.claim_due(ids, now, lease=LEASE, limit=most)


def fail(section: SerialSection, claim: Claim) -> None:
    with section.enter(NOON) as inside:
        assert inside.commit(polled(claim, outcome=FetchOutcome.FAILED), Decision((), State()), to_desk)


def test_a_new_source_is_due_at_once(claims: Claims) -> None:
    """It is claimed with nothing known of it, for its first poll."""
    (claim,) = due(claims, ids=("wire",))
    assert claim == Claim("wire", "https://wire.test/feed", 1, NOON, Validators(), failures=0, is_first_poll=True)


def test_only_what_is_due_is_claimed(database: Database, claims: Claims) -> None:
    """The longest due first, as many as asked for, of the sources asked for."""
    section = SerialSection(database)
    for minutes, name in ((2, "wire"), (1, "post"), (9, "times")):
        claim = claimed(claims, name)
        with section.enter(NOON) as inside:
            later = replace(polled(claim), next_at=NOON + minutes * MINUTE)
            inside.commit(later, Decision((), State()), to_desk)
    assert due(claims) == []
    assert claims.find_due(NOON) == []
    assert claims.find_due(NOON + 5 * MINUTE) == ["post", "wire"]
    assert claims.find_due(NOON + 5 * MINUTE, limit=1) == ["post"]
    assert claims.find_due(NOON + 5 * MINUTE, since=NOON + MINUTE) == ["wire"]
    assert names(due(claims, NOON + 5 * MINUTE, ids=("wire", "times"))) == ["wire"]
    claims.release_all()
    assert names(due(claims, NOON + 5 * MINUTE, most=1)) == ["post"]
    claims.release_all()
    assert names(due(claims, NOON + 5 * MINUTE)) == ["post", "wire"]


def test_only_what_is_free_is_claimed(database: Database, claims: Claims) -> None:
    """What somebody holds is left alone until the lease ends, then anybody may have it, under a new token."""
    other = Claims(database, "there:2")
    (mine,) = due(claims, most=1, ids=("wire",))
    assert claims.find_due(NOON) == ["post", "times"]
    assert names(due(other)) == ["post", "times"]
    assert claims.find_due(NOON) == []
    assert len(claims.find_due(NOON + LEASE)) == 3
    assert other.claim_all(["wire"], NOON + LEASE - MINUTE, lease=LEASE, limit=1) == []
    (theirs,) = due(other, NOON + LEASE, ids=("wire",))
    assert theirs.token == mine.token + 1


def test_all_claims_what_is_not_due_too(database: Database, claims: Claims) -> None:
    """`run --once` polls every source that nobody holds."""
    commit(SerialSection(database), claimed(claims))
    assert claims.claim_due(["wire"], NOON, lease=LEASE, limit=1) == []
    assert sorted(names(claims.claim_all(NAMES, NOON, lease=LEASE, limit=10))) == sorted(NAMES)


def test_what_was_not_polled_is_given_back(claims: Claims) -> None:
    """A released source stays due; a claim that was taken over releases nothing."""
    (old,) = due(claims, ids=("wire",))
    claims.release([old])
    (new,) = due(claims, ids=("wire",))
    assert (new.planned, new.token) == (NOON, old.token + 1)
    claims.release([old])
    assert due(claims, ids=("wire",)) == []


def test_a_poll_that_was_taken_over_writes_nothing(database: Database, claims: Claims) -> None:
    """Fencing: of two polls of one source only the last claimer's is committed, whichever ends first."""
    section = SerialSection(database)
    old = claimed(claims)
    new = claimed(claims, at=NOON + LEASE)
    with section.enter(NOON + LEASE) as inside:
        decision = decide_in(inside, [article()], rules())
        assert not inside.commit(replace(polled(old), failures=3, problem="late"), decision, to_desk)
    assert set(ReportQueries(database).counts().values()) == {0}
    assert load_source_reports(database)["wire"].problem is None
    assert len(commit(section, new, article(), at=NOON + LEASE).article_decisions) == 1
    assert ReportQueries(database).counts()["alerts"] == 1


def test_a_good_poll_leaves_its_validators(database: Database, claims: Claims) -> None:
    """What the server gave is sent back word for word; after it, nothing is a first poll."""
    commit(SerialSection(database), claimed(claims), article())
    again = claimed(claims)
    assert (again.validators, again.is_first_poll, again.failures) == (Validators('"e"', "now"), False, 0)
    assert again.planned == NOON + 5 * MINUTE


def test_a_failed_poll_keeps_the_validators_and_the_baseline_to_come(database: Database, claims: Claims) -> None:
    """A failure counts; it neither forgets what we have nor ends the wait for the first document."""
    section = SerialSection(database)
    fail(section, claimed(claims))
    claim = claimed(claims)
    assert (claim.failures, claim.is_first_poll) == (1, True)
    commit(section, claim)
    fail(section, claimed(claims))
    claim = claimed(claims)
    assert (claim.failures, claim.is_first_poll, claim.validators.etag) == (1, False, '"e"')


def test_knowing_a_source_again_changes_nothing(database: Database, claims: Claims) -> None:
    """A restart does not make everything due."""
    commit(SerialSection(database), claimed(claims))
    claims.register_sources(sources(*NAMES), NOON + MINUTE)
    assert names(due(claims, NOON + MINUTE)) == ["post", "times"]


def test_a_changed_address_starts_afresh(database: Database, claims: Claims) -> None:
    """Another document: due at once, nothing to ask it with, and what it holds is a baseline."""
    commit(SerialSection(database), claimed(claims))
    moved = {"wire": replace(source(), url="https://elsewhere.test/feed")}
    claims.register_sources(moved, NOON + MINUTE)
    (claim,) = due(claims, NOON + MINUTE, ids=("wire",))
    assert (claim.planned, claim.validators, claim.is_first_poll) == (NOON + MINUTE, Validators(), True)


def test_a_poll_of_the_old_address_does_not_count_for_the_new(database: Database, claims: Claims) -> None:
    """A poll that was under way when the address changed would leave the old server's validators."""
    under_way = claimed(claims)
    claims.register_sources({"wire": replace(source(), url="https://elsewhere.test/feed")}, NOON + MINUTE)
    with SerialSection(database).enter(NOON + MINUTE) as inside:
        assert not inside.commit(polled(under_way), Decision((), State()), to_desk)


def test_what_we_have_of_articles(database: Database, claims: Claims) -> None:
    """By uid, the latest version, of this source only."""
    section = SerialSection(database)
    commit(section, claimed(claims), article(baseline=True), article("b"))
    commit(section, claimed(claims), article(text="More.", version=2, baseline=True))
    commit(section, claimed(claims, "post"), article("c", of="post"))
    known = claims.find_known("wire", ["a1", "b", "c", "d"])
    assert {uid: (k.version, k.seen, k.baseline) for uid, k in known.items()} == {
        "a1": (2, NOON, True),
        "b": (1, NOON, False),
    }
    assert known["a1"].digest == article(text="More.").digest


def identify(link: str | None, title: str, *, former_uid: str | None = None) -> FallbackIdentity:
    """By what an entry with this title, and without text, is recognised."""
    return FallbackIdentity(link, digest_texts(title, ""), former_uid)


def test_an_article_is_found_under_another_uid(database: Database, claims: Claims) -> None:
    """By its address: that with the same words, else the latest; without one by its words. Of this source only."""
    section = SerialSection(database)
    page = "https://x.test/page"
    live = [article(uid, title=f"At {uid}", canonical=page) for uid in ("one", "two", "three")]
    commit(section, claimed(claims), *live, article("d", title="No address"))
    commit(section, claimed(claims, "post"), article("e", "Theirs", of="post", canonical="https://x.test/theirs"))

    def uid_of(link: str | None, title: str) -> str | None:
        return (
            claims.find_known("wire", ["new"], {"new": identify(link, title)}).get("new", KnownArticle(1, "", NOON)).uid
        )

    assert uid_of(page, "At two") == "two"
    assert uid_of(page, "edited") == "three"
    assert uid_of(None, "No address") == "d"
    assert uid_of(None, "At two") is None
    assert uid_of("https://x.test/theirs", "Theirs") is None
    assert claims.find_known("wire", ["d"], {"d": identify(page, "At two")})["d"].uid is None
    former = {"new": identify(page, "At three", former_uid="one")}
    assert claims.find_known("wire", ["new"], former)["new"].uid == "one"


def test_several_sources_are_asked_of_together(database: Database, claims: Claims) -> None:
    """Each gets its own, though they share uids and addresses; one that is polled afresh still has what it had."""
    section, page = SerialSection(database), "https://x.test/page"
    commit(section, claimed(claims), article("a", "Here", canonical=page))
    commit(section, claimed(claims, "post"), article("b", "There", of="post", canonical=page))
    found = claims.find_known_entries(
        [
            EntryLookup(
                "wire",
                ["a", "b"],
                {"a": identify(page, "Here"), "b": identify(page, "There")},
                first_poll=True,
            ),
            EntryLookup("post", ["a"], {"a": identify(page, "There")}),
            EntryLookup("new", ["a"], {"a": identify(page, "Here")}, first_poll=True),
        ]
    )
    assert {key: each.uid for key, each in found.items()} == {
        ("wire", "a"): None,
        ("wire", "b"): "a",
        ("post", "a"): "b",
    }


def test_no_source_that_is_well_waits_longer_than_its_interval(database: Database, claims: Claims) -> None:
    """It is asked more often from now on, or the clock was set back; one that fails waits as long as it must."""
    commit(SerialSection(database), claimed(claims))

    def known(every: timedelta, now: datetime) -> datetime:
        claims.register_sources({"wire": source(every=every)}, now)
        next_at = load_source_reports(database)["wire"].next_at
        assert next_at is not None
        return next_at

    assert known(5 * MINUTE, NOON) == NOON + 5 * MINUTE
    assert NOON < known(MINUTE, NOON) <= NOON + MINUTE
    assert NOON - HOUR < known(MINUTE, NOON - HOUR) <= NOON - HOUR + MINUTE
    with database.writing() as connection:
        connection.execute(update(tables.source).values(next_at=NOON + HOUR, failures=3))
    assert known(MINUTE, NOON) == NOON + HOUR


def test_a_source_that_comes_back_is_due_at_once(database: Database, claims: Claims) -> None:
    """Whoever has mended it and adds it again must not wait for its backoff; one that is well keeps its time, and one
    that is being polled the time that this poll will plan. If a person asks, the one that is well is due too."""
    claims.register_sources(sources("a", "b", "c"), NOON)
    claimed(claims, "c")
    with database.writing() as connection:
        connection.execute(update(tables.source).values(next_at=NOON + 6 * HOUR))
        connection.execute(update(tables.source).where(tables.source.c.id != "b").values(failures=3))
    assert claims.retry_failing(["a", "b", "c"], NOON) == {"a"}
    assert claims.find_due(NOON) == ["a"]
    assert claims.make_due(["a", "b", "c"], NOON) == {"a", "b"}
    assert sorted(claims.find_due(NOON)) == ["a", "b"]


def test_a_source_that_is_due_keeps_its_place_if_a_person_asks_for_it(database: Database, claims: Claims) -> None:
    """In an overloaded daemon, it would come after all that are due."""
    claims.register_sources(sources("a", "b"), NOON)
    with database.writing() as connection:
        connection.execute(update(tables.source).values(next_at=NOON - MINUTE))
        connection.execute(update(tables.source).where(tables.source.c.id == "a").values(next_at=NOON - HOUR))
    assert claims.make_due(["a", "b"], NOON) == {"a", "b"}
    assert claims.find_due(NOON, limit=1) == ["a"]
    assert claims.find_due(NOON, since=NOON - MINUTE) == []


def test_the_refused_addresses_of_failing_sources_are_known(database: Database, claims: Claims) -> None:
    """Not those of sources that answer, or that fail for another reason."""
    claims.register_sources(sources("a", "b", "c"), NOON)
    with database.writing() as connection:
        connection.execute(update(tables.source).values(habits=SourceStats(refused="10.0.0.5").to_row()))
        connection.execute(update(tables.source).where(tables.source.c.id == "a").values(failures=3))
        connection.execute(update(tables.source).where(tables.source.c.id == "c").values(failures=1, habits=None))
    assert claims.find_refused() == {"a": "10.0.0.5"}


def test_what_a_source_said_while_nobody_wanted_it_was_not_missed(database: Database, claims: Claims) -> None:
    """It was out of the config for three weeks: that is no outage, though it was not polled as planned."""
    claims.register_sources(sources("a", "b"), NOON)
    section, later = SerialSection(database), NOON + timedelta(days=21)
    for name in ("a", "b"):
        commit(section, claimed(claims, name))
    claims.mark_readded(["a"])
    late = [find_poll_gap(claimed(claims, name, later), later) for name in ("a", "b")]
    assert late == [None, PollGap(NOON, later)]
