"""Updates a folder of `init`: only if `check` would find no fault that it does not find now."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import unified_diff
from pathlib import Path

from monitor.config.editing.starter import MONITOR_YAML
from monitor.config.editing.starter_update import FileUpdate, StarterUpdate
from monitor.config.language.secrets import OptionalSecrets
from monitor.errors import Fault
from monitor.lab.checking import ConfigChecker

_UPDATED = ("rules", "seeds", "schema")
"""The folders that an update changes."""


def check_update(update: StarterUpdate, environment: Mapping[str, str], now: datetime) -> list[Fault]:
    """The faults that `check` would find after the update and does not find before it. No secrets are needed, and no
    database is opened. Nothing is written into the user's folder. Raises InvalidFiles, OSError."""
    with tempfile.TemporaryDirectory(prefix="update-") as temporary:
        trial = Path(temporary).resolve() / "trial"  # the same for both checks: some faults quote paths
        after = _check_trial(update.folder, update.list_contents(), trial, environment, now)
        before = _check_trial(update.folder, {}, trial, environment, now) if after else []
        added = _select_added(before, after)
        return [_move_fault(fault, trial, update.folder) for fault in added]


def _select_added(before: list[Fault], after: list[Fault]) -> Iterator[Fault]:
    """The faults that are not there before. An update moves lines, so a fault is the same at another line."""
    known = Counter((fault.place.file, fault.problem) for fault in before)
    for fault in after:
        same = fault.place.file, fault.problem
        if known[same] > 0:
            known[same] -= 1
        else:
            yield fault


def diff_file(update: FileUpdate) -> Iterator[str]:
    """How the user's file and the new one differ, as `diff -u` prints it."""
    before, after = ((text or b"").decode("utf-8-sig", "replace").splitlines() for text in (update.mine, update.after))
    return unified_diff(before, after, str(update.name), f"{update.name} (new)", lineterm="")


def _check_trial(
    folder: Path, contents: Mapping[Path, bytes], trial: Path, environment: Mapping[str, str], now: datetime
) -> list[Fault]:
    trial.mkdir()
    _build_trial(folder, contents, trial)
    checker = ConfigChecker(trial / MONITOR_YAML, (), OptionalSecrets(environment), asks_database=False)
    result = checker.run(now)
    faults = list(result.faults)
    if not result.is_config_usable:  # then no rule was tested
        faults += _check_rules_alone(trial, environment, now)
    shutil.rmtree(trial)  # links go, and what they lead to stays
    return faults


def _check_rules_alone(trial: Path, environment: Mapping[str, str], now: datetime) -> tuple[Fault, ...]:
    """The faults of the rules, lists and entities of `init`, whatever is wrong in monitor.yaml."""
    paths = [path for path in (trial / "rules", trial / "seeds" / "entities") if path.is_dir()]
    return ConfigChecker(trial / "none.yaml", paths, OptionalSecrets(environment), asks_database=False).run(now).faults


def _build_trial(folder: Path, contents: Mapping[Path, bytes], trial: Path) -> None:
    """A copy of the user's folder with these contents in place of its own, made of links."""
    for entry in folder.resolve().iterdir():
        if entry.name in _UPDATED and entry.is_dir():
            _link_files(entry, trial / entry.name)
        else:
            (trial / entry.name).symlink_to(entry)
    for name, content in contents.items():
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


def _move_fault(fault: Fault, trial: Path, folder: Path) -> Fault:
    """The same fault, in the user's folder. Its texts may quote paths too."""

    def move(text: str) -> str:
        return text.replace(f"{trial}/", str(folder / "_")[:-1])

    place = replace(fault.place, file=move(fault.place.file))
    return replace(fault, place=place, problem=move(fault.problem), hint=fault.hint and move(fault.hint))
