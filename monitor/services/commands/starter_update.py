"""Updates a folder of `init`: only if `check` finds no fault in what would come of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import unified_diff
from pathlib import Path

from monitor.config.editing.starter import MONITOR_YAML
from monitor.config.editing.starter_update import FileUpdate, StarterUpdate
from monitor.config.loading.files import settings_document
from monitor.errors import Fault
from monitor.lab.checking import ConfigChecker

_UPDATED = ("rules", "seeds", "schema")
"""The folders that an update changes."""


def check_update(update: StarterUpdate, environment: Mapping[str, str], now: datetime) -> list[Fault]:
    """The faults that `check` would find after the update. Nothing is written into the user's folder. Raises
    InvalidFiles, OSError."""
    with tempfile.TemporaryDirectory(prefix="update-") as temporary:
        trial = Path(temporary)
        _build_trial(update, trial)
        checked = ConfigChecker(trial / MONITOR_YAML, (), environment).run(now)
        return [_move_fault(fault, trial, update.folder) for fault in checked.faults]


def diff_file(update: FileUpdate) -> Iterator[str]:
    """How the user's file and the new one differ, as `diff -u` prints it."""
    before, after = ((text or b"").decode("utf-8-sig", "replace").splitlines() for text in (update.mine, update.after))
    return unified_diff(before, after, str(update.name), f"{update.name} (new)", lineterm="")


def _build_trial(update: StarterUpdate, trial: Path) -> None:
    """A copy of the user's folder as it would be, made of links. It has no database: `check` would ask it."""
    database = _database_name(update.folder / MONITOR_YAML)
    for entry in update.folder.resolve().iterdir():
        if entry.name in _UPDATED and entry.is_dir():
            _link_files(entry, trial / entry.name)
        elif not (database and entry.name.startswith(database)):
            (trial / entry.name).symlink_to(entry)
    for name, content in update.list_contents().items():
        path = trial / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)


def _link_files(folder: Path, trial: Path) -> None:
    trial.mkdir()
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            _link_files(entry, trial / entry.name)
        else:
            (trial / entry.name).symlink_to(entry)


def _database_name(monitor_yaml: Path) -> str:
    data = settings_document(monitor_yaml).data
    database = data.get("database") if isinstance(data, dict) else None
    return database.rpartition("/")[2] if isinstance(database, str) else ""


def _move_fault(fault: Fault, trial: Path, folder: Path) -> Fault:
    """The same fault, in the user's folder."""
    file = Path(fault.place.file)
    if not file.is_relative_to(trial):
        return fault
    return replace(fault, place=replace(fault.place, file=str(folder / file.relative_to(trial))))
