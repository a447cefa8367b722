"""Lists of feeds (OPML): adds the feeds of a list to a sources file, and writes the sources as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.config.editing.atomic_rewrite import prepare_rewrite
from monitor.config.editing.feed_lists import ImportOutcome, OutlineImport, import_outlines, outline_of
from monitor.config.editing.source_edit import with_sources
from monitor.config.editing.source_files import ListedSource, SourceFiles, check_file, find_valid_sources, new_source
from monitor.errors import Fault
from monitor.model import Outline, UnusableOutline
from monitor.sources.formats.opml import read_opml, write_opml


@dataclass(frozen=True, slots=True)
class ListImport:
    """What became of a list of feeds, outline by outline. `unusable`: what names no feed. `problem`: the list was
    ill-formed, and this is what could still be read."""

    imports: tuple[OutlineImport, ...]
    unusable: tuple[UnusableOutline, ...]
    problem: str | None

    @property
    def added(self) -> int:
        """How many sources are new."""
        return self._count(ImportOutcome.ADDED)

    @property
    def present(self) -> int:
        """How many were in a file before, or are in the list twice."""
        return self._count(ImportOutcome.KNOWN) + self._count(ImportOutcome.REPEATED)

    @property
    def unused(self) -> int:
        """How many could not be used."""
        return len(self.unusable) + self._count(ImportOutcome.UNUSABLE)

    def _count(self, outcome: ImportOutcome) -> int:
        return sum(each.outcome is outcome for each in self.imports)


@dataclass(frozen=True, slots=True)
class ListExport:
    """Sources as an OPML document. `faults`: of the sources that are left out. `secrets`: for sources that are written
    without some of their keys, these keys, as they hold a password."""

    document: bytes
    sources: int
    faults: tuple[Fault, ...]
    secrets: tuple[tuple[ListedSource, Sequence[str]], ...]


def import_source_list(
    files: SourceFiles, target: Path, document: bytes, tags: Sequence[str] = (), *, dry_run: bool = False
) -> ListImport:
    """Add the feeds of an OPML document to the file `target`: all that can be used, at once. `tags`: for all of them.
    With `dry_run` nothing is written: a preview. Raises FeedUnreadable if it is no list of feeds, InvalidRequest for a
    faulty tag, InvalidFiles if the target has a fault, MonitorError if it cannot be edited safely."""
    check_file(target)
    read = read_opml(document)
    imports = import_outlines(read.outlines, files.sources, _normalize_tags(tags))
    new = [each.source for each in imports if each.source]
    rewrite = prepare_rewrite(target, lambda text, name: with_sources(text, name, new))
    if new and not dry_run:
        rewrite.write()
    return ListImport(tuple(imports), read.unusable, read.problem)


def _normalize_tags(tags: Sequence[str]) -> list[str]:
    """The tags as they are written. Raises InvalidRequest."""
    tidied = new_source("https://news.example/", {"tags": tags}, ()).get("tags", [])
    return list(tidied) if isinstance(tidied, list) else []


def export_source_list(files: SourceFiles, now: datetime, tag: str | None = None) -> ListExport:
    """The sources without a fault, or those of them with this tag, with all their keys but passwords."""
    valid, faults = set(), list[Fault]()
    for file in files.files:
        places, found = find_valid_sources(file)
        valid |= places
        faults += (fault for fault in found if fault not in files.faults)
    outlines: list[Outline] = []
    secrets: list[tuple[ListedSource, Sequence[str]]] = []
    for source in files.sources:
        outline, secret_keys = outline_of(source.keys)
        if source.place in valid and (tag is None or tag in outline.groups):
            outlines.append(outline)
            secrets += [(source, secret_keys)] if secret_keys else []
    document = write_opml(outlines, f"Sources of {files.config}", now)
    return ListExport(document, len(outlines), (*files.faults, *faults), tuple(secrets))
