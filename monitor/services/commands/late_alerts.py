"""Sends what rules would have sent of stored articles if they had been as they are now: after a rule was widened, or
was mended. The alerts are decided as live ones, in the serial section; the daemon sends them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.active_config import ActiveConfig, compile_config
from monitor.alerting.case import DecisionContext
from monitor.cases import PreparedArticle, prepare_articles
from monitor.model import Article, ArticleDecision, Config
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries.archive import Archive
from monitor.store.state.state_loader import PreparedPoll

Track = Callable[[Iterable[tuple[int, Article]], int], Iterable[tuple[int, Article]]]
"""Yields the articles that it is given, and can count them while they are read; the number: how many they are."""


class LateAlerts:
    """What these live rules of the config have not sent of stored articles, and would have. First `find`, then
    `decide`."""

    def __init__(self, config: Config, database: Database, rules: Collection[str]) -> None:
        self._database = database
        self._rules = rules
        self._active = ActiveConfig(config, compile_config(config), ZoneInfo(config.settings.timezone))
        self._hits: dict[int, PreparedArticle] = {}  # by article id, with the matches of the rules alone

    def find(self, since: datetime, now: datetime, track: Track = lambda articles, _: articles) -> None:
        """Find the articles that came since then and that the rules hit now, in the order in which they came."""
        archive = Archive(self._database)
        for id_, article in track(archive.iter_seen(since, now), archive.count_seen(since, now)):
            (prepared,) = prepare_articles([article], self._active.rules)
            hit = prepared.select_matches(self._rules)
            if hit.matches:
                self._hits[id_] = hit

    def decide(self, now: datetime, *, commit: bool) -> tuple[ArticleDecision, ...]:
        """The decisions on these articles, by what is stored now; without those that were decided on before. `commit`:
        write them, all or none. Raises StoreFailed."""
        context = DecisionContext(self._active.zone, is_requested=True)
        with SerialSection(self._database).enter(now) as section:
            unsettled = section.select_unsettled(self._hits)
            (decision,) = section.decide([PreparedPoll(tuple(unsettled.values()), context)], self._active.rules)
            if commit:
                ids = {(each.article.source, each.article.uid): id_ for id_, each in unsettled.items()}
                section.commit_stored(decision, ids, self._active.plan_alert)
        return decision.article_decisions
