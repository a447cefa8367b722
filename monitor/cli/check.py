"""`news-monitor check`: is what I wrote right?"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from monitor.cli.options import config_option, json_option, print_json

if TYPE_CHECKING:
    from monitor.config.files import Signature
    from monitor.errors import Fault
    from monitor.lab.checking import Checked, Checking
    from monitor.lab.written import Lint
    from monitor.model import Entity, Rule

_LOOK = 0.3  # s between two looks at the files
_SHARE = 0.1  # of the time may go into looking, where there are thousands


@click.command()
@config_option
@json_option
@click.option("--strict", is_flag=True, help="Advice counts as a fault: exit code 1.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def check(config: Path, as_json: bool, strict: bool, watch: bool, paths: tuple[Path, ...]) -> None:
    """Check the config and all that it names, or only the rules, entities and lists in PATHS, and run their own tests.

    Rules in PATHS may name entities of the config's files, if there is a config. What is no fault and probably not
    meant is told as advice; `# lint: ignore KIND` in its line, or in the first line of its document, silences it.

    \b
    Examples:
      news-monitor check
      news-monitor check rules/east-asia/taiwan-drills.yaml seeds/entities
      news-monitor check --watch       while you write
      news-monitor check --json        for editors and CI

    Exit code 1 if there are faults; each is told as file:line:col.
    """
    from monitor import clock
    from monitor.lab.checking import Checking

    checking = Checking(config, paths, os.environ)
    if watch:
        _watch(checking, as_json=as_json, strict=strict)
    checked = checking.run(clock.now())
    _print(checked, as_json=as_json)
    raise SystemExit(_code(checked, strict=strict))


def _print(checked: Checked, *, as_json: bool) -> None:
    for each in checked.findings:
        print_json(_row(each)) if as_json else click.echo(str(each))
    if not as_json:
        _sum_up(checked)


def _code(checked: Checked, *, strict: bool) -> int:
    return 1 if checked.faults or (strict and checked.lints) else 0


def _row(found: Fault | Lint) -> dict[str, object]:
    from monitor.lab.written import Lint

    place = {"file": found.place.file, "line": found.place.line, "col": found.place.col}
    kind = found.kind if isinstance(found, Lint) else "fault"
    return {**place, "kind": kind, "what": found.problem, "meant": found.hint}


# --- while somebody writes --------------------------------------------------------------------------------------


def _watch(checking: Checking, *, as_json: bool, strict: bool) -> NoReturn:
    """Check now and after each change, and tell what has come and gone, until Ctrl-C: it ends as the last check did."""
    from monitor import clock

    checked: Checked | None = None
    try:
        while True:
            now, before = clock.now(), checked
            checked = checking.run(now)
            if before is None and not as_json:
                _print(checked, as_json=False)
                click.echo("watching the files; Ctrl-C ends", err=True)
            else:
                _print_changes(before, checked, f"{now.astimezone():%H:%M:%S} ", as_json=as_json)
            _wait_for_change(checking)
    except KeyboardInterrupt:
        if checked is None:
            raise
        raise SystemExit(_code(checked, strict=strict)) from None


def _wait_for_change(checking: Checking) -> None:
    """Until the files are others than when they were read, and are not being written any more: two looks saw them
    alike."""
    from monitor import clock

    seen: Signature | None = None
    since = 0.0
    while True:
        began = clock.monotonic()
        look = checking.compare_files()
        if look.signature != seen:
            seen, since = look.signature, began
        elif look.changed and began - since >= look.settle_seconds:
            return
        time.sleep(max(_LOOK, (clock.monotonic() - began) / _SHARE))


def _print_changes(before: Checked | None, now: Checked, at: str, *, as_json: bool) -> None:
    for change, found in _changes(before.findings if before else (), now.findings):
        print_json({**_row(found), "change": change}) if as_json else click.echo(f"{at}{change}: {found}")
    if not as_json:
        _sum_up(now, at)


def _changes(before: Sequence[Fault | Lint], now: Sequence[Fault | Lint]) -> Iterator[tuple[str, Fault | Lint]]:
    """What is new and what is gone; what only stands in another line now is neither."""
    for change, these, those in (("gone", before, now), ("new", now, before)):
        left = Counter(map(_without_line, those))
        for each in these:
            if left[_without_line(each)] > 0:
                left[_without_line(each)] -= 1
            else:
                yield change, each


def _without_line(found: Fault | Lint) -> tuple[str, str, str | None]:
    return found.place.file, found.problem, found.hint


# --- for people -------------------------------------------------------------------------------------------------


def _sum_up(checked: Checked, at: str = "") -> None:
    if checked.database_error:
        click.echo(f"what rules met lately is not known: {checked.database_error}", err=True)
    click.echo(f"{at}{_said(checked)}", err=True)


def _said(checked: Checked) -> str:
    """What was found, and in what: nobody should take a check of nothing for a check."""
    found = _counted(checked.faults, "fault") if checked.faults else "no faults"
    if checked.lints:
        found += f" and {_counted(checked.lints, 'line')} of advice"
    if not checked.is_config_usable:
        return found
    read = [_tested(checked.rules, "rule", "rules"), _tested(checked.entities, "entity", "entities")]
    if checked.config is not None:
        read += [_counted(checked.config.sources, "source"), _counted(checked.config.settings.channels, "channel")]
    # a document with a fault in it is not among what could be
    between = "; what could be read:" if checked.faults else " in" if checked.lints else ":"
    return f"{found}{between} {', '.join(read)}"


def _counted(what: Sized, one: str, several: str | None = None) -> str:
    return f"{len(what)} {one if len(what) == 1 else several or f'{one}s'}"


def _tested(things: Collection[Rule | Entity], one: str, several: str) -> str:
    tests = [test for each in things for test in each.tests]
    return f"{_counted(things, one, several)} with {_counted(tests, 'test')}"
