"""The YAML files that a path of the user's names: itself, or everything in a folder; and whether they have changed.

Files and folders whose name begins with a dot are left alone: editors keep their locks in them, and mounted
configuration its older versions.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR

from monitor.config.faults import noting
from monitor.config.yaml12 import Document, Where, read
from monitor.errors import Fault, Faulty
from monitor.model import Place


def paths_named(document: Document, key: str, folder: Path) -> list[tuple[Path, Place]]:
    """The paths that a list of monitor.yaml names, each with its place. What is no text is no path (and a fault of
    monitor.yaml itself, told elsewhere), so that the good ones can be read even then."""
    listed = document.data.get(key) if isinstance(document.data, dict) else None
    where: list[tuple[Where, object]] = [((key, index), item) for index, item in enumerate(_list(listed))]
    return [(folder / item, document.place(at)) for at, item in where if isinstance(item, str)]


def yaml_files(named: Iterable[tuple[Path, Place | None]]) -> tuple[list[Path], list[Fault]]:
    """All files, each once, in the order of the names and sorted within a folder; faults for names that name nothing
    (at the place of the name, or at the path itself where it has none)."""
    files: dict[Path, Path] = {}
    faults: list[Fault] = []
    for path, place in named:
        with noting(faults):
            found, unread = _behind(path, place or Place(str(path)))
            faults.extend(unread)
            for file in found:
                files.setdefault(_identity(file), file)
    return list(files.values()), faults


Signature = frozenset[tuple[Path, int, int, int]]


def signature(paths: Iterable[Path]) -> Signature:
    """What tells that something has changed in these files and folders: every file with its time, size and identity."""
    files, _ = yaml_files((path, None) for path in paths)
    found = []
    for file in files:
        with suppress(OSError):  # gone meanwhile: its absence tells
            about = file.stat()
            found.append((file, about.st_mtime_ns, about.st_size, about.st_ino))
    return frozenset(found)


def _behind(path: Path, place: Place) -> tuple[list[Path], list[Fault]]:
    """The files behind a name, and what of them cannot be read. Raises Faulty, at the place of the name."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        if path.is_symlink():  # it leads nowhere, and is told of when it is read
            return [path], []
        raise Faulty([Fault(place, f"there is no file or folder '{path}'")]) from None
    except OSError as refused:
        raise Faulty([unreadable(place, refused, f"'{path}' ")]) from None
    return _in_folder(path) if S_ISDIR(mode) else ([path], [])


def _in_folder(folder: Path) -> tuple[list[Path], list[Fault]]:
    files: list[Path] = []
    unread: list[OSError] = []
    for inside, folders, names in os.walk(folder, onerror=unread.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(inside, name) for name in names if is_read(name)]
    return sorted(files), [unreadable(Place(str(each.filename)), each) for each in unread]


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
    except OSError as refused:
        raise Faulty([unreadable(Place(str(file)), refused)]) from None


def unreadable(place: Place, refused: OSError, called: str = "") -> Fault:
    """What the system would not let us read."""
    return Fault(place, f"{called}cannot be read: {refused.strerror}")


def is_read(name: str) -> bool:
    """Whether a file of this name is read where a folder is named."""
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")


def _identity(file: Path) -> Path:
    """The file behind all of its names; a link that leads nowhere is itself, and told of when it is read."""
    try:
        return file.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a circle of links, until Python 3.12
        return file.absolute()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def settings_document(path: Path) -> Document:
    """The document of a monitor.yaml. Raises Faulty."""
    try:
        path.stat()
    except FileNotFoundError:
        raise Faulty([Fault(Place(str(path)), "there is no such file", "news-monitor init writes one")]) from None
    except OSError as refused:
        raise Faulty([unreadable(Place(str(path)), refused)]) from None
    return only_document(read(path), path)


def only_document(documents: tuple[Document, ...], file: Path) -> Document:
    """The one document of monitor.yaml; an empty file is a mapping with nothing in it. Raises Faulty."""
    if len(documents) > 1:
        raise Faulty(
            [Fault(documents[1].place(), "monitor.yaml is one document", "remove what stands after the '---'")]
        )
    return documents[0] if documents else Document(str(file), {}, (0, 0, 1, 1, 1, 1))
