"""`news-monitor check`: is what I wrote right?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import config_option, json_option, load_config, print_json

if TYPE_CHECKING:
    from monitor.errors import Fault
    from monitor.model import Entity, Rule


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
    checked = _of_files(paths, config) if paths else _of_config(config)
    for fault in checked.faults:
        if as_json:
            place = {"file": fault.place.file, "line": fault.place.line, "col": fault.place.col}
            print_json({**place, "what": fault.what, "meant": fault.meant})
        else:
            click.echo(str(fault))
    if not as_json:
        click.echo(checked.said(), err=True)
    raise SystemExit(1 if checked.faults else 0)


@dataclass(frozen=True, slots=True)
class _Checked:
    """The faults, and what they were looked for in: a phrase each; nothing where monitor.yaml cannot be used."""

    faults: Sequence[Fault]
    of: tuple[str, ...] = ()

    def said(self) -> str:
        """In a line."""
        if not self.faults:
            return f"no faults: {', '.join(self.of)}"
        found = _counted(self.faults, "fault")
        return f"{found} in {', '.join(self.of)}" if self.of else found


def _counted(what: Sized, one: str, several: str | None = None) -> str:
    return f"{len(what)} {one if len(what) == 1 else several or f'{one}s'}"


def _tested(rules: Collection[Rule], entities: Collection[Entity]) -> tuple[str, str]:
    of_rules, of_entities = ([test for each in tested for test in each.tests] for tested in (rules, entities))
    return (
        f"{_counted(rules, 'rule')} with {_counted(of_rules, 'test')}",
        f"{_counted(entities, 'entity', 'entities')} with {_counted(of_entities, 'test')}",
    )


def _of_config(path: Path) -> _Checked:
    from monitor import clock
    from monitor.errors import Faulty
    from monitor.lab.rule_tests import failures
    from monitor.notify import channel_faults

    try:
        loaded = load_config(path)
    except Faulty as faulty:
        return _Checked(faulty.faults)
    config = loaded.config
    faults = [
        *loaded.faults,
        *_of_database(path, config.settings.database),
        *channel_faults(config.settings.channels.values()),
        *failures(config.rules.values(), config.entities, config.lists, config.sources, clock.now()),
    ]
    more = (_counted(config.sources, "source"), _counted(config.settings.channels, "channel"))
    return _Checked(sorted(faults), (*_tested(config.rules.values(), config.entities.values()), *more))


def _of_database(path: Path, url: str) -> Iterator[Fault]:
    """Why its kind of database cannot be used here; it is not asked for anything itself."""
    from monitor.config.files import settings_document
    from monitor.errors import Fault, StoreFailed
    from monitor.store.opening import open_database

    try:
        open_database(url).close()
    except StoreFailed as failed:
        yield Fault(settings_document(path).place(("database",)), str(failed))


def _of_files(paths: tuple[Path, ...], config: Path) -> _Checked:
    """What stands in these files; what they name may stand in the files of the config, if there is one."""
    from monitor import clock
    from monitor.config.load import load_rules
    from monitor.lab.rule_tests import failures

    loaded = load_rules(paths, beside=config if config.exists() else None)
    rules = [rule for rule in loaded.rules.values() if _within(rule.place.file, paths)]
    entities = [entity for entity in loaded.entities.values() if _within(entity.place.file, paths)]
    faults = [
        *(fault for fault in loaded.faults if _within(fault.place.file, paths)),
        *failures(rules, loaded.entities, loaded.lists, loaded.sources, clock.now(), tested=entities),
    ]
    return _Checked(sorted(faults), _tested(rules, entities))


def _within(file: str, paths: tuple[Path, ...]) -> bool:
    return any(Path(file).is_relative_to(path) for path in paths)
