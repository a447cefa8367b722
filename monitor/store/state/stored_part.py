"""How a part of the state is stored: the contract that all parts keep. Each has a class of its own, with its table.

`state_loader` lists the parts, and calls them in the order in which a pass through the serial section needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerting.case import Case
from monitor.alerting.ledger import RECORD_RETENTION
from monitor.cases import ClusteredArticle, PreparedArticle
from monitor.model import EVENT_OPEN_FOR, PendingAlert, Retention, Rule
from monitor.state import StatePart
from monitor.store.engine.table_walk import TableRow, TableWalk
from monitor.store.state.features_cache import FeaturesCache

LOOK_BACK = max(EVENT_OPEN_FOR, RECORD_RETENTION)  # decisions look up nothing that is older
ArticleIds = Mapping[tuple[str, str], int]  # by source and uid


class StoredPart:
    """One part of the state, as one pass through the section loads and writes it. A part overrides what it needs.

    `part`: what deciding looks up. `connection`: the transaction of the pass. `cache`: what never changes, and so is
    kept from one pass to the next.
    """

    part: StatePart

    def __init__(self, connection: Connection, cache: FeaturesCache | None = None) -> None:
        self._connection = connection
        self._cache = cache or FeaturesCache()

    @classmethod
    def list_expired(cls, retention: Retention, now: datetime) -> Iterable[TableWalk]:  # noqa: ARG003 - by default, none
        """How to forget: walks that delete rows which no decision looks up any more, and `retention` does not keep."""
        return ()

    @classmethod
    def forget_articles(cls, connection: Connection, articles: Sequence[TableRow]) -> None:
        """How to forget articles that leave the archive, rows of `article`: delete the rows that are theirs alone."""

    def load_for_stories(self, articles: Sequence[PreparedArticle]) -> None:
        """Load what is looked up while these articles join stories."""

    def load_for_events(self, articles: Sequence[ClusteredArticle]) -> None:
        """Load what is looked up while these articles join events."""

    def load_for_cases(self, cases: Sequence[Case], now: datetime) -> None:
        """Load what the stages of the policy look up for these cases."""

    def load_for_due(self, due: Sequence[PendingAlert], rules: Iterable[Rule], now: datetime) -> None:
        """Load what is looked up when these pending alerts are due. `rules`: the rules of these alerts."""

    def write_first(self, ids: ArticleIds) -> None:
        """Write those changes that the rows of decisions refer to. `ids`: of all articles that were decided on."""

    def write(self, ids: ArticleIds) -> None:
        """Write all other changes; they may refer to the rows of decisions."""
