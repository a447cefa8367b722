"""Writes evidence bundles."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from monitor import __version__
from monitor.config.loading.load import LoadedConfig
from monitor.services.evidence_bundle import BundleSummary, BundleWriter
from monitor.services.queries.evidence import collect_evidence
from monitor.store.engine.database import Database
from monitor.store.queries.matches import MatchFilter


def write_evidence(
    out: BinaryIO, loaded: LoadedConfig, database: Database, wanted: MatchFilter, now: datetime
) -> BundleSummary:
    """Write a bundle of the wanted matches. Raises OSError."""
    writer = BundleWriter(out, now, __version__)
    for item in collect_evidence(loaded, database, wanted):
        writer.add(item)
    return writer.close()
