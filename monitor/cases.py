"""Articles on their way to a decision: prepared, then with their stories, then as cases that can be judged. Pure.

`decide` holds the order of the steps. What each step must find in the state is told by `story_needs`, `event_needs` and
`Placed.subjects`, for whoever loads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from weakref import WeakKeyDictionary

from monitor.alerting.case import Case, DecisionContext
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.stages.freshness import check_freshness
from monitor.alerting.subject_keys import event_key
from monitor.matching import RuleSet
from monitor.model import Article, Event, Match, MatchKind, OncePer, Source, Story
from monitor.stories import (
    STORIES,
    ArticleFeatures,
    Cluster,
    ClusterIndex,
    Provenance,
    StoryAssignment,
    WireStatus,
    extract_provenance,
    features_of,
    join_story,
    key_weights,
)
from monitor.stories.events import (
    EventAssignment,
    RuleArticle,
    assign_event,
    event_of_story,
    event_of_version,
    join_event,
    new_event,
)
from monitor.stories.facts import extract_counts
from monitor.stories.known_names import KnownNames

ANYWHERE = DecisionContext()


@dataclass(frozen=True, slots=True)
class ClusterQuery:
    """What is looked up in a scope of clusters: by which keys, and how much each counts."""

    scope: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article with all that can be said of it without the state. `features`: None where it joins no story, as no
    rule hits it: then nothing else is worked out either. `wire`, `mark`: as of `Provenance`; `work`: what it has cost
    (`Document.work`)."""

    article: Article
    matches: tuple[Match, ...]
    features: ArticleFeatures | None
    publisher: str
    wire: str | None
    wire_status: WireStatus | None
    facts: tuple[tuple[str, int], ...]
    work: int


@dataclass(frozen=True, slots=True)
class ClusteredArticle:
    """An article with its story; `reports`: it as the events of each of its matches' rules see it; `cases`: its
    matches, each with its event, once that is known, and `belongings`: why each is of that (None: its rule tells no
    events, or it is of none)."""

    prepared: PreparedArticle
    joined: StoryAssignment | None
    context: DecisionContext = field(default_factory=DecisionContext)
    reports: tuple[RuleArticle, ...] = ()
    cases: tuple[Case, ...] = ()
    memberships: tuple[EventAssignment | None, ...] = ()

    @property
    def story(self) -> Story | None:
        """Its story."""
        return None if self.joined is None else story_from_cluster(self.joined.story)

    @property
    def is_edited(self) -> bool:
        """Whether it may have opened events before: long ago, or they would be found."""
        return self.prepared.article.version > 1

    @property
    def ledger_keys(self) -> Iterator[str]:
        """What judging its cases asks the ledger about."""
        return (key for case in self.cases for key in case.ledger_keys)

    @property
    def own_event_keys(self) -> Iterator[str]:
        """The keys of the events that it would open."""
        opened = ((each.rule, of(each).id) for each in self.reports for of in (new_event, event_of_version))
        return (event_key(rule, id_) for rule, id_ in opened)


def story_from_cluster(cluster: Cluster) -> Story:
    """A story as it is told of."""
    return Story(cluster.id, cluster.title, cluster.opened)


def event_from_cluster(cluster: Cluster) -> Event:
    """An event as it is told of."""
    return Event(cluster.id, cluster.scope, cluster.title, cluster.opened, cluster.possibly_of, cluster.doubt)


def prepare_articles(
    articles: Iterable[Article], rules: RuleSet, *, all_stories: bool = False, most: int | None = None
) -> tuple[PreparedArticle, ...]:
    """What needs no state. `all_stories`: those that no rule hits are joined to stories too, which nothing needs but
    `replay`; `most`: the work after which no further article is begun, so that those that are decided on are the first
    ones."""
    prepared: list[PreparedArticle] = []
    work = 0
    for article in articles:
        if most is not None and work >= most:
            break
        matches, cost = rules.match_with_cost(article)
        prepared.append(_prepare_article(article, matches, cost, rules, joins=all_stories or bool(matches)))
        work += prepared[-1].work
    return tuple(prepared)


def prepare_match(article: Article, match: Match, rules: RuleSet) -> PreparedArticle:
    """An article with one match that is known already."""
    return _prepare_article(article, (match,), 0, rules, joins=False)


def _prepare_article(
    article: Article, matches: tuple[Match, ...], cost: int, rules: RuleSet, *, joins: bool
) -> PreparedArticle:
    source = rules.sources.get(article.source)
    from_ = determine_article_provenance(article, source) if matches or joins else None
    return PreparedArticle(
        article=article,
        matches=matches,
        features=identity_features(article, rules) if joins else None,
        publisher=(from_.publisher if from_ else None) or (source.name if source else article.source),
        wire=from_.wire if from_ else None,
        wire_status=from_.wire_status if from_ else None,
        facts=extract_counts(article.title, article.text) if matches else (),
        work=cost + (len(article.text) if matches else 0),  # which is quoted
    )


_KNOWN_NAMES: WeakKeyDictionary[RuleSet, KnownNames] = WeakKeyDictionary()


def identity_features(article: Article, rules: RuleSet) -> ArticleFeatures:
    """What identity knows of an article, by the names of all entities that a set of rules knows: whoever compares
    articles, or stores what they are compared by, asks here."""
    return features_of(article, _known_names(rules))


def _known_names(rules: RuleSet) -> KnownNames:
    """They are worked out when they are asked for first."""
    known = _KNOWN_NAMES.get(rules)
    if known is None:
        known = _KNOWN_NAMES[rules] = KnownNames(rules.entities.values())
    return known


def determine_article_provenance(article: Article, source: Source | None) -> Provenance:
    """Where an article comes from, by its own word or its source's."""
    return extract_provenance(article, source.publisher if source else None, source.wire if source else None)


def story_cluster_queries(prepared: Iterable[PreparedArticle]) -> Iterator[ClusterQuery]:
    """What joining stories looks up."""
    return (ClusterQuery(STORIES, key_weights(each.features)) for each in prepared if each.features is not None)


def join_stories(
    prepared: Iterable[PreparedArticle], rules: RuleSet, clusters: ClusterIndex, around: DecisionContext = ANYWHERE
) -> tuple[ClusteredArticle, ...]:
    """The story of each article that has features; `clusters` are advanced."""
    return tuple(_with_story(each, rules, clusters, around) for each in prepared)


def _with_story(
    of: PreparedArticle, rules: RuleSet, clusters: ClusterIndex, around: DecisionContext
) -> ClusteredArticle:
    if of.features is None:
        return ClusteredArticle(of, None, around)
    joined = join_story(of.features, clusters)
    story = story_from_cluster(joined.story)
    reports = tuple(
        replace(
            build_event_report(match, of.features, story, rules),
            uncertainty=joined.uncertainty,
            story_reason=joined.reason,
        )
        for match in of.matches
    )
    return ClusteredArticle(of, joined, around, reports)


def build_event_report(match: Match, features: ArticleFeatures, story: Story, rules: RuleSet) -> RuleArticle:
    """An article as the events of a match's rule see it."""
    policy = rules.rules[match.rule].alert
    if policy.once_per is not OncePer.EVENT:  # it may have told events before it was edited: that of the story counts
        return RuleArticle(match.rule, story, features, is_story_only=True)
    found, lasts = rules.words_in_evidence(match), policy.event_lasts
    return RuleArticle(match.rule, story, features, match.by, found, lasts)


def event_cluster_queries(placed: Iterable[ClusteredArticle]) -> Iterator[ClusterQuery]:
    """What joining events looks up."""
    return (ClusterQuery(each.rule, each.key_weights) for one in placed for each in one.reports)


def join_events(
    placed: Iterable[ClusteredArticle], rules: RuleSet, clusters: ClusterIndex, told: NotificationLedger, now: datetime
) -> tuple[ClusteredArticle, ...]:
    """The cases of each article, in the order of its matches, each with its event; `clusters` are advanced."""
    return tuple(_with_events(each, rules, clusters, told, now) for each in placed)


def _with_events(
    placed: ClusteredArticle, rules: RuleSet, clusters: ClusterIndex, told: NotificationLedger, now: datetime
) -> ClusteredArticle:
    found = list(_build_cases(placed, rules, clusters, told, now))
    return replace(placed, cases=tuple(case for case, _ in found), memberships=tuple(each for _, each in found))


def _build_cases(
    placed: ClusteredArticle, rules: RuleSet, clusters: ClusterIndex, told: NotificationLedger, now: datetime
) -> Iterator[tuple[Case, EventAssignment | None]]:
    of, joined = placed.prepared, placed.joined
    if joined is None:
        return
    for match, report in zip(of.matches, placed.reports, strict=True):
        case = build_case(match, of, rules, story=report.story, told=told, now=now, around=placed.context)
        case = replace(case, join_reason=joined.reason)
        if case.rule.alert.once_per is not OncePer.EVENT:
            cluster = event_of_story(report, clusters)
            event = None if cluster is None else event_from_cluster(clusters.root_of(cluster))
            yield replace(case, event=event, uncertainty=joined.uncertainty if event is None else ""), None
        elif (belonging := _assign_event(case, report, clusters)) is not None:
            event = event_from_cluster(clusters.root_of(belonging.event))
            yield replace(case, event=event, join_reason=belonging.reason, uncertainty=belonging.uncertainty), belonging
        else:
            yield replace(case, uncertainty=joined.uncertainty), None


def _assign_event(case: Case, report: RuleArticle, clusters: ClusterIndex) -> EventAssignment | None:
    """The event of a case, if it is of one; `clusters` know of it, where it may have opened it."""
    belonging = assign_event(report, clusters)
    if case.match.kind is MatchKind.MENTION:  # opens none
        return None if belonging.is_new else belonging
    if check_freshness(case) is not None:  # opens none either: today's is no follow-up of it
        return belonging
    # Nor does what was heard so long ago that it is found no more, and is edited now: others would be taken for it.
    event = belonging.event
    if belonging.is_no_longer_found:
        return belonging
    if belonging.is_new and case.article.version > 1 and event_key(case.rule.id, event.id) in case.ledger:
        return belonging
    join_event(report, event, clusters)
    return belonging


def build_case(
    match: Match,
    of: PreparedArticle,
    rules: RuleSet,
    *,
    story: Story,
    told: NotificationLedger,
    now: datetime,
    around: DecisionContext,
) -> Case:
    """A match with all that is asked about it. Which event it is of, and how it joined its story, is not known here."""
    source = rules.sources.get(of.article.source)
    return Case(
        rule=rules.rules[match.rule],
        match=match,
        article=of.article,
        story=story,
        ledger=told,
        now=now,
        publisher=of.publisher,
        wire=of.wire,
        wire_status=of.wire_status,
        official=source is not None and source.official,
        facts=of.facts,
        context=around,
    )
