"""Finds files in the folders of a config that are not read, although somebody may have meant them.

A name that holds .yaml or .yml says so (`strikes.yaml.txt`, `strikes.yml~`, `strikes.YAML`), and so does a first line
such as `rule: strikes`. What begins with a dot is left out: editors keep their own files so, and a dot is a way to put
a rule away.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from monitor.config.loading.files import is_config_file_name

_NAME = re.compile(r"\.ya?ml", re.IGNORECASE)
_FIRST_LINE = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\r?\n)*(?:rule|entity|list|sources)[ \t]*:")
_BEGIN = 4096  # bytes


def list_ignored_files(paths: Iterable[Path]) -> list[Path]:
    """The files that are not read, and the links to folders that are not followed, in these folders at any depth,
    sorted. A path that is a file is read whatever its name."""
    return sorted({file for path in paths if path.is_dir() for file in _walk_folder(path)})


def _walk_folder(folder: Path) -> Iterator[Path]:
    with suppress(OSError), os.scandir(folder) as entries:  # a folder that cannot be read is a fault already
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                if entry.is_symlink():
                    yield Path(entry.path)
                else:
                    yield from _walk_folder(Path(entry.path))
            elif not is_config_file_name(entry.name) and entry.is_file() and _looks_meant(Path(entry.path)):
                yield Path(entry.path)


def _looks_meant(file: Path) -> bool:
    if _NAME.search(file.name):
        return True
    try:
        with file.open("rb") as opened:
            return _FIRST_LINE.match(opened.read(_BEGIN)) is not None
    except OSError:
        return False
