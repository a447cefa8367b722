"""The miss ledger: stories of many independent publishers that a rule should have sent, and did not, or not in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from monitor.active_config import compile_config
from monitor.config.loading.load import shipped_entities
from monitor.identity.bounds import STORY_LASTS
from monitor.lab.rule_misses import EntityStories, Miss, MissJudge, MissLimits, compile_entities, find_rule_entities
from monitor.matching import RuleSet
from monitor.model import Config, select_running_rules
from monitor.services.lookup import require_known
from monitor.store.engine.database import Database
from monitor.store.queries.archive import Archive
from monitor.store.queries.story_responses import StoryResponseQueries

__all__ = ["Miss", "MissLedger", "MissLimits", "MissPeriod", "NotJudged", "find_misses", "search_misses"]

Track = Callable[[Iterable[None], int], Iterable[None]]
"""Yields what it is given, and can count it while it comes; the number: about how much it is."""


@dataclass(frozen=True, slots=True)
class MissPeriod:
    """The stories whose last article was seen in this time."""

    since: datetime
    until: datetime

    @property
    def first(self) -> datetime:
        """From when on articles are read: a story that ends in this time may have begun before it."""
        return self.since - STORY_LASTS


class NotJudged(StrEnum):
    """Why a rule is not judged."""

    NO_ENTITY = "match names no entity, so nothing says what it is about"
    OFF = "status is off"


@dataclass(frozen=True, slots=True)
class MissLedger:
    """The misses by rule, the worst first; without rules that missed nothing. `stories`: how many stories were judged;
    `rules`: how many rules that run ask for entities: only these can miss a story. `not_judged`: why the others, by
    their ids, can miss none."""

    misses: Mapping[str, Sequence[Miss]]
    stories: int
    rules: int
    not_judged: Mapping[str, NotJudged]

    @property
    def count(self) -> int:
        """How many misses there are of all rules."""
        return sum(map(len, self.misses.values()))


def find_misses(
    config: Config,
    database: Database,
    period: MissPeriod,
    limits: MissLimits,
    *,
    rule: str | None = None,
    track: Track = lambda steps, _: steps,
) -> MissLedger:
    """The misses of a period, of all rules that run or of one. Raises InvalidRequest if there is no such rule."""
    require_known("rule", [rule] if rule is not None else [], config.rules)
    steps = search_misses(config, compile_config(config), database, period, limits, rule=rule)
    return _run(steps, track, Archive(database).count_seen(period.first, period.until))


def _run(steps: Iterator[MissLedger | None], track: Track, count: int) -> MissLedger:
    found: list[MissLedger] = []

    def work() -> Iterator[None]:
        for step in steps:
            if step is not None:
                found.append(step)
            yield None

    for _ in track(work(), count):
        pass
    return found[0]


def search_misses(
    config: Config,
    rules: RuleSet,
    database: Database,
    period: MissPeriod,
    limits: MissLimits,
    *,
    rule: str | None = None,
) -> Iterator[MissLedger | None]:
    """The same in small steps, for a daemon that has other work: None after each article that was read and each story
    that was judged, and the ledger at last. `rules`: those of the config, compiled: all of them, as what a title is
    about may be a matter of others."""
    asked = [each for each in config.rules.values() if rule in (None, each.id)]
    running = select_running_rules(asked)
    entities = find_rule_entities(running, config.entities, config.lists)
    off = dict.fromkeys({each.id for each in asked} - {each.id for each in running}, NotJudged.OFF)
    not_judged = {each.id: off.get(each.id, NotJudged.NO_ENTITY) for each in asked if each.id not in entities}
    named = dict.fromkeys(chain.from_iterable(entities.values()))
    archive, responses = Archive(database), StoryResponseQueries(database)
    if not named or not archive.count_seen(period.first, period.until):
        yield MissLedger({}, 0, len(entities), not_judged)
        return
    compiled = compile_entities(named, config.entities, config.lists, config.sources, shipped_entities(config.entities))
    stories = EntityStories(compiled, limits.publishers)
    for number, article in archive.iter_seen(period.first, period.until):
        if not article.baseline:  # what was there before its source was ours
            stories.add(number, article)
        yield None
    judge = MissJudge(rules, entities, limits, archive.load_articles, period.until)
    found: defaultdict[str, list[Miss]] = defaultdict(list)
    judged = stories.list_stories(period.since)
    for reports in judged:
        for miss in judge.find_misses(reports, responses.load([report.article for report in reports])):
            found[miss.rule].append(miss)
        yield None
    in_order = {each: sorted(found[each], key=lambda miss: miss.rank) for each in entities if each in found}
    yield MissLedger(in_order, len(judged), len(entities), not_judged)
