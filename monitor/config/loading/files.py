"""The YAML files that a path of the user's names: itself, or everything in a folder; and whether they have changed.

Files and folders whose name begins with a dot are left alone: editors keep their locks in them, and mounted
configuration its older versions.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from stat import S_ISDIR

from monitor.config.language.faults import collect_faults
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument, read_yaml_file
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place


def paths_named(document: YamlDocument, key: str, folder: Path) -> list[tuple[Path, Place]]:
    """The paths that a list of monitor.yaml names, each with its place. What is no text is no path (and a fault of
    monitor.yaml itself, told elsewhere), so that the good ones can be read even then."""
    listed = document.data.get(key) if isinstance(document.data, dict) else None
    items: list[tuple[ValuePath, object]] = [((key, index), item) for index, item in enumerate(_as_list(listed))]
    return [(folder / item, document.place(path)) for path, item in items if isinstance(item, str)]


def yaml_files(named_paths: Iterable[tuple[Path, Place | None]]) -> tuple[list[Path], list[Fault]]:
    """All files, each once, in the order of the names and sorted within a folder; faults for names that name nothing
    (at the place of the name, or at the path itself where it has none)."""
    files: dict[str, Path] = {}
    faults: list[Fault] = []
    for path, place in named_paths:
        with collect_faults(faults):
            found, unreadable = _expand_path(path, place or Place(str(path)))
            faults.extend(unreadable)
            for identity, file in found:
                files.setdefault(identity, file)
    return list(files.values()), faults


Stamp = tuple[int, int, int]
"""A file's time, size and identity: they tell that it has changed."""
Signature = frozenset[tuple[str, Stamp]]
"""Files with their stamps."""


def in_whole_seconds(stamp: Stamp) -> bool:
    """Whether a file has its time so, as on a USB stick: an edit may then not show for up to two of them."""
    return stamp[0] % 10**9 == 0


def get_file_stamp(file: Path) -> Stamp | None:
    """None: it is gone, or cannot be asked."""
    try:
        return _stamp_from_stat(file.stat())
    except OSError:
        return None


def compute_signature(paths: Iterable[Path]) -> Signature:
    """What tells that something has changed in these files and folders."""
    return frozenset(stamped for path in paths for stamped in _iter_stamps(path))


def folders_of(files: Iterable[str]) -> set[Path]:
    """The folders that files stand in: of thousands of files they are few."""
    return {Path(folder) for folder in {file.rpartition(os.sep)[0] for file in files}}


def _iter_stamps(path: Path) -> Iterator[tuple[str, Stamp]]:
    with suppress(OSError, ValueError):  # what is not there, or gone meanwhile: its absence tells
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
"""A file by its one name behind all of its names, and by the name that people use."""


def _expand_path(path: Path, place: Place) -> tuple[list[_IdentifiedFile], list[Fault]]:
    """The files behind a name, and what of them cannot be read. Raises Faulty, at the place of the name."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        if path.is_symlink():  # it leads nowhere, and is told of when it is read
            return [(_resolve_identity(path), path)], []
        raise InvalidFiles([Fault(place, f"there is no file or folder '{path}'")]) from None
    except OSError as error:
        raise InvalidFiles([fault_from_os_error(place, error, f"'{path}' ")]) from None
    return _list_folder_files(path) if S_ISDIR(mode) else ([(_resolve_identity(path), path)], [])


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
    """The very same whenever it is asked for: to make and compare thousands anew takes longer than to look at them."""
    return Path(name)


def _walk_folder(folder: Path, errors: list[OSError]) -> Iterator[os.DirEntry[str]]:
    """All that is read of a folder, at any depth; links to folders are not followed. Of each file no more is asked
    here than its name: there may be thousands, and a daemon looks at them again and again."""
    folders = [str(folder)]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError as error:
            errors.append(error)
            continue
        for entry in entries:
            if _is_folder(entry):
                if not entry.is_symlink() and not entry.name.startswith("."):
                    folders.append(entry.path)
            elif is_config_file_name(entry.name):
                yield entry


def _sort_key(entry: os.DirEntry[str]) -> list[str]:
    return entry.path.split(os.sep)  # noqa: PTH206 - of thousands of entries; a Path's parts take ten times as long


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle: told of when it is read
        return False


def is_there(path: Path) -> bool:
    """Whether something has this name; also where the system does not let us look, which reading it then tells."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        pass
    return True


def is_empty(file: Path) -> bool:
    """Whether nothing stands in it. Raises Faulty, should it have gone."""
    try:
        return file.stat().st_size == 0
    except OSError as error:
        raise InvalidFiles([fault_from_os_error(Place(str(file)), error)]) from None


def fault_from_os_error(place: Place, error: OSError, prefix: str = "") -> Fault:
    """What the system would not let us read."""
    return Fault(place, f"{prefix}cannot be read: {error.strerror}")


def is_config_file_name(name: str) -> bool:
    """Whether a file of this name is read where a folder is named."""
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")


def _resolve_identity(file: Path) -> str:
    """The file behind all of its names; a link that leads nowhere is itself, and told of when it is read."""
    try:
        return str(file.resolve(strict=True))
    except (OSError, RuntimeError):  # RuntimeError: a circle of links, until Python 3.12
        return str(file.absolute())


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def settings_document(path: Path) -> YamlDocument:
    """The document of a monitor.yaml. Raises Faulty."""
    try:
        path.stat()
    except FileNotFoundError:
        raise InvalidFiles([Fault(Place(str(path)), "there is no such file", "news-monitor init writes one")]) from None
    except OSError as error:
        raise InvalidFiles([fault_from_os_error(Place(str(path)), error)]) from None
    return only_document(read_yaml_file(path), path)


def only_document(documents: tuple[YamlDocument, ...], file: Path) -> YamlDocument:
    """The one document of monitor.yaml; an empty file is a mapping with nothing in it. Raises Faulty."""
    if len(documents) > 1:
        raise InvalidFiles(
            [Fault(documents[1].place(), "monitor.yaml is one document", "remove what follows the '---'")]
        )
    return documents[0] if documents else YamlDocument(str(file), {}, (0, 0, 1, 1, 1, 1))
