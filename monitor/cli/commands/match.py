"""`news-monitor match`: which rules would hit these articles, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from monitor import clock
from monitor.cli.inputs import ArticleReader, load_selected_rules, rules_options
from monitor.cli.options import format_evidence, json_option, print_faults, print_json, span_row
from monitor.cli.output.wrapped_lines import print_lines
from monitor.cli.paths import InputPath
from monitor.config.loading.files import is_there
from monitor.errors import InvalidRequest
from monitor.matching.live import compile_live
from monitor.model import Article, Match, MatchKind
from monitor.sanitize import sanitize_line


class _ArticleFile(InputPath):
    """A file of articles."""

    def require(self, path: Path) -> None:
        """As for any file. People write `match list` where they mean `matches list`."""
        if not is_there(path) and _is_command_of_matches(str(path)):
            raise InvalidRequest(f"{path}: there is no such file; did you mean `news-monitor matches {path}`?")
        super().require(path)


def _is_command_of_matches(name: str) -> bool:
    context = click.get_current_context()
    program = context.find_root().command
    matches = program.get_command(context, "matches") if isinstance(program, click.Group) else None
    return isinstance(matches, click.Group) and matches.get_command(context, name) is not None


@click.command()
@rules_options
@json_option
@click.argument("file", type=_ArticleFile(allow_dash=True))
def match(config: Path | None, rules: tuple[Path, ...], as_json: bool, file: Path) -> None:
    """Print for each article of FILE which rules match it, and why.

    A line of FILE (gzip is fine; - is standard input) is a JSON object with id and title and, where they are known,
    text, lang, date, source, url, authors and tags. Or it is a bare headline; then its id is the number of the line.

    \b
    Examples:
      news-monitor match --rules rules --json articles.jsonl.gz
      echo '{"id": 1, "title": "North Korea fires missiles"}' | news-monitor match -
      echo 'North Korea fires missiles' | news-monitor match -

    Without -c and --rules: the rules of ./monitor.yaml. Exit code 1 if there are faulty rules or unusable lines;
    if no rule can be read, only the faults are printed.
    `news-monitor why -` explains step by step why one article meets a rule or does not.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    compiled = compile_live(loaded.rules.values(), loaded.entities, loaded.lists, loaded.sources)
    reader = ArticleReader(bool(loaded.faults))
    for found in reader.read(file, clock.now()):
        matches = compiled.match(found.article)  # what follows from them is for `replay`: `match` has no past
        print_json(_matches_to_row(found.id, matches)) if as_json else _print_matches(found.article, matches)
    raise SystemExit(1 if reader.has_problems else 0)


def _matches_to_row(id_: str | int, matches: Sequence[Match]) -> dict[str, object]:
    return {
        "id": id_,
        "rules": [found.rule for found in matches if found.kind is MatchKind.NEWS],
        "mentions": [found.rule for found in matches if found.kind is MatchKind.MENTION],
        "why": {found.rule: [span_row(span) for span in found.evidence] for found in matches},
        "levels": {found.rule: found.level for found in matches},
    }


def _print_matches(article: Article, matches: Sequence[Match]) -> None:
    print_lines([f"{sanitize_line(article.uid)}  {sanitize_line(article.title)}"])
    print_lines(
        f"    {found.kind}, {found.level}: {found.rule}: {format_evidence(found.evidence)}" for found in matches
    )
    if not matches:
        click.echo("    no rule hits")
