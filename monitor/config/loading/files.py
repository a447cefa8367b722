"""Finds the YAML files behind a path that the user gives (a file, or all files in a folder), and notices changes.

Files and folders whose names begin with a dot are ignored: editors keep locks there, and mounted configuration its
older versions.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from stat import S_ISDIR

from monitor.config.language.faults import collect_faults, find_close_word, mark_hiding
from monitor.config.language.network import networks_of
from monitor.config.yaml.file_content import explain_broken_link
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument, read_yaml_file
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place

NamedPath = tuple[Path, Place | None]
"""A file or folder that the user names, and where; None: not in a file."""


def list_named_paths(document: YamlDocument, path: Path, *keys: str) -> list[NamedPath]:
    """The files and folders that the monitor.yaml at `path` names under these keys."""
    return [named for key in keys for named in paths_named(document, key, path.parent)]


def paths_named(document: YamlDocument, key: str, folder: Path) -> list[tuple[Path, Place]]:
    """The paths in a list of monitor.yaml, each with its place. An item that is no text is skipped, so that the good
    ones can be read; the check of monitor.yaml itself reports it."""
    listed = document.data.get(key) if isinstance(document.data, dict) else None
    items: list[tuple[ValuePath, object]] = [((key, index), item) for index, item in enumerate(_as_list(listed))]
    return [(folder / item, document.place(path)) for path, item in items if isinstance(item, str)]


def list_template_paths(document: YamlDocument, path: Path) -> list[Path]:
    """The templates that the channels of the monitor.yaml at `path` name."""
    channels = document.data.get("channels") if isinstance(document.data, dict) else None
    entries = channels.values() if isinstance(channels, dict) else ()
    named = (entry.get("template") for entry in entries if isinstance(entry, dict))
    return [path.parent / file for file in named if isinstance(file, str)]


def yaml_files(named_paths: Iterable[NamedPath]) -> tuple[list[Path], list[Fault]]:
    """All files behind these paths without duplicates, in the order of the paths and sorted within a folder; and faults
    for paths that do not exist (at their place; or, without a place, at the path itself)."""
    files: dict[str, Path] = {}
    faults: list[Fault] = []
    for path, place in named_paths:
        with collect_faults(faults):
            found, unreadable = _expand_path(path, place or Place(str(path)))
            faults.extend(unreadable)
            for identity, file in found:
                files.setdefault(identity, file)
    return list(files.values()), mark_hiding(faults)


Stamp = tuple[int, int, int]
"""A file's time (ns), size and inode. A change of the file changes its stamp."""
Signature = frozenset[tuple[str, Stamp]]
"""Files with their stamps."""


def in_whole_seconds(stamp: Stamp) -> bool:
    """Whether the file's time is in whole seconds, as on a USB stick. Then an edit within two seconds can be missed."""
    return stamp[0] % 10**9 == 0


def get_file_stamp(file: Path) -> Stamp | None:
    """The stamp of a file; None if the file is gone or its status cannot be read."""
    try:
        return _stamp_from_stat(file.stat())
    except OSError:
        return None


def compute_signature(paths: Iterable[Path]) -> Signature:
    """A value that differs when something has changed in these files and folders."""
    return frozenset(stamped for path in paths for stamped in _iter_stamps(path))


def folders_of(files: Iterable[str]) -> set[Path]:
    """The folders that contain these files: few, even for thousands of files."""
    return {Path(folder) for folder in {file.rpartition(os.sep)[0] for file in files}}


def _iter_stamps(path: Path) -> Iterator[tuple[str, Stamp]]:
    with suppress(OSError, ValueError):  # missing, or deleted meanwhile: then it has no stamp
        status = path.stat()
        if not S_ISDIR(status.st_mode):
            yield str(path), _stamp_from_stat(status)
            return
        for entry in _walk_folder(path, []):
            try:
                yield entry.path, _stamp_from_stat(entry.stat())
            except OSError:
                continue


def _stamp_from_stat(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


_IdentifiedFile = tuple[str, Path]
"""The real path of a file as its identity, and the path that people use."""


def _expand_path(path: Path, place: Place) -> tuple[list[_IdentifiedFile], list[Fault]]:
    """The files behind a path, and faults for folders that cannot be read. Raises InvalidFiles, at the place of the
    path, if the path itself cannot be used."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        if path.is_symlink():  # a broken link: reading it reports the fault
            return [(_resolve_identity(path), path)], []
        raise InvalidFiles([Fault(place, f"there is no file or folder '{path}'", _suggest_sibling(path))]) from None
    except OSError as error:
        raise InvalidFiles([fault_from_os_error(place, error, f"'{path}' ")]) from None
    if S_ISDIR(mode) and not is_config_file_name(path.name):
        return _list_folder_files(path)
    return [(_resolve_identity(path), path)], []


def _suggest_sibling(path: Path) -> str | None:
    """A hint with the file or folder that is there beside a missing one, and has nearly its name; None if none is."""
    names: list[str] = []
    with suppress(OSError, ValueError):  # no such folder either
        names = sorted(each.name for each in path.parent.iterdir())
    close = find_close_word(path.name, names)
    return None if close is None else f"did you mean '{path.with_name(close)}'?"


def _list_folder_files(folder: Path) -> tuple[list[_IdentifiedFile], list[Fault]]:
    errors: list[OSError] = []
    start, real_folder = len(str(folder)), os.path.realpath(folder)
    files = [
        (
            _resolve_identity(_intern_path(entry.path)) if entry.is_symlink() else real_folder + entry.path[start:],
            _intern_path(entry.path),
        )
        for entry in sorted(_walk_folder(folder, errors), key=_sort_key)
    ]
    return files, [fault_from_os_error(Place(str(error.filename)), error) for error in errors]


@lru_cache(maxsize=100_000)
def _intern_path(name: str) -> Path:
    """The same Path object for the same text. Creating and comparing thousands of them takes longer than checking the
    files."""
    return Path(name)


def _walk_folder(folder: Path, errors: list[OSError]) -> Iterator[os.DirEntry[str]]:
    """All configuration files in a folder, at any depth; links to folders are not followed. It looks only at names,
    because a daemon does this again and again, for up to thousands of files. A folder with the name of a file is one of
    them, as where a file to mount was missing: reading it reports the fault, and what it had stays active."""
    folders = [str(folder)]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError as error:
            errors.append(error)
            continue
        for entry in entries:
            if is_config_file_name(entry.name):
                yield entry
            elif _is_folder(entry) and not entry.is_symlink() and not entry.name.startswith("."):
                folders.append(entry.path)


def _sort_key(entry: os.DirEntry[str]) -> list[str]:
    return entry.path.split(os.sep)  # noqa: PTH206 - for thousands of entries; Path.parts takes ten times as long


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a cycle of links: reading it reports the fault
        return False


def is_there(path: Path) -> bool:
    """Whether something exists at this path. True also where the system denies access; reading it then reports that."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        pass
    return True


def is_empty(file: Path) -> bool:
    """Whether the file has no bytes. Raises InvalidFiles if it is gone."""
    try:
        return file.stat().st_size == 0
    except OSError as error:
        raise InvalidFiles([fault_from_os_error(Place(str(file)), error)]) from None


def fault_from_os_error(place: Place, error: OSError, prefix: str = "") -> Fault:
    """The fault for a file that the system does not let us read. `prefix`: begins the message."""
    return Fault(place, f"{prefix}cannot be read: {error.strerror}")


def is_config_file_name(name: str) -> bool:
    """Whether a file of this name is read when its folder is configured."""
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")


def _resolve_identity(file: Path) -> str:
    """The real path of a file. A broken link is itself; reading it reports the fault."""
    try:
        return str(file.resolve(strict=True))
    except (OSError, RuntimeError):  # RuntimeError: a cycle of links, until Python 3.12
        return str(file.absolute())


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def settings_document(path: Path) -> YamlDocument:
    """The document of a monitor.yaml. Raises InvalidFiles."""
    try:
        path.stat()
    except FileNotFoundError:
        fault = Fault(Place(str(path)), "there is no such file", "news-monitor init writes one")
        raise explain_broken_link(path) or InvalidFiles([fault]) from None
    except OSError as error:
        raise InvalidFiles([fault_from_os_error(Place(str(path)), error)]) from None
    return only_document(read_yaml_file(path), path)


def networks_allowed(config: Path, source_id: str | None = None) -> list[IPv4Network | IPv6Network]:
    """The private networks that a monitor.yaml allows to this source (None: to all sources), without the rest of it: no
    secret is needed, and what is faulty is left out. Raises InvalidFiles if monitor.yaml cannot be read."""
    return networks_of(settings_document(config), source_id)


def only_document(documents: tuple[YamlDocument, ...], file: Path) -> YamlDocument:
    """The single document of monitor.yaml. An empty file is an empty mapping. Raises InvalidFiles for several."""
    if len(documents) > 1:
        raise InvalidFiles(
            [Fault(documents[1].place(), "monitor.yaml is one document", "remove what follows the '---'")]
        )
    return documents[0] if documents else YamlDocument(str(file), {}, (0, 0, 1, 1, 1, 1))
