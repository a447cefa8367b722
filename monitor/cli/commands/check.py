"""`news-monitor check`: is what I wrote right?"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click

from monitor import clock
from monitor.cli.options import fault_row, json_option, possible_config_option, print_json
from monitor.cli.paths import InputPath, require_config, require_given_config, require_trusted_config
from monitor.config.editing.starter import explain_old_copies
from monitor.config.loading.files import Signature
from monitor.errors import Fault, InvalidRequest
from monitor.lab.annotated_document import Lint
from monitor.lab.checking import CheckResult, ConfigChecker
from monitor.model import Entity, Rule, RuleStatus
from monitor.wording.quantities import format_count

_LOOK = 0.3  # s between two looks at the files
_NO_RULES = "there is no rule and no entity in it; `news-monitor rules packs` lists rules that show how to write one"
_SHARE = 0.1  # of the time may go into looking, where there are thousands


@click.command()
@possible_config_option
@json_option
@click.option("--strict", is_flag=True, help="Advice counts as a fault: exit code 1.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.argument("paths", nargs=-1, type=InputPath())
def check(config: Path, as_json: bool, strict: bool, watch: bool, paths: tuple[Path, ...]) -> None:
    """Check the config and all files that it names, and run their tests. With PATHS: only these rules, entities and
    lists.

    Rules in PATHS may name entities of the config's files, if there is a config. Probable mistakes are printed as
    advice. To silence advice, write `# lint: ignore KIND` in its line, or in the first line of its document.

    \b
    Examples:
      news-monitor check
      news-monitor check rules/taiwan-drills.yaml
      news-monitor check --watch       while you write
      news-monitor check --json        for editors and CI

    Exit code 1 if there are faults; they are printed as file:line:col.
    """
    require_given_config(config)
    if not paths:
        require_config(config)
    require_trusted_config(config)  # with paths too: its files may define what these name
    checking = ConfigChecker(config, paths, os.environ)
    if watch:
        if pipe := next((path for path in paths if path.is_fifo()), None):
            raise InvalidRequest(f"{pipe}: --watch reads files again, and a pipe can be read only once: name a file")
        _watch_files(config, checking, as_json=as_json, strict=strict)
    checked = checking.run(clock.now())
    _print_findings(config, checked, as_json=as_json)
    raise SystemExit(_get_exit_code(checked, strict=strict))


def _print_findings(config: Path, checked: CheckResult, *, as_json: bool) -> None:
    for each in checked.findings:
        print_json(_finding_to_row(each)) if as_json else click.echo(str(each))
    if not as_json:
        _print_summary(checked)
        if checked.config is not None and (old := explain_old_copies(config)):
            click.echo(old, err=True)


def _get_exit_code(checked: CheckResult, *, strict: bool) -> int:
    return 1 if checked.faults or (strict and checked.lints) else 0


def _finding_to_row(found: Fault | Lint) -> dict[str, object]:
    if isinstance(found, Fault):
        return fault_row(found)
    place = {"file": found.place.file, "line": found.place.line, "col": found.place.col}
    return {**place, "kind": found.kind, "what": found.problem, "meant": found.hint}


# --- while somebody writes --------------------------------------------------------------------------------------


def _watch_files(config: Path, checking: ConfigChecker, *, as_json: bool, strict: bool) -> NoReturn:
    """Check now and after each change, and print what is new and what is gone, until Ctrl-C. The exit code is that of
    the last check."""
    checked: CheckResult | None = None
    try:
        while True:
            now, before = clock.now(), checked
            checked = checking.run(now)
            if before is None and not as_json:
                _print_findings(config, checked, as_json=False)
                click.echo("watching the files; Ctrl-C ends", err=True)
            else:
                _print_changes(before, checked, f"{now.astimezone():%H:%M:%S} ", as_json=as_json)
            _wait_for_change(checking)
    except KeyboardInterrupt:
        if checked is None:
            raise
        raise SystemExit(_get_exit_code(checked, strict=strict)) from None


def _wait_for_change(checking: ConfigChecker) -> None:
    """Until the files are others than when they were read, and are not being written any more: two looks saw them
    alike."""
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


def _print_changes(before: CheckResult | None, now: CheckResult, at: str, *, as_json: bool) -> None:
    for change, found in _diff_findings(before.findings if before else (), now.findings):
        print_json({**_finding_to_row(found), "change": change}) if as_json else click.echo(f"{at}{change}: {found}")
    if not as_json:
        _print_summary(now, at)


def _diff_findings(before: Sequence[Fault | Lint], now: Sequence[Fault | Lint]) -> Iterator[tuple[str, Fault | Lint]]:
    """What is new and what is gone. What has only moved to another line is neither."""
    for change, these, those in (("gone", before, now), ("new", now, before)):
        left = Counter(map(_key_without_line, those))
        for each in these:
            if left[_key_without_line(each)] > 0:
                left[_key_without_line(each)] -= 1
            else:
                yield change, each


def _key_without_line(found: Fault | Lint) -> tuple[str, str, str | None]:
    return found.place.file, found.problem, found.hint


# --- for people -------------------------------------------------------------------------------------------------


def _print_summary(checked: CheckResult, at: str = "") -> None:
    if checked.database_error:
        click.echo(f"the latest matches cannot be read: {checked.database_error}", err=True)
    click.echo(f"{at}{_summarize_findings(checked)}", err=True)
    is_of_paths = checked.is_config_usable and checked.config is None  # a config gets advice
    if is_of_paths and not checked.faults and not checked.rules and not checked.entities:
        click.echo(_NO_RULES, err=True)


def _summarize_findings(checked: CheckResult) -> str:
    """What was found, and in what: nobody should take a check of nothing for a check."""
    found = format_count(len(checked.faults), "fault") if checked.faults else "no faults"
    if checked.lints:
        found += f" and {format_count(len(checked.lints), 'line')} of advice"
    if not checked.is_config_usable:
        return found
    read = [_format_test_count(checked.rules, "rule"), _format_test_count(checked.entities, "entity")]
    if checked.config is not None:
        read += [
            format_count(len(checked.config.sources), "source"),
            format_count(len(checked.config.settings.channels), "channel"),
        ]
    # a document with a fault in it is not among what could be
    between = "; what could be read:" if checked.faults else " in" if checked.lints else ":"
    return f"{found}{between} {', '.join(read)}"


def _format_test_count(things: Collection[Rule | Entity], noun: str) -> str:
    tests = [test for each in things for test in each.tests]
    off = sum(isinstance(each, Rule) and each.status is RuleStatus.OFF for each in things)
    beside = f" (and {off} that {'is' if off == 1 else 'are'} off)" * bool(off)
    return f"{format_count(len(things) - off, noun)}{beside} with {format_count(len(tests), 'test')}"
