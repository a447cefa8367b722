"""Packs: the rules that come with the program for one desk, with the sources to poll for them.

The rules of a pack are in `rules/PACK/`. The README.md there begins with a title and a paragraph on what the pack is
for. A file of sources names its packs in a comment at the top: `# Packs: east-asia, disasters`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.config.language.faults import did_you_mean
from monitor.config.loading.shipped import find_shipped_entity_folder, find_shipped_folder
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument
from monitor.errors import Fault
from monitor.model import Place, Rule, RuleStatus

FIRST_PACK = "east-asia"
"""The pack that `init` names if the user names none."""
_SHARED = "lists"
_OFF = "off"
_IDS = {"rules": re.compile(r"^rule: (\S+)$", re.MULTILINE), "sources": re.compile(r"^ *- id: (\S+)$", re.MULTILINE)}
"""The ids in the shipped files, as these write them."""
_PACKS = re.compile(r"^# Packs: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack. `folder`: of its rules; `sources`: the files of its sources."""

    name: str
    title: str
    description: str
    folder: Path
    sources: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ChosenPacks:
    """What the packs of a monitor.yaml add to the user's files. `rule_files`: of rules, lists and entities;
    `rules_off`, `sources_off`: the ids that it silences, and where."""

    rule_files: tuple[Path, ...] = ()
    source_files: tuple[Path, ...] = ()
    rules_off: Mapping[str, Place] = field(default_factory=dict)
    sources_off: Mapping[str, Place] = field(default_factory=dict)

    def find_silenced_copies(self, rules: Iterable[Rule]) -> Iterator[Fault]:
        """A fault for each of the user's own rules that runs although a pack is told to silence it."""
        for rule in rules:
            if rule.id in self.rules_off and rule.status is not RuleStatus.OFF:
                problem = f"this silences '{rule.id}' of the pack, and your copy {rule.place.file} runs"
                yield Fault(self.rules_off[rule.id], problem, "write `status: off` there")


NO_PACKS = ChosenPacks()


def choose_packs(document: YamlDocument) -> ChosenPacks:
    """The packs that a monitor.yaml names. With the key `packs`, even if it names none, the lists and entities that all
    packs share are there too. What is faulty is left out (`find_faults_of_packs`)."""
    chosen = _list_chosen(document)
    if chosen is None:
        return NO_PACKS
    known = shipped_packs(find_shipped_folder())
    packs = [known[name] for name, _, _ in chosen if name in known]
    polled = [
        known[name]
        for name, _, about in chosen
        if name in known and not (isinstance(about, Mapping) and about.get("sources") == _OFF)
    ]
    off = {kind: {id_: document.key_place(path) for _, path, id_ in _list_silenced(document, kind)} for kind in _IDS}
    return ChosenPacks(
        (*list_shared_files(), *(file for pack in packs for file in sorted(pack.folder.glob("*.yaml")))),
        tuple(dict.fromkeys(file for pack in polled for file in pack.sources)),
        off["rules"],
        off["sources"],
    )


def list_shared_files() -> tuple[Path, ...]:
    """The files of the lists and entities that all packs share."""
    folders = (find_shipped_folder() / "rules" / _SHARED, find_shipped_entity_folder())
    return tuple(file for folder in folders for file in sorted(folder.glob("*.yaml")))


def find_faults_of_packs(document: YamlDocument) -> tuple[list[Fault], list[Fault]]:
    """The packs that a monitor.yaml names and that do not exist; and the rules and sources that it silences and that
    their pack does not have."""
    known = shipped_packs(find_shipped_folder())
    packs = [
        Fault(document.key_place(path), f"there is no pack '{name}'", did_you_mean(name, known))
        for name, path, _ in _list_chosen(document) or ()
        if name not in known
    ]
    silenced: list[Fault] = []
    for kind, pattern in _IDS.items():
        for name, path, id_ in _list_silenced(document, kind):
            if name in known:
                files = known[name].folder.glob("*.yaml") if kind == "rules" else known[name].sources
                ids = {found for file in files for found in pattern.findall(file.read_text(encoding="utf-8"))}
                if id_ not in ids:
                    problem = f"the pack '{name}' has no {kind.removesuffix('s')} '{id_}'"
                    silenced.append(Fault(document.key_place(path), problem, did_you_mean(id_, ids)))
    return packs, silenced


def with_sources_off(document: YamlDocument, files: Mapping[str, Path]) -> dict[str, Any]:
    """The value of `packs` in a monitor.yaml, with these sources of its packs silenced too. `files`: of each id, the
    file of the pack."""
    known = shipped_packs(find_shipped_folder())
    packs = {name: dict(about) if isinstance(about, dict) else {} for name, _, about in _list_chosen(document) or ()}
    for id_, file in files.items():
        about = next(about for name, about in packs.items() if name in known and file in known[name].sources)
        about["sources"] = {**(about.get("sources") or {}), id_: _OFF}
    return packs


def _list_chosen(document: YamlDocument) -> list[tuple[str, ValuePath, object]] | None:
    """The packs that a monitor.yaml names: name, path of the name, and what it says of the pack. None: it does not have
    the key."""
    if not (isinstance(document.data, dict) and "packs" in document.data):
        return None
    match document.data["packs"]:
        case list(names):
            return [(name, ("packs", index), None) for index, name in enumerate(names) if isinstance(name, str)]
        case dict(packs):
            return [(name, ("packs", name), about) for name, about in packs.items() if isinstance(name, str)]
        case _:  # no value, as after the last pack was commented out
            return []


def _list_silenced(document: YamlDocument, kind: str) -> list[tuple[str, ValuePath, str]]:
    """The rules or sources that a monitor.yaml silences: the pack, the path, and the id."""
    return [
        (name, (*path, kind, id_), id_)
        for name, path, about in _list_chosen(document) or ()
        if isinstance(about, dict) and isinstance(silenced := about.get(kind), Mapping)
        for id_, word in silenced.items()
        if word == _OFF
    ]


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
