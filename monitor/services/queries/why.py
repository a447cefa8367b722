"""Why an article did or did not lead to an alert: what the rules say of it now, and what was stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from monitor.alerting.case import DecisionContext
from monitor.alerting.evaluation import evaluate
from monitor.alerting.mutes import Mute
from monitor.cases import build_case, build_event_report, identity_features, prepare_match
from monitor.config.loading.compiled import compile_for_article
from monitor.config.loading.rule_files import LoadedRules
from monitor.identity.decide import ClusterComparison
from monitor.identity.features import ArticleFeatures
from monitor.matching import RuleSet
from monitor.matching.explain import explain_rules
from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import (
    Article,
    Config,
    Event,
    Explanation,
    Match,
    MatchOutcome,
    Outcome,
    Rule,
    RuleStatus,
    Story,
)
from monitor.services.lookup import require_known
from monitor.state import State
from monitor.store.engine.database import Database
from monitor.store.queries.articles import AlertReport, ArticleQueries, StoredArticle
from monitor.store.queries.case_state import load_case_state
from monitor.store.queries.matches import DeliveryHistory, MatchReport
from monitor.store.queries.nearest import NearestClusters
from monitor.store.queries.stories import StoryQueries

__all__ = [
    "AlertReport",
    "ClusterComparison",
    "DeliveryHistory",
    "MatchReport",
    "RuleReport",
    "WhyReport",
    "explain_article",
    "explain_stored_article",
]

_RULE_GONE = "the rule is gone, or its file has a fault"
_RULE_OFF = "the rule is off; to see what it would make of the article, add its id to this command"


@dataclass(frozen=True, slots=True)
class RuleReport:
    """All that is known of an article and a rule.

    `rule`, `explanation`: None if the rule is gone. `match`: by the rule as it is now. `simulated_decision`: what the
    rule as it is now would have decided when the article came, if that is not stored. `alert`: the rule's alert of the
    story. `nearest`: the older events of the rule that are most like the article.
    """

    id: str
    rule: Rule | None = None
    explanation: Explanation | None = None
    match: Match | None = None
    decisions: tuple[MatchReport, ...] = ()
    simulated_decision: MatchOutcome | None = None
    alert: AlertReport | None = None
    nearest: tuple[ClusterComparison, ...] = ()

    @property
    def ever_matched(self) -> bool:
        """Whether the rule matches the article, or once did."""
        return self.match is not None or bool(self.decisions)

    @property
    def was_sent(self) -> bool:
        """Whether the rule sent an alert of the article."""
        return any(decided.outcome is Outcome.SENT for decided in self.decisions)

    @property
    def share(self) -> float:
        """How much of the rule holds."""
        return self.explanation.share if self.explanation else 0.0

    def differs_from(self, decided: MatchReport, article: Article) -> bool:
        """Whether what was stored of the article as it is now differs from what the rule says now."""
        kind = self.match.kind if self.match else None
        return self.rule is not None and decided.article.version == article.version and decided.kind != kind

    @property
    def says(self) -> str:
        """What the rule makes of the article now, in a sentence."""
        return self.explanation.summary if self.explanation else self._why_unexplained

    @property
    def why(self) -> str:
        """Why the rule makes that of it."""
        return self.explanation.why if self.explanation else self._why_unexplained

    @property
    def _why_unexplained(self) -> str:
        """Why the rule says nothing of the article now."""
        return _RULE_GONE if self.rule is None else _RULE_OFF


@dataclass(frozen=True, slots=True)
class WhyReport:
    """An article, and what rules make of it.

    `language`: the one that it is read as; None if its script does not tell. `rules`: first those that sent an alert of
    it, then those that match it or once did, then the others, the nearest to a match first. `rules_off`: the ids of
    those that are off. `stored`: None if it is not from the database. `nearest`: the older stories that are most like
    it. `mutes`: of its story and events, also those that are over.
    """

    article: Article
    language: str | None
    rules: tuple[RuleReport, ...]
    rules_off: tuple[str, ...] = ()
    stored: StoredArticle | None = None
    nearest: tuple[ClusterComparison, ...] = ()
    mutes: tuple[Mute, ...] = ()


def explain_article(files: LoadedRules, article: Article, rule: str | None = None) -> WhyReport:
    """What the rules that run say of an article that need not be stored. `rule`: ask only this one, even if it is off.
    Raises InvalidRequest if it does not exist."""
    require_known("rule", [rule] if rule is not None else [], files.rules)
    current = _CurrentRules(files, article, rule)
    return current.build_report(map(current.report, current.explanations))


def explain_stored_article(
    config: Config, database: Database, stored: StoredArticle, rule: str | None = None
) -> WhyReport:
    """What the rules that run say of a stored article, what was decided on it, and what came of that. `rule`: ask only
    this one, even if it is off, or no longer in the files. Raises InvalidRequest if nothing is known of it."""
    decisions: dict[str, list[MatchReport]] = defaultdict(list)
    for decision in stored.decisions:
        decisions[decision.rule].append(decision)
    require_known("rule", [rule] if rule is not None else [], [*config.rules, *decisions])
    current = _CurrentRules(config, stored.article, rule)
    archive = _Archive(stored, database, current.compiled, ZoneInfo(config.settings.timezone))
    alerts = archive.queries.alerts(stored, current.matches.keys() | decisions.keys())
    reports = []
    for name in dict.fromkeys([*current.explanations, *(name for name in decisions if rule in {None, name})]):
        report = replace(current.report(name), decisions=tuple(decisions[name]), alert=alerts.get(name))
        if report.match is not None:
            simulated, nearest = archive.simulate_decision(report.match), archive.find_nearest_events(report.match)
            report = replace(report, simulated_decision=simulated, nearest=nearest)
        reports.append(report)
    mutes = StoryQueries(database).find_mutes(_list_mutable_ids(stored))
    return replace(current.build_report(reports), stored=stored, nearest=archive.find_nearest_stories(), mutes=mutes)


def _list_mutable_ids(stored: StoredArticle) -> list[str]:
    story = [] if stored.story is None else [stored.story.id]
    return [*story, *(decision.event for decision in stored.decisions if decision.event)]


class _CurrentRules:
    """What the rules say of an article as they are now, by id; `only`: one of them says it, even if it is off."""

    def __init__(self, files: Config | LoadedRules, article: Article, only: str | None) -> None:
        self._article = article
        self._rules = files.rules
        rules = files.rules
        if only is not None and only in rules:
            rules = {**rules, only: _enable_if_off(rules[only])}
        self.compiled = compile_for_article(rules, files, article, only)
        self.matches = {match.rule: match for match in self.compiled.match(article) if only in (None, match.rule)}
        self.explanations = {report.rule: report for report in explain_rules(self.compiled, article, only)}

    def report(self, name: str) -> RuleReport:
        """What one of them says; of a rule that is gone, nothing."""
        return RuleReport(name, self._rules.get(name), self.explanations.get(name), self.matches.get(name))

    def build_report(self, reports: Iterable[RuleReport]) -> WhyReport:
        """The reports in their order, with what is known of the article."""
        in_order = sorted(reports, key=lambda report: (not report.was_sent, not report.ever_matched, -report.share))
        off = tuple(rule.id for rule in self._rules.values() if rule.status is RuleStatus.OFF)
        return WhyReport(self._article, TokenizedArticle(self._article).language, tuple(in_order), off)


def _enable_if_off(rule: Rule) -> Rule:
    return replace(rule, status=RuleStatus.LIVE) if rule.status is RuleStatus.OFF else rule


class _Archive:
    """A stored article among what was stored before it."""

    def __init__(self, stored: StoredArticle, database: Database, rules: RuleSet, zone: ZoneInfo) -> None:
        self.queries = ArticleQueries(database)
        self._database = database
        self._stored = stored
        self._nearest = NearestClusters(database)
        self._rules = rules
        self._zone = zone
        article = stored.article
        # Without a stored one: a story of its own, of which nothing was sent.
        self._story = stored.story or Story("", article.title, article.seen)

    @cached_property
    def _features(self) -> ArticleFeatures:
        return identity_features(self._stored.article, self._rules)

    def find_nearest_stories(self) -> tuple[ClusterComparison, ...]:
        """The older stories that say the most of what the article says; none if it joined no story."""
        return () if self._stored.story is None else self._nearest.stories(self._features)

    def find_nearest_events(self, match: Match) -> tuple[ClusterComparison, ...]:
        """The same for the older events of the match's rule; none if the rule does not send events."""
        report = build_event_report(match, self._features, self._story, self._rules)
        return () if report.is_story_only else self._nearest.events(report)

    def simulate_decision(self, match: Match) -> MatchOutcome | None:
        """What the rule as it is now would have decided when the article came. None if that is stored, or if an earlier
        version of the rule sent the article."""
        article, rule = self._stored.article, self._rules.rules[match.rule]
        stored = [decision for decision in self._stored.decisions if decision.rule == rule.id]
        now = (rule.version, article.version)
        if any(each.outcome is Outcome.SENT or (each.rule_version, each.article.version) == now for each in stored):
            return None
        # An event is known by its id.
        event = next((Event(each.event, rule.id, article.title, article.seen) for each in stored if each.event), None)
        case = build_case(
            match,
            prepare_match(article, match, self._rules),
            self._rules,
            story=self._story,
            state=State(),
            now=article.seen,
            context=DecisionContext(self._zone),
        )
        case = replace(case, event=event, join_reason=self._stored.join_reason or "")
        return evaluate(replace(case, state=load_case_state(self._database, case))).outcome
