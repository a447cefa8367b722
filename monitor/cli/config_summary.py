"""Loads of the user's files what short commands need."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from monitor.config.language.faults import sort_faults
from monitor.config.loading.summary import ConfigSummary, load_config_summary
from monitor.config.loading.summary_cache import SummaryCache, find_cache_folder
from monitor.config.loading.without_secrets import load_without_secrets


def load_summary(path: Path) -> ConfigSummary:
    """Settings and sources, and which rules there are. A secret that only the daemon has is a fault and no more. Raises
    InvalidFiles if monitor.yaml cannot be used."""
    cache = SummaryCache(find_cache_folder(os.environ), path)
    loaded, faults = load_without_secrets(os.environ, lambda secrets: load_config_summary(path, secrets, cache))
    return replace(loaded, faults=sort_faults([*loaded.faults, *faults])) if faults else loaded
