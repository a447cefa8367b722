"""A desk with one rule on outbreaks, to which papers report one after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from monitor.decide import Decision
from monitor.matching import RuleSet
from monitor.model import AlertPolicy
from monitor.store.claims import Claims
from monitor.store.database import Database
from monitor.store.merging import Merged, Merging
from monitor.store.section import SerialSection
from monitor.store.splitting import SplitOff, Splitting
from monitor.store.stories import StoriesRead, StoryAccount
from monitor.store.tables import alert, match
from tests.building import MINUTE, NOON, article, claimed, commit, config_of, rule, rules, sources, to_desk

VIETNAM = "Vietnam confirms first mpox case"
THAILAND = "Thailand confirms first mpox case"
LAOS = "Laos confirms first mpox case"
PAPERS = ("wire", "post", "herald", "globe", "times", "echo")


class Desk:
    """A database, and a rule; each article comes from a paper that has not reported before, a minute after the last."""

    def __init__(self, database: Database, **policy: object) -> None:
        self.database = database
        self.rule = replace(rule("mpox", ["mpox"]), alert=AlertPolicy(**policy))  # type: ignore[arg-type]
        self.claims = Claims(database, "here:1")
        self.claims.know(sources(*PAPERS), NOON)
        self.now = NOON
        self._papers = iter(PAPERS)

    @property
    def rules(self) -> RuleSet:
        return rules(self.rule)

    def hear(self, title: str, text: str = "") -> Decision:
        """An article, decided by a daemon that has just started, and committed."""
        self.now += MINUTE
        of = next(self._papers)
        page = article(f"of {of}", title, text, of=of, seen=self.now, url=f"https://{of}.test/1")
        return commit(
            SerialSection(self.database), claimed(self.claims, of, self.now), page, at=self.now, ruleset=self.rules
        )

    def merge(self, id_: str, other: str) -> Merged:
        return Merging(self.database, config_of(self.rule)).merge(id_, other, self.now, "ann")

    def split(self, id_: str, *articles: int, quiet: bool = False) -> SplitOff:
        splitting = Splitting(self.database, config_of(self.rule), to_desk)
        return splitting.split(id_, articles, self.now, "ann", quiet=quiet)

    def sent(self) -> list[str]:
        """Every message, in the order in which they were made."""
        with self.database.reading() as connection:
            rows = connection.execute(select(alert.c.kind, alert.c.story_id, alert.c.sentence).order_by(alert.c.at))
            return [f"{row.kind} {row.story_id} {row.sentence}" for row in rows]

    def show(self, id_: str) -> StoryAccount:
        found = StoriesRead(self.database).find(id_)
        assert found is not None
        return found

    def falls_due(self, at: datetime) -> list[str]:
        """What is told then, as a message."""
        with SerialSection(self.database).entered(at) as inside:
            fallen = inside.decide_due(self.rules)
            inside.fall(fallen, to_desk)
        return [f"{each.alert.kind} {each.alert.story} {each.alert.article.title}" for each in fallen.tellings]

    def decisions(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.execute(select(match.c.decision).order_by(match.c.id)).scalars())


def story_of(decision: Decision) -> str:
    [judged] = decision.judged
    assert judged.story is not None
    return judged.story.id


def event_of(decision: Decision) -> str:
    [judged] = decision.judged
    [decided] = judged.decisions
    assert decided.hearing is not None
    assert decided.hearing.event is not None
    return decided.hearing.event.id
