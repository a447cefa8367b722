"""Stories -> events: the same happening, across languages and follow-ups, as one rule sees it. Pure.

A story of the same rule belongs to an open event if the rule says how long its events last and that is not over, or
else if it names the event's actors within a day. What is over in a moment (a launch) happens anew where another day is
named, a flash comes hours later, or nobody has told of it for hours on the day after. Better two events than one that
swallows another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.model import Story
from monitor.model.names import hashed
from monitor.stories.clusters import Cluster, ClusterIndex
from monitor.stories.features import ArticleFeatures

A_MOMENT = timedelta(days=1)  # what lasts no longer than this happens on one day
FLASH = timedelta(hours=6)  # a flash tells of what has just happened
ANOTHER_DAY = timedelta(hours=12)
LATELY = timedelta(hours=6)  # an event of which nobody told for longer is not gone on with where no day is named
KEPT = timedelta(days=14)
_ACTORS = 2  # that a follow-up names too
_ENTITIES = "entities"  # under this name they stand among the values of an event
_SURE, _ENTITY, _ANY = 100.0, 1.0, 0.1


@dataclass(frozen=True, slots=True)
class Report:
    """An article as one rule's events see it: its story, the entities among the rule's evidence. `lasts`: how long the
    rule says that its events go on."""

    rule: str
    story: Story
    features: ArticleFeatures
    entities: frozenset[str] = frozenset()
    lasts: timedelta | None = None

    @property
    def weights(self) -> Mapping[str, float]:
        """The keys under which events are found that it may belong to, and how much each counts."""
        found = {_of_story(self.story.id): _SURE, **{f"entity:{each}": _ENTITY for each in sorted(self.entities)}}
        return found if self.lasts is None else {**found, "any": _ANY}


def event_of(report: Report, index: ClusterIndex) -> Cluster | None:
    """The open event that an article belongs to, if any: that of its story, or the latest that fits."""
    candidates = [
        each for each in index.candidates(report.rule, report.weights) if report.features.at - each.last <= KEPT
    ]
    of_story = {each.id for each in index.under(report.rule, _of_story(report.story.id))}
    own = [each for each in candidates if each.id in of_story]
    fits = [each for each in candidates if _fits(report, each)]
    return max(own or fits, key=lambda each: (each.touched, each.id), default=None)


def event_of_story(report: Report, index: ClusterIndex) -> Cluster | None:
    """The open event that its story is of already, if any."""
    return event_of(Report(report.rule, report.story, report.features), index)


def new_event(report: Report) -> Cluster:
    """An event that begins with this article; it is named by its rule and first story, so that replaying news gives the
    same names."""
    id_ = f"E{hashed(f'{report.rule} {report.story.id}'):016x}"
    features = report.features
    return Cluster(id_, report.rule, report.story.title, features.at, features.at, features.seen)


def join_event(report: Report, event: Cluster, index: ClusterIndex) -> None:
    """`index` knows from now on that the article belongs to this event."""
    cluster = event.joined_by(report.features, {_ENTITIES: report.entities})
    index.put(cluster, report.features, report.weights.keys())


def _of_story(id_: str) -> str:
    return f"story:{id_}"


def _fits(report: Report, known: Cluster) -> bool:
    features = report.features
    age = abs(features.at - known.opened)
    if age > (report.lasts or A_MOMENT):
        return False
    if (report.lasts or A_MOMENT) <= A_MOMENT:
        if features.flash and age > FLASH:
            return False
        if age > ANOTHER_DAY and not _goes_on(features, known):
            return False
    if report.lasts is not None:
        return True
    entities = known.by.get(_ENTITIES, frozenset())
    smaller = min(len(report.entities), len(entities))
    return smaller > 0 and len(report.entities & entities) >= min(_ACTORS, smaller)


def _goes_on(features: ArticleFeatures, known: Cluster) -> bool:
    """Whether an article half a day later reports what happened then, and not the next of its kind."""
    days = 0
    for each in known.members:
        days |= each.days
    if features.days and days:
        return bool(features.days & days)
    return features.at - known.last <= LATELY
