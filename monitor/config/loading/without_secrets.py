"""Loads a monitor.yaml without its secrets, for commands that only need what is beside them.

The shell of such a command need not have the secrets that the daemon has: another environment, other credentials,
files that only its user may read. The database must be reached, so a reference in its address is no such case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from monitor.config.language.secrets import NoSecrets
from monitor.config.loading.files import settings_document
from monitor.errors import Fault, InvalidFiles
from monitor.url_secrets import REFERENCE

_Loaded = TypeVar("_Loaded")


def load_without_secrets(
    path: Path, environment: Mapping[str, str], load: Callable[[Mapping[str, str]], _Loaded]
) -> tuple[_Loaded, tuple[Fault, ...]]:
    """What `load` gives for this environment, and no faults; if only secrets are missing, what it gives without any,
    and the faults of the missing ones. Raises InvalidFiles, with the faults of all files, if monitor.yaml has others.
    """
    try:
        return load(environment), ()
    except InvalidFiles as error:
        if _is_secret_of_database(path):
            raise
        faults = error.faults
    try:
        loaded = load(NoSecrets())
    except InvalidFiles:
        raise InvalidFiles(faults) from None
    return loaded, faults


def _is_secret_of_database(path: Path) -> bool:
    data = settings_document(path).data
    return isinstance(data, dict) and REFERENCE.search(str(data.get("database"))) is not None
