"""Puts the articles that name an entity of a rule into stories, whether a rule matched them or not.

The daemon puts only articles into stories that some rule matched. What every rule missed is in none, so that stories
are made here again, in memory, by the same `join_story`. Only open stories are compared with, and of one that is over
only its reports are kept, if so many publishers print it that it counts: memory grows neither with the archive nor with
the texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.cases import determine_article_provenance, identity_features, name_publisher
from monitor.identity.bounds import STORY_LASTS
from monitor.identity.clusters import ClusterIndex
from monitor.identity.stories import find_same_page, join_story
from monitor.lab.expectations import rule_from_entity
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    STORIES,
    Article,
    Entity,
    MatchKind,
    Rule,
    Source,
    WordList,
    entities_asked_for,
    independent_publisher_of,
)

_SWEEP_EVERY = timedelta(hours=6)  # of the time of the articles


@dataclass(frozen=True, slots=True)
class EntityReport:
    """An article of a story, by its number. `publisher`: the independent one that prints it; `entities`: the ids of
    those that it names in title or lead."""

    article: int
    seen: datetime
    publisher: str
    entities: frozenset[str]


def find_rule_entities(
    rules: Iterable[Rule], entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> dict[str, frozenset[str]]:
    """The ids of the entities that each rule asks for in its `match`, by the rule's id; without rules that ask for
    none."""
    asked = {rule.id: entities_asked_for(rule.condition, entities, lists) for rule in rules}
    return {rule: ids for rule, found in asked.items() if (ids := frozenset(entity.id for entity in found))}


def compile_entities(
    ids: Iterable[str],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
    known: Mapping[str, Entity],
) -> RuleSet:
    """A rule for each of these entities, with its id, that matches where it is named. The other arguments: as in
    `compile_rules`."""
    return compile_rules((rule_from_entity(entities[id_]) for id_ in ids), entities, lists, sources, known)


class EntityStories:
    """The stories of the articles that were added. `entities`: the rules of `compile_entities`; `min_publishers`: how
    many independent publishers must print a story that counts."""

    def __init__(self, entities: RuleSet, min_publishers: int) -> None:
        self._entities = entities
        self._min_publishers = min_publishers
        self._index = ClusterIndex()
        self._reports: defaultdict[str, list[EntityReport]] = defaultdict(list)
        self._swept_at: datetime | None = None

    def add(self, number: int, article: Article) -> None:
        """Add an article, in the order in which they were seen. One that names no entity in title or lead is left
        out."""
        matches = self._entities.match(article)
        named = frozenset(match.rule for match in matches if match.kind is MatchKind.NEWS)
        if not named:
            return
        self._sweep(article.seen)
        source = self._entities.sources.get(article.source)
        provenance = determine_article_provenance(article, source)
        features = identity_features(article, self._entities)
        publisher, wire = name_publisher(article, provenance, source), provenance.wire
        if (page := find_same_page(features, self._index)) is not None:  # one page is of one publisher
            features = replace(features, publisher=page.publisher, wire=page.wire)
            publisher, wire = page.publisher or publisher, page.wire
        joined = join_story(features, self._index)
        publisher = independent_publisher_of(wire, publisher)
        self._reports[joined.story.id].append(EntityReport(number, article.seen, publisher, named))

    def list_stories(self, since: datetime) -> list[Sequence[EntityReport]]:
        """The stories that count and whose last article was seen since then, each with its reports in the order of
        time."""
        found = (sorted(reports, key=lambda each: (each.seen, each.article)) for reports in self._reports.values())
        return [reports for reports in found if reports[-1].seen >= since and self._counts(reports)]

    def _counts(self, reports: Iterable[EntityReport]) -> bool:
        return len({report.publisher for report in reports}) >= self._min_publishers

    def _sweep(self, now: datetime) -> None:
        """Forget the stories that no article can join any more."""
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at = now
        index, open_ids = ClusterIndex(), set[str]()
        for cluster in self._index.clusters.values():
            if cluster.scope == STORIES and now - cluster.touched <= STORY_LASTS:
                open_ids.add(cluster.id)
                for member in cluster.members:
                    index.add_article(cluster, member, member.index_keys)
        self._index = index
        over = [id_ for id_, reports in self._reports.items() if id_ not in open_ids and not self._counts(reports)]
        for id_ in over:
            del self._reports[id_]
