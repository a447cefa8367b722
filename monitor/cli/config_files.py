"""Loads all of the user's files, for the commands that need the rules: see `config_summary` for the others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from monitor.config.loading.load import LoadedConfig, load_config_files
from monitor.config.loading.without_secrets import load_without_secrets


def load_config(path: Path, *, accept_faults: bool = False) -> LoadedConfig:
    """Everything the user's files say, for commands that send nothing: a secret that this shell does not have is no
    fault here, `status` names it. Raises InvalidFiles if monitor.yaml cannot be used; with `accept_faults` only if it
    cannot be read, or `database` has a fault."""

    def load(secrets: Mapping[str, str]) -> LoadedConfig:
        return load_config_files(path, secrets, accept_faults=accept_faults)

    return load_without_secrets(os.environ, load)[0]


def load_config_with_secrets(path: Path) -> LoadedConfig:
    """Everything the user's files say, to send messages. Raises InvalidFiles if monitor.yaml cannot be used, as where a
    secret is missing."""
    return load_config_files(path, os.environ)
