"""The marks that people made: on articles and rules, and on stories and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.alerting.case import DecisionContext
from monitor.lab.identity_scoring import PairVerdict, judge_pair
from monitor.matching import RuleSet
from monitor.model import Config, IdentityMarkKind, MarkedArticle
from monitor.services.lookup import require_known
from monitor.store.engine.database import Database
from monitor.store.queries.identity_marks import IdentityMarkQueries
from monitor.store.queries.marks import ALL_MARKS, MarkFilter, MarkQueries, MarkReport
from monitor.store.state.identity_marks import IdentityMark

__all__ = [
    "ALL_MARKS",
    "IdentityAgreement",
    "MarkFilter",
    "MarkReport",
    "count_erased_marks",
    "iter_marked_articles",
    "list_marks",
    "score_identity_marks",
]


@dataclass(frozen=True, slots=True)
class IdentityAgreement:
    """A merge or split by a person, and what today's code makes of the two. `rule`: for events, their rule; `titles`:
    of the first article of each, "" if it has left."""

    mark: IdentityMark
    rule: str | None
    titles: tuple[str, str]
    verdict: PairVerdict

    @property
    def agrees(self) -> bool | None:
        """Whether today's code says what the person said; None: that cannot be said."""
        if self.verdict.is_joined is None:
            return None
        return self.verdict.is_joined is (self.mark.kind is IdentityMarkKind.MERGE)


def list_marks(config: Config, database: Database, wanted: MarkFilter, limit: int) -> list[MarkReport]:
    """At most `limit` marks, the newest first. Raises InvalidRequest for a rule that neither the files nor the marks
    know."""
    require_known("rule", wanted.rules, config.rules, MarkQueries(database).rules)
    return MarkQueries(database).newest(wanted, limit)


def iter_marked_articles(database: Database, wanted: MarkFilter = ALL_MARKS) -> Iterator[MarkedArticle]:
    """The articles that have marks, the oldest first, with their words and the newest mark of each wanted rule. They
    need not be in the archive any more. Those whose words were erased are left out (`count_erased_marks`). Few are in
    memory at once."""
    return MarkQueries(database).iter_articles(wanted)


def count_erased_marks(database: Database) -> int:
    """How many marks count, but have lost the words of their article by an erasure."""
    return MarkQueries(database).count_erased()


def score_identity_marks(database: Database, rules: RuleSet, timezone: str) -> Iterator[IdentityAgreement]:
    """Each merge and split, in the order of time, and whether today's code and these rules agree with it. `timezone`:
    the desk's."""
    context = DecisionContext(ZoneInfo(timezone))
    for pair in IdentityMarkQueries(database).iter_pairs():
        first, second = ("".join(each.title for each in side[:1]) for side in (pair.first, pair.second))
        verdict = judge_pair(pair.first, pair.second, pair.rule, rules, context)
        yield IdentityAgreement(pair.mark, pair.rule, (first, second), verdict)
