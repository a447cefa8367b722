"""`news-monitor check`: is what I wrote right?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import config_option, json_option, load_config, print_json

if TYPE_CHECKING:
    from monitor.errors import Fault


@click.command()
@config_option
@json_option
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def check(config: Path, as_json: bool, paths: tuple[Path, ...]) -> None:
    """Check the config and all that it names, or only the rules and entities in PATHS, and run the rules' own tests.

    Rules in PATHS may name entities of the config's files, if there is a config.

    \b
    Examples:
      news-monitor check
      news-monitor check rules/taiwan-drills.yaml seeds/entities
      news-monitor check --json        for editors and CI

    Exit code 1 if there are faults; each is told as file:line:col.
    """
    faults = sorted(_faults_of(paths, config) if paths else _faults(config))
    for fault in faults:
        if as_json:
            place = {"file": fault.place.file, "line": fault.place.line, "col": fault.place.col}
            print_json({**place, "what": fault.what, "meant": fault.meant})
        else:
            click.echo(str(fault))
    if not as_json:
        click.echo(f"{len(faults)} fault{'s' * (len(faults) != 1)}" if faults else "no faults", err=True)
    raise SystemExit(1 if faults else 0)


def _faults(path: Path) -> Iterator[Fault]:
    from monitor import clock
    from monitor.errors import Faulty
    from monitor.lab.rule_tests import failures
    from monitor.notify import channel_faults

    try:
        loaded = load_config(path)
    except Faulty as faulty:
        yield from faulty.faults
        return
    yield from loaded.faults
    yield from channel_faults(loaded.config.settings.channels.values())
    yield from failures(loaded.config.rules.values(), loaded.config.entities, clock.now())


def _faults_of(paths: tuple[Path, ...], config: Path) -> Iterator[Fault]:
    """The faults in these files; what they name may stand in the files of the config, if there is one."""
    from monitor import clock
    from monitor.config.load import load_rules
    from monitor.lab.rule_tests import failures

    loaded = load_rules(paths, beside=config if config.exists() else None)
    rules = [rule for rule in loaded.rules.values() if _within(rule.place.file, paths)]
    tested = [entity for entity in loaded.entities.values() if _within(entity.place.file, paths)]
    yield from (fault for fault in loaded.faults if _within(fault.place.file, paths))
    yield from failures(rules, loaded.entities, clock.now(), tested=tested)


def _within(file: str, paths: tuple[Path, ...]) -> bool:
    return any(Path(file).is_relative_to(path) for path in paths)
