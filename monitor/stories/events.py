"""Stories -> events: the same happening, across languages and follow-ups, as one rule sees it. Pure.

An article belongs to the event of its story; else to one that nothing keeps it apart from, and that enough agrees with.
What the rule's `by` names decides first, then the facts of the articles. What is over in a moment (a launch) happens
anew where another day is named, a flash comes hours later, or nobody has reported it for hours on the day after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.model.names import hashed
from monitor.stories.by import Agreement, compare_by
from monitor.stories.comparison import TELLING
from monitor.stories.clusters import Candidate, Cluster, ClusterIndex
from monitor.stories.features import ArticleFeatures
from monitor.stories.joining import key_weights
from monitor.stories.sameness import Bounds, Ruling, Sameness, judge

A_MOMENT = timedelta(days=1)  # what lasts no longer than this happens on one day
FLASH = timedelta(hours=6)  # a flash tells of what has just happened
ANOTHER_DAY = timedelta(hours=12)
LATELY = timedelta(hours=6)  # an event that nobody has reported for longer is not gone on with where no day is named
KEPT = timedelta(days=14)
BROAD = Bounds(needed=(0.6, 0.6, 0.4))
NARROW = Bounds(needed=(0.6, 0.6, 0.5, 0.4, 0.2, 0.1, 0.0))
FOUND = "found"  # the name of the values that a rule without `by` finds


@dataclass(frozen=True, slots=True)
class EventArticle:
    """An article that a rule hit. `story`: the id of its story; `by`: the values of the conditions that the rule names;
    `found`: the words and entities that the rule found; `lasts`: how long the rule says that its events go on."""

    rule: str
    story: str
    title: str
    features: ArticleFeatures
    by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    found: frozenset[str] = frozenset()
    lasts: timedelta | None = None

    @property
    def at(self) -> datetime:
        """When it was news."""
        return self.features.at

    @property
    def weights(self) -> Mapping[str, float]:
        """What events are found by, and how much each key counts."""
        of_values = {f"{name}:{value}": 2.0 for name, values in self.by.items() for value in values}
        return {**key_weights(self.features), **of_values, **{f"{FOUND}:{each}": 0.5 for each in self.found}, self.of_story: 100.0}

    @property
    def of_story(self) -> str:
        """The key of its story."""
        return f"story:{self.story}"


@dataclass(frozen=True, slots=True)
class Belonging:
    """The event of an article, and why. `possibly`: a new one, which is possibly the same as `of`."""

    cluster: Cluster
    ruling: Ruling
    opens: bool = False


def belongs(article: EventArticle, index: ClusterIndex) -> Belonging:
    """The open event that an article belongs to, or a new one; nothing is remembered yet (`report`)."""
    candidates = index.candidates(article.rule, article.weights)
    of_story = [each for each in candidates if article.of_story in each.keys]
    for each in of_story:
        if article.at - each.cluster.last <= KEPT and not _kept_apart(article, each.cluster):
            return Belonging(each.cluster, Ruling(Sameness.SAME, "its story is of this event"))
    rulings = list(_rulings(article, candidates))
    same = [found for found in rulings if found[0].sameness is Sameness.SAME]
    if same:
        ruling, cluster = max(same, key=lambda found: (found[0].likeness, found[1].touched))
        return Belonging(cluster, ruling)
    new = open_event(article)
    possibly = [found for found in rulings if found[0].sameness is Sameness.POSSIBLY]
    if not possibly:
        return Belonging(new, Ruling(Sameness.ANOTHER, f"the first article of its event"), opens=True)
    ruling, cluster = max(possibly, key=lambda found: (found[0].likeness, found[1].touched))
    new = replace(new, possibly_of=cluster.possibly_of or cluster.id, doubt=ruling.why)
    return Belonging(new, ruling, opens=True)


def report(article: EventArticle, event: Cluster, index: ClusterIndex) -> Cluster:
    """Remember that an article belongs to an event; the event after it."""
    values = {**article.by, FOUND: article.found} if article.found else article.by
    cluster = event.joined_by(article.features, values)
    index.put(cluster, article.features, tuple(article.weights))
    return cluster


def open_event(article: EventArticle) -> Cluster:
    """A new event; it is named by its rule and first story, so that replaying news gives the same names."""
    name = f"E{hashed(f'{article.rule} {article.story}'):016x}"
    features = article.features
    return Cluster(name, article.rule, article.title, features.at, features.at, features.seen)


def _kept_apart(article: EventArticle, event: Cluster) -> bool:
    """Whether the rule's `by` keeps it apart."""
    return any(each is Agreement.DIFFERS for each in compare_by(article.by, _own(event.by)).values())


def _own(values: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: found for name, found in values.items() if name != FOUND}


def _rulings(article: EventArticle, candidates: list[Candidate]) -> Iterator[tuple[Ruling, Cluster]]:
    for each in candidates:
        event = each.cluster
        if not _in_time(article, event) or _kept_apart(article, event):
            continue
        agreements = list(compare_by(article.by, _own(event.by)).values())
        by_agrees = bool(agreements) and all(each is Agreement.AGREES for each in agreements)
        shared = article.found & event.by.get(FOUND, frozenset())
        points = (2 * TELLING if by_agrees else 0) + (TELLING if article.found else 0)
        ruling = judge(article.features, event.members, NARROW if points else BROAD, points=points)
        if ruling.sameness is not Sameness.ANOTHER:
            yield ruling, event
        elif not any(fact.verdict == "differs" for fact in ruling.facts) and (by_agrees or article.lasts is not None):
            why = "what the rule names in `by` agrees" if by_agrees else "within event_lasts, and nothing keeps it apart"
            yield Ruling(Sameness.SAME, why), event


def _in_time(article: EventArticle, event: Cluster) -> bool:
    age = abs(article.at - event.opened)
    if age > (article.lasts or A_MOMENT):
        return False
    if (article.lasts or A_MOMENT) > A_MOMENT:
        return True
    if article.features.flash and age > FLASH:
        return False
    return age <= ANOTHER_DAY or _goes_on(article, event)


def _goes_on(article: EventArticle, event: Cluster) -> bool:
    """Whether an article half a day later reports what happened then, and not the next of its kind."""
    days = article.features.facts.days
    named = [each.facts.days for each in event.members if each.facts.days]
    if days and named:
        return any(days & each for each in named)
    return article.at - event.last <= LATELY
