"""Loads the user's files: all that they say, or, for short commands, what takes little time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config.loading.summary import ConfigSummary, load_config_summary
from monitor.config.loading.summary_cache import SummaryCache, find_cache_folder

if TYPE_CHECKING:
    from monitor.config.loading.load import LoadedConfig


def load_config(path: Path) -> LoadedConfig:
    """Everything the user's files say. Raises InvalidFiles if monitor.yaml cannot be used."""
    from monitor.config.loading.load import load_config_files

    return load_config_files(path, os.environ)


def load_summary(path: Path) -> ConfigSummary:
    """Settings and sources, and which rules there are. Raises InvalidFiles if monitor.yaml cannot be used."""
    return load_config_summary(path, os.environ, SummaryCache(find_cache_folder(os.environ), path))
