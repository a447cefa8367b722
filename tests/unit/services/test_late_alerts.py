"""What a person has sent of stored articles after an edit of a rule: decided as all else, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from monitor.errors import StoreFailed
from monitor.model import ArticleDecision, Config, OncePer, RouteStep, Rule, RuleStatus
from monitor.services.commands.late_alerts import LateAlerts
from monitor.store.commit import serial_section
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, article_version, delivery, event, match, story, story_article
from monitor.store.queues.claims import Claims
from monitor.wording.reasons import outcome_in_words
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, config_of, rule, rules, sources

STRIKE, WALKOUT = "Dockers strike in Busan", "Crane drivers walk out in Mokpo"
NARROW, WIDE = rule("port", ["strike"]), rule("port", ["strike", "walk out"])
LATER = NOON + 30 * HOUR


class StoredDesk:
    """A database that a daemon with some rules has filled."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._claims = Claims(database, "here:1")
        self._claims.register_sources(sources("wire", "post"), NOON)

    def poll(self, *titles: str, by: Rule, source: str = "wire", minutes: int = 0, **more: object) -> None:
        """Articles with these titles, which are their uids too."""
        at = NOON + minutes * MINUTE
        found = [article(title, title, of=source, seen=at, **more) for title in titles]  # type: ignore[arg-type]
        commit(SerialSection(self.database), claimed(self._claims, source, at), *found, at=at, ruleset=rules(by))

    def late(self, by: Rule) -> LateAlerts:
        late = LateAlerts(_config(by), self.database, {by.id})
        late.find(NOON - HOUR, LATER)
        return late

    def send(self, by: Rule) -> list[str]:
        return said(self.late(by).decide(LATER, commit=True))

    def count(self, *tables: str) -> list[int]:
        known = {each.name: each for each in (alert, delivery, match, article_version, story, event, story_article)}
        with self.database.reading() as connection:
            return [connection.execute(select(func.count()).select_from(known[name])).scalar_one() for name in tables]


def _config(by: Rule) -> Config:
    config = config_of(by)
    return replace(config, settings=replace(config.settings, routes={"default": (RouteStep("desk"),)}))


def said(decisions: tuple[ArticleDecision, ...]) -> list[str]:
    return [
        f"{each.article.title}: {outcome_in_words(decided.outcome).partition(':')[0]}"
        for each in decisions
        for decided in each.decisions
    ]


@pytest.fixture
def desk(database: Database) -> StoredDesk:
    return StoredDesk(database)


@pytest.mark.parametrize("once_per", list(OncePer))
def test_what_was_sent_already_is_left_out(desk: StoredDesk, once_per: OncePer) -> None:
    """Whatever a rule sends once; what is sent late is a match, an alert and a delivery as any other, and counts as
    sent from then on, also for another article of the same event."""
    narrow, wide = (replace(each, alert=replace(each.alert, once_per=once_per)) for each in (NARROW, WIDE))
    desk.poll(STRIKE, WALKOUT, "Ferries run on time", by=narrow)
    assert desk.count("alert", "delivery", "match") == [1, 1, 1]
    assert desk.send(wide) == [f"{WALKOUT}: sent"]
    assert desk.count("alert", "delivery", "match", "article_version") == [2, 2, 2, 3]
    assert desk.send(wide) == []
    desk.poll(f"{WALKOUT}, union says", by=wide, source="post", minutes=5)
    assert desk.count("alert")[0] == (3 if once_per is OncePer.ARTICLE else 2)


def test_two_articles_of_one_event_make_one_alert(desk: StoredDesk) -> None:
    """The first that came."""
    desk.poll(WALKOUT, by=NARROW)
    desk.poll(f"{WALKOUT}, union says", by=NARROW, source="post", minutes=5)
    assert desk.send(WIDE) == [f"{WALKOUT}: sent", f"{WALKOUT}, union says: suppressed"]
    assert desk.count("story", "story_article") == [1, 2]


def test_an_article_is_as_old_as_it_was_when_it_came(desk: StoredDesk) -> None:
    """A rule with max_age sends what came fresh a day ago, and not what was old then, unless that is what was
    edited."""
    old = NOON - 3 * HOUR
    desk.poll(WALKOUT, by=replace(NARROW, max_age=HOUR))
    desk.poll("Pilots walk out in Incheon", by=replace(NARROW, max_age=HOUR), published=old)
    desk.poll("Tug crews strike in Ulsan", by=replace(NARROW, max_age=HOUR), published=old)
    assert desk.send(replace(WIDE, max_age=HOUR)) == [
        f"{WALKOUT}: sent",
        "Pilots walk out in Incheon: suppressed",
        "Tug crews strike in Ulsan: suppressed",
    ]
    assert desk.send(replace(WIDE, max_age=6 * HOUR)) == [
        "Pilots walk out in Incheon: sent",
        "Tug crews strike in Ulsan: sent",
    ]
    assert desk.count("match", "alert") == [3, 3]


@pytest.mark.parametrize("once_per", list(OncePer))
def test_what_a_rule_matched_in_shadow_is_sent_when_it_is_live(desk: StoredDesk, once_per: OncePer) -> None:
    """Once for each event; the article stays one member of its story and its event."""
    live = replace(WIDE, alert=replace(WIDE.alert, once_per=once_per))
    desk.poll(STRIKE, WALKOUT, by=replace(live, status=RuleStatus.SHADOW))
    assert desk.send(live) == [f"{STRIKE}: sent", f"{WALKOUT}: sent"]
    assert desk.send(live) == []
    with desk.database.reading() as connection:
        for table in (story, event):
            assert all(len(members) == 1 for members in connection.execute(select(table.c.members)).scalars())


def test_an_article_that_was_edited_meanwhile_is_left_to_the_daemon(desk: StoredDesk) -> None:
    """Which has decided on the new version, by the rule as it is now."""
    desk.poll(WALKOUT, by=NARROW)
    late = desk.late(WIDE)
    desk.poll(WALKOUT, by=WIDE, minutes=5, version=2)
    assert late.decide(LATER, commit=True) == ()
    assert desk.count("alert", "match") == [1, 1]


def test_nothing_is_written_before_a_person_agrees_nor_by_half(
    desk: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is one transaction: after a failure in it, all is sent at the next try."""
    desk.poll(WALKOUT, STRIKE, by=rule("port", ["never"]))
    everything = ("alert", "delivery", "match", "story", "event", "story_article")
    before = desk.count(*everything)
    late = desk.late(WIDE)
    assert len(late.decide(LATER, commit=False)) == 2
    assert desk.count(*everything) == before

    def fail(*_: object) -> None:
        raise StoreFailed("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(serial_section, "write_sources", fail)  # the last that is written
        with pytest.raises(StoreFailed):
            late.decide(LATER, commit=True)
    assert desk.count(*everything) == before
    assert desk.send(WIDE) == [f"{WALKOUT}: sent", f"{STRIKE}: sent"]
