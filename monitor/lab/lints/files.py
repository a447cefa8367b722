"""Lints of folders: files that were probably meant to be read, and are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from monitor.config.loading.ignored_files import list_ignored_files
from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import Place


def lint_ignored_files(paths: Iterable[Path]) -> Iterator[Lint]:
    """Files in these folders whose name or first line says that they were meant, and that are not read."""
    for file in list_ignored_files(paths):
        place = Place(str(file))
        if file.is_dir():
            problem, hint = "this is a link to a folder, and is not followed", "name the folder itself in monitor.yaml"
        else:
            problem = "this file is not read"
            hint = "only files whose names end in .yaml or .yml are read: rename it, or move it elsewhere"
        yield Lint(place, LintKind.IGNORED_FILE, problem, hint, place)
