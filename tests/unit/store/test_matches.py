"""Every match can be found again, with its evidence, its decision and what came of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerting.retry import RetryVerdict
from monitor.model import (
    DeliveryState,
    Field,
    Level,
    MatchKind,
    OncePer,
    Outcome,
    Reason,
    Receipt,
    ReceiptKind,
    RuleStatus,
    Span,
)
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries import matches
from monitor.store.queries.matches import AttemptReport, MatchDetails, MatchFilter, MatchQueries
from monitor.store.queries.reports import ReportQueries, ShadowReport
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import (
    HEADLINE,
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    commit,
    decide_in,
    polled,
    reason_of,
    rule,
    rules,
    sources,
    to_desk,
)

RULES = rules(rule("launch", ["missiles"]), rule("korea", ["North Korea"], max_age=HOUR))
LATER = NOON + 10 * MINUTE


@pytest.fixture
def filled(database: Database) -> MatchQueries:
    """Two polls: the wire's headline, told by two rules; then another's, held, a mention, and a new version."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "other"), NOON)
    first = article("a", url="https://x.test/1", text="Seoul says so. Missiles flew.")
    commit(section, claimed(claims), first, ruleset=RULES)
    deep = " ".join(["rain"] * 100) + " in North Korea."
    again = article("b", of="other", seen=LATER)
    mention = article("c", "It rains", deep, of="other", seen=LATER)
    edited = article("a", f"{HEADLINE}!", version=2, of="other", seen=LATER)
    commit(section, claimed(claims, "other", LATER), again, mention, edited, at=LATER, ruleset=RULES)
    return MatchQueries(database)


def test_a_match_comes_back_as_it_was_decided(filled: MatchQueries) -> None:
    """Article, rule with its version, evidence to the character, decision and reason."""
    told, *_ = filled.iter_matches(MatchFilter(rules=("launch",)))
    assert (told.at, told.rule, told.rule_version, told.kind, told.level) == (NOON, "launch", "v1", "news", "high")
    assert told.outcome is Outcome.SENT
    assert reason_of(told) == "“missiles” in the title; first alert of this story"
    assert told.story is not None
    assert told.alert is not None
    page = told.article
    assert (page.source, page.uid, page.version, page.title, page.url) == ("wire", "a", 1, HEADLINE, "https://x.test/1")
    assert (page.published, page.dated, page.seen) == (NOON, True, NOON)
    assert told.evidence == (Span(Field.TITLE, 32, 40, "missiles", "missiles"),)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (MatchFilter(), ["launch a", "korea a", "launch b", "korea b", "korea c", "launch a", "korea a"]),
        (MatchFilter(rules=("launch",)), ["launch a", "launch b", "launch a"]),
        (MatchFilter(rules=("launch", "korea"), sources=("wire",)), ["launch a", "korea a"]),
        (MatchFilter(rules=("nosuch",)), []),
        (MatchFilter(kind=MatchKind.MENTION), ["korea c"]),
        (MatchFilter(outcome=Outcome.SENT, sources=("wire",)), ["launch a", "korea a"]),
        (
            MatchFilter(outcome=Outcome.SUPPRESSED, kind=MatchKind.NEWS, sources=("other",), rules=("korea",)),
            ["korea b", "korea a"],
        ),
        # from a moment on, and up to one
        (MatchFilter(since=LATER), ["launch b", "korea b", "korea c", "launch a", "korea a"]),
        (MatchFilter(until=LATER), ["launch a", "korea a"]),
        (MatchFilter(since=NOON, until=NOON), []),
    ],
)
def test_matches_are_found_by_what_is_asked(filled: MatchQueries, wanted: MatchFilter, found: list[str]) -> None:
    """All that is asked must hold; both ways of asking agree, each in its order."""
    every = [f"{each.rule} {each.article.uid}" for each in filled.iter_matches(wanted)]
    assert sorted(every) == sorted(found)
    newest = filled.newest(wanted, 100)
    assert newest == list(filled.iter_matches(wanted))[::-1]
    assert filled.newest(wanted, 1) == newest[:1]


def test_all_matches_come_in_a_stable_order_a_few_at_a_time(
    filled: MatchQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the size of a slice, each comes once; what is stored meanwhile comes at the end."""
    whole = list(filled.iter_matches(MatchFilter()))
    assert [match.id for match in whole] == sorted(match.id for match in whole)
    for size in (1, 2, len(whole)):
        monkeypatch.setattr(matches, "_SLICE", size)
        assert list(filled.iter_matches(MatchFilter())) == whole


def test_evidence_comes_back_with_the_names_and_fields_that_it_had(database: Database) -> None:
    """The names of conditions, authors, tags and addresses; the level is the match's own, not its rule's."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    claim = claimed(claims)
    evidence = (
        Span(Field.TITLE, 32, 40, "missiles", "missile*", "what"),
        Span(Field.AUTHOR, 0, 3, "Kim", "kim"),
        Span(Field.TAGS, 0, 3, "DPRK", "dprk", "who"),
        Span(Field.URL, 8, 9, "x", "x"),
    )
    with section.enter(NOON) as inside:
        decision = decide_in(inside, [article()], RULES)
        (judged,) = decision.article_decisions
        found = replace(judged.decisions[0].match, level=Level.LOW, evidence=evidence)
        changed = replace(judged, decisions=(replace(judged.decisions[0], match=found),))
        assert inside.commit(polled(claim), replace(decision, article_decisions=(changed,)), to_desk)
    (back,) = MatchQueries(database).iter_matches(MatchFilter())
    assert (back.evidence, back.level) == (evidence, "low")


def test_what_a_rule_in_shadow_would_have_told_is_found(database: Database) -> None:
    """Not what it would have held back anyway; all of it is held."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "other"), NOON)
    shadow = rules(rule(status=RuleStatus.SHADOW), rule("live"))
    commit(section, claimed(claims), article("a"), article("b"), ruleset=shadow)
    commit(section, claimed(claims, "other"), article("c", of="other"), ruleset=shadow)
    found = MatchQueries(database)
    (would,) = found.iter_matches(MatchFilter(reason=Reason.SHADOW))
    assert (would.article.uid, would.rule, would.outcome, would.alert) == ("a", "launch", Outcome.SUPPRESSED, None)
    assert reason_of(would).startswith("launch is in shadow; it would have sent: “missiles” in the title")
    held = [f"{each.rule} {each.article.uid}" for each in found.iter_matches(MatchFilter(outcome=Outcome.SUPPRESSED))]
    assert held == ["launch a", "launch b", "live b", "launch c", "live c"]
    assert ReportQueries(database).shadow(["launch", "new"]) == {
        "launch": ShadowReport(1, 1, NOON),
        "new": ShadowReport(),
    }


def test_what_a_rule_in_shadow_would_have_told_is_counted(database: Database) -> None:
    """Alerts, and the stories that they are of; by rule."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "other"), NOON)
    shadow = rules(rule("every", once_per=OncePer.ARTICLE, status=RuleStatus.SHADOW))
    commit(section, claimed(claims), article("a"), article("b"), article("c", "Missile over the sea"), ruleset=shadow)
    commit(section, claimed(claims, "other", LATER), article(of="other", seen=LATER), at=LATER, ruleset=shadow)
    assert ReportQueries(database).shadow(["every"]) == {"every": ShadowReport(4, 2, NOON)}


def account_of(found: MatchQueries, rule_id: str, uid: str, source: str = "wire") -> MatchDetails:
    (match,) = (
        each for each in found.iter_matches(MatchFilter(rules=(rule_id,), sources=(source,))) if each.article.uid == uid
    )
    account = found.find_details(match.id)
    assert account is not None
    assert account.match == match
    return account


def test_an_account_has_every_attempt_of_every_delivery(database: Database, filled: MatchQueries) -> None:
    """Text of the version that matched, story and why, the alert, and how each attempt ended."""
    outbox = Outbox(database, "here:1")
    sent = outbox.claim("desk", NOON, MINUTE)
    assert sent is not None
    busy, later = Receipt(ReceiptKind.TRY_LATER, "the server answered 503"), RetryVerdict(DeliveryState.RETRY, NOON)
    outbox.settle(sent, busy, later, NOON + MINUTE)
    assert outbox.claim("desk", NOON + HOUR, MINUTE) is not None
    account = account_of(filled, "launch", "a")
    assert account.text == "Seoul says so. Missiles flew."
    assert (account.story_title, account.match.level, account.alerted) == (HEADLINE, "high", NOON)
    assert account.joined
    (history,) = account.deliveries
    assert (history.channel, history.state) == ("desk", "sending")
    assert history.attempts == (
        AttemptReport(1, NOON, NOON + MINUTE, "try later", "the server answered 503"),
        AttemptReport(2, NOON + HOUR, None, None, None),
    )


def test_a_delivery_that_nobody_has_tried_is_there(filled: MatchQueries) -> None:
    """Without an attempt; and what was held has no alert, and no delivery."""
    assert [each.attempts for each in account_of(filled, "launch", "a").deliveries] == [()]
    held = account_of(filled, "korea", "c", "other")
    assert (held.match.alert, held.match.level, held.alerted, held.deliveries) == (None, "high", None, ())
    assert held.story_title == "It rains"
    assert filled.find_details(10**6) is None
