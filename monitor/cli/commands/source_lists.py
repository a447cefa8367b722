"""`news-monitor sources import` and `sources export`: lists of feeds (OPML) in and out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from monitor import clock
from monitor.cli.options import config_option, json_option, print_faults, print_json, write_page
from monitor.cli.paths import InputPath, OutputPath
from monitor.config.editing.feed_lists import ImportOutcome, OutlineImport
from monitor.config.editing.source_files import source_files
from monitor.errors import FeedUnreadable, InvalidRequest
from monitor.services.commands.source_lists import ListImport, export_source_list, import_source_list
from monitor.sources.formats.opml import MOST_BYTES
from monitor.url_secrets import redact_url


@click.command("import")
@config_option
@click.option("--file", "file", type=click.Path(path_type=Path), help="The sources file to write them to.")
@click.option("--tag", "tags", multiple=True, metavar="T", help="A tag for all of them; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Print what would be added, and write nothing.")
@json_option
@click.argument("given", metavar="FILE|-", type=InputPath(allow_dash=True))
def import_(
    config: Path, *, file: Path | None, tags: tuple[str, ...], dry_run: bool, as_json: bool, given: Path
) -> None:
    """Add the feeds of a list (OPML) that a feed reader exported; - is standard input.

    Groups become tags. Feeds that you have already, outlines without a feed, and addresses that name a secret, such as
    ${env:NAME}, are named and left out. The sources file is written as a whole or not at all.

    \b
    Examples:
      news-monitor sources import subscriptions.opml
      news-monitor sources import --dry-run --tag desk --file seeds/sources/mine.yaml subscriptions.opml

    Exit code 1 if FILE is not such a list, or if a part of it could not be used.
    """
    files = source_files(config)
    print_faults(files.faults)
    target = files.file_for(file)
    document = _read_input(given)
    try:
        done = import_source_list(files, target, document, tags, dry_run=dry_run)
    except FeedUnreadable as error:
        raise FeedUnreadable(f"{given}: {error}") from error
    _print_import(given, done, as_json=as_json)
    is_empty = not (done.imports or done.unusable)
    said = f"{given}: it names no feed" if is_empty else _summarize_import(done, target, dry_run=dry_run)
    click.echo(said, err=as_json or not done.imports)
    if done.unused or not done.imports:
        click.get_current_context().exit(1)


def _read_input(given: Path) -> bytes:
    try:
        with sys.stdin.buffer if str(given) == "-" else given.open("rb") as file:
            return file.read(MOST_BYTES + 1)  # one too many is refused
    except OSError as error:
        raise InvalidRequest(f"{given}: {error.strerror or error}") from error


def _print_import(given: Path, done: ListImport, *, as_json: bool) -> None:
    """Line by line: what is added on stdout, what is not, and why, on stderr; as JSON all of it on stdout."""
    if done.problem:
        click.echo(f"{given}: {done.problem}", err=True)
    rows: list[tuple[int, str | None, ImportOutcome, str | None, str | None]]
    rows = [
        (each.outline.line, redact_url(each.outline.url), each.outcome, _get_source_id(each), each.why)
        for each in done.imports
    ]
    rows += [(each.line, None, ImportOutcome.UNUSABLE, None, each.why) for each in done.unusable]
    trust = {_get_source_id(each): _explain_trust(each) for each in done.imports}
    for line, url, outcome, id_, why in sorted(rows, key=lambda row: row[0]):
        if as_json:
            print_json({"line": line, "url": url, "outcome": outcome.value, "id": id_, "why": why})
            continue
        if outcome is ImportOutcome.ADDED:
            click.echo("  ".join(filter(None, (id_, url, trust[id_]))))
        if why:
            click.echo(" ".join(filter(None, (f"{given}:{line}:", url, why))), err=True)


def _explain_trust(taken: OutlineImport) -> str:
    """What the list says that gives a source more trust than its address alone; empty if it says nothing of it."""
    keys = taken.source or {}
    proxy, tags = keys.get("proxy"), keys.get("tags")
    is_official = isinstance(tags, Sequence) and "official" in tags
    said = [f"fetched through {redact_url(str(proxy))}" if proxy else "", "tagged official" if is_official else ""]
    return f"({', '.join(filter(None, said))})" if any(said) else ""


def _get_source_id(taken: OutlineImport) -> str | None:
    return str(taken.source["id"]) if taken.source else None


def _summarize_import(done: ListImport, target: Path, *, dry_run: bool) -> str:
    added = f"{done.added} {'would be added' if dry_run else 'added'} to {target}"
    present = f"; {done.present} already there" if done.present else ""
    return added + present + (f"; {done.unused} could not be used" if done.unused else "")


@click.command()
@config_option
@click.option("-o", "--output", type=OutputPath(), help="The file to write, or - for standard output (default).")
@click.option("--tag", metavar="T", help="Only the sources with this tag.")
def export(config: Path, output: Path | None, tag: str | None) -> None:
    """Write the sources as a list of feeds (OPML 2.0), for feed readers and `sources import`.

    Sources are grouped by their first tag. The list keeps all their keys, and `sources import` restores them, except a
    source whose address names a secret. A proxy with a password is left out, and a token in a url is written as ***.

    \b
    Example:
      news-monitor sources export -o sources.opml
    """
    files = source_files(config)
    exported = export_source_list(files, clock.now(), tag)
    print_faults(exported.faults)
    for source, keys in exported.secrets:
        for key in keys:
            what = "a token, for which *** is written" if key == "url" else "a password, and is left out"
            click.echo(f"{source.place}: {key} holds {what}", err=True)
    if (
        tag is not None and not exported.sources
    ):  # a slip in the tag must not leave an empty list in the place of a backup
        raise InvalidRequest(f"no source has the tag '{tag}'")
    write_page(output or Path("-"), exported.document.decode())
    if output is not None and str(output) != "-":
        click.echo(f"{exported.sources} sources written to {output}")
    if exported.faults:
        click.get_current_context().exit(1)
