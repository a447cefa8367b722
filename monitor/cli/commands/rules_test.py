"""`news-monitor rules test`: what rules must make of headlines, over all rules, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from monitor import clock
from monitor.cli.inputs import ArticleReader, load_selected_rules, rules_options
from monitor.cli.options import json_option, print_faults, print_json
from monitor.cli.output.tables import print_table
from monitor.cli.paths import InputPath
from monitor.config.loading.files import is_config_file_name
from monitor.errors import InvalidFiles, MonitorError
from monitor.lab.expectations import (
    Expectation,
    ExpectedArticle,
    HeadlinesReport,
    expected_of_yaml,
    find_unknown_rules,
    parse_expected,
    run_expected,
    usable_expectations,
)
from monitor.sanitize import sanitize_line


@click.command("test")
@rules_options
@json_option
@click.argument("file", type=InputPath(allow_dash=True))
def test_rules(*, config: Path | None, rules: tuple[Path, ...], as_json: bool, file: Path) -> None:
    """Run the headlines of FILE through all rules, and print those whose result is not what FILE expects.

    FILE is YAML: the id of a rule, or `any` for all rules, and the expected result of headlines (or of articles, as in
    the tests of rules): `fires` (news), `mentions` (a mention, and not news), `silent` (not news).

    \b
      port-strike:
        fires: [Dockers walk out in Busan, {lang: ko, title: 부산항 파업}]
        mentions: [Port profits fall after the May strike]
      any:
        silent: [Ferries run on time]

    Or FILE is JSON lines (gzip is fine; - is standard input): articles as `match` reads them, with ids of rules under
    `fires`, `mentions` and `silent`.

    \b
    Examples:
      news-monitor rules test headlines.yaml
      news-monitor rules test --rules rules headlines.jsonl.gz
      echo '{"title": "Ferries run on time", "silent": ["any"]}' | news-monitor rules test -

    Without -c and --rules: the rules of ./monitor.yaml. Rules that are off are tested if FILE names them. Exit code 1
    if a result is not as expected, or there are faulty rules or unusable lines.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    expected, problems = _read_expected(file)
    if unknown := find_unknown_rules(expected, loaded.rules.keys() | loaded.declared_rule_ids):
        raise InvalidFiles(unknown)
    expected, left_out = usable_expectations(expected, loaded.rules)
    for each in left_out:
        click.echo(str(each), err=True)
    if not expected:
        raise MonitorError(f"{file}: it has no headline for a rule that can be used")
    report = run_expected(expected, loaded.rules, loaded.entities, loaded.lists, loaded.sources)
    if as_json:
        for row in _report_to_rows(report):
            print_json(row)
    else:
        _print_report(report)
    raise SystemExit(1 if report.failures or problems or loaded.faults else 0)


def _read_expected(file: Path) -> tuple[list[ExpectedArticle], bool]:
    """What is expected, and whether there were unusable lines, which are printed."""
    if is_config_file_name(file.name.lower()) and file.is_file():
        return expected_of_yaml(file, clock.now()), False
    reader = ArticleReader()
    expected = reader.read_as(file, clock.now(), lambda found: parse_expected(found, str(file)), needs_ids=False)
    return expected, reader.has_problems


def _print_report(report: HeadlinesReport) -> None:
    for failure in report.failures:
        click.echo(sanitize_line(str(failure)))
        click.echo(f"    {sanitize_line(failure.expected.article.title)}")
    if report.failures:
        click.echo()
    failed = report.failed

    def held(rule: str, wanted: Expectation) -> str:
        asked = report.asked[rule, wanted]
        return f"{asked - failed[rule, wanted]} of {asked}" if asked else ""

    rows = [(rule, *(held(rule, wanted) for wanted in Expectation)) for rule in _rules_of(report)]
    print_table(("rule", *Expectation), rows, whole=("rule",))
    asked = report.asked.total()
    click.echo(f"\n{asked - len(report.failures)} of {asked} hold")


def _rules_of(report: HeadlinesReport) -> list[str]:
    return list(dict.fromkeys(rule for rule, _ in report.asked))


def _report_to_rows(report: HeadlinesReport) -> Iterator[dict[str, object]]:
    for failure in report.failures:
        place = failure.expected.place
        yield {
            "type": "failure",
            "file": place.file,
            "line": place.line,
            "col": place.col,
            "rule": failure.rule,
            "wanted": failure.wanted,
            "title": failure.expected.article.title,
            "why": failure.why,
        }
    failed = report.failed
    for rule in _rules_of(report):
        asked = {wanted: report.asked[rule, wanted] for wanted in Expectation}
        held = {f"{wanted}_held": asked[wanted] - failed[rule, wanted] for wanted in Expectation}
        yield {"type": "rule", "rule": rule, **{str(wanted): count for wanted, count in asked.items()}, **held}
    yield {"type": "total", "asked": report.asked.total(), "failed": len(report.failures)}
