"""`news-monitor init`: a set of files to edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from monitor.cli.called_name import find_called_name
from monitor.cli.output.starter_update import update_starter
from monitor.config.editing.starter import count_items, write_starter
from monitor.config.loading.files import is_there
from monitor.config.loading.packs import FIRST_PACK, shipped_packs
from monitor.config.loading.shipped import find_shipped_folder
from monitor.errors import InvalidRequest
from monitor.services.lookup import require_known
from monitor.wording.quantities import format_count

_ABOUT_SOURCES = " `run` polls all these sources; `init --empty` writes none."
_NOTHING_YET = "Wrote no rules and no sources: add yours."
_NOTHING_NEW = "No rules and no sources were added."
_ABOUT_LISTS = " The lists and entities are words and names that rules can use; nothing is sent for them alone."
_KINDS = ("rule", "list", "source", "entity")


@click.command()
@click.option(
    "--pack", "names", metavar="NAME[,NAME]", help="Write these packs of rules and sources in place of east-asia."
)
@click.option("--empty", is_flag=True, help="Write no rules and no sources.")
@click.option("--update", is_flag=True, help="Show what a newer version of the program would change in DIR.")
@click.option("--write", is_flag=True, help="With --update: write these changes.")
@click.option("--verbose", is_flag=True, help="Name each file that is written, and each that was there.")
@click.argument("folder", metavar="[DIR]", default=Path(), type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path, names: str | None, *, empty: bool, update: bool, write: bool, verbose: bool) -> None:
    """Write monitor.yaml, rules/ and seeds/ into DIR (here, if none is given), for you to edit. Overwrites nothing.

    Without options it writes the pack east-asia: its rules, and the sources to poll for them. `rules packs` lists the
    others. The lists of words and the entities that rules may name are always written; --empty writes no rules and no
    sources beside them.

    If DIR has a monitor.yaml already, say what to add: --pack NAME adds a pack, --empty only the lists, entities and
    schemas that are missing. A daemon that runs on it applies them within seconds.

    After an upgrade of the program, --update compares the files in DIR with the new version and shows the differences.
    --write writes the changes. Files that you have not edited are replaced, and new ones are added. A file that you
    have edited keeps your edit and gets what is new. If both changed the same lines, your file stays as it is, and the
    new version is written beside it as FILE.new. What you have deleted stays deleted. monitor.yaml is never changed. If
    `check` would find a fault afterwards, nothing is written.

    \b
    Examples:
      news-monitor init
      news-monitor init /etc/news-monitor
      news-monitor init --pack disasters,health ~/news
      news-monitor init --empty ~/news
      news-monitor init --update ~/news             after an upgrade: what would change
      news-monitor init --update --write ~/news     change it

    Exit code 1 if a FILE.new needs your eyes, or if `check` would find a fault.
    """
    if update and (empty or names is not None):
        raise InvalidRequest("--update is for the packs that are there; --pack and --empty add files, without --update")
    if (write and not update) or (update and verbose):
        raise InvalidRequest("--write belongs to --update, which names each file without --verbose")
    if update:
        raise SystemExit(update_starter(folder, write=write))
    if empty and names is not None:
        raise InvalidRequest("give --pack or --empty, not both")
    asked = [] if empty else [name.strip() for name in (FIRST_PACK if names is None else names).split(",")]
    known = shipped_packs(find_shipped_folder())
    require_known("pack", asked, known)
    packs = [known[name] for name in dict.fromkeys(asked)]
    monitor_yaml = folder / "monitor.yaml"
    was_there = is_there(monitor_yaml)
    if was_there and names is None and not empty:
        raise InvalidRequest(
            f"{monitor_yaml} is there already; `init --pack NAME` adds a pack of rules and sources ({FIRST_PACK}, or "
            "another one of `rules packs`), `init --empty` adds only the lists, entities and schemas that are missing"
        )
    try:
        written, kept = write_starter(folder, find_shipped_folder(), packs)
    except OSError as error:
        raise InvalidRequest(
            f"{error.filename or folder}: {error.strerror}; init writes into a folder of yours"
        ) from error
    items = _print_written(folder, written, verbose=verbose)
    _print_kept(folder, kept, verbose=verbose)
    click.echo(f"\n{_describe_items(items, monitor_yaml, was_there=was_there)}", err=True)
    click.echo(f"Next: edit {monitor_yaml}, then `{find_called_name()} check -c {monitor_yaml}`", err=True)


def _print_written(folder: Path, written: Sequence[Path], *, verbose: bool) -> Counter[str]:
    """Print the written files, one by one or by folder; return how many rules and other items they have, by kind."""
    total: Counter[str] = Counter()
    for part, files in _group_files(folder, written).items():
        total += (items := count_items(files))
        for line in map(str, files) if verbose else [_describe_part(part, files, items)]:
            click.echo(f"wrote {line}")
    return total


def _print_kept(folder: Path, kept: Sequence[Path], *, verbose: bool) -> None:
    for part, files in _group_files(folder, kept).items():
        for line in map(str, files) if verbose else [_describe_part(part, files, {})]:
            click.echo(f"kept {line}, which {'was' if verbose or len(files) == 1 else 'were'} there", err=True)


def _group_files(folder: Path, files: Iterable[Path]) -> dict[Path, list[Path]]:
    """The files by the folder in `folder` that they are in, or by themselves."""
    found: dict[Path, list[Path]] = {}
    for file in files:
        found.setdefault(folder / file.relative_to(folder).parts[0], []).append(file)
    return found


def _describe_part(part: Path, files: Sequence[Path], items: Mapping[str, int]) -> str:
    """A file, or how many files there are in a folder, and what they have."""
    if files == [part]:
        return str(part)
    listed = ", ".join(format_count(items[kind], kind) for kind in _KINDS if items.get(kind))
    return f"{format_count(len(files), 'file')} in {part}{f': {listed}' if listed else ''}"


def _describe_items(items: Mapping[str, int], monitor_yaml: Path, *, was_there: bool) -> str:
    """How many rules and sources were written, and who uses them."""
    rules, sources = items.get("rule", 0), items.get("source", 0)
    counts = f"{format_count(rules, 'rule')} and {format_count(sources, 'source')}"
    if not rules and not sources:
        return f"{_NOTHING_NEW if was_there else _NOTHING_YET}{_ABOUT_LISTS if items else ''}"
    if not was_there:
        return f"Wrote {counts}.{_ABOUT_SOURCES if sources else ''}"
    return f"Added {counts} to {monitor_yaml}: a daemon that runs on it uses them within seconds."
