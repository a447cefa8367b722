"""Writes the files of `init`: a commented monitor.yaml, packs of rules with their sources, the lists and entities that
any rule may name, and the JSON Schemas that the files point to.

It overwrites nothing: existing files stay, and are reported.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor.config.generated.schema import build_json_schema, file_name
from monitor.config.language.file_kinds import KINDS
from monitor.config.loading.files import is_config_file_name
from monitor.config.loading.packs import Pack
from monitor.config.yaml.yaml12 import read_yaml_file

_TEMPLATE = Path(__file__).with_name("starter.yaml")
_SHARED = ("rules/lists", "seeds/entities")
_NAMED = ("rules", "seeds/sources", "seeds/entities")
"""The folders that the template names. They must exist even if they are empty."""


def write_starter(folder: Path, shipped: Path, packs: Iterable[Pack]) -> tuple[list[Path], list[Path]]:
    """Writes the missing files, with the rules and sources of these packs. Returns the files that it wrote, and those
    that existed already. Raises OSError."""
    written: list[Path] = []
    existing: list[Path] = []
    for name, content in _iter_starter_files(shipped, packs):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            existing.append(path)
        else:
            written.append(path)
    for folder_name in _NAMED:
        (folder / folder_name).mkdir(parents=True, exist_ok=True)
    return written, existing


def count_rules_and_sources(files: Iterable[Path]) -> tuple[int, int]:
    """How many rules and how many sources there are in these files of the starter set. Raises InvalidFiles."""
    rules = sources = 0
    for file in files:
        for document in read_yaml_file(file) if is_config_file_name(file.name) else ():
            data = document.data if isinstance(document.data, dict) else {}
            listed = data.get("sources")
            if "rule" in data:
                rules += 1
            elif isinstance(listed, list) and file.name != "monitor.yaml":
                sources += len(listed)
    return rules, sources


def _iter_starter_files(shipped_folder: Path, packs: Iterable[Pack]) -> Iterator[tuple[Path, bytes]]:
    yield Path("monitor.yaml"), _TEMPLATE.read_bytes()
    pack_parts = [part for pack in packs for part in (pack.folder, *pack.sources)]
    parts = dict.fromkeys([*pack_parts, *(shipped_folder / shared for shared in _SHARED)])
    for path in sorted(path for part in parts for path in _list_files(part)):
        yield path.relative_to(shipped_folder), path.read_bytes()
    for kind in KINDS:
        text = json.dumps(build_json_schema(kind), indent=2, ensure_ascii=False) + "\n"
        yield Path("schema", file_name(kind)), text.encode()


def _list_files(part: Path) -> list[Path]:
    """The file itself, or all files of a folder (without hidden ones)."""
    if part.is_file():
        return [part]
    return [path for path in part.rglob("*") if path.is_file() and not path.name.startswith(".")]
