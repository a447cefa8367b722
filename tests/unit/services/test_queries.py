"""The questions about a database, asked as a console would ask them: no command line, no output, values in and out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.config.loading.load import load_rules
from monitor.config.loading.summary import ConfigSummary
from monitor.decide import Decision
from monitor.errors import InvalidRequest
from monitor.model import FetchOutcome, Outcome, Reason, RuleStatus, RunningVersion
from monitor.services.queries.articles import look_up_article
from monitor.services.queries.entities import list_entities
from monitor.services.queries.matches import MatchFilter, iter_matches, list_matches, show_match
from monitor.services.queries.rule_trial import try_rules
from monitor.services.queries.sources import SourceHealth, list_sources, select_unhealthy
from monitor.services.queries.status import load_status
from monitor.services.queries.stories import list_stories, show_story
from monitor.services.queries.why import explain_article, explain_stored_article
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    commit,
    config_of,
    polled,
    rule,
    rules,
    sources,
    to_desk,
)

LAUNCH = rule("launch", ["missiles"])
SHADOW = rule("quiet", ["fires"], status=RuleStatus.SHADOW)
OFF = rule("resting", ["missiles"], status=RuleStatus.OFF)
CONFIG = config_of(LAUNCH, SHADOW, OFF)
SUMMARY = ConfigSummary.from_config(CONFIG)
HEADLINE = "North Korea fires missiles"


@pytest.fixture
def filled(database: Database) -> Database:
    """Two sources print the same headline: the first report was sent to the desk, the second was suppressed."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "post"), NOON)
    ruleset, later = rules(LAUNCH, SHADOW), NOON + MINUTE
    commit(section, claimed(claims), article("a", HEADLINE), ruleset=ruleset)
    commit(section, claimed(claims, "post", later), article("b", HEADLINE, of="post", seen=later), at=later,
           ruleset=ruleset)  # fmt: skip
    return database


def test_a_stored_article_is_explained(filled: Database) -> None:
    """First the rule that sent it, with its alert; a rule that is off is only named."""
    (stored,) = look_up_article(filled, "wire a").found
    report = explain_stored_article(CONFIG, filled, stored)
    sent, shadow = report.rules
    assert (sent.id, sent.was_sent, sent.simulated_decision) == ("launch", True, None)
    assert sent.alert is not None
    assert [delivery.channel for delivery in sent.alert.deliveries] == ["desk"]
    assert (shadow.id, shadow.was_sent, shadow.decisions[0].reason_code) == ("quiet", False, Reason.SHADOW)
    assert report.rules_off == ("resting",)


def test_one_rule_is_asked_as_it_is_now(filled: Database) -> None:
    """Also one that is off, or was edited since: it says what it would have decided when the article came."""
    (stored,) = look_up_article(filled, "post b").found
    (resting,) = explain_stored_article(CONFIG, filled, stored, "resting").rules
    assert resting.simulated_decision is not None
    assert resting.simulated_decision.outcome is Outcome.SENT
    edited = config_of(replace(LAUNCH, version="v2"))
    (launch,) = explain_stored_article(edited, filled, stored, "launch").rules
    assert launch.simulated_decision is not None
    assert launch.simulated_decision.reason is Reason.ALREADY_SENT
    with pytest.raises(InvalidRequest, match="there is no rule 'lunch'; did you mean 'launch'"):
        explain_stored_article(CONFIG, filled, stored, "lunch")


def test_an_article_is_explained_without_a_database(tmp_path: Path) -> None:
    """What the rules of some files say of a headline."""
    file = tmp_path / "rule.yaml"
    file.write_text("rule: launch\ntitle: A launch\nlevel: high\nmatch: {words: [missiles]}\n", encoding="utf-8")
    files = load_rules([file])
    (launch,) = explain_article(files, article("a", HEADLINE)).rules
    assert launch.match is not None
    assert explain_article(files, article("a", "It rains")).rules[0].match is None
    with pytest.raises(InvalidRequest, match="there is no rule 'quiet'"):
        explain_article(files, article("a", HEADLINE), "quiet")


def test_a_name_finds_articles(filled: Database) -> None:
    """None, and why; or all that have it."""
    lookup = look_up_article(filled, "https://x.test/nowhere")
    assert (lookup.found, lookup.missing) == ((), None)
    assert look_up_article(filled, "1").found[0].article.uid == "a"


def test_matches_are_listed_and_shown(filled: Database) -> None:
    """By a filter whose names are checked before anything is read; one with its sentences and its rule."""
    sent = list_matches(CONFIG, filled, MatchFilter(rules=("launch",), outcome=Outcome.SENT), 10)
    assert [match.article.uid for match in sent] == ["a"]
    assert len(list(iter_matches(CONFIG, filled, MatchFilter(sources=("post",))))) == 2
    with pytest.raises(InvalidRequest, match="there is no source 'pots'; did you mean 'post'"):
        iter_matches(CONFIG, filled, MatchFilter(sources=("pots",)))
    shown = show_match(config_of(), filled, sent[0].id)
    assert ([quote.sentence for quote in shown.sentences], shown.rule) == ([HEADLINE], None)
    with pytest.raises(InvalidRequest, match="there is no match 99"):
        show_match(CONFIG, filled, 99)


def test_stories_are_listed_and_shown(filled: Database) -> None:
    """By the rules that matched them; one by the beginning of its id."""
    (story,) = list_stories(CONFIG, filled, rules=["launch"], limit=10)
    assert show_story(filled, story.id[:5]).id == story.id
    assert list_stories(CONFIG, filled, since=NOON + HOUR, limit=10) == []
    with pytest.raises(InvalidRequest, match="there is no rule 'lunch'"):
        list_stories(CONFIG, filled, rules=["lunch"], limit=10)


def test_the_status_says_what_needs_a_person(filled: Database) -> None:
    """A daemon that ended without a word, and sources that fail, one and then all."""
    DaemonRecord(filled, "desk:17:aa").record_start("1.2", RunningVersion(NOON, rules=2, sources=2), NOON)
    later = NOON + HOUR
    status = load_status(SUMMARY, filled, later)
    assert ([daemon.name for daemon in status.gone_daemons], status.alive_daemons) == (["process 17 on desk"], ())
    assert (status.rules, status.rules_off, status.shadow["quiet"].alerts) == (3, 1, 1)
    assert (status.counts["articles"], status.failing, status.waiting["desk"].deliveries) == (2, {}, 1)
    claims = Claims(filled, "here:1")
    for failing, name in enumerate(("wire", "post"), 1):
        claim = claimed(claims, name, later)
        with SerialSection(filled).enter(later) as section:
            assert section.commit(polled(claim, later, outcome=FetchOutcome.FAILED), Decision((), State()), to_desk)
        status = load_status(SUMMARY, filled, later)
        assert (len(status.failing), status.has_only_failing_sources) == (failing, failing == 2)


def test_sources_are_listed_with_their_health(filled: Database) -> None:
    """Before the first run nothing is known of them; the worst comes first."""
    assert {each.health for each in list_sources(CONFIG, None, NOON)} == {SourceHealth.UNVERIFIED}
    known = list_sources(CONFIG, filled, NOON + MINUTE)
    assert ([each.source.id for each in known], select_unhealthy(known)) == (["wire", "post"], [])


def test_a_rule_is_tried_on_stored_articles(filled: Database, tmp_path: Path) -> None:
    """As if it were live, beside those that run."""
    file = tmp_path / "new.yaml"
    file.write_text("rule: new\ntitle: New\nlevel: low\nstatus: 'off'\nmatch: {words: [fires]}\n", encoding="utf-8")
    tried = load_rules([file])
    found = try_rules(config_of(), filled, tried, file, since=NOON - HOUR)
    assert [(change.kind, change.sent.rule) for change in found.changes] == [("gained", "new")]


def test_entities_are_listed_by_group_and_kind() -> None:
    """A group that no entity has is a mistake."""
    with pytest.raises(InvalidRequest, match="there is no group 'africa'"):
        list_entities((), "africa")
