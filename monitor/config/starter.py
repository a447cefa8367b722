"""What `init` writes: a commented monitor.yaml, the shipped rules and seeds, and the schemas that they point to.

It overwrites nothing: what is there stays, and is reported as kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from monitor.config.kinds import KINDS
from monitor.config.schema import file_name, schema

_TEMPLATE = Path(__file__).with_name("starter.yaml")


def write_starter(folder: Path, shipped: Path) -> tuple[list[Path], list[Path]]:
    """Writes what is not there yet; the files written, and those kept as they were. Raises OSError."""
    written: list[Path] = []
    kept: list[Path] = []
    for name, content in _contents(shipped):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            kept.append(path)
        else:
            written.append(path)
    return written, kept


def _contents(shipped: Path) -> Iterator[tuple[Path, bytes]]:
    yield Path("monitor.yaml"), _TEMPLATE.read_bytes()
    for top in ("rules", "seeds"):
        for path in sorted((shipped / top).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(shipped), path.read_bytes()
    for kind in KINDS:
        text = json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
        yield Path("schema", file_name(kind)), text.encode()
