"""Groups the stories of one rule into events: one happening, across languages and follow-ups. Pure.

An article belongs to the event of its story. If its story has no event, it belongs to an event that no fact separates
it from and that agrees with it enough. The conditions in the rule's `by` decide first, then the facts of the articles.
A happening that is over in a moment (a launch) is a new one if the article names another day, if it is a flash and
comes hours later, or if on the next day nobody has reported it for hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.model import EVENT_OPEN_FOR, ComparedArticle, Story
from monitor.model.hashing import hash_name
from monitor.model.timestamps import datetime_from_micros
from monitor.stories.article_comparison import compare_articles
from monitor.stories.by_conditions import compare_by, compare_by_with_all, differing_values
from monitor.stories.clusters import CLUSTERS_PER_KEY, STRONG_KEY_WEIGHT, Cluster, ClusterIndex
from monitor.stories.features import ArticleFeatures
from monitor.stories.sameness import (
    ClusterComparison,
    Sameness,
    SamenessDecision,
    SamenessThresholds,
    choose_closest_cluster,
    decide_sameness,
    describe_missing_place,
    find_nearest_article,
)
from monitor.stories.verdicts import TELLING, FactKind, Verdict
from monitor.text.folding import fold

MOMENT = timedelta(days=1)  # an event that lasts no longer than this happens on one day
MAX_FLASH_AGE = timedelta(hours=6)  # a flash reports what has just happened
SAME_DAY_AGE = timedelta(hours=12)
MAX_EVENT_PAUSE = timedelta(hours=6)  # after a longer pause, an article without a day does not continue the event
# Two happenings in one place on one day are rare for a rule that seldom sends anything, but not for a busy rule.
QUIET_RULE = SamenessThresholds(
    likeness_by_points=(0.6, 0.6, 0.5, 0.4, 0.2, 0.1, 0.0),
    single_fact_likeness=0.5,
    possible_likeness=0.15,
    cross_language_points=5,
)
BUSY_RULE = SamenessThresholds(
    likeness_by_points=(0.6, 0.6, 0.5, 0.4), single_fact_likeness=0.5, possible_likeness=0.15, cross_language_points=5
)
FIRST_OF_EVENT = "the first article of its event"
_BUSY_WINDOW = timedelta(days=1)  # a rule is busy if it has articles of many events within this time
_ANY_EVENT_KEY = "lately"  # a key of all events of the rule
# Weights of keys: of a fact, of what many events share, and of a key that must not count.
_FACT_WEIGHT, _SHARED_WEIGHT, _NO_WEIGHT = 1.0, 0.1, 0.0


@dataclass(frozen=True, slots=True)
class RuleArticle:
    """An article with its story, as input for the events of one rule.

    by_values      the values of the conditions that the rule names in `by`
    found_terms    the words and entities that the rule found
    event_lasts    how long the rule says that its events last
    is_story_only  the rule sends no events now, but may have sent the event of this story before it was edited
    uncertainty    what was not known when the article joined its story, in words
    story_reason   why the article joined its story, in words
    """

    rule: str
    story: Story
    features: ArticleFeatures
    by_values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    found_terms: frozenset[str] = frozenset()
    event_lasts: timedelta | None = None
    is_story_only: bool = False
    uncertainty: str = ""
    story_reason: str = ""

    @property
    def news_at(self) -> datetime:
        """When the article was news."""
        return self.features.at

    @property
    def has_topic_words(self) -> bool:
        """Whether the rule found words for its topic. A place or a name alone is a fact, not a topic."""
        facts = self.features.facts
        names = {fold(place.text) for place in facts.places} | {fold(name.text) for name in facts.names}
        return any(fold(term.strip("*")) not in names for term in self.found_terms)

    @property
    def key_weights(self) -> Mapping[str, float]:
        """The keys that find the events which the article may belong to, and the weight of each key."""
        if self.is_story_only:
            return {_story_key(self.story.id): STRONG_KEY_WEIGHT}
        weights = dict.fromkeys(keys_from_found_terms(self.found_terms), _SHARED_WEIGHT)
        weights |= dict.fromkeys((*self.features.fact_keys, *keys_from_by_values(self.by_values)), _FACT_WEIGHT)
        weights[_story_key(self.story.id)] = STRONG_KEY_WEIGHT
        weights[_ANY_EVENT_KEY] = _NO_WEIGHT
        return weights if self.event_lasts is None else {**weights, "any": _SHARED_WEIGHT}


@dataclass(frozen=True, slots=True)
class EventAssignment:
    """The event of an article, and the decision behind it.

    is_new              the event is new, or an earlier version of this article opened it
    is_no_longer_found  an earlier version of this article opened the event, and this version does not match it any more
    compared_article    the older article of this event, or of the nearest other event, that was compared
    """

    event: Cluster
    decision: SamenessDecision
    is_new: bool = False
    is_no_longer_found: bool = False
    compared_article: ComparedArticle | None = None

    @property
    def reason(self) -> str:
        """Why the article belongs to the event, in words."""
        return FIRST_OF_EVENT if self.is_new else self.decision.reason

    @property
    def uncertainty(self) -> str:
        """What one side does not say, in words; empty if the event is new."""
        return "" if self.is_new else self.decision.uncertainty


def assign_event(article: RuleArticle, index: ClusterIndex) -> EventAssignment:
    """The open event that an article belongs to, or a new one. The index is unchanged until `join_event`."""
    candidates = [
        event
        for event in index.candidates(article.rule, article.key_weights)
        if article.news_at - event.last <= EVENT_OPEN_FOR
    ]
    story_event_ids = {posting.id for posting in index.postings_for(article.rule, _story_key(article.story.id))}
    own_events = [event for event in candidates if event.id in story_event_ids and not _has_conflict(article, event)]
    open_events = [event for event in candidates if not _has_by_conflict(article, event)]
    if own_events:
        event = choose_closest_cluster(
            article.features, max(own_events, key=lambda event: (event.touched, event.id)), open_events
        )
        reason = "; ".join(filter(None, ("its story belongs to this event", article.story_reason)))
        return EventAssignment(event, SamenessDecision(Sameness.SAME, reason, uncertainty=article.uncertainty))
    comparisons = compare_with_events(article, candidates, index)
    for sameness in (Sameness.SAME, Sameness.POSSIBLY):
        matching = [comparison for comparison in comparisons if comparison.decision.sameness is sameness]
        if matching:
            best = max(
                matching,
                key=lambda comparison: (
                    comparison.decision.likeness,
                    comparison.cluster.touched,
                    comparison.cluster.id,
                ),
            )
            event, decision = best.cluster, best.decision
            if sameness is Sameness.SAME:
                return EventAssignment(
                    choose_closest_cluster(article.features, event, open_events),
                    decision,
                    compared_article=best.compared_article,
                )
            new_assignment = _open_event(article, comparisons, index, decision, best.compared_article)
            doubtful_event = replace(new_assignment.event, possibly_of=event.root_id, doubt=decision.reason)
            return (
                new_assignment if new_assignment.is_no_longer_found else replace(new_assignment, event=doubtful_event)
            )
    return _open_event(
        article,
        comparisons,
        index,
        SamenessDecision(Sameness.ANOTHER, FIRST_OF_EVENT),
        find_nearest_article(comparisons),
    )


def _open_event(
    article: RuleArticle,
    comparisons: Iterable[ClusterComparison],
    index: ClusterIndex,
    decision: SamenessDecision,
    compared: ComparedArticle | None,
) -> EventAssignment:
    """A new event; or the event that an earlier version of the article opened, unless a difference separates them."""
    event = new_event(article)
    earlier = index.get(article.rule, event.id) if article.features.version > 1 else None
    if earlier is None:
        return EventAssignment(event, decision, is_new=True, compared_article=compared)
    of_earlier = [comparison for comparison in comparisons if comparison.cluster.id == earlier.id]
    if any(
        comparison.decision.has_differing_fact or _has_by_conflict(article, comparison.cluster)
        for comparison in of_earlier
    ):
        return EventAssignment(event_of_version(article), decision, is_new=True, compared_article=compared)
    return EventAssignment(earlier, decision, is_new=True, is_no_longer_found=True, compared_article=compared)


def event_of_story(article: RuleArticle, index: ClusterIndex) -> Cluster | None:
    """The open event that the story already belongs to, if any."""
    event_ids = {posting.id for posting in index.postings_for(article.rule, _story_key(article.story.id))}
    story_events = [event for event in index.candidates(article.rule, article.key_weights) if event.id in event_ids]
    open_events = [event for event in story_events if article.news_at - event.last <= EVENT_OPEN_FOR]
    return max(open_events, key=lambda event: (event.touched, event.id), default=None)


def new_event(article: RuleArticle) -> Cluster:
    """An event that begins with this article. Its id is a hash of the rule and the first article: a replay gives the
    same ids, and two events of one story have different ids."""
    features = article.features
    id_ = f"E{hash_name(f'{article.rule} {features.source} {features.uid}'):016x}"
    return Cluster(id_, article.rule, article.story.title, features.at, features.at, features.seen)


def event_of_version(article: RuleArticle) -> Cluster:
    """A new event for this version of the article, where an earlier version opened another event."""
    features = article.features
    id_hash = hash_name(f"{article.rule} {features.source}#{features.version} {features.uid}")
    return replace(new_event(article), id=f"E{id_hash:016x}")


def join_event(article: RuleArticle, event: Cluster, index: ClusterIndex) -> None:
    """Add the article to the event in `index`."""
    index.add_article(
        event.joined_by(article.features, article.by_values), article.features, article.key_weights.keys()
    )


def keys_from_by_values(by_values: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys that find an event by the values that an article has for the conditions in `by`."""
    return [f"{name}:{value}" for name, values in sorted(by_values.items()) for value in sorted(values)]


def keys_from_found_terms(found_terms: Iterable[str]) -> list[str]:
    """The keys that find an event by the words and entities that the rule found in an article."""
    return [f"found:{term}" for term in sorted(found_terms)]


def _story_key(id_: str) -> str:
    return f"story:{id_}"


def _compare_by_with_members(article: RuleArticle, event: Cluster) -> Mapping[str, Verdict]:
    return compare_by_with_all(article.by_values, [event.by_values_of(member) for member in event.members])


def _find_by_conflict(article: RuleArticle, event: Cluster) -> SamenessDecision | None:
    """Which value of `by` separates the article from which member; None if no value does."""
    for member in reversed(event.members):
        member_values = event.by_values_of(member)
        differing = [
            name for name, verdict in compare_by(article.by_values, member_values).items() if verdict is Verdict.DIFFERS
        ]
        if differing:
            reason = "; ".join(differing_values(name, article.by_values, member_values) for name in differing)
            return SamenessDecision(Sameness.ANOTHER, reason, other_article=member)
    return None


def _has_by_conflict(article: RuleArticle, event: Cluster) -> bool:
    """Whether a value of the rule's `by` separates the article from the event."""
    return _find_by_conflict(article, event) is not None


def _has_conflict(article: RuleArticle, event: Cluster) -> bool:
    """Whether a value of `by` or a fact separates the article from the event. A day does not count: a follow-up names
    other days too."""
    differing = (
        fact.kind for member in event.members for fact in compare_articles(article.features, member).differing_facts
    )
    return _has_by_conflict(article, event) or any(kind is not FactKind.DAY for kind in differing)


def compare_with_events(
    article: RuleArticle, candidates: Iterable[Cluster], index: ClusterIndex
) -> list[ClusterComparison]:
    """Compare an article with each of these events of its rule. `index` says whether the rule is busy."""
    thresholds = BUSY_RULE if _is_busy(article, index) else QUIET_RULE
    return [ClusterComparison(event, _decide_on_event(article, event, thresholds)) for event in candidates]


def _is_busy(article: RuleArticle, index: ClusterIndex) -> bool:
    """Whether the rule had articles of `CLUSTERS_PER_KEY` events or more within a day."""
    postings = index.postings_for(article.rule, _ANY_EVENT_KEY)
    return (
        len(postings) >= CLUSTERS_PER_KEY
        and article.features.seen - datetime_from_micros(postings[-1].last_seen) <= _BUSY_WINDOW
    )


def _decide_on_event(article: RuleArticle, event: Cluster, thresholds: SamenessThresholds) -> SamenessDecision:
    if not _is_in_time(article, event):
        return SamenessDecision(Sameness.ANOTHER, "it is outside the time of the event")
    if (conflict := _find_by_conflict(article, event)) is not None:
        return conflict
    agreements = _compare_by_with_members(article, event)
    by_agrees = bool(agreements) and all(verdict is Verdict.AGREES for verdict in agreements.values())
    points, one_topic = 2 * TELLING if by_agrees else 0, thresholds is QUIET_RULE and article.has_topic_words
    decision = decide_sameness(article.features, event.members, thresholds, points=points, one_topic=one_topic)
    decision = replace(decision, other_agreements=tuple(agreements) if by_agrees else ())
    nothing_differs = not decision.has_differing_fact and not decision.has_doubtful_fact
    if nothing_differs and decision.sameness is not Sameness.SAME and (by_agrees or article.event_lasts is not None):
        reason = "what the rule names in `by` agrees" if by_agrees else "within event_lasts, and nothing keeps it apart"
        uncertainty = (
            "" if decision.comparison is None else describe_missing_place(decision.comparison, decision.likeness)
        )
        return replace(
            decision,
            sameness=Sameness.SAME,
            reason=reason,
            likeness=0.0,
            uncertainty=uncertainty,
            required_likeness=None,
            settled_by=reason,
        )
    return decision


def _is_in_time(article: RuleArticle, event: Cluster) -> bool:
    age = abs(article.news_at - event.opened)
    if age > (article.event_lasts or MOMENT):
        return False
    if (article.event_lasts or MOMENT) > MOMENT:
        return True
    if article.features.flash and age > MAX_FLASH_AGE:
        return False
    return age <= SAME_DAY_AGE or _is_continuation(article, event)


def _is_continuation(article: RuleArticle, event: Cluster) -> bool:
    """Whether an article half a day later reports the same happening, and not the next one of its kind."""
    days = article.features.facts.days
    member_days = [member.facts.days for member in event.members if member.facts.days]
    if days and member_days:
        return any(days & named_days for named_days in member_days)
    return article.news_at - event.last <= MAX_EVENT_PAUSE
