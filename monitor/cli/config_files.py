"""Loads all of the user's files, for the commands that need more of them than `status` does."""

from __future__ import annotations

import os
from pathlib import Path

from monitor.config.loading.load import LoadedConfig, load_config_files


def load_config(path: Path) -> LoadedConfig:
    """Everything the user's files say. Raises InvalidFiles if monitor.yaml cannot be used."""
    return load_config_files(path, os.environ)
