"""`news-monitor match`: which rules would hit these articles, and why."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import json_option, print_faults, print_json, span_row, words_of

if TYPE_CHECKING:
    from monitor.config.load import LoadedRules
    from monitor.model import Judged


@click.command()
@click.option(
    "-c", "--config", type=click.Path(path_type=Path), metavar="FILE", help="The rules and sources of this config."
)
@click.option(
    "--rules",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Files and folders of rules, entities and lists.",
)
@json_option
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def match(config: Path | None, rules: tuple[Path, ...], as_json: bool, file: Path) -> None:
    """Say for each article of FILE (a JSON object a line; gzip is fine; - is standard input) which rules hit, and why.

    A line has id, title and, where they are known, text, lang, date, source, url, authors and tags.

    \b
    Examples:
      news-monitor match --rules rules --rules seeds/entities --json articles.jsonl.gz
      echo '{"id": 1, "title": "North Korea fires missiles"}' | news-monitor match -

    Without -c and --rules: the rules of ./monitor.yaml. Exit code 1 if there are faulty rules or unusable lines.
    """
    from monitor import clock
    from monitor.decide import State, decide
    from monitor.lab.recorded import Unusable, articles
    from monitor.matching.live import compile_live

    loaded = _loaded(config, rules)
    print_faults(loaded.faults)
    compiled = compile_live(loaded.rules.values(), loaded.entities, loaded.lists, loaded.sources)
    now, problems = clock.now(), bool(loaded.faults)
    for article in articles(_lines(file), now):
        if isinstance(article, Unusable):
            click.echo(f"{file}: {article}", err=True)
            problems = True
            continue
        (judged,) = decide([article], compiled, State(), now).judged
        print_json(_row(judged)) if as_json else _print(judged)
    raise SystemExit(1 if problems else 0)


def _loaded(config: Path | None, paths: tuple[Path, ...]) -> LoadedRules:
    from monitor.config.load import load_rules, load_rules_of
    from monitor.errors import WrongUse

    if config is not None and paths:
        raise WrongUse("give -c or --rules, not both")
    return load_rules(paths) if paths else load_rules_of(config or Path("monitor.yaml"))


def _lines(file: Path) -> Iterator[str]:
    from monitor.errors import MonitorError, WrongUse

    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as raw:
            buffered = io.BufferedReader(raw)  # type: ignore[type-var]
            packed = buffered.peek(2)[:2] == b"\x1f\x8b"
            stream = gzip.GzipFile(fileobj=buffered) if packed else buffered
            yield from io.TextIOWrapper(stream, encoding="utf-8", errors="replace")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MonitorError(f"{file}: the gzip is damaged: {error}; what was before it has been answered") from error
    except OSError as error:
        raise WrongUse(f"{file}: {error.strerror or error}") from error


def _row(judged: Judged) -> dict[str, object]:
    from monitor.model import MatchKind

    matches = [decided.match for decided in judged.decisions]
    return {
        "id": judged.article.uid,
        "rules": [found.rule for found in matches if found.kind is MatchKind.NEWS],
        "mentions": [found.rule for found in matches if found.kind is MatchKind.MENTION],
        "why": {found.rule: [span_row(span) for span in found.evidence] for found in matches},
        "levels": {found.rule: found.level for found in matches},
    }


def _print(judged: Judged) -> None:
    click.echo(f"{judged.article.uid}  {judged.article.title}")
    if not judged.decisions:
        click.echo("    no rule hits")
    for found in (decided.match for decided in judged.decisions):
        click.echo(f"    {found.kind}, {found.level}: {found.rule}: {words_of(found.evidence)}")
