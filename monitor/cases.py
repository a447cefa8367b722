"""Articles on their way to a decision: prepared, then with their stories, then as cases that can be evaluated. Pure.

`decide` holds the order of the steps. What each step looks up in the state is listed by `story_cluster_queries`,
`event_cluster_queries` and `ClusteredArticle.ledger_keys`, for the code that loads it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import compress
from weakref import WeakKeyDictionary

from monitor.alerting.case import Case, DecisionContext
from monitor.alerting.quotes import MatchQuote, quote_match
from monitor.alerting.stages.freshness import check_freshness
from monitor.alerting.subject_keys import event_key
from monitor.identity.clusters import Cluster, ClusterIndex
from monitor.identity.credits import Provenance, WireStatus, extract_provenance
from monitor.identity.events import (
    EventAssignment,
    RuleArticle,
    assign_event,
    event_of_story,
    join_event,
    new_event,
)
from monitor.identity.features import ArticleFeatures, features_of
from monitor.identity.known_names import KnownNames
from monitor.identity.stories import StoryAssignment, find_same_page, join_story, key_weights
from monitor.matching import ArticleMatches, RuleSet
from monitor.model import STORIES, Article, Event, FoldedText, Match, MatchKind, OncePer, Source, Story
from monitor.state import State
from monitor.text.counts import extract_counts

ANYWHERE = DecisionContext()


@dataclass(frozen=True, slots=True)
class ClusterQuery:
    """What is looked up in a scope of clusters: by which keys, and how much each counts."""

    scope: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article with everything that can be worked out without the state.

    `quotes`: what messages show of the matches, one for each. `features`: None if no rule hits the article, so that it
    joins no story; then nothing else is worked out either.
    `wire` and `wire_status`: as in `Provenance`. `work`: what it has cost (`RuleSet.match_with_cost`).
    `folded`: its title and text, folded; None: not known.
    """

    article: Article
    matches: tuple[Match, ...]
    quotes: tuple[MatchQuote, ...]
    features: ArticleFeatures | None
    publisher: str
    wire: str | None
    wire_status: WireStatus | None
    facts: tuple[tuple[str, int], ...]
    work: int
    folded: FoldedText | None = None

    def select_matches(self, rules: Collection[str]) -> PreparedArticle:
        """The article with the matches of these rules alone."""
        wanted = [match.rule in rules for match in self.matches]
        return replace(self, matches=tuple(compress(self.matches, wanted)), quotes=tuple(compress(self.quotes, wanted)))


@dataclass(frozen=True, slots=True)
class ClusteredArticle:
    """An article with its story.

    `reports`: the article as the events of each match's rule see it. `cases`: its matches, each with its event, once
    that is known. `memberships`: why each case belongs to its event (None: its rule has no events, or it belongs to
    none).
    """

    prepared: PreparedArticle
    joined: StoryAssignment | None
    context: DecisionContext = field(default_factory=DecisionContext)
    reports: tuple[RuleArticle, ...] = ()
    cases: tuple[Case, ...] = ()
    memberships: tuple[EventAssignment | None, ...] = ()

    @property
    def story(self) -> Story | None:
        """Its story; None if it joined none."""
        return None if self.joined is None else story_from_cluster(self.joined.story)

    @property
    def is_edited(self) -> bool:
        """Whether an earlier version of it may have opened events: so long ago that they are no longer found."""
        return self.prepared.article.version > 1

    @property
    def ledger_keys(self) -> Iterator[str]:
        """The ledger keys that the evaluation of its cases asks for."""
        return (key for case in self.cases for key in case.ledger_keys)

    @property
    def own_event_keys(self) -> Iterator[str]:
        """The keys of the events that it would open."""
        opened = (
            (report.rule, new_event(report, of_version=of_version).id)
            for report in self.reports
            for of_version in (False, True)
        )
        return (event_key(rule, id_) for rule, id_ in opened)


def story_from_cluster(cluster: Cluster) -> Story:
    """The cluster as a story."""
    return Story(cluster.id, cluster.title, cluster.opened)


def event_from_cluster(cluster: Cluster) -> Event:
    """The cluster as an event."""
    return Event(cluster.id, cluster.scope, cluster.title, cluster.opened, cluster.possibly_of, cluster.doubt)


def prepare_articles(
    articles: Iterable[Article], rules: RuleSet, *, all_stories: bool = False, max_work: int | None = None
) -> tuple[PreparedArticle, ...]:
    """Work out everything about the articles that needs no state.

    `all_stories`: articles that no rule hits join stories too; only `replay` needs this. `max_work`: once so much work
    is done, no further article is begun, so that it is the first articles that are decided on.
    """
    prepared: list[PreparedArticle] = []
    work = 0
    for article in articles:
        if max_work is not None and work >= max_work:
            break
        matched = rules.match_with_cost(article)
        joins = all_stories or bool(matched.matches)
        prepared.append(_prepare_article(article, matched, rules, joins=joins))
        work += prepared[-1].work
    return tuple(prepared)


def prepare_match(article: Article, match: Match, rules: RuleSet) -> PreparedArticle:
    """An article with one match that is known already."""
    return _prepare_article(article, ArticleMatches((match,)), rules, joins=False)


def _prepare_article(article: Article, matched: ArticleMatches, rules: RuleSet, *, joins: bool) -> PreparedArticle:
    matches = matched.matches
    source = rules.sources.get(article.source)
    provenance = determine_article_provenance(article, source) if matches or joins else None
    return PreparedArticle(
        article=article,
        matches=matches,
        quotes=tuple(quote_match(article, match) for match in matches),
        features=_build_features(article, rules, provenance) if joins and provenance else None,
        publisher=name_publisher(article, provenance, source),
        wire=provenance.wire if provenance else None,
        wire_status=provenance.wire_status if provenance else None,
        facts=extract_counts(article.title, article.text, article.language) if matches else (),
        work=matched.work + (len(article.text) if matches else 0),  # the text is searched for the sentence to quote
        folded=matched.folded,
    )


_KNOWN_NAMES: WeakKeyDictionary[RuleSet, KnownNames] = WeakKeyDictionary()


def identity_features(article: Article, rules: RuleSet) -> ArticleFeatures:
    """The features of an article by which identity compares it, with the names of all entities that the rules know. All
    code that compares articles, or stores what they are compared by, calls this."""
    return _build_features(article, rules, determine_article_provenance(article, rules.sources.get(article.source)))


def _build_features(article: Article, rules: RuleSet, provenance: Provenance) -> ArticleFeatures:
    publisher = name_publisher(article, provenance, rules.sources.get(article.source))
    return replace(features_of(article, _known_names(rules)), publisher=publisher, wire=provenance.wire)


def _known_names(rules: RuleSet) -> KnownNames:
    """The known names of these rules, worked out at the first call."""
    known = _KNOWN_NAMES.get(rules)
    if known is None:
        known = _KNOWN_NAMES[rules] = KnownNames(rules.entities.values())
    return known


def determine_article_provenance(article: Article, source: Source | None) -> Provenance:
    """Where an article comes from, as it says itself, or else as its source says."""
    return extract_provenance(article, source.publisher if source else None, source.wire if source else None)


def name_publisher(article: Article, provenance: Provenance | None, source: Source | None) -> str:
    """Who prints an article, as it or its source says; else what the source is called."""
    return (provenance.publisher if provenance else None) or name_source_publisher(article.source, source)


def name_source_publisher(id_: str, source: Source | None) -> str:
    """Who prints the articles of the source with this id that do not say it."""
    return id_ if source is None else source.publisher or source.name


def story_cluster_queries(prepared: Iterable[PreparedArticle]) -> Iterator[ClusterQuery]:
    """What `join_stories` looks up."""
    return (
        ClusterQuery(STORIES, key_weights(article.features)) for article in prepared if article.features is not None
    )


def join_stories(
    prepared: Iterable[PreparedArticle], rules: RuleSet, state: State, context: DecisionContext = ANYWHERE
) -> tuple[ClusteredArticle, ...]:
    """Each article with its story, if it has features; `state` changes with them."""
    return tuple(_add_story(article, rules, state[ClusterIndex], context) for article in prepared)


def _add_story(
    prepared: PreparedArticle, rules: RuleSet, clusters: ClusterIndex, context: DecisionContext
) -> ClusteredArticle:
    if prepared.features is None:
        return ClusteredArticle(prepared, None, context)
    features = prepared.features
    if (page := find_same_page(features, clusters)) is not None:
        # One page is of one publisher, however many sources list it.
        features = replace(features, publisher=page.publisher, wire=page.wire)
        prepared = replace(prepared, features=features, publisher=page.publisher, wire=page.wire)
    joined = join_story(features, clusters)
    story = story_from_cluster(joined.story)
    reports = tuple(build_event_report(match, features, story, rules) for match in prepared.matches)
    return ClusteredArticle(prepared, joined, context, reports)


def build_event_report(match: Match, features: ArticleFeatures, story: Story, rules: RuleSet) -> RuleArticle:
    """An article as the events of a match's rule see it."""
    policy = rules.rules[match.rule].alert
    has_events = policy.once_per is OncePer.EVENT
    return RuleArticle(
        match.rule,
        story,
        features,
        by_values=match.by if has_events else {},
        found_terms=rules.words_in_evidence(match) if has_events else frozenset(),
        event_lasts=policy.event_lasts if has_events else None,
        is_story_only=not has_events,  # before the rule was edited it may have had events: the story's event counts
    )


def event_cluster_queries(clustered: Iterable[ClusteredArticle]) -> Iterator[ClusterQuery]:
    """What `join_events` looks up."""
    return (ClusterQuery(report.rule, report.key_weights) for article in clustered for report in article.reports)


def join_events(
    clustered: Iterable[ClusteredArticle], rules: RuleSet, state: State, now: datetime
) -> tuple[ClusteredArticle, ...]:
    """Each article with its cases, in the order of its matches, and the event of each case; `state` changes with
    them."""
    return tuple(_add_events(article, rules, state, now) for article in clustered)


def _add_events(clustered: ClusteredArticle, rules: RuleSet, state: State, now: datetime) -> ClusteredArticle:
    found = list(_build_cases(clustered, rules, state, now))
    return replace(
        clustered, cases=tuple(case for case, _ in found), memberships=tuple(assignment for _, assignment in found)
    )


def _build_cases(
    clustered: ClusteredArticle, rules: RuleSet, state: State, now: datetime
) -> Iterator[tuple[Case, EventAssignment | None]]:
    prepared, joined, clusters = clustered.prepared, clustered.joined, state[ClusterIndex]
    if joined is None:
        return
    for match, quote, report in zip(prepared.matches, prepared.quotes, clustered.reports, strict=True):
        cluster = event_of_story(report, clusters) if report.is_story_only else None
        case = build_case(
            match,
            prepared,
            rules,
            story=report.story,
            state=state,
            now=now,
            context=clustered.context,
            quote=quote,
            event=None if cluster is None else event_from_cluster(clusters.root_of(cluster)),
            join_reason=joined.reason,
        )
        assignment = None if report.is_story_only else _assign_event(case, report, clusters)
        if assignment is not None:
            event = event_from_cluster(clusters.root_of(assignment.event))
            case = replace(case, event=event, join_reason=assignment.reason, uncertainty=assignment.uncertainty)
        yield case, assignment


def _assign_event(case: Case, report: RuleArticle, clusters: ClusterIndex) -> EventAssignment | None:
    """The event of a case, if it belongs to one. If the case joins or opens it, `clusters` has that too."""
    assignment = assign_event(report, clusters)
    if case.match.kind is MatchKind.MENTION:  # a mention opens no event
        return None if assignment.is_new else assignment
    if check_freshness(case) is not None:  # nor does an old article: what happens today is no follow-up of it
        return assignment
    # Nor does an article whose event is so old that it is no longer found, and that is edited now: others would be
    # taken for the same.
    event = assignment.event
    if assignment.is_no_longer_found:
        return assignment
    if assignment.is_new and case.article.version > 1 and event_key(case.rule.id, event.id) in case.ledger:
        return assignment
    join_event(report, event, clusters)
    return assignment


def build_case(
    match: Match,
    prepared: PreparedArticle,
    rules: RuleSet,
    *,
    story: Story,
    state: State,
    now: datetime,
    context: DecisionContext,
    quote: MatchQuote | None = None,
    event: Event | None = None,
    join_reason: str = "",
    uncertainty: str = "",
) -> Case:
    """A match with everything that the policy asks about it. The last four are as in `Case`."""
    source = rules.sources.get(prepared.article.source)
    return Case(
        rule=rules.rules[match.rule],
        match=match,
        article=prepared.article,
        story=story,
        state=state,
        now=now,
        publisher=prepared.publisher,
        wire=prepared.wire,
        wire_status=prepared.wire_status,
        official=source is not None and source.official,
        source_publisher=name_source_publisher(prepared.article.source, source),
        facts=prepared.facts,
        context=context,
        quote=quote,
        event=event,
        join_reason=join_reason,
        uncertainty=uncertainty,
    )
