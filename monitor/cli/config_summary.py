"""Loads what short commands need from the user's files."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from monitor.config.language.faults import sort_faults
from monitor.config.loading.summary import ConfigSummary, load_config_summary
from monitor.config.loading.summary_cache import SummaryCache, find_cache_folder
from monitor.config.loading.without_secrets import load_without_secrets
from monitor.errors import Fault


def load_summary(path: Path) -> ConfigSummary:
    """Settings and sources, and which rules there are: for commands that send nothing and do not need what the rules
    match. A secret that only the daemon has is no fault. Raises InvalidFiles if monitor.yaml cannot be used."""
    return _load_with_secret_faults(path)[0]


def load_summary_with_secrets(path: Path) -> ConfigSummary:
    """The same with all secrets, to send messages or to show an address. Raises InvalidFiles if monitor.yaml cannot be
    used, or if a secret is missing."""
    return load_config_summary(path, os.environ, _find_cache(path))


def load_summary_reporting_missing_secrets(path: Path) -> ConfigSummary:
    """The same, with a fault for each secret that this shell does not have. Raises InvalidFiles if monitor.yaml cannot
    be used."""
    loaded, faults = _load_with_secret_faults(path)
    return replace(loaded, faults=sort_faults([*loaded.faults, *faults])) if faults else loaded


def _load_with_secret_faults(path: Path) -> tuple[ConfigSummary, tuple[Fault, ...]]:
    return load_without_secrets(os.environ, lambda secrets: load_config_summary(path, secrets, _find_cache(path)))


def _find_cache(path: Path) -> SummaryCache:
    return SummaryCache(find_cache_folder(os.environ), path)
