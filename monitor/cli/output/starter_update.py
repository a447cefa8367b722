"""Prints an update of the files of `init`, and has it written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from monitor import clock
from monitor.cli.options import print_faults
from monitor.cli.paths import require_config
from monitor.config.editing.starter import MONITOR_YAML
from monitor.config.editing.starter_update import (
    NEW_SUFFIX,
    ConflictReason,
    FileChange,
    FileUpdate,
    StarterUpdate,
    list_left_beside,
    prepare_update,
    write_update,
)
from monitor.config.loading.packs import shipped_packs
from monitor.config.loading.shipped import find_shipped_folder
from monitor.errors import Fault, InvalidRequest, MonitorError
from monitor.sanitize import sanitize_line, sanitize_text
from monitor.services.commands.starter_update import check_update, diff_file
from monitor.wording.quantities import format_count

_SENTENCES = {
    FileChange.ADDED: "new: it is added",
    FileChange.REPLACED: "replaced by the new version: you have not edited it",
    FileChange.MERGED: "merged: your edit stays, the new version's changes are added",
    FileChange.NO_LONGER_SHIPPED: "no longer shipped: it stays, and is yours now; delete it if you do not need it",
    FileChange.NOT_ADDED: "not added: you may have deleted it; `init --pack NAME` or `init --empty` writes it",
}
_CONFLICTS = {
    ConflictReason.SAME_LINES: "you and the new version changed the same lines",
    ConflictReason.NO_RECORD: "it differs, and an older version wrote it, which kept no record of it",
    ConflictReason.LINK: "it is a link",
    ConflictReason.WRITE_PROTECTED: "it is write-protected",
}
_WITH_DIFF = (FileChange.REPLACED, FileChange.MERGED, FileChange.CONFLICT)
_WRITTEN = (FileChange.ADDED, *_WITH_DIFF)


def update_starter(folder: Path, *, write: bool) -> int:
    """Show the update of a folder, and write it if this is asked for. Returns the exit code. Raises MonitorError."""
    require_config(folder / MONITOR_YAML)
    shipped = find_shipped_folder()
    try:
        update = prepare_update(folder, shipped, shipped_packs(shipped).values())
        _print_update(update)
        if update.list_contents():
            _require_no_faults(check_update(update, os.environ, clock.now()))
        if write:
            write_update(update)
    except OSError as error:
        raise InvalidRequest(f"{error.filename or folder}: {error.strerror}") from error
    _print_end(update, write=write)
    return 1 if update.select(FileChange.CONFLICT) or any(list_left_beside(update)) else 0


def _require_no_faults(faults: Sequence[Fault]) -> None:
    print_faults(faults)
    if faults:
        raise MonitorError(f"`check` would find {format_count(len(faults), 'new fault')}: nothing is written")


def _print_update(update: StarterUpdate) -> None:
    for each in update.select(*_WITH_DIFF):
        for line in diff_file(each):
            click.echo(sanitize_text(line))
    for each in update.files:
        if sentence := _describe(each):
            click.echo(f"{sanitize_line(str(update.folder / each.name))}: {sentence}")
    for path in list_left_beside(update):
        click.echo(f"{sanitize_line(str(path))}: left by an earlier update; take over what you need, then delete it")


def _describe(each: FileUpdate) -> str | None:
    """What happens to a file, in a sentence; None: nothing."""
    if each.taken is not None:
        (kind, id_), file = each.taken
        where = f"{kind} '{id_}' is already in {sanitize_line(str(file))}"
        todo = "delete it and run `init --pack NAME` or `init --empty`"
        return f"not added: {where}; if that is an older or renamed version, {todo}"
    if each.reason is None:
        return _SENTENCES.get(each.change)
    return f"stays as it is: {_CONFLICTS[each.reason]}; the new version goes to {each.name.name}{NEW_SUFFIX}"


def _print_end(update: StarterUpdate, *, write: bool) -> None:
    changed = len(update.select(*_WRITTEN))
    if not changed:
        click.echo("nothing to update: the files are those of this version, with your edits", err=True)
    elif write:
        click.echo(f"updated: {format_count(changed, 'file')}; `check` finds no new fault", err=True)
    else:
        click.echo(f"nothing is written yet: --write changes {format_count(changed, 'file')}", err=True)
