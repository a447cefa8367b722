"""Loads what short commands need from the user's files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from monitor.cli.options import print_faults
from monitor.config.language.faults import sort_faults
from monitor.config.loading.summary import ConfigSummary, load_config_summary
from monitor.config.loading.summary_cache import SummaryCache, find_cache_folder
from monitor.config.loading.without_secrets import load_without_secrets
from monitor.errors import Fault


def load_summary(path: Path) -> ConfigSummary:
    """Settings and sources, and which rules there are: for commands that send nothing and do not need what the rules
    match. A secret that only the daemon has is no fault. Raises InvalidFiles if monitor.yaml cannot be used."""
    return _load_with_secret_faults(path)[0]


def load_summary_to_read(path: Path) -> ConfigSummary:
    """The same, for commands that only read what is stored. A fault in monitor.yaml is printed, and does not end the
    command: the daemon goes on too. Raises InvalidFiles if the file cannot be read, or if `database` has a fault."""
    loaded = _load_with_secret_faults(path, accept_faults=True)[0]
    if not loaded.is_complete:
        print_faults(loaded.faults)
    return loaded


def load_summary_with_secrets(path: Path) -> ConfigSummary:
    """The same with all secrets, to send messages or to show an address. Raises InvalidFiles if monitor.yaml cannot be
    used, or if a secret is missing."""
    return load_config_summary(path, os.environ, _find_cache(path))


def load_summary_reporting_missing_secrets(path: Path) -> ConfigSummary:
    """The same, with a fault for each secret that this shell does not have; whatever else monitor.yaml has a fault in
    than `database`. Raises InvalidFiles as `load_summary_to_read` does."""
    loaded, faults = _load_with_secret_faults(path, accept_faults=True)
    lacks_secrets = any(fault.place.file == str(path) for fault in faults)
    return replace(loaded, faults=sort_faults([*loaded.faults, *faults]), lacks_secrets=lacks_secrets)


def _load_with_secret_faults(path: Path, *, accept_faults: bool = False) -> tuple[ConfigSummary, tuple[Fault, ...]]:
    def load(secrets: Mapping[str, str]) -> ConfigSummary:
        return load_config_summary(path, secrets, _find_cache(path), accept_faults=accept_faults)

    return load_without_secrets(os.environ, load)


def _find_cache(path: Path) -> SummaryCache:
    return SummaryCache(find_cache_folder(os.environ), path)
