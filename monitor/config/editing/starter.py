"""Writes the files of `init` (monitor.yaml, a rule and a list of sources, to be edited) and copies of what packs have.

It overwrites nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from monitor.config.editing.source_files import NEW_FILE
from monitor.config.language.faults import did_you_mean, format_flow_yaml
from monitor.config.loading.files import list_named_paths, settings_document
from monitor.config.loading.load import load_rules_of
from monitor.config.loading.packs import choose_packs
from monitor.errors import InvalidRequest
from monitor.model import Entity, Rule, WordList
from monitor.runtime.safe_paths import open_folder_of

MONITOR_YAML = "monitor.yaml"
_TEMPLATES = {MONITOR_YAML: "starter.yaml", NEW_FILE: "starter-sources.yaml", "rules/my-rule.yaml": "starter-rule.yaml"}
_PACKS = "packs: [east-asia]"
_OLD_COPIES = ".shipped"
_TOP = re.compile("^# yaml-language-server: .*\n")


def write_starter(folder: Path, packs: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """Writes those of the files that are missing; monitor.yaml names these packs. Returns the files that it wrote, and
    those that existed already. Raises OSError."""
    written: list[Path] = []
    existing: list[Path] = []
    for name, template in _TEMPLATES.items():
        text = Path(__file__).with_name(template).read_text(encoding="utf-8")
        if name == MONITOR_YAML:
            text = text.replace(_PACKS, f"packs: {format_flow_yaml(list(packs))}")
        (written if _write_if_missing(folder / name, text) else existing).append(folder / name)
    return written, existing


def copy_from_pack(config: Path, id_: str) -> Path:
    """Write a rule of a pack (or, if no rule has this id, a list or an entity) into the user's folder of rules, to be
    edited: there it takes the place of the pack's. Returns the new file. Raises InvalidRequest, and InvalidFiles if
    monitor.yaml cannot be read."""
    document, loaded = settings_document(config), load_rules_of(config)
    known: dict[str, Entity | WordList | Rule] = {**loaded.entities, **loaded.lists, **loaded.rules}
    pack_files = choose_packs(document).rule_files
    if id_ not in known:
        if not pack_files:
            raise InvalidRequest(
                f"{config} names no packs, so it uses no rule, list or entity of the program: write `packs: []` for "
                "its lists and entities, or name a pack (`news-monitor rules packs` lists them)"
            )
        hint = did_you_mean(id_, known, "`news-monitor rules list` has the rules")
        raise InvalidRequest(f"there is no rule, list or entity '{id_}'; {hint}")
    place = known[id_].place
    if place.file not in map(str, pack_files):
        raise InvalidRequest(f"'{id_}' is yours already: {place}")
    folder = next((path for path, _ in list_named_paths(document, config, "rules") if path.suffix == ""), None)
    if folder is None:
        raise InvalidRequest(f"{config} names no folder of rules: write 'rules: [rules]' in it")
    lines = Path(place.file).read_text(encoding="utf-8").splitlines(keepends=True)
    first, end = place.line - 1, place.line
    while first and lines[first - 1] != "---\n":
        first -= 1
    while end < len(lines) and lines[end] != "---\n":
        end += 1
    target = folder / f"{id_}.yaml"
    try:
        if not _write_if_missing(target, _TOP.sub("", "".join(lines[first:end]))):
            raise InvalidRequest(f"{target} is there already; nothing was written")
    except OSError as error:
        raise InvalidRequest(f"{error.filename or target}: {error.strerror}") from error
    return target


def explain_old_copies(config: Path) -> str | None:
    """How to replace what an earlier `init` copied into the folder of monitor.yaml by `packs`; None: there is nothing
    of it."""
    folder = config.parent
    data = settings_document(config).data
    if (isinstance(data, dict) and "packs" in data) or not (folder / _OLD_COPIES).is_dir():
        return None
    packs = sorted(path.name for path in (folder / _OLD_COPIES / "rules").glob("*") if path.name != "lists")
    return (
        f"{folder / 'rules'} and {folder / 'seeds'} hold copies of shipped files, which no upgrade changes: write "
        f"`packs: {format_flow_yaml(packs)}` into {config} and delete those that you have not edited "
        "(docs/install.md#after-an-upgrade has the command)"
    )


def _write_if_missing(path: Path, content: str) -> bool:
    """Whether it was written. Raises OSError."""
    if path.is_symlink():
        return False
    with open_folder_of(path, make=True) as folder:
        try:
            opened = folder.create()
        except FileExistsError:
            return False
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(content)
    return True
