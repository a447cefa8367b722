"""`news-monitor why`: why an article did or did not lead to an alert, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.inputs import load_selected_rules, read_lines, rules_options
from monitor.cli.known_names import NameOf
from monitor.cli.options import (
    existing_database,
    format_local_time,
    json_option,
    match_row,
    print_faults,
    print_json,
    span_row,
)
from monitor.cli.output.article_list import print_found_by_words
from monitor.cli.output.nearest_report import nearest_row
from monitor.cli.output.why_report import format_article_report, format_rule_report, format_rule_reports
from monitor.cli.output.wrapped_lines import print_lines
from monitor.cli.paths import find_required_config
from monitor.errors import InvalidRequest, MonitorError
from monitor.lab.recorded import UnusableLine, read_single_article
from monitor.model import Settings, Step
from monitor.services.queries.articles import ArticleLookup, StoredArticle, look_up_article
from monitor.services.queries.why import MatchReport, RuleReport, WhyReport, explain_article, explain_stored_article
from monitor.store.engine.database import Database
from monitor.wording.commands import write_why_command
from monitor.wording.reasons import outcome_in_words

NEAREST = 10


@click.command()
@rules_options
@json_option
@click.option("--all", "everything", is_flag=True, help=f"All the other rules, not only the {NEAREST} nearest.")
@click.argument("article", metavar="ARTICLE")
@click.argument("rule", metavar="[RULE]", required=False, type=NameOf("rule"))
def why(
    *, config: Path | None, rules: tuple[Path, ...], as_json: bool, everything: bool, article: str, rule: str | None
) -> None:
    """Explain why ARTICLE did or did not lead to an alert: what each rule finds in it, or RULE step by step.

    ARTICLE is the number of a match (from `matches list`; `search` shows other numbers, those of articles), the id of
    an alert (from its message; the first six characters are enough if no other id begins with them), an address, a uid,
    'SOURCE UID' in quotes, or its headline in quotes. A part of the headline is enough, or some of its words in any
    order, if the article is one of the newest 200,000. The article is compared with the rules as they are now. The
    output also shows what was decided when the article came, and what happened to each message.

    With -, the article is read from standard input: a headline, and below it the text if there is any; or a JSON
    object, as `match` reads it. Then only the rules are tried, and no database is needed.

    \b
    Examples:
      news-monitor why 17
      news-monitor why "fires two ballistic missiles"
      news-monitor why https://news.example.org/2026/01/05/a-name taiwan-drills
      news-monitor why 'harbour-times tag:harbour,2026:8' --all
      echo 'North Korea fires missiles' | news-monitor why - north-korea-missile-launch
      news-monitor why --rules rules - < article.txt

    If some rules cannot be read, the command names them and tries the others; for a rule that cannot be read, it shows
    only the stored decision. Exit code 0 whether or not the article led to an alert, 1 if there are faulty rules, 2 if
    there is no such article or rule.
    """
    explain = _explain_stdin_article if article == "-" else _explain_stored_article
    report, settings, has_faults = explain(config, rules, article, rule)
    count = len(report.rules)
    if not (everything or rule):
        count = min(count, sum(account.ever_matched for account in report.rules) + NEAREST)
    if as_json:
        for account in report.rules[:count]:
            print_json(_report_to_row(report, account))
    else:
        print_lines(_format_report(report, rule, count, settings))
        if report.rules and rule is None:
            print_lines(("", "For one rule step by step, add its id to this command."))
    raise SystemExit(1 if has_faults else 0)


def _format_report(report: WhyReport, rule: str | None, count: int, settings: Settings | None) -> Iterator[str]:
    zone = settings.timezone if settings else "UTC"
    yield from format_article_report(report, zone)
    if rule is not None:
        yield from format_rule_report(report.article, report.rules[0], settings, zone)
        return
    yield from format_rule_reports(report.article, report.rules[:count], zone)
    if not report.rules:
        yield from ("", "No rule runs.")
    if left := len(report.rules[count:]):
        yield f"and {left} more: --all shows them too"
    if report.rules_off:
        yield f"Off: {', '.join(report.rules_off)}"


# --- which article ----------------------------------------------------------------------------------------------


_Explained = tuple[WhyReport, Settings | None, bool]  # the report, what monitor.yaml says, whether files have faults


def _explain_stdin_article(config: Path | None, paths: tuple[Path, ...], _: str, rule: str | None) -> _Explained:
    """What the rules say of the article on standard input."""
    files = load_selected_rules(config, paths)
    found = read_single_article("".join(read_lines(Path("-"))), clock.now())
    if isinstance(found, UnusableLine):
        raise MonitorError(f"standard input: {found}")
    print_faults(files.faults)
    return explain_article(files, found.article, rule), None, bool(files.faults)


def _explain_stored_article(config: Path | None, paths: tuple[Path, ...], name: str, rule: str | None) -> _Explained:
    """What the rules say of the article of this name in the database, and what came of it."""
    if paths:
        raise InvalidRequest("--rules is for an article on standard input: `news-monitor why --rules PATH -`")
    loaded = load_config(config or find_required_config(), accept_faults=True)
    settings = loaded.config.settings
    database = existing_database(settings)
    lookup = look_up_article(database, name)
    if len(lookup.found) != 1 and rule is not None and rule not in loaded.config.rules:
        _require_quotes(database, lookup, name, rule)
    if not lookup.found:
        raise InvalidRequest(_explain_not_found(lookup, name, settings.timezone))
    if len(lookup.found) > 1:
        raise InvalidRequest("\n".join(_list_candidates(lookup, name, settings.timezone)))
    print_faults(loaded.faults)
    if lookup.is_by_words:
        print_found_by_words(name)
    if lookup.numbered:
        click.echo(f"{name} is the number of a match here; {_write_command_for(lookup.numbered, name)}", err=True)
    report = explain_stored_article(loaded.config, database, lookup.found[0], rule)
    return report, settings, bool(loaded.faults)


def _require_quotes(database: Database, lookup: ArticleLookup, name: str, word: str) -> None:
    """Raises InvalidRequest if `word`, which is not a rule, is the second word of a name without quotes."""
    if lookup.missing is None and look_up_article(database, f"{name} {word}").found:
        raise InvalidRequest(f"write the article in quotes: {write_why_command(name, word)}")


def _explain_not_found(lookup: ArticleLookup, name: str, zone: str) -> str:
    if absent := lookup.missing:
        source = (
            f"{absent.source} brought it on {format_local_time(absent.first_seen_at, zone)}; " if absent.source else ""
        )
        left = f" ({format_local_time(absent.left_at, zone)})" if absent.left_at else ""
        return f"the article '{name}' is no longer stored: {source}{absent.reason}{left}"
    if lookup.numbered:
        return f"there is no match {name}; {_write_command_for(lookup.numbered, name)}"
    if name.isdecimal():
        return f"there is no match {name}, or it was deleted with its article; see `news-monitor matches list`"
    if re.fullmatch("[SE][0-9a-f]{4,}", name):
        return f"'{name}' is not an article; for stories and events: `news-monitor stories show {name}`"
    return (
        f"no article is stored for '{name}': no source has brought it, or it has another name; `news-monitor search` "
        "finds words of its text too, `news-monitor sources health` says which sources fail, and `news-monitor why -` "
        "tries the rules on a headline that you type"
    )


def _write_command_for(numbered: StoredArticle, number: str) -> str:
    article = numbered.article
    return f"to ask about article {number}, “{article.title}”: {write_why_command(article.source, article.uid)}"


def _list_candidates(lookup: ArticleLookup, name: str, zone: str) -> Iterator[str]:
    yield f"{lookup.describe_several(name)}; choose one of them:"
    for each in lookup.found:
        article = each.article
        seen = format_local_time(article.seen, zone)
        yield f"  {write_why_command(article.source, article.uid)}   {seen}, {article.title}"
    yield from lookup.describe_rest()


# --- as JSON ----------------------------------------------------------------------------------------------------


def _report_to_row(report: WhyReport, account: RuleReport) -> dict[str, object]:
    rule, explanation, alert = account.rule, account.explanation, account.alert
    return {
        "article": _article_row(report),
        "rule": account.id,
        "status": rule.status if rule else None,
        "kind": explanation.kind if explanation else None,
        "level": explanation.level if explanation else None,
        "says": account.says,
        "steps": [_step_row(step) for step in explanation.steps] if explanation else [],
        "decisions": [_decision_row(decision) for decision in account.decisions],
        "would": account.simulated_decision and outcome_in_words(account.simulated_decision),
        "nearest": [nearest_row(each) for each in account.nearest],
        "alert": {key: value for key, value in asdict(alert).items() if key != "deliveries"} if alert else None,
        "deliveries": [asdict(delivery) for delivery in alert.deliveries] if alert else [],
    }


def _article_row(report: WhyReport) -> dict[str, object]:
    stored, left_out = report.stored, {"text", "digest", "canonical"}
    row = {key: value for key, value in asdict(report.article).items() if key not in left_out}
    story: dict[str, object] | None = None
    if stored is not None and stored.story is not None:
        nearest = [nearest_row(each) for each in report.nearest]
        story = {**asdict(stored.story), "joined": stored.join_reason, "compared": stored.compared, "nearest": nearest}
    return {**row, "read_as": report.language, "story": story}


def _step_row(step: Step) -> dict[str, object]:
    return {
        "what": step.label,
        "holds": step.holds,
        "why": step.why,
        "spans": [span_row(span) for span in step.spans],
        "steps": [_step_row(part) for part in step.steps],
    }


def _decision_row(decision: MatchReport) -> dict[str, object]:
    row = {key: value for key, value in match_row(decision).items() if key not in {"article", "rule"}}
    return {**row, "article_version": decision.article.version}
