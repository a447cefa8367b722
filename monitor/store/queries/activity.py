"""What came in, matched and was sent since some moment: the figures of reports are made of it. It only reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from monitor.model import AlertKind, DeliveryState, FetchOutcome, MarkVerdict, MatchKind, Outcome, Reason
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, article, delivery, fetch, match
from monitor.store.marks import Marks
from monitor.store.queries.daily_counts import DAYS, DailyCounts

# Up to so many rules are read by the index on rules. For more, the rows of all rules are read: by the index on times
# that is cheaper, and a statement takes only some ten thousand values.
_MAX_RULES_BY_INDEX = 10
_SAME = (Reason.ALREADY_SENT, Reason.ALREADY_DEFERRED)
_NEW = (Reason.FIRST, Reason.POSSIBLY_SAME)


@dataclass(frozen=True, slots=True)
class AlertMoments:
    """When an alert happened. `at`: when it was decided; `published_at`: by the article's own date, None if it has
    none; `seen_at`: when we saw it first; `accepted_at`: when the first channel accepted it. None too if the article
    has left, or nothing was accepted yet. `title`: of the rule, as it was then."""

    rule: str
    title: str
    level: str
    kind: AlertKind
    at: datetime
    published_at: datetime | None
    seen_at: datetime | None
    accepted_at: datetime | None

    @property
    def from_publication(self) -> timedelta | None:
        """How long it took from the publication of the article until a channel accepted the message. A date in the
        future counts as that moment. None: unknown, or a digest, which waits on purpose."""
        return self._measure_from(self.published_at)

    @property
    def from_first_seen(self) -> timedelta | None:
        """The same from when we saw the article first."""
        return self._measure_from(self.seen_at)

    def _measure_from(self, start: datetime | None) -> timedelta | None:
        if start is None or self.accepted_at is None or self.kind is AlertKind.DIGEST:
            return None
        return max(self.accepted_at - start, timedelta())


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What a source brought: its new articles, the matches of its articles, and how many of its fetches failed."""

    articles: int = 0
    matches: int = 0
    failures: int = 0


@dataclass(slots=True)
class RuleHealth:
    """What a rule did within some days. `matches`: articles that it matched, of which `mentions` are no news;
    `alerts`: new messages, without `updates`; `same`: what was suppressed as the same as what was sent; `daily`: its
    matches of each day, the oldest first. Of all time: `last_sent_at`, and how many of its matches people have marked
    as `good` and as `noise`."""

    matches: int = 0
    mentions: int = 0
    alerts: int = 0
    updates: int = 0
    same: int = 0
    daily: list[int] = field(default_factory=lambda: [0] * DAYS)
    last_sent_at: datetime | None = None
    good: int = 0
    noise: int = 0

    @property
    def noise_share(self) -> float | None:
        """The share of noise among what is marked, from 0 to 1; None: nothing is marked."""
        marked = self.good + self.noise
        return self.noise / marked if marked else None

    @property
    def is_silent(self) -> bool:
        """Whether it matched nothing."""
        return self.matches == 0


def list_alerts_since(database: Database, since: datetime, rules: Sequence[str] = ()) -> list[AlertMoments]:
    """The alerts since then, without notices, the oldest first. `rules`: only theirs, none: of all."""
    recent = (alert.c.at >= since, alert.c.rule_id.in_(rules) if rules else alert.c.rule_id.is_not(None))
    accepted = (
        select(delivery.c.alert_id, func.min(delivery.c.ended_at).label("at"))
        .join_from(delivery, alert, alert.c.id == delivery.c.alert_id)
        .where(delivery.c.state == DeliveryState.ACCEPTED, *recent)
        .group_by(delivery.c.alert_id)
        .subquery()
    )
    columns = (alert.c.rule_id, alert.c.title, alert.c.level, alert.c.kind, alert.c.at)
    of_article = (article.c.published_at, article.c.dated, article.c.seen_at)
    query = (
        select(*columns, *of_article, accepted.c.at.label("accepted_at"))
        .join_from(alert, article, article.c.id == alert.c.article_id, isouter=True)
        .outerjoin(accepted, accepted.c.alert_id == alert.c.id)
        .where(*recent)
        .order_by(alert.c.at, alert.c.id)
    )
    with database.reading() as connection:
        return [
            AlertMoments(
                row.rule_id,
                row.title or row.rule_id,
                row.level,
                AlertKind(row.kind),
                row.at,
                row.published_at if row.dated else None,
                row.seen_at,
                row.accepted_at,
            )
            for row in connection.execute(query)
        ]


def count_by_source(database: Database, since: datetime) -> Mapping[str, SourceCounts]:
    """What each source brought since then; those that brought nothing are left out."""
    failed = fetch.c.outcome.in_([FetchOutcome.FAILED, FetchOutcome.GONE])
    of_match = article.c.id == match.c.article_id
    queries = {
        "articles": select(article.c.source_id, func.count()).where(article.c.seen_at >= since),
        "matches": select(article.c.source_id, func.count())
        .join_from(match, article, of_match)
        .where(match.c.at >= since),
        "failures": select(fetch.c.source_id, func.count()).where(fetch.c.at >= since, failed),
    }
    found = defaultdict[str, dict[str, int]](dict)
    with database.reading() as connection:
        for name, query in queries.items():
            for id_, count in connection.execute(query.group_by(query.selected_columns[0])):
                found[id_][name] = count
    return {id_: SourceCounts(**counts) for id_, counts in found.items()}


def load_rule_health(
    database: Database, rules: Iterable[str], now: datetime, timezone: str, days: int = DAYS
) -> Mapping[str, RuleHealth]:
    """The health of these rules, by id. A day is one of the desk's time zone; the last one is today."""
    found = defaultdict[str, RuleHealth](lambda: RuleHealth(daily=[0] * days))
    wanted = list(rules)
    limited = wanted if len(wanted) <= _MAX_RULES_BY_INDEX else None
    span = DailyCounts.until(now, timezone, days)
    columns = (match.c.rule_id, match.c.at, match.c.kind, match.c.outcome, match.c.reason)
    matches = select(*columns).where(match.c.at >= span.since)
    sent = select(alert.c.rule_id, func.max(alert.c.at).label("at")).group_by(alert.c.rule_id)
    if limited is not None:
        matches, sent = matches.where(match.c.rule_id.in_(limited)), sent.where(alert.c.rule_id.in_(limited))
    with database.reading() as connection:
        counted = Counter(
            (row.rule_id, span.find_day(row.at), row.kind, row.outcome, row.reason)
            for row in connection.execute(matches)
        )
        for row in connection.execute(sent):
            found[row.rule_id].last_sent_at = row.at
    for (rule, day, kind, outcome, reason), count in counted.items():
        health, is_sent = found[rule], outcome == Outcome.SENT
        health.matches += count
        health.daily[day] += count
        health.mentions += count * (kind == MatchKind.MENTION)
        health.alerts += count * (is_sent and reason in _NEW)
        health.updates += count * (is_sent and reason == Reason.UPDATE)
        health.same += count * (reason in _SAME)
    for (rule, verdict), count in Marks(database).count_verdicts(limited).items():
        if verdict is MarkVerdict.GOOD:
            found[rule].good = count
        elif verdict is MarkVerdict.NOISE:
            found[rule].noise = count
    return {rule: found[rule] for rule in wanted}
