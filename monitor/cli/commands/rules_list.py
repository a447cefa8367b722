"""`news-monitor rules list` and `rules packs`: the rules that there are, and those that come with the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

import click

from monitor.cli.inputs import load_selected_rules, rules_options
from monitor.cli.options import json_option, print_faults, print_json
from monitor.cli.output.tables import print_table
from monitor.services.queries.rules import PackSummary, RuleSummary, summarize_packs, summarize_rules

_WIDE = 100
_INDENT = " " * 4


@click.command("list")
@rules_options
@json_option
def list_rules(config: Path | None, rules: tuple[Path, ...], *, as_json: bool) -> None:
    """List the rules: level, status, owner, languages, how many words and tests they have, and their files.

    Languages are those in which a rule can hold: in which each part of its `match` has words or names. Words are those
    of its `match`, and of the lists that it names there.

    \b
    Examples:
      news-monitor rules list
      news-monitor rules list --json
      news-monitor rules list --rules rules --rules seeds/entities

    Without -c and --rules: the rules of ./monitor.yaml. Exit code 1 if there are faulty rules.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    found = summarize_rules(loaded)
    if as_json:
        for each in found:
            print_json(_rule_row(each))
    else:
        heads = ("rule", "level", "status", "languages", "words", "tests", "owner", "title", "file")
        print_table(heads, map(_rule_cells, found), whole=("rule",))
    raise SystemExit(1 if loaded.faults else 0)


def _rule_cells(each: RuleSummary) -> tuple[object, ...]:
    rule = each.rule
    languages = ", ".join(each.languages)
    return (
        *(rule.id, rule.level, rule.status, languages, each.word_count, each.test_count),
        *(rule.owner, rule.title, rule.place.file),
    )


def _rule_row(each: RuleSummary) -> dict[str, object]:
    rule = each.rule
    return {
        "rule": rule.id,
        "title": rule.title,
        "level": rule.level,
        "status": rule.status,
        "owner": rule.owner,
        "languages": each.languages,
        "words": each.word_count,
        "tests": each.test_count,
        "file": rule.place.file,
        "line": rule.place.line,
    }


@click.command("packs")
@json_option
def list_packs(*, as_json: bool) -> None:
    """List the packs of rules that come with the program, each with its rules, languages and sources.

    `news-monitor init --pack NAME[,NAME]` writes some of them.

    \b
    Examples:
      news-monitor rules packs
      news-monitor rules packs --json
    """
    found = summarize_packs()
    if as_json:
        for each in found:
            print_json(_pack_row(each))
        return
    click.echo("\n\n".join("\n".join(_pack_lines(each)) for each in found))


def _pack_row(each: PackSummary) -> dict[str, object]:
    return {
        "pack": each.pack.name,
        "title": each.pack.title,
        "description": each.pack.description,
        "rules": [rule.rule.id for rule in each.rules],
        "languages": each.languages,
        "sources": [source.id for source in each.sources],
        "source_files": [file.name for file in each.pack.sources],
    }


def _pack_lines(each: PackSummary) -> Iterator[str]:
    yield f"{each.pack.name}: {each.pack.title}"
    if each.pack.description:
        yield from wrap(each.pack.description, _WIDE, initial_indent=_INDENT, subsequent_indent=_INDENT)
    rules = f"rules: {', '.join(rule.rule.id for rule in each.rules)}"
    yield from wrap(rules, _WIDE, initial_indent=_INDENT, subsequent_indent=_INDENT * 2, break_on_hyphens=False)
    files = ", ".join(file.name for file in each.pack.sources)
    yield f"{_INDENT}languages: {', '.join(each.languages)}"
    yield f"{_INDENT}{len(each.sources)} sources: {files}"
