"""Makes sources due now, and removes sources from their files."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.config.editing.atomic_rewrite import prepare_rewrite
from monitor.config.editing.source_edit import without_sources
from monitor.config.editing.source_files import ListedSource, SourceFiles
from monitor.config.language.faults import did_you_mean
from monitor.config.language.network import find_unknown_sources
from monitor.config.loading.files import settings_document
from monitor.errors import Fault, InvalidFiles, InvalidRequest
from monitor.services.lookup import require_known
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims


@dataclass(frozen=True, slots=True)
class SourceRetry:
    """What a request to poll a source now led to. `is_due`: it is due; if not, it is being polled. `is_stored`: the
    database knows it; if not, no daemon has read it in the files yet."""

    id: str
    is_due: bool
    is_stored: bool


def retry_sources(
    database: Database, configured: Collection[str], ids: Iterable[str], now: datetime
) -> list[SourceRetry]:
    """Make these sources due now, except those that are being polled. A source that the database does not know is due
    once a daemon has read the files. `configured`: the ids of all sources. Raises InvalidRequest for an unknown id."""
    wanted = list(dict.fromkeys(ids))
    require_known("source", wanted, configured)
    claims = Claims(database, "operator")
    due, stored = claims.make_due(wanted, now), claims.find_stored(wanted)
    return [SourceRetry(id_, id_ in due or id_ not in stored, id_ in stored) for id_ in wanted]


def remove_sources(files: SourceFiles, ids: Iterable[str]) -> list[ListedSource]:
    """Remove these sources from their files; what is stored of them stays. Nothing is written if an id is unknown
    (InvalidRequest) or is in two places (InvalidFiles), or if a file cannot be edited safely (MonitorError)."""
    removed = [_find_source(files, id_) for id_ in dict.fromkeys(ids)]
    removed_ids = {source.id for source in removed}
    rewrites = [
        prepare_rewrite(file, lambda text, name: without_sources(text, name, removed_ids))
        for file in dict.fromkeys(source.file for source in removed)
    ]
    for rewrite in rewrites:
        rewrite.write()
    return removed


def find_networks_without_source(files: SourceFiles, removed: Iterable[ListedSource]) -> list[Fault]:
    """The places in `network.allow` that name no source any more, now that these were removed. A running daemon
    does not apply the removal while there is one. `files`: as they were before. Raises InvalidFiles."""
    remaining = {source.id for source in files.sources} - {source.id for source in removed}
    return list(find_unknown_sources(settings_document(files.config), remaining))


def _find_source(files: SourceFiles, id_: str) -> ListedSource:
    found = [source for source in files.sources if source.id == id_]
    if not found:
        meant = did_you_mean(id_, (source.id for source in files.sources), "`news-monitor sources list` lists them")
        raise InvalidRequest(f"there is no source '{id_}' in the files that {files.config} names; {meant}")
    if len(found) > 1:
        raise InvalidFiles(
            [Fault(source.place, f"'{id_}' is here and in another place", "remove one by hand") for source in found]
        )
    return found[0]
