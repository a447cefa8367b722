"""`news-monitor score`: how right the rules are on labelled news."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.inputs import ArticleReader, load_selected_rules, rules_options
from monitor.cli.options import existing_database, json_option, print_faults, print_json
from monitor.cli.output.identity_report import print_identity_score
from monitor.cli.output.tables import print_table
from monitor.cli.paths import InputPath, find_required_config
from monitor.config.language.faults import did_you_mean
from monitor.config.loading.compiled import compile_loaded
from monitor.errors import MonitorError
from monitor.lab import scoring
from monitor.lab.mark_lines import marked_article_to_labeled
from monitor.lab.scoring import Mistake, Score, Tally
from monitor.matching import RuleSet
from monitor.matching.live import compile_live
from monitor.sanitize import sanitize_line
from monitor.services.queries.identity_agreement import score_identity_marks
from monitor.store.marks import Marks
from monitor.wording.quantities import format_count

_HEADS = ("rule", "language", "labelled", "right", "missed", "false", "precision", "recall", "F1", "mentions")


@click.command()
@rules_options
@json_option
@click.option("--list", "listed", is_flag=True, help="Also each miss and each false alarm, with its reason.")
@click.option("--marks", "by_marks", is_flag=True, help="Score on the marks in the database, in place of DATA.")
@click.argument("file", metavar="[DATA]", required=False, type=InputPath(allow_dash=True))
def score(
    *, config: Path | None, rules: tuple[Path, ...], as_json: bool, listed: bool, by_marks: bool, file: Path | None
) -> None:
    """Measure the rules on the labelled articles of DATA: precision, recall and F1 of each rule and language.

    A line of DATA (gzip is fine; - is standard input) is a JSON object as `match` reads it. It may also have

    \b
      labels         the ids of the rules that must hit it as news ("_" counts as "-"); none: no rule may hit it
      also_mentions  the ids of rules that may hit it, but need not; the output counts whether they do
      judged         the ids of the rules for which somebody has labelled it; without it: all rules that DATA names

    Precision: of the articles that a rule hits as news, the share that is labelled for it. Recall: of the articles that
    are labelled for a rule, the share that it hits as news. F1: the harmonic mean of both. The macro F1 is the mean of
    the rules' F1.

    With --marks, it measures the rules on what people marked (`mark`). It also prints whether today's program and rules
    agree with each `stories merge` and `stories split`. -c names the config with the database, and --rules, if given,
    the rules.

    \b
    Examples:
      news-monitor score --marks
      news-monitor score --marks --rules edited/rules
      news-monitor score labelled.jsonl.gz
      news-monitor score --rules rules --list labelled.jsonl
      news-monitor score -c monitor.yaml --json - < labelled.jsonl

    Without -c and --rules: the rules of ./monitor.yaml. Rules that are off are left out. Exit code 1 if there are
    faulty rules or unusable lines, or no rule to score. Misses and false alarms do not change the exit code.
    """
    if (file is None) is not by_marks:
        raise click.UsageError("give DATA, or --marks")
    loaded = load_selected_rules(None if by_marks and rules else config, rules)
    print_faults(loaded.faults)
    if by_marks:  # identity needs the shipped entities
        compiled = compile_loaded(loaded.rules.values(), loaded)
    else:
        compiled = compile_live(loaded.rules.values(), loaded.entities, loaded.lists, loaded.sources)
    problems, silent = False, loaded.declared_rule_ids - compiled.rules.keys()
    if file is None:
        _score_marks(config or find_required_config(), compiled, silent, as_json=as_json, listed=listed)
    else:
        problems = _score_file(file, compiled, silent, as_json=as_json, listed=listed)
    raise SystemExit(1 if problems or loaded.faults else 0)


def _score_file(file: Path, compiled: RuleSet, silent: Collection[str], *, as_json: bool, listed: bool) -> bool:
    """Score the rules on the articles of a file. `silent`: the ids of rules that do not run. Returns whether some of
    the file cannot be used."""
    reader = ArticleReader()
    articles = reader.read_as(file, clock.now(), scoring.parse_labels)
    found = scoring.score_rules(articles, compiled, with_mistakes=listed)
    if not found.tallies:
        raise MonitorError(f"{file}: nothing to score: {_explain_no_score(found)}")
    _warn_of_unknown_labels(found, compiled, silent)
    _show_score(found, as_json=as_json)
    return reader.has_problems


def _score_marks(config: Path, compiled: RuleSet, silent: Collection[str], *, as_json: bool, listed: bool) -> None:
    """Score the rules on the marks in the database of a config, and today's identity on the merges and
    splits."""
    settings = load_summary(config).settings
    database = existing_database(settings)
    stored = Marks(database)
    articles = [marked_article_to_labeled(each) for each in stored.iter_articles()]
    found = scoring.score_rules(articles, compiled, with_mistakes=listed)
    identity = list(score_identity_marks(database, compiled, settings.timezone))
    if not found.tallies and not identity:
        hint = "`news-monitor mark ID good|noise` makes one"
        raise MonitorError(
            f"nothing to score: {_explain_no_score(found) if found.unknown_labels else 'no marks; ' + hint}"
        )
    _warn_of_unknown_labels(found, compiled, silent)
    if found.tallies:
        _show_score(found, as_json=as_json)
    print_identity_score(identity, settings.timezone, as_json=as_json)
    if erased := stored.count_erased():
        click.echo(f"{format_count(erased, 'mark')} left out, because the words were erased", err=True)


def _show_score(found: Score, *, as_json: bool) -> None:
    if as_json:
        for row in _score_to_rows(found):
            print_json(row)
    else:
        _print_score(found)


def _explain_no_score(found: Score) -> str:
    if found.unknown_labels:
        return f"none of its labels is the id of a rule that runs: {', '.join(sorted(found.unknown_labels))}"
    return 'no line has labels: {"id": 1, "title": "...", "labels": ["id-of-a-rule"]}'


def _warn_of_unknown_labels(found: Score, rules: RuleSet, silent: Collection[str]) -> None:
    for label in sorted(found.unknown_labels):
        if label in silent:
            click.echo(f"the rule '{label}' is off or has faults: it is not scored, and macro F1 lacks it", err=True)
            continue
        meant = did_you_mean(label, rules.rules, "it is left out")
        click.echo(f"the label '{label}' is not the id of a rule that runs; {meant}", err=True)


def _print_score(found: Score) -> None:
    rows = [(rule, language, *_tally_to_cells(tally)) for (rule, language), tally in found.tallies.items()]
    print_table(_HEADS, rows, whole=("rule",))
    mentioned, mentions = found.mentions
    click.echo(
        f"\n{format_count(found.articles, 'article')}; macro F1 {_format_share(found.macro_f1)}; "
        f"mentions found {mentioned} of {mentions}"
    )
    for line in _format_mistakes(found.mistakes):
        click.echo(line)


def _tally_to_cells(tally: Tally) -> Iterator[object]:
    yield from (tally.labeled, tally.right, tally.missed, tally.false_alarms)
    yield from map(_format_share, (tally.precision, tally.recall, tally.f1))
    yield f"{tally.mentioned} of {tally.neutral}" if tally.neutral else ""


def _format_share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _format_mistakes(mistakes: Iterable[Mistake]) -> Iterator[str]:
    for each in mistakes:
        yield f"\n{each.kind} of {each.rule} ({each.language}, {sanitize_line(str(each.recorded.id))})"
        yield f"    {sanitize_line(each.recorded.article.title)}"
        yield f"    {sanitize_line(each.why)}"


def _score_to_rows(found: Score) -> Iterator[dict[str, object]]:
    for (rule, language), tally in found.tallies.items():
        yield {
            "type": "score",
            "rule": rule,
            "language": language,
            "labelled": tally.labeled,
            "right": tally.right,
            "missed": tally.missed,
            "false_alarms": tally.false_alarms,
            "precision": tally.precision,
            "recall": tally.recall,
            "f1": tally.f1,
            "mentions": tally.neutral,
            "mentions_found": tally.mentioned,
        }
    for each in found.mistakes:
        yield {
            "type": each.kind,
            "rule": each.rule,
            "language": each.language,
            "id": each.recorded.id,
            "title": each.recorded.article.title,
            "why": each.why,
        }
    mentioned, mentions = found.mentions
    yield {
        "type": "total",
        "articles": found.articles,
        "macro_f1": found.macro_f1,
        "mentions": mentions,
        "mentions_found": mentioned,
    }
