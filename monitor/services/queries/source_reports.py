"""What the polls of the sources left behind, as it is to be read under the current settings."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Settings
from monitor.sources.http.guard import is_allowed_now
from monitor.store.engine.database import Database
from monitor.store.queries.reports import ReportQueries, SourceReport


def load_source_reports(settings: Settings, database: Database) -> dict[str, SourceReport]:
    """Of every source that was ever polled or is known, by its id."""
    return {id_: _update_problem(report, settings) for id_, report in ReportQueries(database).sources().items()}


def load_source_report(settings: Settings, database: Database, id_: str) -> SourceReport | None:
    """Of one source; None: it is not known."""
    report = ReportQueries(database).source(id_)
    return None if report is None else _update_problem(report, settings)


def _update_problem(report: SourceReport, settings: Settings) -> SourceReport:
    """The report, with another line for a refusal that these settings have ended since."""
    if not report.failures or not is_allowed_now(report.refused, report.id, settings):
        return report
    return replace(report, problem=f"{report.refused} was refused at its last poll; network.allow allows it now")
