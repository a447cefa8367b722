"""Loads of the user's files what short commands need."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.config.loading.summary import ConfigSummary, load_config_summary
from monitor.config.loading.summary_cache import SummaryCache, find_cache_folder


def load_summary(path: Path) -> ConfigSummary:
    """Settings and sources, and which rules there are. Raises InvalidFiles if monitor.yaml cannot be used."""
    return load_config_summary(path, os.environ, SummaryCache(find_cache_folder(os.environ), path))
