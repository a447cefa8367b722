"""Writes the files of `init`: a commented monitor.yaml, a file for the user's own sources, packs of rules with their
sources, the lists and entities that any rule may name, and the JSON Schemas that the files point to.

It overwrites nothing: existing files stay, and are reported. It keeps a record of what it wrote
(`shipped_record.py`), from which `starter_update.py` takes over later versions.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from monitor.config.editing.shipped_record import ShippedRecord
from monitor.config.editing.source_files import NEW_FILE
from monitor.config.generated.schema import build_json_schema, file_name
from monitor.config.language.file_kinds import KINDS
from monitor.config.loading.files import is_config_file_name, is_there
from monitor.config.loading.packs import Pack
from monitor.config.yaml.yaml12 import read_yaml_file
from monitor.runtime.safe_paths import make_folder, open_folder_of

MONITOR_YAML = Path("monitor.yaml")
_OWN_FILES = {MONITOR_YAML: "starter.yaml", Path(NEW_FILE): "starter-sources.yaml"}
"""The files that are the user's alone from the beginning, each with the file here that it is a copy of at first."""
_SHARED = ("rules/lists", "seeds/entities")
_NAMED = ("rules", "seeds/sources", "seeds/entities")
"""The folders that the template names. They must exist even if they are empty."""


def write_starter(folder: Path, shipped: Path, packs: Iterable[Pack]) -> tuple[list[Path], list[Path]]:
    """Writes the missing files, with the rules and sources of these packs. Returns the files that it wrote, and those
    that existed already. Raises OSError."""
    written: list[Path] = []
    existing: list[Path] = []
    record = ShippedRecord(folder)
    for name, content in {**_read_own_files(folder), **list_shipped_files(shipped, packs)}.items():
        path = folder / name
        is_written = _write_if_missing(path, content)
        (written if is_written else existing).append(path)
        if name not in _OWN_FILES and (is_written or _has_content(path, content)):
            record.keep(name, content)
    for folder_name in _NAMED:
        make_folder(folder / folder_name)
    return written, existing


def _read_own_files(folder: Path) -> dict[Path, bytes]:
    """What the user's own files are at first. A monitor.yaml that is there already names its own file for sources."""
    wanted = [MONITOR_YAML] if is_there(folder / MONITOR_YAML) else list(_OWN_FILES)
    return {name: Path(__file__).with_name(_OWN_FILES[name]).read_bytes() for name in wanted}


def _write_if_missing(path: Path, content: bytes) -> bool:
    """Whether it was written. Raises OSError."""
    if path.is_symlink():
        return False
    with open_folder_of(path, make=True) as folder:
        try:
            opened = folder.create()
        except FileExistsError:
            return False
        with os.fdopen(opened, "wb") as file:
            file.write(content)
    return True


def _has_content(path: Path, content: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content


def count_items(files: Iterable[Path]) -> Counter[str]:
    """How many documents of each kind (`rule`, `entity`, `list`) there are in these files of the starter set, and how
    many sources (`source`). Raises InvalidFiles."""
    found: Counter[str] = Counter()
    for file in files:
        for document in read_yaml_file(file) if is_config_file_name(file.name) else ():
            data = document.data if isinstance(document.data, dict) else {}
            found.update(kind for kind in ("rule", "entity", "list") if kind in data)
            listed = data.get("sources")
            if isinstance(listed, list) and file.name != MONITOR_YAML.name:
                found["source"] += len(listed)
    return found


def list_shipped_files(shipped_folder: Path, packs: Iterable[Pack]) -> dict[Path, bytes]:
    """What `init` writes beside monitor.yaml: names relative to the user's folder, and contents."""
    pack_parts = [part for pack in packs for part in (pack.folder, *pack.sources)]
    parts = dict.fromkeys([*pack_parts, *(shipped_folder / shared for shared in _SHARED)])
    paths = sorted(path for part in parts for path in _list_files(part))
    files = {path.relative_to(shipped_folder): path.read_bytes() for path in paths}
    for kind in KINDS:
        text = json.dumps(build_json_schema(kind), indent=2, ensure_ascii=False) + "\n"
        files[Path("schema", file_name(kind))] = text.encode()
    return files


def _list_files(part: Path) -> list[Path]:
    """The file itself, or all files of a folder (without hidden ones)."""
    if part.is_file():
        return [part]
    return [path for path in part.rglob("*") if path.is_file() and not path.name.startswith(".")]
