"""`news-monitor sources`: what is polled."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor.cli.options import (
    config_option,
    database_of,
    json_option,
    load_config,
    local,
    print_faults,
    print_json,
    print_table,
)

_NEVER = {"next_at": None, "last_ok_at": None, "failures": 0, "problem": None, "articles": 0}


@click.group()
def sources() -> None:
    """The sources: list."""


@sources.command("list")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """Every source of the config, and how it fares.

    \b
    Example:
      news-monitor sources list
    """
    from monitor.store.reports import Reports

    loaded = load_config(config)
    print_faults(loaded.faults)
    database = database_of(loaded.config.settings)
    fared = Reports(database).sources() if database.exists() else {}
    rows = []
    for source in loaded.config.sources.values():
        found = fared.get(source.id)
        facts = asdict(found) if found else _NEVER
        every = int(source.every.total_seconds())
        about = {"id": source.id, "name": source.name, "url": source.url, "language": source.language, "every": every}
        rows.append({**facts, **about, "tags": list(source.tags)})
    if as_json:
        for row in rows:
            print_json(row)
        return
    zone = loaded.config.settings.timezone
    shown = [{**row, "last_ok_at": local(row["last_ok_at"], zone)} for row in rows]
    columns = ("id", "language", "every", "articles", "last_ok_at", "problem", "url")
    heads = ("id", "lang", "every (s)", "articles", "last good poll", "problem", "url")
    print_table(heads, [[row[c] for c in columns] for row in shown])
