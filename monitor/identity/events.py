"""Groups the articles of one rule into events: one happening, across languages and follow-ups. Pure.

The conditions in the rule's `by` keep apart, then the facts of the articles decide (`decide_on_event`). A happening
that is over in a moment (a launch) is a new one if a flash comes hours later, or if on the next day nobody has reported
it for hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.identity.bounds import DAY_NAMED_FOR, MOMENT, PAUSE, SAME_DAY
from monitor.identity.by_conditions import differing_values, find_differing_conditions
from monitor.identity.clusters import CLUSTERS_PER_KEY, STRONG_KEY_WEIGHT, Cluster, ClusterIndex
from monitor.identity.decide import (
    ClusterComparison,
    Sameness,
    SamenessDecision,
    choose_closest_cluster,
    decide_on_event,
    find_nearest_article,
    is_kept_apart,
)
from monitor.identity.features import ArticleFeatures
from monitor.model import EVENT_OPEN_FOR, ComparedArticle, Story
from monitor.model.hashing import hash_name
from monitor.model.timestamps import datetime_from_micros
from monitor.text.folding import fold

FIRST_OF_EVENT = "the first article of its event"
_BUSY_WINDOW = timedelta(days=1)  # a rule is busy if it has articles of many events within this time
_ANY_EVENT_KEY = "lately"  # a key of all events of the rule
_FACT_WEIGHT, _SHARED_WEIGHT = 1.0, 0.1  # of a key of a fact, and of one that many events share


@dataclass(frozen=True, slots=True)
class RuleArticle:
    """An article with its story, as input for the events of one rule. `by_values`: what the conditions that the rule
    names in `by` found; `found_terms`: the words and entities that the rule found; `is_story_only`: the rule sends no
    events now, but may have sent the event of this story before it was edited."""

    rule: str
    story: Story
    features: ArticleFeatures
    by_values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    found_terms: frozenset[str] = frozenset()
    event_lasts: timedelta | None = None
    is_story_only: bool = False

    @property
    def news_at(self) -> datetime:
        return self.features.at

    @property
    def has_topic_words(self) -> bool:
        """Whether the rule found words for its topic, or two names together. One place or name is a fact, not a
        topic."""
        facts = self.features.facts
        names = {fold(place.text): place.place for place in facts.places}
        names |= {fold(name.text): name.key for name in facts.names if name.is_certain}
        found = {names.get(fold(term.strip("*"))) for term in self.found_terms}
        return None in found or len(found) > 1

    @property
    def key_weights(self) -> Mapping[str, float]:
        """The keys that find the events which the article may belong to, and the weight of each key."""
        if self.is_story_only:
            return {_story_key(self.story.id): STRONG_KEY_WEIGHT}
        weights = dict.fromkeys((*keys_from_found_terms(self.found_terms), _ANY_EVENT_KEY), _SHARED_WEIGHT)
        weights |= dict.fromkeys((*self.features.fact_keys, *keys_from_by_values(self.by_values)), _FACT_WEIGHT)
        weights |= dict.fromkeys((_article_key(self.features), _story_key(self.story.id)), STRONG_KEY_WEIGHT)
        return weights


@dataclass(frozen=True, slots=True)
class EventAssignment:
    """The event of an article, and the decision behind it.

    is_new              the event is new, or an earlier version of this article opened it
    is_no_longer_found  an earlier version of this article opened the event, and this version does not match it any more
    compared_article    the older article of this or the nearest other event that was compared
    """

    event: Cluster
    decision: SamenessDecision
    is_new: bool = False
    is_no_longer_found: bool = False
    compared_article: ComparedArticle | None = None

    @property
    def reason(self) -> str:
        return FIRST_OF_EVENT if self.is_new else self.decision.reason

    @property
    def uncertainty(self) -> str:
        return "" if self.is_new else self.decision.uncertainty


def assign_event(article: RuleArticle, index: ClusterIndex) -> EventAssignment:
    """The open event that an article belongs to, or a new one. The index is unchanged until `join_event`."""
    candidates = _find_candidates(article, index)
    open_events = [event for event in candidates if _find_by_conflict(article, event) is None]
    of_versions = _filter_by_key(_article_key(article.features), article.rule, open_events, index)
    own_event = _find_latest(event for event in of_versions if not is_kept_apart(article.features, event))
    if own_event is not None:
        event = choose_closest_cluster(article.features, own_event, open_events)
        return EventAssignment(event, SamenessDecision(Sameness.SAME, "an earlier version of the article"))
    comparisons = compare_with_events(article, candidates, index)
    best = max(comparisons, key=lambda each: (*each.nearness, each.cluster.touched, each.cluster.id), default=None)
    if best is None or best.decision.sameness is Sameness.ANOTHER:
        first = SamenessDecision(Sameness.ANOTHER, FIRST_OF_EVENT)
        return _open_event(article, comparisons, index, first, find_nearest_article(comparisons))
    event, decision = best.cluster, best.decision
    if decision.sameness is Sameness.SAME:
        event = choose_closest_cluster(article.features, event, open_events)
        if (removal := _find_doubt_removal(article, event, index)) is not None:
            event, decision = replace(event, possibly_of=None, doubt=""), replace(decision, reason=removal)
        return EventAssignment(event, decision, compared_article=best.compared_article)
    opened = _open_event(article, comparisons, index, decision, best.compared_article)
    if opened.is_no_longer_found:
        return opened
    return replace(opened, event=replace(opened.event, possibly_of=event.root_id, doubt=decision.reason))


def _find_doubt_removal(article: RuleArticle, event: Cluster, index: ClusterIndex) -> str | None:
    """Why the event is surely another than the one that it was possibly the same as, in words: its article is another
    than that one. None if there is no doubt, or it stays: to come late says nothing of what happened."""
    older = index.get(article.rule, event.possibly_of) if event.possibly_of else None
    if older is None or not older.members or not _is_in_time(article, older):
        return None
    [compared] = compare_with_events(article, [older], index)
    is_another = compared.decision.sameness is Sameness.ANOTHER
    return f"surely another than {older.id}: {compared.decision.reason}" if is_another else None


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
    known = [each.decision for each in comparisons if each.cluster.id == earlier.id]
    if known and (known[0].has_differing_fact or _find_by_conflict(article, earlier) is not None):
        return EventAssignment(new_event(article, of_version=True), decision, is_new=True, compared_article=compared)
    return EventAssignment(earlier, decision, is_new=True, is_no_longer_found=True, compared_article=compared)


def event_of_story(article: RuleArticle, index: ClusterIndex) -> Cluster | None:
    """The open event that the story already belongs to, if any."""
    candidates = _find_candidates(article, index)
    return _find_latest(_filter_by_key(_story_key(article.story.id), article.rule, candidates, index))


def _find_candidates(article: RuleArticle, index: ClusterIndex) -> list[Cluster]:
    found = index.candidates(article.rule, article.key_weights)
    return [event for event in found if article.news_at - event.last <= EVENT_OPEN_FOR]


def _filter_by_key(key: str, rule: str, events: Iterable[Cluster], index: ClusterIndex) -> list[Cluster]:
    """Those of the events that the index has under a key."""
    ids = {posting.id for posting in index.postings_for(rule, key)}
    return [event for event in events if event.id in ids]


def _find_latest(events: Iterable[Cluster]) -> Cluster | None:
    return max(events, key=lambda each: (each.touched, each.id), default=None)


def new_event(article: RuleArticle, *, of_version: bool = False) -> Cluster:
    """An event that begins with this article; `of_version`: with this version, where an earlier one opened another
    event. Its id is a hash of the rule and the first article: a replay gives the same ids, and two events of one story
    have different ids."""
    features = article.features
    version = f"#{features.version}" if of_version else ""
    id_ = f"E{hash_name(f'{article.rule} {features.source}{version} {features.uid}'):016x}"
    return Cluster(id_, article.rule, features.title, features.at, features.at, features.seen)


def join_event(article: RuleArticle, event: Cluster, index: ClusterIndex) -> None:
    """Add the article to the event in `index`."""
    cluster = event.joined_by(article.features, article.by_values)
    index.add_article(cluster, article.features, article.key_weights.keys())


def keys_from_by_values(by_values: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys that find an event by the values that an article has for the conditions in `by`."""
    return [f"{name}:{value}" for name, values in sorted(by_values.items()) for value in sorted(values)]


def keys_from_found_terms(found_terms: Iterable[str]) -> list[str]:
    """The keys that find an event by the words and entities that the rule found in an article."""
    return [f"found:{term}" for term in sorted(found_terms)]


def _story_key(id_: str) -> str:
    return f"story:{id_}"


def _article_key(features: ArticleFeatures) -> str:
    return features.sure[0]


def _find_by_conflict(article: RuleArticle, event: Cluster) -> SamenessDecision | None:
    """Which value of `by` separates the article from which member; None if no value does."""
    for member in reversed(event.members):
        values = event.by_values_of(member)
        if differing := find_differing_conditions(article.by_values, values):
            reason = "; ".join(differing_values(name, article.by_values, values) for name in differing)
            return SamenessDecision(Sameness.ANOTHER, reason, other_article=member)
    return None


def compare_with_events(
    article: RuleArticle, candidates: Iterable[Cluster], index: ClusterIndex
) -> list[ClusterComparison]:
    """Compare an article with each of these events of its rule. `index` says whether the rule is busy."""
    has_topic = article.has_topic_words and not _is_busy(article, index)
    return [ClusterComparison(event, _decide(article, event, has_topic=has_topic)) for event in candidates]


def _is_busy(article: RuleArticle, index: ClusterIndex) -> bool:
    """Whether the rule had articles of `CLUSTERS_PER_KEY` events or more within a day."""
    postings = index.postings_for(article.rule, _ANY_EVENT_KEY)
    if len(postings) < CLUSTERS_PER_KEY:
        return False
    return article.features.seen - datetime_from_micros(postings[-1].last_seen) <= _BUSY_WINDOW


def _decide(article: RuleArticle, event: Cluster, *, has_topic: bool) -> SamenessDecision:
    if not _is_in_time(article, event):
        return SamenessDecision(Sameness.ANOTHER, "it is outside the time of the event")
    if (conflict := _find_by_conflict(article, event)) is not None:
        return conflict
    is_one_by_rule = article.event_lasts is not None
    return decide_on_event(article.features, event.members, has_topic=has_topic, is_one_by_rule=is_one_by_rule)


def _is_in_time(article: RuleArticle, event: Cluster) -> bool:
    age = abs(article.news_at - event.opened)
    if article.event_lasts is not None and article.event_lasts > MOMENT:
        return age <= article.event_lasts
    if age > (article.event_lasts or DAY_NAMED_FOR) or (article.features.flash and age > PAUSE):
        return False
    return age <= SAME_DAY or _is_continuation(article, event)


def _is_continuation(article: RuleArticle, event: Cluster) -> bool:
    """Whether an article half a day later reports the same happening, and not the next one of its kind: it names the
    same day; or neither names a day, it came within a day, and nobody has paused."""
    days = article.features.facts.days
    member_days = [member.facts.days for member in event.members if member.facts.days]
    if days and member_days:
        return any(days & named_days for named_days in member_days)
    return abs(article.news_at - event.opened) <= MOMENT and article.news_at - event.last <= PAUSE
