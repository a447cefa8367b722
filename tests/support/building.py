"""Values for tests: articles, rules and polls with what the test is about, and the rest as it usually is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from monitor.active_config import ActiveConfig, ActiveConfigHolder
from monitor.alerting.case import DecisionContext
from monitor.cases import prepare_articles
from monitor.decide import Decision, decide_articles
from monitor.identity.features import ArticleFeatures, features_of
from monitor.identity.known_names import NOBODY, KnownNames
from monitor.lab.recorded import RecordedArticle, UnusableLine, read_recorded
from monitor.lab.replay import ReplayedAlert
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    Alert,
    AlertCandidate,
    AlertKind,
    AlertPolicy,
    Article,
    Channel,
    Claim,
    Config,
    Delivery,
    EarlierAlert,
    FetchOutcome,
    FetchResult,
    Item,
    Level,
    MatchDecision,
    Notice,
    NoticeKind,
    OncePer,
    PendingChange,
    PlannedDelivery,
    PollRecord,
    RouteStep,
    Rule,
    RuleStatus,
    Settings,
    Source,
    Story,
    Term,
    Validators,
    Words,
)
from monitor.model.hashing import digest_texts
from monitor.model.outcome import clauses_from_row, clauses_from_sentence
from monitor.state import State
from monitor.store.commit.serial_section import SectionPass, SerialSection
from monitor.store.queries.matches import MatchReport
from monitor.store.queues.claims import Claims
from monitor.store.state.state_loader import PreparedPoll
from monitor.wording.reasons import outcome_in_words, reason_in_words

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HEADLINE = "North Korea fires two ballistic missiles"
T = TypeVar("T")
_THINGS = ("garden", "kettle", "ladder", "mirror", "orchard", "piano", "saddle", "teapot", "violin", "window")
LONG_TEXT = " ".join(f"Neither the {one} nor the {other} was ready." for one in _THINGS for other in _THINGS)


def read_as(
    lines: Iterable[str], convert: Callable[[RecordedArticle], T | UnusableLine], *, needs_ids: bool = True
) -> list[T | UnusableLine]:
    """What is made of lines of recorded news, as commands read them."""
    found = read_recorded(lines, NOON, needs_ids=needs_ids)
    return [each if isinstance(each, UnusableLine) else convert(each) for each in found]


def source(name: str = "wire", every: timedelta = 5 * MINUTE) -> Source:
    """A source with an address of its own."""
    return Source(name, f"https://{name}.test/feed", name.title(), every)


def sources(*names: str) -> dict[str, Source]:
    """Sources by id."""
    return {name: source(name) for name in names}


def article(
    uid: str = "a1",
    title: str = HEADLINE,
    text: str = "",
    *,
    of: str = "wire",
    seen: datetime = NOON,
    published: datetime | None = None,
    dated: bool = True,
    version: int = 1,
    url: str | None = None,
    canonical: str | None = None,
    baseline: bool = False,
    authors: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
) -> Article:
    """An article, seen at noon and published then."""
    return Article(
        of,
        uid,
        title,
        text,
        seen,
        published=seen if published is None else published,
        dated=dated,
        version=version,
        url=url,
        canonical=canonical,
        digest=digest_texts(title, text),
        authors=authors,
        tags=tags,
        baseline=baseline,
    )


def features(
    title: str,
    text: str = "",
    language: str | None = "en",
    *,
    uid: str = "a",
    of: str = "wire",
    at: datetime = NOON,
    canonical: str | None = None,
    known: KnownNames = NOBODY,
) -> ArticleFeatures:
    """What identity knows of an article with this title and text, seen and published at `at`."""
    made = replace(article(uid, title, text, of=of, seen=at, canonical=canonical), language=language)
    return features_of(made, known)


def rule(
    name: str = "launch",
    words: Iterable[str] = ("missile", "missiles"),
    *,
    level: Level = Level.HIGH,
    once_per: OncePer = OncePer.STORY,
    max_age: timedelta | None = None,
    to: tuple[str, ...] = (),
    status: RuleStatus = RuleStatus.LIVE,
) -> Rule:
    """A rule that fires at any of these words."""
    condition = Words(tuple(Term(word) for word in words))
    policy = AlertPolicy(to, once_per)
    return Rule(name, f"About {name}", level, condition, "v1", status, max_age=max_age, alert=policy)


def rules(*which: Rule) -> RuleSet:
    """These rules, compiled; none: the one that `rule()` gives."""
    return compile_rules(which or (rule(),), {})


def config_of(*which: Rule) -> Config:
    """The files of a desk that has two sources, and these rules."""
    settings = Settings("UTC", "", {}, {"default": ()})
    return Config(settings, sources("wire", "post"), {each.id: each for each in which}, {})


def polled(claim: Claim, at: datetime = NOON, *, outcome: FetchOutcome = FetchOutcome.DOCUMENT) -> PollRecord:
    """A good poll's traces."""
    failures = 0 if outcome is FetchOutcome.DOCUMENT else claim.failures + 1
    return PollRecord(
        claim, at, FetchResult(outcome, "u", 200, validators=Validators('"e"', "now")), at + 5 * MINUTE, failures
    )


def active_config(known: Mapping[str, Source], compiled: RuleSet) -> ActiveConfigHolder:
    """In force: these sources and rules, and one channel that every alert goes to."""
    settings = Settings("UTC", "", {"desk": Channel("desk", "json://desk.test")}, {"default": (RouteStep("desk"),)})
    return ActiveConfigHolder(ActiveConfig(Config(settings, known, {}, {}), compiled))


def to_desk(alert: Alert) -> list[PlannedDelivery]:
    """Every alert goes to one channel, at once."""
    return send_to("desk")(alert)


def send_to(*channels: str) -> Callable[[Alert], list[PlannedDelivery]]:
    """Every alert goes to these channels, at once."""
    return lambda alert: [PlannedDelivery(channel, alert.at) for channel in channels]


def claimed(claims: Claims, name: str = "wire", at: datetime = NOON) -> Claim:
    """The claim of a source, due or not."""
    (claim,) = claims.claim_all([name], at, lease=3 * MINUTE, limit=1)
    return claim


def commit(
    section: SerialSection,
    claim: Claim,
    *articles: Article,
    at: datetime = NOON,
    ruleset: RuleSet | None = None,
    around: DecisionContext | None = None,
) -> Decision:
    """A poll that brought these articles, decided and committed; all alerts go to the desk."""
    with section.enter(at) as inside:
        decision = decide_in(inside, articles, ruleset or rules(), around)
        assert inside.commit(polled(claim, at), decision, to_desk)
    return decision


def decide_in(
    inside: SectionPass, articles: Iterable[Article], ruleset: RuleSet, around: DecisionContext | None = None
) -> Decision:
    """What the section decides on the articles of one poll."""
    (decision,) = inside.decide(
        [PreparedPoll(prepare_articles(articles, ruleset), around or DecisionContext())], ruleset
    )
    return decision


def alerts(decision: Decision) -> list[Alert]:
    """The alerts of a decision, in its order."""
    decided = (each for judged in decision.article_decisions for each in judged.decisions)
    return [each.alert for each in decided if each.alert is not None]


def reasons(decision: Decision) -> list[str]:
    """Every decision's reason, in order."""
    return [explained(each) for judged in decision.article_decisions for each in judged.decisions]


def explained(decided: MatchDecision | PendingChange) -> str:
    """The decision on a match, and its reason, in words."""
    return outcome_in_words(decided.outcome)


def stored_decision(outcome: str, reason_parameters: list[dict[str, object]]) -> str:
    """The decision on a stored match in words, from its columns."""
    return f"{outcome}: {reason_in_words(clauses_from_row(reason_parameters))}"


def reason_of(of: Alert | Item | MatchReport | ReplayedAlert) -> str:
    """The reason in words."""
    return reason_in_words(of.why)


def alert(of: Article | None = None, *, told_by: Rule | None = None) -> Alert:
    """The alert that the article leads to."""
    (told,) = alerts(decide_articles([of or article()], rules(told_by or rule()), State(), NOON))
    return told


def hearing(of: Article | None = None, *, level: Level = Level.HIGH, key: str = "launch story S1") -> AlertCandidate:
    """What the rule `launch` hears in an article of its story."""
    return AlertCandidate(
        rule="launch",
        rule_title="About launch",
        level=level,
        key=key,
        routes=("default",),
        article=of or article(),
        story=Story("S1", "The story", NOON),
        event=None,
        publisher="Wire",
        wire=None,
        facts=(),
        sentence="Two missiles flew.",
        highlights=((4, 12),),
        evidence_words="“missiles” in the title",
    )


def deep(word: str) -> str:
    """A text that mentions a missile beyond its lead, and shares no run of words with that of another word."""
    return f"{' '.join(f'{word}{i}' for i in range(70))} a missile"


def endless(sign: str) -> Alert:
    """An alert in which everything that a message shows is as long as nobody writes."""
    many = sign * 5000
    page = article(title=many, url="https://x.test/".ljust(890, "a"))
    made = replace(alert(), article=page, level=Level.CRITICAL, rule_title=many)
    return replace(made, sentence=many, highlights=((0, 1),), why=clauses_from_sentence(many))


def in_doubt(sign: str = "") -> Alert:
    """An alert of what is possibly the same as something older; with a sign, as long as nobody writes."""
    first, long = (endless(sign), sign * 5000) if sign else (alert(), "")
    older = EarlierAlert(
        long or "Dockers walk out", NOON - 2 * HOUR, long or "both Busan, both today; the words differ"
    )
    return replace(first, id="0123456789abcdef", kind=AlertKind.POSSIBLY, thread=alert().id, earlier=older)


def notice(*, title: str = "Source wire fails", text: str = "It is gone.", channels: tuple[str, ...] = ()) -> Notice:
    """A notice of a source that fails."""
    reason = "a source that fails for 3 hours is told"
    return Notice(
        "n1", "notice 1", "source wire", NoticeKind.PROBLEM, Level.MEDIUM, NOON, title, text, reason, channels
    )


def alert_of(sent: Delivery | None) -> Alert:
    """The alert that a claimed delivery tells of."""
    assert sent is not None
    assert isinstance(sent.alert, Alert)
    return sent.alert


def delivery(told: Alert | Notice | None = None, *, attempt: int = 1, repeat: bool = False) -> Delivery:
    """A delivery of an alert, or of a notice, to the desk."""
    return Delivery(1, "desk", told or alert(), attempt, repeat)
