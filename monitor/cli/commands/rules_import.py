"""`news-monitor rules import`: keywords, queries and Google Alerts as rules."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor import clock
from monitor.cli.options import possible_config_option, print_faults
from monitor.cli.paths import InputPath, OutputPath, require_given_config, require_input, require_trusted_config
from monitor.config.editing.rule_lists import RuleListFormat
from monitor.config.loading.files import is_there
from monitor.config.loading.load import load_rules_of
from monitor.errors import FeedUnreadable, InvalidRequest
from monitor.sanitize import sanitize_text
from monitor.services.commands.rule_import import (
    MAX_BYTES,
    RuleImport,
    import_rules,
    require_new_file,
    write_new_file,
)
from monitor.wording.quantities import format_count


@click.command("import")
@possible_config_option
@click.option(
    "--format",
    "format_",
    type=click.Choice([format_.value for format_ in RuleListFormat]),
    help="What FILE holds (default: detected, and printed).",
)
@click.option("-o", "--output", type=OutputPath(), help="The file of rules to write (default: standard output).")
@click.option("--sources", type=OutputPath(), help="The file of sources to write, for the feeds of Google Alerts.")
@click.argument("given", metavar="FILE|-", type=InputPath(allow_dash=True))
def import_(*, config: Path, format_: str | None, output: Path | None, sources: Path | None, given: Path) -> None:
    """Make rules from the searches of another program; - is standard input. Nothing is fetched.

    \b
    keywords       one word or phrase in each line; together they make one rule
    boolean        one query in each line, such as  Busan AND (strike OR walkout) NOT baseball : a rule for each
    google-alerts  addresses of alerts' feeds, with or without the query behind them; queries; or the
                   saved feed of one alert: a source for each feed, and a rule for each query

    A query may have AND, OR, NOT, -, parentheses, "phrases", word*, NEAR/5, w/5, AROUND(5), intitle:, site: and inurl:.
    If a rule cannot express a part of a query, that part is printed as file:line:col, and the query makes no rule.
    Lines that begin with # are comments, and are kept. Tests are written into each rule, if they pass.

    \b
    Examples:
      news-monitor rules import --output rules/keywords.yaml keywords.txt
      news-monitor rules import --format boolean queries.txt
      news-monitor rules import --output rules/alerts.yaml --sources alert-feeds.yaml alerts.txt

    An existing file is never overwritten, and ids of rules of the config are not used again. Exit code 1 if something
    cannot be expressed as a rule, or if FILE has nothing to import.
    """
    require_given_config(config)
    require_trusted_config(config)
    _require_new_files(output, sources)
    used_ids = load_rules_of(config).declared_rule_ids if is_there(config) else frozenset[str]()
    try:
        done = import_rules(
            _read_list(given), str(given), RuleListFormat(format_) if format_ else None, used_ids, clock.now()
        )
    except FeedUnreadable as error:
        raise FeedUnreadable(f"{given}: {error}") from error
    print_faults(done.faults)
    _write(done, output, sources)
    for line in _describe(done, given, output, sources):
        click.echo(line, err=True)
    if done.faults or not (done.rules or done.sources):
        click.get_current_context().exit(1)


def _require_new_files(output: Path | None, sources: Path | None) -> None:
    """Raises InvalidRequest if one of them is there, or both are the same."""
    if sources is not None and sources == (output or Path("-")):
        raise InvalidRequest(f"{sources}: rules and sources need a file each: give --output and --sources other names")
    for path in (output, sources):
        if path is not None and str(path) != "-":
            require_new_file(path)


def _read_list(given: Path) -> bytes:
    if str(given) != "-":
        require_input(given)
    try:
        with sys.stdin.buffer if str(given) == "-" else given.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # one too many is refused
    except OSError as error:
        raise InvalidRequest(f"{given}: {error.strerror or error}") from error


def _write(done: RuleImport, output: Path | None, sources: Path | None) -> None:
    for path, text in ((output or Path("-"), done.document), (sources, done.sources_document)):
        if text and path is not None:
            if str(path) == "-":
                click.echo(sanitize_text(text), nl=False)
            else:
                write_new_file(path, text)


def _describe(done: RuleImport, given: Path, output: Path | None, sources: Path | None) -> list[str]:
    """What was made, for people."""
    lines = []
    if done.rules:
        tests = sum(rule.tests for rule in done.rules)
        where = f", written to {output}" if output and str(output) != "-" else ""
        counts = f"{format_count(len(done.rules), 'rule')} with {format_count(tests, 'test')}"
        lines.append(f"{given}: read as {done.format_}: {counts}{where}")
    if done.sources:
        feeds = format_count(done.sources, "feed")
        hint = "give --sources FILE to write them as sources, a file that monitor.yaml names"
        lines.append(f"{given}: {feeds}{f', written to {sources}' if sources else f': {hint}'}")
    if not (done.rules or done.sources):
        lines.append(f"{given}: read as {done.format_}: no rule was made")
    return lines
