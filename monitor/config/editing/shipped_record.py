"""What `init` wrote, as it was shipped: a copy of each file in the hidden folder `.shipped` beside monitor.yaml.

A copy is what an edit of the user is compared with, and what the next version is merged from. It is written after the
file itself: a file without a copy is one of the user's, and a copy without a file is one that the user has deleted.
"""

from __future__ import annotations

from pathlib import Path

from monitor.config.editing.atomic_rewrite import FileRewrite
from monitor.runtime.safe_paths import open_folder_of

RECORD_FOLDER = ".shipped"


class ShippedRecord:
    """The copies below one folder of the user. Names are relative to that folder, such as `rules/lists/a.yaml`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / RECORD_FOLDER

    def read_all(self) -> dict[Path, bytes]:
        """All copies by their names. Raises OSError."""
        files = (path for path in self._folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(self._folder): path.read_bytes() for path in sorted(files)}

    def keep(self, name: Path, shipped: bytes) -> None:
        """Keep what was shipped under this name. Raises MonitorError."""
        path = self._folder / name
        before = path.read_bytes() if path.is_file() else None
        if before != shipped:
            FileRewrite(path, before, shipped).write()

    def drop(self, name: Path) -> None:
        """The file is no longer shipped. Raises OSError."""
        with open_folder_of(self._folder / name) as folder:
            folder.remove()
