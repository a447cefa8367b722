"""Loads all of the user's files, for the commands that need more of them than `status` does."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from monitor.config.language.faults import sort_faults
from monitor.config.loading.load import LoadCache, LoadedConfig, load_config_files
from monitor.config.loading.without_secrets import load_without_secrets


def load_config(path: Path) -> LoadedConfig:
    """Everything the user's files say, for commands that send nothing: a secret that this shell does not have is only a
    fault. Raises InvalidFiles if monitor.yaml cannot be used."""
    cache = LoadCache()
    loaded, faults = load_without_secrets(os.environ, lambda secrets: load_config_files(path, secrets, cache))
    return replace(loaded, faults=sort_faults([*loaded.faults, *faults])) if faults else loaded


def load_config_with_secrets(path: Path) -> LoadedConfig:
    """Everything the user's files say, to send messages. Raises InvalidFiles if monitor.yaml cannot be used, as where a
    secret is missing."""
    return load_config_files(path, os.environ)
