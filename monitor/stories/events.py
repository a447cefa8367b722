"""Stories -> events: the same happening, across languages and follow-ups, as one rule sees it. Pure.

An article belongs to the event of its story; else to one that nothing keeps it apart from, and that enough agrees with.
What the rule's `by` names decides first, then the facts of the articles. What is over in a moment (a launch) happens
anew where another day is named, a flash comes hours later, or nobody has reported it for hours on the day after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.model import ComparedArticle, Story
from monitor.model.hashing import hash_name
from monitor.model.timestamps import datetime_from_micros
from monitor.stories.by_conditions import compare_by, compare_by_with_all, differing_values
from monitor.stories.clusters import SURE_WEIGHT, UNDER_KEY, Cluster, ClusterIndex
from monitor.stories.comparison import compare_articles
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

A_MOMENT = timedelta(days=1)  # what lasts no longer than this happens on one day
FLASH = timedelta(hours=6)  # a flash tells of what has just happened
ANOTHER_DAY = timedelta(hours=12)
LATELY = timedelta(hours=6)  # an event that nobody has reported for longer is not gone on with where no day is named
KEPT = timedelta(days=14)
# Of a rule that seldom tells anything, two happenings in one place on one day are rare; of a busy one they are not.
QUIET = SamenessThresholds(
    likeness_by_points=(0.6, 0.6, 0.5, 0.4, 0.2, 0.1, 0.0),
    single_fact_likeness=0.5,
    possible_likeness=0.15,
    cross_language_points=5,
)
BUSY = SamenessThresholds(
    likeness_by_points=(0.6, 0.6, 0.5, 0.4), single_fact_likeness=0.5, possible_likeness=0.15, cross_language_points=5
)
FIRST_OF_EVENT = "the first article of its event"
_BUSY_DAY = timedelta(days=1)  # within which a rule touches so many events that it is busy
_LATELY = "lately"  # a key that all events of the rule have
_FACT, _ANY, _NONE = 1.0, 0.1, 0.0  # weights of keys: of a fact, and of what many events share


@dataclass(frozen=True, slots=True)
class RuleArticle:
    """An article as one rule's events see it, with its story. `by`: the values of the conditions that the rule names in
    `by`; `found`: the words and entities that the rule found; `lasts`: how long the rule says that its events go on.
    `of_story_only`: the rule tells no events, but may have told that of the story before it was edited; `unsure`: what
    was not known where it joined its story, and `how` it did, in words."""

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
        """When it was news."""
        return self.features.at

    @property
    def has_topic_words(self) -> bool:
        """Whether the rule found words for its topic, and not only a place or a name, which are facts themselves."""
        facts = self.features.facts
        names = {fold(each.text) for each in facts.places} | {fold(each.text) for each in facts.names}
        return any(fold(each.strip("*")) not in names for each in self.found_terms)

    @property
    def key_weights(self) -> Mapping[str, float]:
        """The keys under which events are found that it may belong to, and how much each counts."""
        if self.is_story_only:
            return {_story_key(self.story.id): SURE_WEIGHT}
        found = dict.fromkeys(keys_from_found_terms(self.found_terms), _ANY)
        found |= dict.fromkeys((*self.features.fact_keys, *keys_from_by_values(self.by_values)), _FACT)
        found[_story_key(self.story.id)] = SURE_WEIGHT
        found[_LATELY] = _NONE
        return found if self.event_lasts is None else {**found, "any": _ANY}


@dataclass(frozen=True, slots=True)
class EventAssignment:
    """The event of an article, and why it is that. `opens`: it is a new one, or that which an earlier version of the
    article has opened and which is `found_no_more`. `compared`: with which older article of this event, or of the
    nearest other one, it was compared."""

    event: Cluster
    decision: SamenessDecision
    is_new: bool = False
    is_no_longer_found: bool = False
    compared_article: ComparedArticle | None = None

    @property
    def reason(self) -> str:
        """Why it belongs to it, in words."""
        return FIRST_OF_EVENT if self.is_new else self.decision.reason

    @property
    def uncertainty(self) -> str:
        """What was not known on one side, in words, where it belongs to an older event all the same."""
        return "" if self.is_new else self.decision.uncertainty


def assign_event(report: RuleArticle, index: ClusterIndex) -> EventAssignment:
    """The open event that an article belongs to, or a new one; `index` knows of it only after `join_event`."""
    candidates = [
        each for each in index.candidates(report.rule, report.key_weights) if report.news_at - each.last <= KEPT
    ]
    of_story = {each.id for each in index.postings_for(report.rule, _story_key(report.story.id))}
    own = [each for each in candidates if each.id in of_story and not _has_conflict(report, each)]
    open_ones = [each for each in candidates if not _has_by_conflict(report, each)]
    if own:
        event = choose_closest_cluster(report.features, max(own, key=lambda each: (each.touched, each.id)), open_ones)
        why = "; ".join(filter(None, ("its story is of this event", report.story_reason)))
        return EventAssignment(event, SamenessDecision(Sameness.SAME, why, uncertainty=report.uncertainty))
    judged = compare_with_events(report, candidates, index)
    for sameness in (Sameness.SAME, Sameness.POSSIBLY):
        found = [each for each in judged if each.decision.sameness is sameness]
        if found:
            best = max(found, key=lambda each: (each.decision.likeness, each.cluster.touched, each.cluster.id))
            event, ruling = best.cluster, best.decision
            if sameness is Sameness.SAME:
                return EventAssignment(
                    choose_closest_cluster(report.features, event, open_ones),
                    ruling,
                    compared_article=best.compared_article,
                )
            opened = _open_event(report, judged, index, ruling, best.compared_article)
            doubtful = replace(opened.event, possibly_of=event.whole_id, doubt=ruling.reason)
            return opened if opened.is_no_longer_found else replace(opened, event=doubtful)
    return _open_event(
        report, judged, index, SamenessDecision(Sameness.ANOTHER, FIRST_OF_EVENT), find_nearest_article(judged)
    )


def _open_event(
    report: RuleArticle,
    judged: Iterable[ClusterComparison],
    index: ClusterIndex,
    ruling: SamenessDecision,
    compared: ComparedArticle | None,
) -> EventAssignment:
    """A new event; or that which an earlier version has opened, unless something tells the two apart."""
    opened = new_event(report)
    earlier = index.get(report.rule, opened.id) if report.features.version > 1 else None
    if earlier is None:
        return EventAssignment(opened, ruling, is_new=True, compared_article=compared)
    found = [each for each in judged if each.cluster.id == earlier.id]
    if any(each.decision.has_differing_fact or _has_by_conflict(report, each.cluster) for each in found):
        return EventAssignment(event_of_version(report), ruling, is_new=True, compared_article=compared)
    return EventAssignment(earlier, ruling, is_new=True, is_no_longer_found=True, compared_article=compared)


def event_of_story(report: RuleArticle, index: ClusterIndex) -> Cluster | None:
    """The open event that its story is of already, if any."""
    of_story = {each.id for each in index.postings_for(report.rule, _story_key(report.story.id))}
    known = [each for each in index.candidates(report.rule, report.key_weights) if each.id in of_story]
    open_ones = [each for each in known if report.news_at - each.last <= KEPT]
    return max(open_ones, key=lambda each: (each.touched, each.id), default=None)


def new_event(report: RuleArticle) -> Cluster:
    """An event that begins with this article; it is named by its rule and first article, so that replaying news gives
    the same names, and two events of one story have two."""
    features = report.features
    id_ = f"E{hash_name(f'{report.rule} {features.source} {features.uid}'):016x}"
    return Cluster(id_, report.rule, report.story.title, features.at, features.at, features.seen)


def event_of_version(report: RuleArticle) -> Cluster:
    """The same, where an earlier version of the article has opened another one."""
    features = report.features
    name = hash_name(f"{report.rule} {features.source}#{features.version} {features.uid}")
    return replace(new_event(report), id=f"E{name:016x}")


def join_event(report: RuleArticle, event: Cluster, index: ClusterIndex) -> None:
    """`index` knows from now on that the article belongs to this event."""
    index.add_article(event.joined_by(report.features, report.by_values), report.features, report.key_weights.keys())


def keys_from_by_values(by: Mapping[str, Iterable[str]]) -> list[str]:
    """The keys under which an event is found by what an article of it says of the conditions of `by`."""
    return [f"{name}:{value}" for name, values in sorted(by.items()) for value in sorted(values)]


def keys_from_found_terms(found: Iterable[str]) -> list[str]:
    """Those by the words and entities that the rule found in it."""
    return [f"found:{each}" for each in sorted(found)]


def _story_key(id_: str) -> str:
    return f"story:{id_}"


def _compare_by_with_members(report: RuleArticle, event: Cluster) -> Mapping[str, Verdict]:
    return compare_by_with_all(report.by_values, [event.by_of(each) for each in event.members])


def _find_by_conflict(report: RuleArticle, event: Cluster) -> SamenessDecision | None:
    """By what, and from which member, the rule's `by` keeps it apart; None: it does not."""
    for member in reversed(event.members):
        theirs = event.by_of(member)
        differing = [name for name, each in compare_by(report.by_values, theirs).items() if each is Verdict.DIFFERS]
        if differing:
            why = "; ".join(differing_values(name, report.by_values, theirs) for name in differing)
            return SamenessDecision(Sameness.ANOTHER, why, other_article=member)
    return None


def _has_by_conflict(report: RuleArticle, event: Cluster) -> bool:
    """Whether the rule's `by` keeps it apart."""
    return _find_by_conflict(report, event) is not None


def _has_conflict(report: RuleArticle, event: Cluster) -> bool:
    """Whether the rule's `by` keeps it apart, or a fact. No day does: what follows up a story names others too."""
    differing = (
        fact.kind for each in event.members for fact in compare_articles(report.features, each).differing_facts
    )
    return _has_by_conflict(report, event) or any(kind is not FactKind.DAY for kind in differing)


def compare_with_events(
    report: RuleArticle, candidates: Iterable[Cluster], index: ClusterIndex
) -> list[ClusterComparison]:
    """What an article is to each of these events of its rule; `index` says how many more that has."""
    bounds = BUSY if _is_busy(report, index) else QUIET
    return [ClusterComparison(each, _decide_on_event(report, each, bounds)) for each in candidates]


def _is_busy(report: RuleArticle, index: ClusterIndex) -> bool:
    """Whether the rule had articles of many events within a day: of as many as a key holds."""
    lately = index.postings_for(report.rule, _LATELY)
    return len(lately) >= UNDER_KEY and report.features.seen - datetime_from_micros(lately[-1].last_seen) <= _BUSY_DAY


def _decide_on_event(report: RuleArticle, event: Cluster, bounds: SamenessThresholds) -> SamenessDecision:
    if not _in_time(report, event):
        return SamenessDecision(Sameness.ANOTHER, "it is not of its time")
    if (another := _find_by_conflict(report, event)) is not None:
        return another
    agreements = _compare_by_with_members(report, event)
    by_agrees = bool(agreements) and all(each is Verdict.AGREES for each in agreements.values())
    points, one_topic = 2 * TELLING if by_agrees else 0, bounds is QUIET and report.has_topic_words
    ruling = decide_sameness(report.features, event.members, bounds, points=points, one_topic=one_topic)
    ruling = replace(ruling, other_agreements=tuple(agreements) if by_agrees else ())
    clear = not ruling.has_differing_fact and not ruling.has_doubtful_fact
    if clear and ruling.sameness is not Sameness.SAME and (by_agrees or report.event_lasts is not None):
        why = "what the rule names in `by` agrees" if by_agrees else "within event_lasts, and nothing keeps it apart"
        unsure = "" if ruling.comparison is None else describe_missing_place(ruling.comparison, ruling.likeness)
        return replace(
            ruling,
            sameness=Sameness.SAME,
            reason=why,
            likeness=0.0,
            uncertainty=unsure,
            required_likeness=None,
            settled_by=why,
        )
    return ruling


def _in_time(report: RuleArticle, event: Cluster) -> bool:
    age = abs(report.news_at - event.opened)
    if age > (report.event_lasts or A_MOMENT):
        return False
    if (report.event_lasts or A_MOMENT) > A_MOMENT:
        return True
    if report.features.flash and age > FLASH:
        return False
    return age <= ANOTHER_DAY or _is_continuation(report, event)


def _is_continuation(report: RuleArticle, event: Cluster) -> bool:
    """Whether an article half a day later reports what happened then, and not the next of its kind."""
    days = report.features.facts.days
    named = [each.facts.days for each in event.members if each.facts.days]
    if days and named:
        return any(days & each for each in named)
    return report.news_at - event.last <= LATELY
