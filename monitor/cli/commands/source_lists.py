"""`news-monitor sources import` and `sources export`: lists of feeds (OPML) in and out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from monitor import clock
from monitor.cli.options import config_option, json_option, print_faults, print_json
from monitor.config.editing.atomic_rewrite import prepare_rewrite
from monitor.config.editing.feed_lists import ImportOutcome, OutlineImport, import_outlines, outline_of
from monitor.config.editing.source_edit import with_sources
from monitor.config.editing.source_files import SourceFiles, check_file, find_valid_sources, new_source, source_files
from monitor.errors import FeedUnreadable, InvalidRequest
from monitor.model import Outline, Outlines
from monitor.sources.formats.opml import read_opml, write_opml


@click.command("import")
@config_option
@click.option("--file", "file", type=click.Path(path_type=Path), help="The sources file that they are written to.")
@click.option("--tag", "tags", multiple=True, metavar="T", help="A tag for all of them; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and write nothing.")
@json_option
@click.argument("given", metavar="FILE|-")
def import_(
    config: Path, *, file: Path | None, tags: tuple[str, ...], dry_run: bool, as_json: bool, given: str
) -> None:
    """Add the feeds of a list (OPML), as feed readers export it; - is standard input.

    Groups become tags. Feeds that are there already are named and left out, and so is what names no feed. It is
    written as a whole or not at all.

    \b
    Examples:
      news-monitor sources import subscriptions.opml
      news-monitor sources import --dry-run --tag desk --file seeds/sources/mine.yaml subscriptions.opml

    Exit code 1 if it is no such list, or not all of it could be used.
    """
    files = source_files(config)
    print_faults(files.faults)
    target = files.file_for(file)
    check_file(target)
    read = _read_outlines(given)
    taken = import_outlines(read.outlines, files.sources, _normalize_tags(tags))
    new = [each.source for each in taken if each.source]
    made = prepare_rewrite(target, lambda text, name: with_sources(text, name, new))
    if new and not dry_run:
        made.write()
    _print_import(given, read, taken, as_json=as_json)
    kept = "would be added" if dry_run else "added"
    said = f"{_count_outcomes(taken)[0]} {kept} to {target}{_describe_rest(read, taken)}"
    click.echo(said if taken or read.unusable else f"{given}: it names no feed", err=as_json or not taken)
    if _count_unused(read, taken) or not taken:
        click.get_current_context().exit(1)


def _normalize_tags(tags: Sequence[str]) -> list[str]:
    """The tags as they are written. Raises InvalidRequest."""
    tidied = new_source("https://news.example/", {"tags": tags}, ()).get("tags", [])
    return list(tidied) if isinstance(tidied, list) else []


def _read_outlines(given: str) -> Outlines:

    try:
        body = sys.stdin.buffer.read() if given == "-" else Path(given).read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{given}: {error.strerror or error}") from error
    try:
        return read_opml(body)
    except FeedUnreadable as error:
        raise FeedUnreadable(f"{given}: {error}") from error


def _print_import(given: str, read: Outlines, taken: Sequence[OutlineImport], *, as_json: bool) -> None:
    """Line by line: what is added on stdout, what is not, and why, on stderr; as JSON all of it on stdout."""
    if read.problem:
        click.echo(f"{given}: {read.problem}", err=True)
    rows: list[tuple[int, str | None, ImportOutcome, str | None, str | None]]
    rows = [(each.outline.line, each.outline.url, each.outcome, _get_source_id(each), each.why) for each in taken]
    rows += [(each.line, None, ImportOutcome.UNUSABLE, None, each.why) for each in read.unusable]
    for line, url, outcome, id_, why in sorted(rows, key=lambda row: row[0]):
        if as_json:
            print_json({"line": line, "url": url, "outcome": outcome.value, "id": id_, "why": why})
            continue
        if outcome is ImportOutcome.ADDED:
            click.echo(f"{id_}  {url}")
        if why:
            click.echo(" ".join(filter(None, (f"{given}:{line}:", url, why))), err=True)


def _get_source_id(taken: OutlineImport) -> str | None:
    return str(taken.source["id"]) if taken.source else None


def _count_outcomes(taken: Sequence[OutlineImport]) -> tuple[int, int]:
    """How many are added, and how many were there already."""
    counted = Counter(each.outcome for each in taken)
    return counted[ImportOutcome.ADDED], counted[ImportOutcome.KNOWN] + counted[ImportOutcome.REPEATED]


def _count_unused(read: Outlines, taken: Sequence[OutlineImport]) -> int:
    return len(read.unusable) + len(taken) - sum(_count_outcomes(taken))


def _describe_rest(read: Outlines, taken: Sequence[OutlineImport]) -> str:
    there, unused = _count_outcomes(taken)[1], _count_unused(read, taken)
    said = f"; {there} were there already" if there else ""
    return said + (f"; {unused} could not be used" if unused else "")


@click.command()
@config_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write (default: standard output).")
@click.option("--tag", metavar="T", help="Only the sources with this tag.")
def export(config: Path, output: Path | None, tag: str | None) -> None:
    """Write the sources as a list of feeds (OPML 2.0), which feed readers and `sources import` read.

    Sources are in a group by their first tag. All their keys go along, and `sources import` brings them back; a
    proxy with a password is left out.

    \b
    Example:
      news-monitor sources export -o sources.opml
    """
    files = source_files(config)
    print_faults(files.faults)
    outlines, faulty = _collect_outlines(files, tag)
    if tag is not None and not outlines:  # a slip in the tag must not leave an empty list in the place of a backup
        raise InvalidRequest(f"no source has the tag '{tag}'")
    written = write_opml(outlines, f"Sources of {config}", clock.now())
    if output is None:
        click.echo(written, nl=False)
    else:
        try:
            output.write_bytes(written)
        except OSError as error:
            raise InvalidRequest(f"{output}: {error.strerror or error}") from error
        click.echo(f"{len(outlines)} sources written to {output}")
    if faulty or files.faults:
        click.get_current_context().exit(1)


def _collect_outlines(files: SourceFiles, tag: str | None) -> tuple[list[Outline], bool]:
    """The sources without a fault as outlines, and whether others have one: these are printed."""
    outlines, sound, faulty = [], set(), False
    for file in files.files:
        places, faults = find_valid_sources(file)
        sound |= places
        faulty |= bool(faults)
        print_faults(fault for fault in faults if fault not in files.faults)  # those were printed when they were read
    for standing in files.sources:
        outline, secret = outline_of(standing.keys)
        if standing.place not in sound or (tag is not None and tag not in outline.groups):
            continue
        if secret:
            click.echo(f"{standing.place}: {', '.join(secret)} holds a password, and is left out", err=True)
        outlines.append(outline)
    return outlines, faulty
