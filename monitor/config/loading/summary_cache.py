"""Keeps, for the next command, which rules and which faults are in the user's files of rules.

Reading the rules and entities takes most of the time of a short command, and they hardly ever change. What was kept
counts only for exactly the same files and content, the same routes and channels, and the same program. Whatever is
wrong with it (it cannot be read or written, it is damaged or somebody else's), the files are read instead. It holds the
id, status, title, level and version of each rule, and the faults, and nothing else of the files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from stat import S_ISDIR, S_IWGRP, S_IWOTH

import msgspec
import pydantic
import yaml

from monitor.config.yaml.file_content import read_file_content
from monitor.errors import Fault, InvalidFiles
from monitor.model import RuleBrief
from monitor.runtime.safe_paths import PRIVATE_FILE, PRIVATE_FOLDER, open_folder_of

_PROGRAM = Path(__file__).parents[2]
_OTHERS_MAY_WRITE = S_IWGRP | S_IWOTH


@dataclass(frozen=True, slots=True)
class RuleFilesSummary:
    """The valid rules in the user's files, by id; the faults of these files; and the ids of all rules, faulty ones
    included."""

    briefs: Mapping[str, RuleBrief]
    faults: tuple[Fault, ...]
    declared_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class _KeptSummary:
    key: str
    summary: RuleFilesSummary


class SummaryCache:
    """The file in which the summary of one monitor.yaml is kept. `folder`: of all of them; None keeps nothing."""

    def __init__(self, folder: Path | None, config: Path) -> None:
        self._folder = folder
        self._name = f"{_hash(os.path.realpath(config).encode())}.json"

    def read(self, key: str) -> RuleFilesSummary | None:
        """The summary that was kept for this key, or None."""
        if self._folder is None or not _is_ours(self._folder):
            return None
        with suppress(OSError, ValueError, RecursionError):  # there is none, or it is damaged
            kept = msgspec.json.decode((self._folder / self._name).read_bytes(), type=_KeptSummary)
            return kept.summary if kept.key == key else None
        return None

    def write(self, key: str, summary: RuleFilesSummary) -> None:
        """Keep this in place of what was kept before, if that is possible."""
        if self._folder is None:
            return
        with (
            suppress(OSError),  # a home that is read-only, or that does not exist
            open_folder_of(self._folder / self._name, make=True, mode=PRIVATE_FOLDER) as folder,
        ):
            if _is_private(os.fstat(folder.descriptor)):
                with folder.replacing(PRIVATE_FILE) as opened:
                    os.write(opened, msgspec.json.encode(_KeptSummary(key, summary)))


def find_cache_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder for what this user's commands keep, whether it exists or not; None: there is no home."""
    chosen = Path(environment.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        return chosen / "news-monitor"
    home = Path(environment.get("HOME", ""))
    return home / ".cache" / "news-monitor" if home.is_absolute() else None


def compute_summary_key(files: Sequence[Path], faults_of_paths: Sequence[Fault], others: object) -> str | None:
    """A value that differs when anything does on which the rules in these files and their faults depend; None: the
    program is being replaced. `faults_of_paths`: of files and folders that are not there; `others`: what else they
    depend on, with a `repr` that says all of it."""
    try:
        libraries = (pydantic.VERSION, yaml.__version__, version("google-re2"))
        program = (sys.version, libraries, sorted(_stamp_files(str(_PROGRAM))))
    except OSError:
        return None
    names = [str(file) for file in files]  # faults name them
    inputs = (program, others, names, faults_of_paths)
    return _hash(repr(inputs).encode(), *map(_read_or_explain, files))


def _read_or_explain(file: Path) -> bytes:
    """The content of a file, or why it cannot be read, so that neither is taken for the other."""
    try:
        return b"content " + read_file_content(file)
    except InvalidFiles as error:
        return b"fault " + str(error).encode(errors="surrogateescape")


def _stamp_files(folder: str) -> Iterator[tuple[str, int, int]]:
    """Path, time (ns) and size of all files of the program: its version alone says nothing while it is developed."""
    for entry in os.scandir(folder):
        if not entry.is_dir():
            status = entry.stat()
            yield entry.path, status.st_mtime_ns, status.st_size
        elif entry.name != "__pycache__":
            yield from _stamp_files(entry.path)


def _hash(*parts: bytes) -> str:
    found = blake2b(digest_size=16)
    for part in parts:
        found.update(b"%d " % len(part))
        found.update(part)
    return found.hexdigest()


def _is_ours(folder: Path) -> bool:
    """Whether nobody else could have written into this folder."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return _is_private(status)


def _is_private(folder: os.stat_result) -> bool:
    return S_ISDIR(folder.st_mode) and folder.st_uid == os.geteuid() and not folder.st_mode & _OTHERS_MAY_WRITE
