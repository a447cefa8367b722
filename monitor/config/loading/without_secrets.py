"""Loads a monitor.yaml without its secrets, for commands that only need what is beside them.

The shell of such a command need not have the secrets that the daemon has: another environment, other credentials,
files that only its user may read. A secret of the database is needed: without it there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from monitor.config.language.faults import sort_faults
from monitor.config.language.secrets import OptionalSecrets
from monitor.errors import Fault, InvalidFiles

_Loaded = TypeVar("_Loaded")


def load_without_secrets(
    environment: Mapping[str, str], load: Callable[[Mapping[str, str]], _Loaded]
) -> tuple[_Loaded, tuple[Fault, ...]]:
    """What `load` returns, with placeholders for the secrets that this environment does not have, and a fault for each
    of these. Raises InvalidFiles, with all faults, if `load` does.
    """
    secrets = OptionalSecrets(environment)
    try:
        loaded = load(secrets)
    except InvalidFiles as error:
        raise InvalidFiles(sort_faults([*error.faults, *secrets.faults])) from None
    return loaded, tuple(secrets.faults)
