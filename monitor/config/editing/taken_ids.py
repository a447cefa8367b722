"""Says which ids of rules, lists, entities and sources a user's folder has already, and in which file.

A file that is shipped for the first time may have the id of one that the user has: because a shipped file was renamed,
by the user or by us, or because the user wrote one with that id. With both, `check` would find a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from monitor.config.editing.source_files import NEW_FILE
from monitor.config.loading.files import is_config_file_name
from monitor.config.yaml.yaml12 import YamlDocument, decode_utf8_text, parse_yaml_text, read_yaml_file
from monitor.errors import InvalidFiles

_PLACES = (NEW_FILE, "rules", "seeds")
_KINDS = ("rule", "list", "entity")
Id = tuple[str, str]
"""The kind (rule, list, entity, source) and the id."""


class TakenIds:
    """The ids in a folder of `init`, which are read when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, content: bytes) -> tuple[Id, Path] | None:
        """The first id in this content that a file of the folder has, and that file, relative to the folder."""
        with suppress(InvalidFiles):  # `check` reports its faults
            for id_ in _iter_ids(parse_yaml_text(decode_utf8_text(content, "new"), "new")):
                if id_ in self._files:
                    return id_, self._files[id_]
        return None

    @cached_property
    def _files(self) -> dict[Id, Path]:
        found: dict[Id, Path] = {}
        for place in _PLACES:
            root = self._folder / place
            for path in [root] if root.is_file() else sorted(root.rglob("*")):
                if is_config_file_name(path.name):
                    with suppress(InvalidFiles):
                        for id_ in _iter_ids(read_yaml_file(path)):
                            found.setdefault(id_, path.relative_to(self._folder))
        return found


def _iter_ids(documents: tuple[YamlDocument, ...]) -> Iterator[Id]:
    for document in documents:
        data = document.data if isinstance(document.data, dict) else {}
        yield from ((kind, str(data[kind])) for kind in _KINDS if kind in data)
        listed = data.get("sources")
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict) and "id" in item:
                yield "source", str(item["id"])
