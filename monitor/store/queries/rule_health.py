"""How each rule has done lately: what it matched, what was sent, and what people have marked. It only reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from monitor.model import MarkVerdict, MatchKind, Outcome, Reason
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, match
from monitor.store.marks import Marks
from monitor.store.queries.daily_counts import DAYS, DailyCounts

# Up to so many rules are read by the index on rules. For more, the rows of all rules are read: by the index on times
# that is cheaper, and a statement takes only some ten thousand values.
_MAX_RULES_BY_INDEX = 10
_SAME = (Reason.ALREADY_SENT, Reason.ALREADY_DEFERRED)
_NEW = (Reason.FIRST, Reason.POSSIBLY_SAME)


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


class RuleHealthQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, rules: Iterable[str], now: datetime, timezone: str, days: int = DAYS) -> Mapping[str, RuleHealth]:
        """The health of these rules, by id. A day is one of the desk's time zone; the last one is today."""
        found = defaultdict[str, RuleHealth](lambda: RuleHealth(daily=[0] * days))
        wanted = list(rules)
        limited = wanted if len(wanted) <= _MAX_RULES_BY_INDEX else None
        self._count_matches(found, limited, DailyCounts.until(now, timezone, days))
        self._find_last_sent(found, limited)
        self._count_marks(found, limited)
        return {rule: found[rule] for rule in wanted}

    def _count_matches(self, found: Mapping[str, RuleHealth], rules: Sequence[str] | None, days: DailyCounts) -> None:
        columns = (match.c.rule_id, match.c.at, match.c.kind, match.c.outcome, match.c.reason)
        query = select(*columns).where(match.c.at >= days.since)
        if rules is not None:
            query = query.where(match.c.rule_id.in_(rules))
        counted: Counter[tuple[str, int, str, str, str]] = Counter()
        with self._database.reading() as connection:
            for row in connection.execute(query):
                counted[row.rule_id, days.find_day(row.at), row.kind, row.outcome, row.reason] += 1
        for (rule, day, kind, outcome, reason), count in counted.items():
            health, is_sent = found[rule], outcome == Outcome.SENT
            health.matches += count
            health.daily[day] += count
            health.mentions += count * (kind == MatchKind.MENTION)
            health.alerts += count * (is_sent and reason in _NEW)
            health.updates += count * (is_sent and reason == Reason.UPDATE)
            health.same += count * (reason in _SAME)

    def _find_last_sent(self, found: Mapping[str, RuleHealth], rules: Sequence[str] | None) -> None:
        query = select(alert.c.rule_id, func.max(alert.c.at).label("at"))
        if rules is not None:
            query = query.where(alert.c.rule_id.in_(rules))
        with self._database.reading() as connection:
            for row in connection.execute(query.group_by(alert.c.rule_id)):
                found[row.rule_id].last_sent_at = row.at

    def _count_marks(self, found: Mapping[str, RuleHealth], rules: Sequence[str] | None) -> None:
        for (rule, verdict), count in Marks(self._database).count_verdicts(rules).items():
            if verdict is MarkVerdict.GOOD:
                found[rule].good = count
            elif verdict is MarkVerdict.NOISE:
                found[rule].noise = count
