"""All metrics, and what they count. docs/operate.md explains them; a test compares the two.

Labels are words from short lists (an outcome, a state, a channel's name): never an address or a title. One metric has a
label for each source, and no other should. `daemon.http_server` serves them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.model import (
    Alert,
    ArticleDecision,
    Claim,
    Delivery,
    DeliveryState,
    MatchOutcome,
    Outcome,
    PollRecord,
    ReceiptKind,
)
from monitor.telemetry.logs import lines_lost

_LATENCY = (0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400)  # s
_LAG = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300)
_CALL = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 20)
_AT_ONCE = timedelta(seconds=60)  # from seeing an article to deciding on it; later alerts were deferred on purpose
_MAX_PLANNED = 10_000  # alerts under way, for which the planned time of their polls is remembered

# Otherwise each metric gets a second series, with its creation time, which nobody needs.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types


class _LastSuccess(Collector):
    """When each source was last polled well. A gauge would have an object for each of thousands of sources."""

    def __init__(self) -> None:
        self.polled: Mapping[str, datetime | None] = {}

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "news_monitor_source_last_success_timestamp_seconds",
            "When a source was last polled well; 0: never.",
            labels=["source"],
        )
        for source, at in self.polled.items():
            family.add_metric([source], at.timestamp() if at else 0)
        yield family


class HttpRefusal(StrEnum):
    """Why a request or a connection to the address of `web` was refused."""

    MALFORMED = "malformed"  # no HTTP
    HOST = "host"  # for a name that is not ours
    METHOD = "method"
    PATH = "path"
    SLOW = "slow"  # it took too long
    CROWDED = "crowded"  # others came


class Metrics:
    """The metrics of one process, in their own registry."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        gauge, counter = partial(Gauge, registry=own), partial(Counter, registry=own)
        histogram = partial(Histogram, registry=own)

        self.build = gauge("news_monitor_build_info", "Always 1; the version that runs.", ["version"])
        self.config_faults = gauge("news_monitor_config_faults", "Faults in the user's files, as last read.")
        self.checks = gauge("news_monitor_check", "The checks of /healthz: 0 ok, 1 warning, 2 problem.", ["check"])

        self.sources = gauge("news_monitor_sources", "Sources that are polled.")
        self.sources_failing = gauge("news_monitor_sources_failing", "Sources whose last poll failed.")
        self.sources_unverified = gauge("news_monitor_sources_unverified", "Sources that were not polled yet.")
        self._last_success = _LastSuccess()
        own.register(self._last_success)
        self.polls = counter("news_monitor_polls_total", "Polls that ended, by outcome.", ["outcome"])
        self.polls_in_flight = gauge("news_monitor_polls_in_flight", "Polls that have begun and not ended.")
        self.poll_lag = histogram(
            "news_monitor_poll_lag_seconds", "From a poll's planned time to its beginning.", buckets=_LAG
        )

        self.articles = counter("news_monitor_articles_total", "New articles, and new versions of known ones.")
        self.matches = counter("news_monitor_matches_total", "Matches, as news or mention.", ["kind", "reason"])
        self.alerts = counter(
            "news_monitor_alerts_total",
            "Decisions on matches: sent, with the alert's level; suppressed or deferred, with level none.",
            ["outcome", "level", "reason"],
        )
        self.alert_latency = histogram(
            "news_monitor_alert_latency_seconds",
            "Until a channel's server accepted an alert: since the article was published, by its own date, and since "
            "the poll that brought it was planned.",
            ["since"],
            buckets=_LATENCY,
        )
        self.deliveries = counter(
            "news_monitor_deliveries_total",
            "Attempts to deliver, by how they left the delivery.",
            ["channel", "state"],
        )
        self.outbox_waiting = gauge(
            "news_monitor_outbox_waiting", "Deliveries that wait or are being sent; held ones are not among them."
        )
        self.outbox_held = gauge("news_monitor_outbox_held", "Deliveries that wait for the hours of a route.")
        self.outbox_dead = gauge("news_monitor_outbox_dead", "Deliveries that were given up.")
        self.outbox_oldest = gauge(
            "news_monitor_outbox_oldest_seconds", "How long the oldest of them has waited; 0: none waits."
        )

        self.http_refused = counter(
            "news_monitor_http_refused_total", "Requests and connections that were refused, by why.", ["reason"]
        )
        self.log_lines_lost = counter(
            "news_monitor_log_lines_lost_total", "Lines of the log that could not be written."
        )
        self.store = histogram(
            "news_monitor_store_seconds", "Calls to the database, without their waiting.", buckets=_CALL
        )
        ProcessCollector(registry=own)
        self._planned: OrderedDict[str, datetime] = OrderedDict()

    def record_poll_start(self, claim: Claim, now: datetime) -> None:
        """Count a poll that begins, and its delay against the plan."""
        self.polls_in_flight.inc()
        self.poll_lag.observe(max((now - claim.planned).total_seconds(), 0))

    def record_poll(self, polled: PollRecord, article_decisions: Iterable[ArticleDecision] | None) -> None:
        """Count a poll and its decisions. None in place of decisions: it was not committed, because another poll of the
        same source was."""
        self.polls.labels("lost" if article_decisions is None else polled.fetched.outcome.value).inc()
        for article_decision in article_decisions or ():
            self.articles.inc()
            for match_decision in article_decision.decisions:
                self.matches.labels(match_decision.match.kind.value, match_decision.outcome.reason.value).inc()
                if (alert := match_decision.alert) is None:
                    self._count_decision(match_decision.outcome, "none")
                else:
                    self._count_decision(match_decision.outcome, alert.level.value)
                    self._remember_planned(alert.id, polled.claim.planned)

    def record_alert(self, alert: Alert) -> None:
        """Count an alert that was committed without a new article: its time had come."""
        self.alerts.labels(Outcome.SENT.value, alert.level.value, alert.kind.reason.value).inc()

    def _count_decision(self, decision: MatchOutcome, level: str) -> None:
        self.alerts.labels(decision.outcome.value, level, decision.reason.value).inc()

    def record_attempt(
        self, delivery: Delivery, state: DeliveryState, now: datetime, receipt: ReceiptKind | None = None
    ) -> None:
        """Count an attempt to deliver that left the delivery in `state`, and observe the latency of an accepted
        alert. What is only sent (`receipt`) is counted as unverified."""
        counted = receipt if receipt is ReceiptKind.UNVERIFIED else state
        self.deliveries.labels(delivery.channel, counted.value).inc()
        alert = delivery.alert
        if state is DeliveryState.ACCEPTED and isinstance(alert, Alert):
            at_once = alert.at - alert.article.seen <= _AT_ONCE
            if alert.article.dated and alert.article.version == 1 and at_once:  # an edit may come days later
                self._observe_latency("published", alert.article.published, now)
            if planned := self._planned.get(alert.id):
                self._observe_latency("planned", planned, now)

    def set_last_success(self, polled: Mapping[str, datetime | None]) -> None:
        """Set for each source when it was last polled well; None: never."""
        self._last_success.polled = polled

    def render_exposition(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        self.log_lines_lost.reset()
        self.log_lines_lost.inc(lines_lost())
        return generate_latest(self.registry)

    def _remember_planned(self, alert: str, planned: datetime) -> None:
        self._planned[alert] = planned
        if len(self._planned) > _MAX_PLANNED:
            self._planned.popitem(last=False)

    def _observe_latency(self, since: str, began: datetime, now: datetime) -> None:
        self.alert_latency.labels(since).observe(max((now - began).total_seconds(), 0))
