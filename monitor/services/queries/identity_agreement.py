"""Whether today's code agrees with what people said of stories and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.alerting.case import DecisionContext
from monitor.lab.identity_scoring import PairVerdict, judge_pair
from monitor.matching import RuleSet
from monitor.model import IdentityMarkKind
from monitor.store.engine.database import Database
from monitor.store.queries.identity_marks import IdentityMarkQueries
from monitor.store.state.identity_marks import IdentityMark

__all__ = ["IdentityAgreement", "score_identity_marks"]


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


def score_identity_marks(database: Database, rules: RuleSet, timezone: str) -> Iterator[IdentityAgreement]:
    """Each merge and split, in the order of time, and whether today's code and these rules agree with it. `timezone`:
    the desk's."""
    context = DecisionContext(ZoneInfo(timezone))
    for pair in IdentityMarkQueries(database).iter_pairs():
        first, second = ("".join(each.title for each in side[:1]) for side in (pair.first, pair.second))
        verdict = judge_pair(pair.first, pair.second, pair.rule, rules, context)
        yield IdentityAgreement(pair.mark, pair.rule, (first, second), verdict)
