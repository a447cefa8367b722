"""A desk with one rule on outbreaks, to which papers report one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from monitor.decide import Decision
from monitor.matching import RuleSet, compile_rules
from monitor.model import Alert, AlertPolicy, Entity, Event
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, match
from monitor.store.lifecycle.cluster_merge import ClusterMerger, MergeResult
from monitor.store.lifecycle.cluster_split import ClusterSplitter, SplitResult
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queries.stories import StoryDetails, StoryQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    alert_of,
    article,
    claimed,
    commit,
    config_of,
    rule,
    sources,
    stored_decision,
    to_desk,
)

VIETNAM = "Vietnam confirms first mpox case"
THAILAND = "Thailand confirms first mpox case"
LAOS = "Laos confirms first mpox case"
PAPERS = ("wire", "post", "herald", "globe", "times", "echo")


class Desk:
    """A database, a rule, and the entities that are known; each article comes from a paper that has not reported
    before, a minute after the last."""

    def __init__(self, database: Database, **policy: object) -> None:
        self.database = database
        self.entities: Mapping[str, Entity] = {}
        self.rule = replace(rule("mpox", ["mpox"]), alert=AlertPolicy(**policy))  # type: ignore[arg-type]
        self.claims = Claims(database, "here:1")
        self.claims.register_sources(sources(*PAPERS), NOON)
        self.now = NOON
        self._papers = iter(PAPERS)

    @property
    def rules(self) -> RuleSet:
        return compile_rules((self.rule,), self.entities)

    def hear(self, title: str, text: str = "") -> Decision:
        """An article, decided by a daemon that has just started, and committed."""
        self.now += MINUTE
        of = next(self._papers)
        language = "en" if title.isascii() else "ko"
        page = article(f"of {of}", title, text, of=of, seen=self.now, url=f"https://{of}.test/1")
        page = replace(page, language=language)
        return commit(
            SerialSection(self.database), claimed(self.claims, of, self.now), page, at=self.now, ruleset=self.rules
        )

    def merge(self, id_: str, other: str) -> MergeResult:
        return ClusterMerger(self.database, config_of(self.rule)).merge(id_, other, self.now, "ann")

    def split(self, id_: str, *articles: int) -> SplitResult:
        return ClusterSplitter(self.database, config_of(self.rule), self.rules).split(id_, articles, self.now, "ann")

    def sent(self) -> list[str]:
        """Every message, in the order in which they were made."""
        with self.database.reading() as connection:
            rows = connection.execute(select(alert.c.kind, alert.c.story_id, alert.c.sentence).order_by(alert.c.at))
            return [f"{row.kind} {row.story_id} {row.sentence}" for row in rows]

    def delivered(self, at: datetime) -> list[Alert]:
        """What the channel is given then, as it is read for that; what belongs under another comes after it."""
        found = []
        while (claim := Outbox(self.database, "here:1").claim("desk", at, HOUR)) is not None:
            found.append(alert_of(claim))
        return sorted(found, key=lambda each: (each.at, each.thread is not None))

    def forget(self, paper: str) -> None:
        """Its articles, an hour later."""
        forgetting = ArticleEraser(self.database, config_of(self.rule))
        list(forgetting.erase(forgetting.plan(paper), self.now + HOUR))

    def show(self, id_: str) -> StoryDetails:
        found = StoryQueries(self.database).find(id_)
        assert found is not None
        return found

    def falls_due(self, at: datetime) -> list[str]:
        """What is told then, as a message."""
        with SerialSection(self.database).enter(at) as inside:
            fallen = inside.decide_due(self.rules.rules)
            inside.commit_due(fallen, to_desk)
        return [f"{each.alert.kind} {each.alert.story} {each.alert.article.title}" for each in fallen.released]

    def decisions(self) -> list[str]:
        with self.database.reading() as connection:
            rows = connection.execute(select(match.c.outcome, match.c.reason_parameters).order_by(match.c.id))
            return [stored_decision(outcome, why) for outcome, why in rows]


def story_of(decision: Decision) -> str:
    [judged] = decision.article_decisions
    assert judged.story is not None
    return judged.story.id


def event_of(decision: Decision) -> str:
    return whole_event_of(decision).id


def whole_event_of(decision: Decision) -> Event:
    [judged] = decision.article_decisions
    [decided] = judged.decisions
    assert decided.candidate is not None
    assert decided.candidate.event is not None
    return decided.candidate.event
