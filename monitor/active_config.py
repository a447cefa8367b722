"""What is in force: the config that the daemon runs on, with its rules compiled. One home, swapped whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from monitor.alerting.case import DecisionContext, find_poll_gap
from monitor.alerting.routing import plan_deliveries
from monitor.config.loading.compiled import compile_loaded
from monitor.matching import RuleSet
from monitor.matching.full_text_requests import find_full_text_requests, has_full_text_rules
from monitor.model import DEFAULT_ROUTE, Alert, Article, Channel, Claim, Config, PlannedDelivery, RouteStep, Source


@dataclass(frozen=True)
class ActiveConfig:
    """A config and its compiled rules. `zone`: the desk's, as it was when the daemon started; `catches_up`: articles
    that were missed between two polls are sent in one message."""

    config: Config
    rules: RuleSet
    zone: tzinfo = UTC
    catches_up: bool = True

    @property
    def sources(self) -> Mapping[str, Source]:
        """The sources that are polled, by id."""
        return self.config.sources

    @property
    def channels(self) -> Mapping[str, Channel]:
        """The channels, by name."""
        return self.config.settings.channels

    def source_name(self, source: str) -> str:
        """What people call a source; its id if it is no longer in the config."""
        return self.sources[source].name if source in self.sources else source

    def plan_alert(self, alert: Alert) -> list[PlannedDelivery]:
        """Where an alert is sent, and when."""
        return plan_alert(alert, self.config.settings.routes)

    def decision_context(self, claim: Claim, now: datetime) -> DecisionContext:
        """What deciding on a poll knows besides its articles."""
        return DecisionContext(self.zone, find_poll_gap(claim, now) if self.catches_up else None)

    @property
    def wants_full_text(self) -> Callable[[Article], bool] | None:
        """Whether a rule asks for the full text of an article; None if no rule ever does."""
        if not has_full_text_rules(self.rules):
            return None
        return lambda article: bool(find_full_text_requests(self.rules, article))


class ActiveConfigHolder:
    """The one place that says which config is in force. Whoever works with it takes `current` once, at the start.
    `titles`: what the feeds of sources call themselves, by source id."""

    def __init__(self, current: ActiveConfig, titles: Mapping[str, str] | None = None) -> None:
        self.current = current
        self._titles = dict(titles or {})

    def source_name(self, source: str) -> str:
        """The display name of a source: its own, else the title of its feed, else its id."""
        known, title = self.current.sources.get(source), self._titles.get(source)
        return (title or source) if known is None else known.choose_name(title)

    def publisher_name(self, publisher: str) -> str:
        """The name by which readers know a publisher. That of what a source without a name brought is the id of the
        source, which may have a publisher or a name by now."""
        known = self.current.sources.get(publisher)
        return (known and known.publisher) or self.source_name(publisher)

    def learn_title(self, source: str, title: str | None) -> None:
        """Know from now on what a feed calls itself."""
        if title:
            self._titles[source] = title


def compile_config(config: Config) -> RuleSet:
    """The rules of a config that run, compiled; they know the shipped entities too."""
    return compile_loaded(config.rules.values(), config)


def plan_alert(alert: Alert, routes: Mapping[str, Sequence[RouteStep]]) -> list[PlannedDelivery]:
    """The deliveries of an alert by its routes, one for each channel, in their order. `routes`: of the config. An alert
    that was deferred may name a route that is no longer there: the default route takes its place."""
    names = (name if name in routes else DEFAULT_ROUTE for name in alert.routes)
    return plan_deliveries(alert.level, [(name, routes[name]) for name in names], alert.at)
