"""Packs: the rules that come with the program for one desk, with the sources to poll for them.

The rules of a pack are in `rules/PACK/`. The README.md there begins with a title and a paragraph on what the pack is
for. A file of sources names its packs in a comment at the top: `# Packs: east-asia, disasters`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

FIRST_PACK = "east-asia"
"""The pack that is written if the user names none."""
_SHARED = "lists"
_PACKS = re.compile(r"^# Packs: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack. `folder`: of its rules; `sources`: the files of its sources."""

    name: str
    title: str
    description: str
    folder: Path
    sources: tuple[Path, ...]


def shipped_packs(shipped_folder: Path) -> dict[str, Pack]:
    """The packs by name, in a folder that holds `rules/` and `seeds/sources/`. Each folder with rules is a pack."""
    sources = [(path, packs_of(path)) for path in sorted((shipped_folder / "seeds" / "sources").glob("*.yaml"))]
    folders = sorted(
        path for path in (shipped_folder / "rules").iterdir() if path.name != _SHARED and any(path.glob("*.yaml"))
    )
    return {
        folder.name: Pack(
            folder.name,
            *_read_title_and_description(folder),
            folder,
            tuple(path for path, packs in sources if folder.name in packs),
        )
        for folder in folders
    }


def packs_of(sources: Path) -> Collection[str]:
    """The names of the packs that a file of sources is for."""
    head, _, _ = sources.read_text(encoding="utf-8").partition("\nsources:")
    found = _PACKS.search(head)
    return [name.strip() for name in found[1].split(",")] if found else ()


def _read_title_and_description(folder: Path) -> tuple[str, str]:
    """Title and description of a pack. Without a README: the name of the folder, and no description."""
    readme = folder / "README.md"
    if not readme.exists():
        return folder.name, ""
    title, *paragraphs = readme.read_text(encoding="utf-8").strip().split("\n\n")
    return title.removeprefix("# "), " ".join(paragraphs[0].split()) if paragraphs else ""
