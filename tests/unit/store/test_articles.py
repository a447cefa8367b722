"""A stored article is found by every name that people have for it, with its story and its decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerting.case import Case
from monitor.alerting.ledger import NotificationLedger
from monitor.model import OncePer, Retention, RuleStatus, Story
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article_version, delivery
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.articles import ArticleQueries, MissingArticle
from monitor.store.queries.case_state import load_case_state
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queues.claims import Claims
from tests.support.building import (
    HEADLINE,
    HOUR,
    MINUTE,
    NOON,
    alerts,
    article,
    claimed,
    commit,
    config_of,
    notice,
    rule,
    rules,
    sources,
)

PAGE, CANONICAL = "http://www.x.test/2026/1?utm_source=feed", "https://x.test/2026/1"
RULES = rules(rule("launch", ["missiles"]), rule("korea", ["North Korea"]))
LATER = NOON + 10 * MINUTE
FIRST = article(
    "guid 1",
    text="Seoul says so.",
    published=NOON - HOUR,
    url=PAGE,
    canonical=CANONICAL,
    authors=("Kim Lee", "이수진"),
    tags=("DPRK",),
)
EDITED = replace(FIRST, title=f"{HEADLINE}, Seoul says", version=2, url="https://x.test/moved", digest="2", tags=())
REPRINT = article("b", of="post", seen=LATER, baseline=True, dated=False, canonical="https://post.test/b")
OTHER = article("c", "Ferries run on time", of="post", seen=LATER)


@pytest.fixture
def filled(database: Database) -> Database:
    """The wire's article in two versions; ten minutes later the post's reprint of it, and one that no rule meets."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post"), NOON)
    for version in (FIRST, EDITED):
        commit(section, claimed(claims), version, ruleset=RULES)
    commit(section, claimed(claims, "post", LATER), REPRINT, OTHER, at=LATER, ruleset=RULES)
    return database


def found(database: Database, name: str) -> list[str]:
    return [each.article.uid for each in ArticleQueries(database).find(name)]


@pytest.mark.parametrize(
    ("name", "uids"),
    [
        # the numbers of its matches, in whichever version
        ("1", ["guid 1"]),
        ("4", ["guid 1"]),
        ("5", ["b"]),
        ("7", []),
        ("99999999999999999999", []),
        ("9" * 5000, []),  # more digits than int() takes
        # source and uid
        ("wire guid 1", ["guid 1"]),
        ("post b", ["b"]),
        ("post c", ["c"]),
        ("wire b", []),
        # its uid alone
        ("guid 1", ["guid 1"]),
        # its address of now, and of before, as the feed gave it, or otherwise written
        ("https://x.test/moved", ["guid 1"]),
        (CANONICAL, ["guid 1"]),
        ("https://www.x.test/2026/1?utm_campaign=b", ["guid 1"]),
        ("https://post.test/b", ["b"]),
        # what names nothing
        ("https://x.test/", []),
        ("wire", []),
        ("", []),
    ],
)
def test_an_article_is_found_by_every_name_that_it_has(filled: Database, name: str, uids: list[str]) -> None:
    """As `matches list`, its JSON, the feed or a browser have it."""
    assert found(filled, name) == uids


def test_an_article_is_found_by_its_alert(database: Database) -> None:
    """A message names its alert, and may have no address."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), NOON)
    (told,) = alerts(commit(SerialSection(database), claimed(claims), article(), article("b", "Ferries run")))
    assert found(database, told.id) == ["a1"]


@pytest.mark.parametrize("stored", ["https://old.test/1", "https://old.test/2", None])
@pytest.mark.parametrize("url", ["https://old.test/1", "https://old.test/3", None])
def test_a_uid_and_an_address_are_found_whatever_is_the_same_as_what(
    database: Database, url: str | None, stored: str | None
) -> None:
    """Also where an earlier version would have written the canonical address in another way: indexes leave out what is
    the same as something else."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    commit(section, claimed(claims), article("https://old.test/1", url=url, canonical=stored))
    for name in filter(None, ("https://old.test/1", url, stored)):
        assert found(database, name) == ["https://old.test/1"]


def test_an_address_that_several_have_finds_all_of_them(database: Database) -> None:
    """The newest first, and no more than are asked for."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post"), NOON)
    for of in ("wire", "post"):
        commit(section, claimed(claims, of), article(of, of=of, canonical=CANONICAL))
    assert found(database, CANONICAL) == ["post", "wire"]
    assert [each.article.uid for each in ArticleQueries(database).find(CANONICAL, 1)] == ["post"]


def test_it_comes_back_as_it_is_now_with_all_that_was_decided(filled: Database) -> None:
    """Its latest version, whole; its story, and why it is of it; the decisions of every version."""
    (wire,) = ArticleQueries(filled).find("wire guid 1")
    (post,) = ArticleQueries(filled).find("post b")
    (other,) = ArticleQueries(filled).find("post c")
    assert [each.article for each in (wire, post, other)] == [EDITED, REPRINT, OTHER]
    assert wire.story is not None
    assert wire.story == post.story
    assert (other.story, other.join_reason) == (None, None)
    assert (wire.story.title, wire.story.opened) == (HEADLINE, NOON)
    assert (wire.join_reason, post.join_reason) == ("the first article of its story", "the same headline")
    told = [(each.rule, each.article.version, each.outcome) for each in wire.decisions]
    assert told == [
        ("launch", 1, "sent"),
        ("korea", 1, "sent"),
        ("launch", 2, "suppressed"),
        ("korea", 2, "suppressed"),
    ]
    assert wire.decisions == tuple(MatchQueries(filled).iter_matches(MatchFilter(sources=("wire",))))
    assert other.decisions == ()


def test_what_was_stored_before_it_had_authors_has_none(filled: Database) -> None:
    """A database of an older version does not know them."""
    with filled.writing() as connection:
        connection.execute(article_version.update().values(authors=None, tags=None))
    (wire,) = ArticleQueries(filled).find("wire guid 1")
    assert (wire.article.authors, wire.article.tags) == ((), ())


def test_the_alert_that_told_it_is_found_be_it_of_another_article(filled: Database) -> None:
    """Its own, or else the first of its story by the rule, with what its channels answered."""
    articles = ArticleQueries(filled)
    (wire,), (post,) = articles.find("wire guid 1"), articles.find("post b")
    own, others = (articles.alerts(each, ("launch", "nosuch")) for each in (wire, post))
    assert own == others
    (alert,) = own.values()
    assert (alert.rule, alert.at, alert.source, alert.uid, alert.title) == ("launch", NOON, "wire", "guid 1", HEADLINE)
    assert [(each.channel, each.state, each.attempts) for each in alert.deliveries] == [("desk", "pending", ())]


def test_its_own_alert_goes_before_the_first_of_the_story(database: Database) -> None:
    """A rule that tells of every article has several for one story."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post", "late"), NOON)
    launch = rules(rule(once_per=OncePer.ARTICLE))
    for of, seen, ruleset in (
        ("wire", NOON, launch),
        ("post", LATER, launch),
        ("late", LATER, rules(rule("korea", ["Korea"]))),
    ):
        commit(section, claimed(claims, of, seen), article(of, of=of, seen=seen), at=seen, ruleset=ruleset)
    found = ArticleQueries(database)
    told = {uid: found.alerts(found.find(uid)[0], ["launch"])["launch"].uid for uid in ("wire", "post", "late")}
    assert told == {"wire": "wire", "post": "post", "late": "wire"}


def test_what_was_told_is_asked_of_the_database(filled: Database) -> None:
    """By the keys that live deciding remembers, of rules in shadow too."""
    claims, section = Claims(filled, "here:1"), SerialSection(filled)
    shadow = rule("quiet", ["quake"], status=RuleStatus.SHADOW)
    quake = article("d", "A quake", seen=LATER)
    decision = commit(section, claimed(claims, at=LATER), quake, at=LATER, ruleset=rules(shadow))
    (judged,) = decision.article_decisions
    assert judged.story is not None
    case = Case(shadow, judged.decisions[0].match, quake, judged.story, State(), LATER)
    (wire,) = ArticleQueries(filled).find("wire guid 1")
    assert wire.story is not None
    ledger = load_case_state(filled, case)[NotificationLedger]
    assert [key in ledger for key in (case.subject_key, case.key)] == [False, True]
    for story, was_told in ((wire.story, True), (Story("S0", "", LATER), False)):
        live = replace(case, rule=rule(), story=story)
        assert (live.key in load_case_state(filled, live)[NotificationLedger]) is was_told


@pytest.mark.parametrize("name", ["guid 1", "wire guid 1"])
def test_what_left_the_archive_is_known_to_have_been_here(filled: Database, name: str) -> None:
    """Since when, and that it was its age."""
    now = LATER + timedelta(days=1)
    retention = Retention(articles=HOUR, alerts=HOUR)
    with filled.writing() as connection:
        connection.execute(delivery.update().values(state="accepted"))
    list(ArchivePruner(filled, retention).prune_slices(now))
    assert ArticleQueries(filled).find(name) == []
    assert ArticleQueries(filled).explain_missing(name) == MissingArticle(
        "it left the archive because of its age", "wire", NOON, now
    )


def test_what_was_forgotten_is_known_to_have_been_here(filled: Database) -> None:
    """By its address and its alert, of which nothing else is left."""
    articles = ArticleQueries(filled)
    (alert,) = articles.alerts(articles.find("wire guid 1")[0], ["launch"]).values()
    forgetting = ArticleEraser(filled, config_of())
    list(forgetting.erase(forgetting.plan(CANONICAL), LATER))
    why = "it was forgotten at the operator's request"
    for name in (CANONICAL, f"{CANONICAL}?utm_source=x", "wire guid 1"):
        assert articles.explain_missing(name) == MissingArticle(why, "wire", NOON, LATER)
    assert articles.explain_missing(alert.id) == MissingArticle(why)


def test_what_never_was_here_is_not_known(filled: Database) -> None:
    """A notice is an alert of no article, and says so."""
    with SerialSection(filled).enter(NOON) as inside:
        inside.write_notices([notice(channels=("desk",))], [])
    articles = ArticleQueries(filled)
    assert articles.explain_missing("https://x.test/never") is None
    assert articles.explain_missing("n1") == MissingArticle(
        "that alert is a notice to the operator about source wire, and has no article"
    )
