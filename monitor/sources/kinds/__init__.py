"""The kinds of source. Each is a file of this folder with a `KIND`; a new file adds a kind.

The daemon and the command line load all of these files, so they load no parser: a kind loads its own when it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from monitor.sources.kinds.source_kind import AnyKind, RecognizedAddress


def _find_kinds() -> Iterator[AnyKind]:
    for module in iter_modules(__path__, f"{__name__}."):
        if (kind := getattr(import_module(module.name), "KIND", None)) is not None:
            yield kind


KINDS: Final[Mapping[str, AnyKind]] = {kind.name: kind for kind in _find_kinds()}
"""All kinds, by name."""


def recognize_address(url: str) -> RecognizedAddress | None:
    """The source at an address that one of the kinds knows; None: somebody has to look what is there."""
    return next(filter(None, (kind.recognize(url) for kind in KINDS.values())), None)
