"""The alerts that were made, and how people marked them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.config.loading.summary import ConfigSummary
from monitor.model import Config
from monitor.services.lookup import find_alert, require_known
from monitor.store.engine.database import Database
from monitor.store.queries.alerts import AlertLine, AlertQueries, AlertSummary
from monitor.store.queries.matches import MatchQueries

__all__ = ["AlertLine", "AlertSummary", "list_alerts", "show_alert"]


def list_alerts(
    config: Config | ConfigSummary,
    database: Database,
    *,
    rules: Sequence[str] = (),
    since: datetime | None = None,
    limit: int,
) -> list[AlertSummary]:
    """At most `limit` alerts, the newest first, without notices. Raises InvalidRequest for a rule that neither the
    files nor the database know."""
    require_known("rule", rules, config.rules, MatchQueries(database).rules)
    return AlertQueries(database).newest(rules=rules, since=since, limit=limit)


def show_alert(database: Database, id_: str) -> AlertSummary:
    """The alert or notice with this id, or the only one whose id begins so. Raises InvalidRequest."""
    return find_alert(AlertQueries(database), id_)
