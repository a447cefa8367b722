"""Alerts are marked by the ids in their messages, articles by their addresses; merges and splits are marks too."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from monitor.errors import InvalidRequest
from monitor.model import (
    Alert,
    AlertPolicy,
    Config,
    IdentityMarkKind,
    MarkVerdict,
    MatchKind,
    OncePer,
    RuleStatus,
    Settings,
)
from monitor.services.commands.articles import erase_articles, plan_erasure
from monitor.services.marks import mark_articles, mark_matches
from monitor.services.queries.alerts import list_alerts, show_alert
from monitor.services.queries.identity_agreement import score_identity_marks
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.marks import Judgement, Marks
from monitor.store.queues.claims import Claims
from tests.support.building import (
    HEADLINE,
    HOUR,
    NOON,
    alerts,
    article,
    claimed,
    commit,
    config_of,
    deep,
    notice,
    rule,
    rules,
    sources,
    to_desk,
)
from tests.support.outbreaks import LAOS, THAILAND, VIETNAM, Desk, event_of, story_of

LAUNCH = replace(rule("launch"), alert=AlertPolicy(("default",), OncePer.ARTICLE))
GOOD, NOISE = (Judgement(verdict, NOON + 99 * HOUR, "ann") for verdict in (MarkVerdict.GOOD, MarkVerdict.NOISE))
MISSED = replace(GOOD, verdict=MarkVerdict.MISSED)
DIGESTS = NOON + 20 * HOUR
TITLES = ("Squid for three capitals", "Ferries run on time", "Old Mr Chen")


@pytest.fixture
def config() -> Config:
    return replace(config_of(LAUNCH, rule("korea", ["North Korea"])), settings=Settings("UTC", "", {}, {}))


@pytest.fixture
def sent(database: Database) -> tuple[str, str]:
    """The ids of an alert, and of a digest of three articles that only mention a missile."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post"), NOON)
    told = commit(section, claimed(claims), article("a", url="https://x.test/1"), ruleset=rules(LAUNCH))
    brought = [article(f"m{n}", title, deep(f"w{n}"), of="post", seen=NOON) for n, title in enumerate(TITLES)]
    commit(section, claimed(claims, "post"), *brought, ruleset=rules(LAUNCH))
    with section.enter(DIGESTS) as inside:
        due = inside.decide_due(rules(LAUNCH).rules)
        inside.commit_due(due, to_desk)
    [digest] = [each.alert for each in due.released]
    assert isinstance(digest, Alert)
    return alerts(told)[0].id, digest.id


def verdicts(database: Database) -> dict[str, list[str]]:
    return {each.article.title: [*each.verdicts.values()] for each in Marks(database).iter_articles()}


def test_an_alert_is_marked_by_the_id_in_its_message(database: Database, config: Config, sent: tuple[str, str]) -> None:
    """The beginning of it is enough; the mark says by which alert it was made."""
    [result] = mark_matches(database, config, [sent[0][:6]], GOOD)
    assert (result.mark.alert, result.mark.rule, result.article.title) == (sent[0], "launch", HEADLINE)
    assert verdicts(database) == {HEADLINE: ["good"]}
    [alert] = [each for each in list_alerts(config, database, limit=9) if each.id == sent[0]]
    assert [(line.match, line.mark) for line in alert.lines] == [(1, "good")]


def test_a_digest_is_marked_line_by_line(database: Database, config: Config, sent: tuple[str, str]) -> None:
    """A good mention may stay a mention."""
    with pytest.raises(InvalidRequest, match=r"is a digest: say with --line .*\n  1\. Squid for .* \(launch\)\n  2\. "):
        mark_matches(database, config, [sent[1]], GOOD)
    with pytest.raises(InvalidRequest, match=r"has no line 4; it has:\n  1\. "):
        mark_matches(database, config, [sent[1]], GOOD, lines=[1, 4])
    assert verdicts(database) == {}
    mark_matches(database, config, [sent[1]], GOOD, lines=[3])
    mark_matches(database, config, [sent[1]], NOISE, lines=[1])
    assert verdicts(database) == {TITLES[0]: ["noise"], TITLES[2]: ["good"]}
    [mark] = [mark for each in Marks(database).iter_articles() for mark in each.marks if mark.verdict == "good"]
    assert (mark.kind, mark.alert, mark.wants_news, mark.wants_mention) == (MatchKind.MENTION, sent[1], False, True)


def test_lines_keep_the_numbers_of_the_message(database: Database, config: Config, sent: tuple[str, str]) -> None:
    """Also after the article of another line was erased."""
    digest = show_alert(database, sent[1])
    with database.writing() as connection:
        named = tables.article.c.title == TITLES[0]
        connection.execute(update(tables.article).where(named).values(url="https://post.test/squid"))
    erase_articles(database, config, plan_erasure(database, config, "https://post.test/squid"), NOON)
    left = show_alert(database, sent[1])
    assert left.lines == digest.lines[1:]
    [result] = mark_matches(database, config, [sent[1]], NOISE, lines=[2])
    assert result.article.title == TITLES[1]


def test_a_line_belongs_to_one_digest(database: Database, config: Config, sent: tuple[str, str]) -> None:
    """Not to an alert, and not to several."""
    for ids in ([sent[0]], [*sent]):
        with pytest.raises(InvalidRequest, match="name one digest, and its lines"):
            mark_matches(database, config, ids, GOOD, lines=[1])


def test_what_has_no_article_cannot_be_marked(database: Database, config: Config, sent: tuple[str, str]) -> None:
    """A notice never had one; an unknown id says where those are that are kept."""
    with SerialSection(database).enter(NOON) as inside:
        inside.write_notices([notice(channels=("desk",))], [])
    with pytest.raises(InvalidRequest, match="n1 is a notice about source wire, not news"):
        mark_matches(database, config, ["n1"], GOOD)
    with pytest.raises(InvalidRequest, match="there is no alert 'zzz'; `news-monitor alerts list`"):
        mark_matches(database, config, ["zzz"], GOOD)
    with pytest.raises(InvalidRequest, match="there is no alert ''"):
        mark_matches(database, config, [""], GOOD)
    erase_articles(database, config, plan_erasure(database, config, "wire"), NOON)
    with pytest.raises(InvalidRequest, match=f"alert {sent[0]} has lost its article, which was erased"):
        mark_matches(database, config, [sent[0]], GOOD)
    assert "n1" not in [each.id for each in list_alerts(config, database, limit=9)]


@pytest.mark.usefixtures("sent")
def test_an_article_is_marked_as_missed(database: Database, config: Config) -> None:
    """By its address or its number; the caller learns that the rule matches it now."""
    results, matched = mark_articles(database, config, ["https://x.test/1", "1"], "korea", MISSED)
    assert [result.is_new for result in results] == [True]
    assert matched == [HEADLINE]
    assert verdicts(database) == {HEADLINE: ["missed"]}
    _, matched = mark_articles(database, config, ["2"], "launch", MISSED)  # it was a mention
    assert matched == []
    with pytest.raises(InvalidRequest, match="launch did not miss"):
        mark_articles(database, config, ["1"], "launch", MISSED)
    with pytest.raises(InvalidRequest, match="there is no rule 'lanch'; did you mean 'launch'"):
        mark_articles(database, config, ["1"], "lanch", MISSED)
    for name in ("99", "https://x.test/nothing", "9999999999"):
        with pytest.raises(InvalidRequest, match=f"there is no article '{name}'; give its address"):
            mark_articles(database, config, [name], "launch", MISSED)


@pytest.mark.usefixtures("sent")
def test_an_address_that_several_articles_have_is_not_clear(database: Database, config: Config) -> None:
    """The error names their numbers."""
    with database.writing() as connection:
        connection.execute(update(tables.article).values(canonical="https://x.test/1"))
    with pytest.raises(InvalidRequest, match=r"several articles have the address .*\n  1  of wire\n  2  of post"):
        mark_articles(database, config, ["https://x.test/1"], "korea", MISSED)


def agreements(desk: Desk) -> list[tuple[str, bool | None, str]]:
    found = score_identity_marks(desk.database, desk.rules, "UTC")
    return [(each.mark.kind, each.agrees, each.verdict.why_unknown) for each in found]


@pytest.mark.parametrize("once_per", [OncePer.STORY, OncePer.EVENT])
def test_merges_and_splits_are_marks_of_identity(database: Database, once_per: OncePer) -> None:
    """Today's code keeps two countries apart, as it did when a person merged them; and joins what he split."""
    desk = Desk(database, once_per=once_per)
    id_of = story_of if once_per is OncePer.STORY else event_of
    first, second = id_of(desk.hear(VIETNAM)), id_of(desk.hear(THAILAND))
    desk.merge(first, second)
    third = id_of(desk.hear(LAOS))
    assert id_of(desk.hear(f"{LAOS}, ministry says")) == third
    desk.split(third)
    assert agreements(desk) == [(IdentityMarkKind.MERGE, False, ""), (IdentityMarkKind.SPLIT, False, "")]
    [merge, split] = score_identity_marks(database, desk.rules, "UTC")
    assert (merge.titles, merge.verdict.is_joined, split.verdict.is_joined) == ((VIETNAM, THAILAND), False, True)
    assert merge.rule == (None if once_per is OncePer.STORY else "mpox")


def test_what_comes_after_a_merge_does_not_speak_for_it(database: Database) -> None:
    """Only the articles that the two had then are compared."""
    desk = Desk(database)
    first, second = story_of(desk.hear(VIETNAM)), story_of(desk.hear(VIETNAM.replace("mpox", "cholera and mpox")))
    if first == second:
        desk.split(first)
    else:
        desk.merge(first, second)
    before = agreements(desk)
    desk.hear(f"{VIETNAM}, ministry says")
    assert agreements(desk) == before


def test_what_cannot_be_compared_says_why(database: Database) -> None:
    """The articles have left, or the rule is gone."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.merge(event_of(desk.hear(VIETNAM)), event_of(desk.hear(THAILAND)))
    desk.rule = replace(desk.rule, status=RuleStatus.SHADOW)
    assert agreements(desk)[0][1] is False
    desk.rule = replace(desk.rule, id="other")
    assert agreements(desk) == [(IdentityMarkKind.MERGE, None, "its rule is off, or gone")]
    desk.forget("wire")
    assert agreements(desk) == [(IdentityMarkKind.MERGE, None, "its articles have left the archive")]


def test_damaged_members_stop_nothing(database: Database) -> None:
    """Such a pair cannot be compared; the others are."""
    desk = Desk(database)
    first, second = story_of(desk.hear(VIETNAM)), story_of(desk.hear(THAILAND))
    desk.merge(first, second)
    with database.writing() as connection:
        connection.execute(update(tables.story).where(tables.story.c.id == second).values(members="all"))
    assert agreements(desk) == [(IdentityMarkKind.MERGE, None, "its articles have left the archive")]
