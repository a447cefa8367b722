"""Packs: the rules that come with the program, by desk, each with the sources to poll for it.

The rules of a pack stand in `rules/PACK/`, whose README.md begins with its title and a paragraph on what it is for. A
file of sources says in a comment of its head which packs it is for: `# Packs: east-asia, disasters`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config.faults import did_you_mean
from monitor.errors import WrongUse

FIRST_PACK = "east-asia"
"""What is written where nobody says which packs."""
_SHARED = "lists"
_PACKS = re.compile(r"^# Packs: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pack:
    """`folder`: of its rules; `sources`: the files of its sources."""

    name: str
    title: str
    description: str
    folder: Path
    sources: tuple[Path, ...]


def shipped_packs(shipped: Path) -> dict[str, Pack]:
    """By name, the packs below a folder with `rules/` and `seeds/sources/`."""
    sources = [(path, _packs_of(path)) for path in sorted((shipped / "seeds" / "sources").glob("*.yaml"))]
    folders = sorted(path for path in (shipped / "rules").iterdir() if path.is_dir() and path.name != _SHARED)
    return {
        folder.name: Pack(
            folder.name,
            *_about(folder),
            folder,
            tuple(path for path, packs in sources if folder.name in packs),
        )
        for folder in folders
    }


def packs_named(names: Sequence[str], known: dict[str, Pack]) -> list[Pack]:
    """The packs of these names. Raises WrongUse."""
    for name in names:
        if name not in known:
            raise WrongUse(f"there is no pack '{name}'; {did_you_mean(name, known)}")
    return [known[name] for name in dict.fromkeys(names)]


def _packs_of(sources: Path) -> Collection[str]:
    head, _, _ = sources.read_text(encoding="utf-8").partition("\nsources:")
    found = _PACKS.search(head)
    return [name.strip() for name in found[1].split(",")] if found else ()


def _about(folder: Path) -> tuple[str, str]:
    """Title and description; of a folder without a README, its name and nothing."""
    readme = folder / "README.md"
    if not readme.exists():
        return folder.name, ""
    title, *paragraphs = readme.read_text(encoding="utf-8").strip().split("\n\n")
    return title.removeprefix("# "), " ".join(paragraphs[0].split()) if paragraphs else ""
