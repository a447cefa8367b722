"""What is counted, and that a person can look up what each figure means."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.decide import Decision, decide_articles
from monitor.model import Article, ArticleDecision, Claim, DeliveryState, ReceiptKind
from monitor.state import State
from monitor.telemetry import LogEvent
from monitor.telemetry.metrics import Metrics
from tests.support.building import HOUR, MINUTE, NOON, alert, alerts, article, delivery, polled, rules

OPERATE = (Path(__file__).parents[3] / "docs" / "operate.md").read_text(encoding="utf-8")
SECOND = timedelta(seconds=1)


@pytest.fixture
def metrics() -> Metrics:
    """Nothing counted yet."""
    return Metrics()


def judged(*articles: Article) -> tuple[ArticleDecision, ...]:
    decision: Decision = decide_articles(articles, rules(), State(), NOON)
    return decision.article_decisions


def rows(heading: str) -> dict[str, str]:
    """The table under a heading of docs/operate.md: what stands in its first cell, and the rest of the row."""
    section = OPERATE.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, flags=re.MULTILINE))


def test_a_poll_is_counted_with_all_that_came_of_it(metrics: Metrics) -> None:
    """Its outcome, articles, matches by kind, and decisions: an alert by its level, or none."""
    value = metrics.registry.get_sample_value
    claim = Claim("wire", "u", 1, NOON)
    metrics.record_poll_start(claim, NOON + 2 * SECOND)
    assert (value("news_monitor_polls_in_flight"), value("news_monitor_poll_lag_seconds_sum")) == (1, 2)
    mention = article("b", "Ferries run", "They run on time. " * 40 + "A missile flew.")
    metrics.record_poll(polled(claim), judged(article("a"), article("c"), mention, article("d", "Ferries run")))
    metrics.record_poll(polled(claim), None)
    assert value("news_monitor_polls_total", {"outcome": "document"}) == 1
    assert value("news_monitor_polls_total", {"outcome": "lost"}) == 1
    assert value("news_monitor_articles_total") == 4
    assert value("news_monitor_matches_total", {"kind": "news", "reason": "first"}) == 1
    assert value("news_monitor_matches_total", {"kind": "news", "reason": "already-sent"}) == 1
    assert value("news_monitor_matches_total", {"kind": "mention", "reason": "mention"}) == 1
    assert value("news_monitor_alerts_total", {"outcome": "sent", "level": "high", "reason": "first"}) == 1
    assert value("news_monitor_alerts_total", {"outcome": "suppressed", "level": "none", "reason": "already-sent"}) == 1
    assert value("news_monitor_alerts_total", {"outcome": "deferred", "level": "none", "reason": "mention"}) == 1
    metrics.record_alert(alert())
    assert value("news_monitor_alerts_total", {"outcome": "sent", "level": "high", "reason": "first"}) == 2


def test_what_is_only_sent_is_counted_as_unverified(metrics: Metrics) -> None:
    """Whoever reads the metrics takes no datagram for a message that arrived."""
    metrics.record_attempt(delivery(), DeliveryState.ACCEPTED, NOON, ReceiptKind.UNVERIFIED)
    counted = {"channel": "desk", "state": "unverified"}
    assert metrics.registry.get_sample_value("news_monitor_deliveries_total", counted) == 1


def test_an_accepted_alert_has_its_latency(metrics: Metrics) -> None:
    """Since its article's own date, and since the poll that brought it was planned; other attempts have none."""
    brought = judged(article(published=NOON - HOUR))
    (told,) = alerts(Decision(brought, State()))
    metrics.record_poll(polled(Claim("wire", "u", 1, NOON)), brought)
    sent = delivery(told)
    metrics.record_attempt(sent, DeliveryState.RETRY, NOON + SECOND)
    metrics.record_attempt(sent, DeliveryState.ACCEPTED, NOON + 3 * SECOND)

    def latency(since: str) -> tuple[float | None, float | None]:
        of = {"since": since}
        counted = metrics.registry.get_sample_value("news_monitor_alert_latency_seconds_count", of)
        return counted, metrics.registry.get_sample_value("news_monitor_alert_latency_seconds_sum", of)

    assert (latency("published"), latency("planned")) == ((1, 3603), (1, 3))
    for state in ("retry", "accepted"):
        assert (
            metrics.registry.get_sample_value("news_monitor_deliveries_total", {"channel": "desk", "state": state}) == 1
        )


@pytest.mark.parametrize(
    ("of", "at"),
    [
        (article(dated=False), NOON),  # its date is the moment when we first saw it
        (article(version=2), NOON),  # an edit may come days later
        (article(), NOON + 2 * MINUTE),  # it waited, as its rule says
    ],
)
def test_an_alert_of_no_known_date_has_no_latency(metrics: Metrics, of: Article, at: datetime) -> None:
    """Nor has one that waited on purpose, or whose poll was before the restart, or another daemon's."""
    metrics.record_attempt(delivery(replace(alert(of), at=at)), DeliveryState.ACCEPTED, at)
    assert "news_monitor_alert_latency_seconds_count" not in metrics.render_exposition().decode()


def test_what_is_remembered_of_alerts_is_bounded(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alerts that are never accepted do not fill the memory."""
    monkeypatch.setattr("monitor.telemetry.metrics._MAX_PLANNED", 2)
    told = [replace(alert(), id=name) for name in "abc"]
    for each in told:
        only = replace(judged(article())[0], decisions=(replace(judged(article())[0].decisions[0], alert=each),))
        metrics.record_poll(polled(Claim("wire", "u", 1, NOON)), (only,))
    assert list(metrics._planned) == ["b", "c"]


def test_every_metric_is_explained() -> None:
    """docs/operate.md lists each of them with its labels, and no other."""
    named, metrics = {}, Metrics()
    metrics.set_last_success({"wire": None})  # it has its labels only with a source
    for metric in metrics.registry._collector_to_names:
        for family in metric.collect():
            name = f"{family.name}_total" if family.type == "counter" else family.name
            if name.startswith("news_monitor_"):
                labels = getattr(metric, "_labelnames", None)
                named[name] = ", ".join(family.samples[0].labels if labels is None else labels) or "–"
    told = {name: row.split(" | ")[0].replace("`", "") for name, row in rows("Metrics").items()}
    assert told == named


def test_every_message_of_the_service_is_explained() -> None:
    """docs/operate.md lists each event of the log: what it means, and what to do."""
    told = rows("What the log says")
    assert list(told) == [event.value for event in LogEvent]
    assert all(len(row.split(" | ")) == 2 for row in told.values())
