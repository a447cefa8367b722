"""The policy stages: what each holds back, and the words in which it says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerting.case import Case, DecisionContext, PollGap, find_poll_gap
from monitor.alerting.evaluation import evaluate
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.mutes import Mutes
from monitor.model import (
    Alert,
    AlertPolicy,
    Article,
    Claim,
    Event,
    Field,
    Level,
    Match,
    MatchDecision,
    MatchKind,
    MentionCause,
    NewsIn,
    OncePer,
    Rule,
    RuleStatus,
    Span,
    Story,
    Term,
    UpdateTrigger,
    Words,
)
from monitor.state import State
from tests.support.building import HOUR, MINUTE, NOON, article, explained, reason_of, rule

STORY = Story("S1", "The story", NOON)
ANYWHERE = DecisionContext()
EVIDENCE = (Span(Field.TITLE, 26, 34, "missiles", "missile*"), Span(Field.TEXT, 0, 5, "Seoul", "seoul"))


def judged(
    of: Article,
    by: Rule | None = None,
    *,
    told: Iterable[str] = (),
    kind: MatchKind = MatchKind.NEWS,
    cause: MentionCause | None = None,
    around: DecisionContext = ANYWHERE,
) -> MatchDecision:
    by = by or rule()
    match = Match(by.id, by.version, kind, EVIDENCE, by.level, cause=cause)
    return evaluate(Case(by, match, of, STORY, State([NotificationLedger(told), Mutes()]), NOON, context=around))


def told(decided: MatchDecision) -> Alert:
    assert decided.alert is not None
    return decided.alert


WORDS = Words((Term("anniversary"),))
TELLING = "sent: “missiles” in the title; “Seoul” in the text; first alert of this story"
STALE = "suppressed: published 13 hours ago, and max_age is 12 hours"
PAST = (
    "suppressed: published 13 hours ago, and came with older entries of its source (a first poll, or very many at "
    "once), where 12 hours count for a rule without max_age"
)
MENTION = "suppressed: only mentioned, deeper in the text than its lead"
UNDATED = (
    "suppressed: it came with older entries of its source (a first poll, or very many at once), "
    "and has no date of its own"
)


@pytest.mark.parametrize(
    ("of", "by", "reason"),
    [
        # nothing holds it
        (article(), rule(), TELLING),
        # max_age counts from the article's date
        (article(published=NOON - 12 * HOUR), rule(max_age=12 * HOUR), TELLING),
        (article(published=NOON - 13 * HOUR), rule(max_age=12 * HOUR), STALE),
        (article(published=NOON - timedelta(400)), rule(), TELLING),  # no max_age: no limit
        (article(published=NOON + 5 * MINUTE), rule(max_age=HOUR), TELLING),  # a server's fast clock
        # without a date of its own: from first sight
        (article(dated=False), rule(max_age=HOUR), TELLING),
        (
            article(dated=False, seen=NOON - 2 * HOUR),
            rule(max_age=HOUR),
            "suppressed: published 2 hours ago, and max_age is 1 hour",
        ),
        # the baseline: only by its own date, and only what is young
        (article(baseline=True), rule(), TELLING),
        (article(baseline=True, dated=False), rule(), UNDATED),
        (article(baseline=True, dated=False), rule(max_age=timedelta(30)), UNDATED),
        (article(baseline=True, published=NOON - 13 * HOUR), rule(), PAST),  # half a day where the rule says nothing
        (article(baseline=True, published=NOON - 12 * HOUR), rule(), TELLING),
        (article(baseline=True, published=NOON - 13 * HOUR), rule(max_age=timedelta(1)), TELLING),
        (
            article(baseline=True, published=NOON - 50 * MINUTE),
            rule(max_age=30 * MINUTE),
            "suppressed: published 50 minutes ago, and max_age is 30 minutes",
        ),
        (
            article(published=NOON - timedelta(3)),
            rule(max_age=timedelta(1)),
            "suppressed: published 3 days ago, and max_age is 1 day",
        ),
    ],
)
def test_fresh_or_stale(of: Article, by: Rule, reason: str) -> None:
    """News is told while it is young; a source's past only by its own date; every decision says why."""
    decided = judged(of, by)
    assert explained(decided) == reason
    assert (decided.alert is not None) is reason.startswith("sent")


@pytest.mark.parametrize(
    ("news_in", "cause", "why"),
    [
        (NewsIn.LEAD, MentionCause.OUTSIDE, "deeper in the text than its lead"),
        (NewsIn.TITLE, MentionCause.OUTSIDE, "outside its title"),
        (NewsIn.ABOUT, MentionCause.OUTSIDE, "behind its first sentence"),
        (NewsIn.ABOUT, MentionCause.OTHER_TITLE, "under a title about another rule"),
        (NewsIn.LEAD, MentionCause.TITLE_HAS_NONE, "under a title that has none of it"),
        (NewsIn.TEXT, MentionCause.MENTION, "as its mention says"),
        (NewsIn.TEXT, MentionCause.MENTION_IF, "as its mention_if says"),
    ],
)
def test_a_mention_waits_for_the_morning(news_in: NewsIn, cause: MentionCause, why: str) -> None:
    """What is only mentioned is never sent at once; the reason says what makes it a mention."""
    decided = judged(article(), replace(rule(), news_in=news_in), kind=MatchKind.MENTION, cause=cause)
    assert decided.alert is None
    assert explained(decided) == f"deferred: only mentioned, {why}; mentions go out together at 08:00"
    assert decided.pending is not None
    assert decided.pending.due == NOON + 20 * HOUR


@pytest.mark.parametrize(
    ("once_per", "key", "other"),
    [
        (OncePer.STORY, "launch story S1", "launch article wire a2"),
        (OncePer.ARTICLE, "launch article wire a1", "launch story S1"),
    ],
)
def test_what_was_told_is_held(once_per: OncePer, key: str, other: str) -> None:
    """A rule tells each story (or article) once; another rule's telling, or of another kind, is not its own."""
    by = rule(once_per=once_per)
    held = judged(article(), by, told=[key])
    assert held.alert is None
    assert explained(held) == f"suppressed: launch sent this {once_per} already (S1)"
    assert told(judged(article(), by, told=[other, key.replace("launch", "drills")])).dedup_key == key


def test_a_version_is_no_new_article() -> None:
    """`once_per: article` tells an article once, whatever is edited."""
    by = rule(once_per=OncePer.ARTICLE)
    first, second = judged(article(), by), judged(article(version=2), by)
    assert told(first).dedup_key == told(second).dedup_key


def test_stages_speak_in_the_order_of_a_persons_questions() -> None:
    """Is it news, is it fresh, have we told it: the first that holds gives the reason."""
    old = article(published=NOON - 13 * HOUR)
    by = rule(max_age=12 * HOUR)
    key = ["launch story S1"]
    assert explained(judged(old, by, told=key, kind=MatchKind.MENTION)).startswith("suppressed: only mentioned, deeper")
    assert explained(judged(old, by, told=key)).startswith("suppressed: published")
    assert explained(judged(article(), by, told=key)).startswith("suppressed: launch sent")


SHADOW = rule(status=RuleStatus.SHADOW)
OLD = article(baseline=True, published=NOON - 13 * HOUR)


@pytest.mark.parametrize(
    ("of", "kind", "told", "reason"),
    [
        # nothing else holds it
        (article(), MatchKind.NEWS, (), f"suppressed: launch is in shadow; it would have {TELLING}"),
        (article(), MatchKind.NEWS, ["drills story S1"], f"suppressed: launch is in shadow; it would have {TELLING}"),
        # what would hold it anyway
        (OLD, MatchKind.NEWS, (), f"{PAST}; launch is in shadow"),
        (article(), MatchKind.MENTION, (), f"{MENTION}; launch is in shadow"),
        # it told this story while it was live, or would have while in shadow
        (
            article(),
            MatchKind.NEWS,
            ["launch story S1"],
            "suppressed: launch sent this story already (S1); launch is in shadow",
        ),
        (
            article(),
            MatchKind.NEWS,
            ["shadow: launch story S1"],
            "suppressed: launch would have sent this story already (S1); launch is in shadow",
        ),
    ],
)
def test_a_rule_in_shadow_says_what_it_would_have_done(
    of: Article, kind: MatchKind, told: Iterable[str], reason: str
) -> None:
    """It tells nobody, whatever it says; only what it would have told is remembered."""
    decided = judged(of, SHADOW, told=told, kind=kind)
    assert (explained(decided), decided.alert) == (reason, None)
    assert decided.shadow_key == ("shadow: launch story S1" if "would have sent:" in reason else None)


def test_what_was_seen_in_shadow_silences_no_live_rule() -> None:
    """Nobody has been told of it."""
    key = judged(article(), SHADOW).shadow_key
    assert key is not None
    assert explained(judged(article(), told=[key])) == TELLING


def test_an_alert_says_everything() -> None:
    """Who is told what, of which rule, story and article, why, and in which words."""
    of = article(text="Seoul says so.")
    alert = told(judged(of, rule(level=Level.CRITICAL, to=("desk", "phone"))))
    assert (alert.rule, alert.rule_title, alert.level) == ("launch", "About launch", Level.CRITICAL)
    assert (alert.story, alert.article, alert.at, alert.kind) == ("S1", replace(of, text=""), NOON, "new")
    assert (alert.routes, alert.dedup_key) == (("desk", "phone"), "launch story S1")
    assert reason_of(alert) == TELLING.removeprefix("sent: ")
    assert alert.sentence == "Seoul says so."
    assert [alert.sentence[a:b] for a, b in alert.highlights] == ["Seoul"]


def test_a_rule_without_routes_tells_the_default_one() -> None:
    """Nobody has to name a route."""
    assert told(judged(article())).routes == ("default",)


def test_the_reason_names_every_field() -> None:
    """Evidence may stand in what is no sentence."""
    spans = tuple(Span(field, 0, 3, "Kim", "kim") for field in (Field.TITLE, Field.AUTHOR, Field.TAGS, Field.URL))
    by = rule()
    decided = evaluate(
        Case(by, Match(by.id, by.version, MatchKind.NEWS, spans, by.level), article(), STORY, State(), NOON)
    )
    reason = "“Kim” in the title; “Kim” in the author; “Kim” in the tags; “Kim” in the url"
    assert explained(decided).startswith(f"sent: {reason};")
    assert told(decided).highlights == ((0, 3),)


def test_the_reason_names_words_within_words_once() -> None:
    """“South Korea” and “President of South Korea” at one place are one piece of evidence for a reader."""
    title = "President of South Korea in Beijing"
    spans = tuple(
        Span(Field.TITLE, title.index(text), title.index(text) + len(text), text, text)
        for text in ("South Korea", "President of South Korea", "Beijing")
    )
    by = rule()
    decided = evaluate(
        Case(by, Match(by.id, by.version, MatchKind.NEWS, spans, by.level), article(), STORY, State(), NOON)
    )
    assert explained(decided).startswith("sent: “President of South Korea”, “Beijing” in the title;")


# --- what comes late --------------------------------------------------------------------------------------------------


def claim(planned: datetime, last_ok: datetime | None, failures: int = 0) -> Claim:
    return Claim("wire", "https://wire.test/feed", 1, planned, failures=failures, is_first_poll=False, last_ok=last_ok)


@pytest.mark.parametrize(
    ("of", "since"),
    [
        # polled as planned, or nearly so
        (claim(NOON, NOON - 5 * MINUTE), None),
        (claim(NOON - 10 * MINUTE, NOON - 15 * MINUTE), None),
        # this service was down
        (claim(NOON - 11 * MINUTE, NOON - 16 * MINUTE), NOON - 16 * MINUTE),
        (claim(NOON - timedelta(3), NOON - timedelta(3)), NOON - timedelta(3)),
        # the source failed
        (claim(NOON, NOON - 5 * HOUR, failures=1), NOON - 5 * HOUR),
        # it never was polled well: all is its past
        (claim(NOON - timedelta(3), None), None),
    ],
)
def test_when_a_source_was_away(of: Claim, since: datetime | None) -> None:
    """From its last good poll until now, if this one comes much later than planned."""
    assert find_poll_gap(of, NOON) == (PollGap(since, NOON) if since else None)


DOWN = DecisionContext(poll_gap=PollGap(NOON - 10 * HOUR, NOON))
MISSED = "deferred: its source could not be polled from 02:00 to 12:00; what was missed is sent together"


@pytest.mark.parametrize(
    ("of", "by", "reason"),
    [
        # what our own downtime delayed is not old, however short the rule's max_age
        (article(published=NOON - 5 * HOUR), rule(max_age=HOUR), MISSED),
        (article(published=NOON - 9 * HOUR), rule(max_age=30 * MINUTE), MISSED),
        (article(published=NOON - 45 * MINUTE), rule(max_age=30 * MINUTE), TELLING),  # young enough to be told alone
        (article(published=NOON - 5 * MINUTE), rule(max_age=30 * MINUTE), TELLING),
        (article(published=NOON - HOUR), rule(), TELLING),
        (article(published=NOON - 61 * MINUTE), rule(), MISSED),
        # just before: it may not have been polled
        (article(published=NOON - 11 * HOUR + MINUTE), rule(max_age=HOUR), MISSED),
        # what was old before is old
        (article(published=NOON - 13 * HOUR), rule(max_age=12 * HOUR), STALE),
        (article(published=NOON - 13 * HOUR), rule(), TELLING),
        # without a date of its own it comes now
        (article(dated=False), rule(max_age=HOUR), TELLING),
        # a source's past by its own date
        (article(baseline=True, published=NOON - 5 * HOUR), rule(max_age=HOUR), MISSED),
        (article(baseline=True, dated=False), rule(), UNDATED),
    ],
)
def test_what_comes_late_through_our_fault_is_told(of: Article, by: Rule, reason: str) -> None:
    """Together, where it is older than an hour; and never held for its age."""
    assert explained(judged(of, by, around=DOWN)) == reason


# --- once, and shadow -------------------------------------------------------------------------------------------------

EVENT = Event("E1", "launch", "The event", NOON)


def in_turn(by: Rule, *heard: tuple[Article, Story, Event | None]) -> list[str]:
    """How the decisions on these begin, one after the other."""
    told = NotificationLedger()
    reasons = []
    for of, story, event in heard:
        match = Match(by.id, by.version, MatchKind.NEWS, EVIDENCE, by.level)
        reasons.append(explained(evaluate(Case(by, match, of, story, State([told, Mutes()]), NOON, event))))
    return [reason.split(":")[0] for reason in reasons]


@pytest.mark.parametrize(
    ("once_per", "told"),
    [
        (OncePer.ARTICLE, ["sent", "sent", "sent", "sent", "suppressed"]),
        (OncePer.STORY, ["sent", "suppressed", "sent", "sent", "suppressed"]),
        (OncePer.EVENT, ["sent", "suppressed", "suppressed", "sent", "suppressed"]),
    ],
)
def test_what_is_told_once(once_per: OncePer, told: list[str]) -> None:
    """An article (whatever its version), a story, or an event with all of its stories."""
    other, second = replace(STORY, id="S2"), replace(EVENT, id="E2")
    heard = [
        (article("a"), STORY, EVENT),
        (article("b", of="post"), STORY, EVENT),
        (article("c"), other, EVENT),
        (article("d"), replace(STORY, id="S3"), second),
        (article("a", version=2), STORY, EVENT),
    ]
    assert in_turn(rule(once_per=once_per), *heard) == told


@pytest.mark.parametrize("key", ["launch event E1", "launch story S1", "launch article wire a1"])
@pytest.mark.parametrize("once_per", [OncePer.STORY, OncePer.EVENT])
@pytest.mark.parametrize("status", [RuleStatus.LIVE, RuleStatus.SHADOW])
def test_news_sent_as_a_story_is_not_sent_as_an_event(status: RuleStatus, once_per: OncePer, key: str) -> None:
    """A rule that sends an event once from now on has sent its story before, and one that sends stories its event; or
    the article itself. A rule in shadow would have sent it."""
    by = replace(rule(once_per=once_per), status=status)
    sent, has_sent, shadow = [key], "sent", ""
    if status is RuleStatus.SHADOW:
        sent, has_sent, shadow = [f"shadow: {key}"], "would have sent", "; launch is in shadow"
    match = Match(by.id, by.version, MatchKind.NEWS, EVIDENCE, by.level)
    held = evaluate(Case(by, match, article(), STORY, State([NotificationLedger(sent), Mutes()]), NOON, EVENT))
    name = "E1" if once_per is OncePer.EVENT else "S1"
    assert explained(held) == f"suppressed: launch {has_sent} this {once_per} already ({name}){shadow}"


@pytest.mark.parametrize(
    ("of", "policy", "around", "reason"),
    [
        (article(), AlertPolicy(wait_at_least=2 * MINUTE), DecisionContext(), f"{TELLING}, 2 minutes later"),
        (
            article(published=NOON - 5 * HOUR),
            AlertPolicy(),
            DOWN,
            "sent: “missiles” in the title; “Seoul” in the text; its source could not be polled from 02:00 to 12:00",
        ),
    ],
)
def test_a_rule_in_shadow_goes_through_all_stages(
    of: Article, policy: AlertPolicy, around: DecisionContext, reason: str
) -> None:
    """It says what it would have told, whatever that would have waited for; nothing waits, nobody is told."""
    by = replace(SHADOW, alert=policy)
    told = NotificationLedger()
    match = Match(by.id, by.version, MatchKind.NEWS, EVIDENCE, by.level)
    decided = evaluate(Case(by, match, of, STORY, State([told, Mutes()]), NOON, context=around))
    assert explained(decided) == f"suppressed: launch is in shadow; it would have {reason}"
    assert (decided.alert, decided.pending, told.pending) == (None, None, [])
    assert told.recent_sends("launch", NOON) == ()


def test_a_rule_in_shadow_says_what_it_would_have_told_again() -> None:
    """Updates, by an account of its own."""
    by = replace(SHADOW, alert=AlertPolicy(again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=HOUR))
    match = Match(by.id, by.version, MatchKind.NEWS, EVIDENCE, by.level)
    told = NotificationLedger()
    case = Case(by, match, article(), STORY, State([told, Mutes()]), NOON)
    evaluate(case)
    later = replace(case, now=NOON + 2 * HOUR, facts=(("dead", 3),))
    assert explained(evaluate(later)) == (
        "suppressed: launch is in shadow; it would have sent: “missiles” in the title; “Seoul” in the text; "
        "update: new fact: 3 dead; first sent at 12:00"
    )
    assert explained(evaluate(replace(later, join_reason="joined at 0.71: much the same words"))) == (
        "suppressed: launch would have sent this story at 14:00 (S1); joined at 0.71: much the same words; "
        "sent again if: new fact; launch is in shadow"
    )


def test_why_it_is_held_says_when_it_was_told_and_how_it_is_known() -> None:
    """In the desk's zone, with what would have made it an update."""
    again_if = frozenset({UpdateTrigger.NEW_FACT, UpdateTrigger.MORE_PUBLISHERS})
    by = replace(rule(), alert=AlertPolicy(again_if=again_if, more_publishers=3))
    match = Match(by.id, by.version, MatchKind.NEWS, EVIDENCE, by.level)
    case = Case(by, match, article(), STORY, State(), NOON, context=DecisionContext(ZoneInfo("Asia/Seoul")))
    evaluate(case)
    assert explained(evaluate(replace(case, join_reason="joined at 0.71: much the same words"))) == (
        "suppressed: launch sent this story at 21:00 (S1); joined at 0.71: much the same words; "
        "sent again if: new fact, 3 more publishers"
    )
