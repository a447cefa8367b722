"""`news-monitor why`: why an article did or did not lead to an alert, step by step.

It gathers what the rules say now and what was stored. `output/why_report.py` prints it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor import clock
from monitor.alerting.case import DecisionContext
from monitor.alerting.evaluation import evaluate
from monitor.cases import build_case, prepare_match
from monitor.cli.inputs import CONFIG, load_selected_rules, read_lines, rules_options
from monitor.cli.options import (
    existing_database,
    format_local_time,
    json_option,
    load_config,
    match_row,
    print_faults,
    print_json,
    require_known,
    span_row,
)
from monitor.cli.output.nearest_report import nearest_events, nearest_row, nearest_stories
from monitor.cli.output.why_report import RuleReport, format_article_report, format_rule_report, format_rule_reports
from monitor.config.loading.load import LoadedRules, shipped_entities
from monitor.errors import Fault, InvalidRequest, MonitorError
from monitor.lab.recorded import UnusableLine, read_single_article
from monitor.matching import RuleSet
from monitor.matching.explain import explain_rules
from monitor.matching.live import compile_live
from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import Article, Config, Event, Match, MatchOutcome, Outcome, Rule, RuleStatus, Settings, Step, Story
from monitor.state import State
from monitor.store.engine.database import Database
from monitor.store.queries.articles import ArticleQueries, StoredArticle
from monitor.store.queries.matches import MatchReport
from monitor.stories.sameness import ClusterComparison

NEAREST = 10


@dataclass(frozen=True, slots=True)
class _StoredContext:
    """A stored article, where it is stored, and what monitor.yaml says. `nearest`: the older stories that it is nearest
    to."""

    stored_article: StoredArticle
    database: Database
    settings: Settings
    nearest: tuple[ClusterComparison, ...] = ()

    @property
    def articles(self) -> ArticleQueries:

        return ArticleQueries(self.database)


@dataclass(frozen=True, slots=True)
class _WhyInput:
    """The article, what the rules are compiled from, and what is `kept` of it, if it is stored."""

    article: Article
    files: Config | LoadedRules
    faults: tuple[Fault, ...]
    stored_context: _StoredContext | None = None

    @property
    def zone(self) -> str:
        return self.stored_context.settings.timezone if self.stored_context else "UTC"


@click.command()
@rules_options
@json_option
@click.option("--all", "everything", is_flag=True, help=f"All the other rules, not only the {NEAREST} nearest.")
@click.argument("article", metavar="ARTICLE")
@click.argument("rule", metavar="[RULE]", required=False)
def why(
    *, config: Path | None, rules: tuple[Path, ...], as_json: bool, everything: bool, article: str, rule: str | None
) -> None:
    """Say why ARTICLE did or did not lead to an alert: what each rule makes of it, or RULE step by step.

    ARTICLE is the number of a match (as `matches list` has it), the id of an alert (as its message has it; six signs
    of it are enough if no other begins with them), an address, a uid, or 'SOURCE UID' in quotes. It is compared
    with the rules as they are now. Beside that you see what was decided when it came, and what became of each message.

    With - it is read from standard input: a headline, and below it the text if there is any; or a JSON object, as
    `match` takes it. Then only the rules are asked, and no database is needed.

    \b
    Examples:
      news-monitor why 17
      news-monitor why https://news.example.org/2026/01/05/a-name taiwan-drills
      news-monitor why 'harbour-times tag:harbour,2026:8' --all
      echo 'North Korea fires missiles' | news-monitor why - north-korea-missile-launch
      news-monitor why --rules rules --rules seeds/entities - < article.txt

    Rules that cannot be read are named, and the others answer; of such a rule only what was stored is shown. Exit code
    0 whether or not it led to an alert, 1 if there are faulty rules, 2 if there is no such article or rule.
    """
    asked = _read_stdin_article(config, rules) if article == "-" else _find_stored_article(config, rules, article, rule)
    print_faults(asked.faults)
    accounts = _build_reports(asked, rule)
    most = len(accounts) if everything or rule else sum(account.ever_matched for account in accounts) + NEAREST
    if as_json:
        for account in accounts[:most]:
            print_json(_report_to_row(asked, account))
    else:
        for line in _format_report(asked, accounts, rule, most):
            click.echo(line)
        if accounts and rule is None:
            click.echo("\nStep by step: the same command with a rule's id behind the article.")
    raise SystemExit(1 if asked.faults else 0)


def _format_report(asked: _WhyInput, accounts: Sequence[RuleReport], rule: str | None, most: int) -> Iterator[str]:
    article, kept = asked.article, asked.stored_context
    yield from format_article_report(
        article, kept.stored_article if kept else None, kept.nearest if kept else (), asked.zone
    )
    if rule is not None:
        yield from format_rule_report(article, accounts[0], kept.settings if kept else None, asked.zone)
        return
    yield from format_rule_reports(article, accounts[:most], asked.zone)
    if not accounts:
        yield from ("", "No rule runs.")
    if left := len(accounts[most:]):
        yield f"and {left} more: --all shows them too"
    if off := [rule.id for rule in asked.files.rules.values() if rule.status is RuleStatus.OFF]:
        yield f"Off: {', '.join(off)}"


# --- which article ----------------------------------------------------------------------------------------------


def _read_stdin_article(config: Path | None, paths: tuple[Path, ...]) -> _WhyInput:
    """The article on standard input."""
    files = load_selected_rules(config, paths)
    found = read_single_article("".join(read_lines(Path("-"))), clock.now())
    if isinstance(found, UnusableLine):
        raise MonitorError(f"standard input: {found}")
    return _WhyInput(found.article, files, files.faults)


def _find_stored_article(config: Path | None, paths: tuple[Path, ...], name: str, rule: str | None) -> _WhyInput:
    """The article of this name in the database."""
    if paths:
        raise InvalidRequest("--rules is for an article on standard input: `news-monitor why --rules PATH -`")
    loaded = load_config(config or CONFIG)
    settings = loaded.config.settings
    database = existing_database(settings)
    articles = ArticleQueries(database)
    found = articles.find(name)
    if not found:
        raise InvalidRequest(_explain_not_found(articles, name, rule, settings.timezone))
    if len(found) > 1:
        raise InvalidRequest("\n".join(_list_candidates(found, name, settings.timezone)))
    article = found[0].article
    nearest: tuple[ClusterComparison, ...] = ()
    if found[0].story is not None:
        nearest = nearest_stories(database, article, compile_live((), loaded.config.entities, known=shipped_entities()))
    return _WhyInput(article, loaded.config, loaded.faults, _StoredContext(found[0], database, settings, nearest))


def _explain_not_found(articles: ArticleQueries, name: str, rule: str | None, zone: str) -> str:
    if absent := articles.explain_missing(name):
        source = (
            f"{absent.source} brought it on {format_local_time(absent.first_seen_at, zone)}; " if absent.source else ""
        )
        left = f" ({format_local_time(absent.left_at, zone)})" if absent.left_at else ""
        return f"the article of '{name}' is not here any more: {source}{absent.reason}{left}"
    if rule is not None and articles.find(f"{name} {rule}"):
        return f"write source and uid in quotes: {_format_command(name, rule)}"
    if name.isdecimal():
        return f"there is no match {name}, or it left with its article: `news-monitor matches list` has those that are"
    if re.fullmatch("[SE][0-9a-f]{4,}", name):
        return f"'{name}' is no article; of stories and events: `news-monitor stories show {name}`"
    return (
        f"no article is stored of '{name}': no source has brought it, or it has another name; `news-monitor sources "
        "health` says which sources fail, and `news-monitor why -` asks the rules of a headline that you type"
    )


def _list_candidates(found: Sequence[StoredArticle], name: str, zone: str) -> Iterator[str]:
    yield f"several articles go by '{name}', the newest first; ask of one of them:"
    for each in found:
        article = each.article
        seen = format_local_time(article.seen, zone)
        yield f"  {_format_command(article.source, article.uid)}   {seen}, {article.title}"


def _format_command(source: str, uid: str) -> str:
    return f"news-monitor why {shlex.quote(f'{source} {uid}')}"


# --- what the rules make of it ----------------------------------------------------------------------------------


def _build_reports(asked: _WhyInput, only: str | None) -> list[RuleReport]:
    """What each rule makes of the article, or only one: the rules that run, and those of which something is stored.
    Those that sent an alert of it come first, then those that match it, then those that nearly match it."""
    article, files, kept = asked.article, asked.files, asked.stored_context
    stored: dict[str, list[MatchReport]] = {}
    for decision in kept.stored_article.decisions if kept else ():
        stored.setdefault(decision.rule, []).append(decision)
    rules = files.rules
    if only is not None:
        require_known("rule", [only], [*rules, *stored])
        # With the others: what a title is about may be their matter.
        rules = {**rules, only: _enable_if_off(rules[only])} if only in rules else {}
        stored = {only: stored[only]} if only in stored else {}
    compiled = compile_live(rules.values(), files.entities, files.lists, files.sources, shipped_entities())
    matches = {match.rule: match for match in compiled.match(article) if only in (None, match.rule)}
    explained = {explanation.rule: explanation for explanation in explain_rules(compiled, article, only)}
    alerts = kept.articles.alerts(kept.stored_article, matches.keys() | stored.keys()) if kept else {}
    accounts = [
        RuleReport(
            name,
            files.rules.get(name),
            explained.get(name),
            matches.get(name),
            tuple(stored.get(name, ())),
            _simulate_decision(kept, compiled, matches[name]) if kept and name in matches else None,
            alerts.get(name),
            _find_nearest(kept, compiled, matches[name]) if kept and name in matches else (),
        )
        for name in dict.fromkeys([*explained, *stored])
    ]
    return sorted(accounts, key=lambda account: (not account.was_sent, not account.ever_matched, -account.share))


def _enable_if_off(rule: Rule) -> Rule:
    return replace(rule, status=RuleStatus.LIVE) if rule.status is RuleStatus.OFF else rule


def _find_nearest(kept: _StoredContext, compiled: RuleSet, found: Match) -> tuple[ClusterComparison, ...]:
    """The older events of a rule that the article is nearest to; `found`: its match by the rule as it is now."""
    article = kept.stored_article.article
    story = kept.stored_article.story or Story("", article.title, article.seen)
    return nearest_events(kept.database, article, found, story, compiled)


def _simulate_decision(kept: _StoredContext, compiled: RuleSet, found: Match) -> MatchOutcome | None:
    """What the rule as it is now would have decided when the article came. None if that is stored, or if an earlier
    version of the rule sent the article."""
    article, rule = kept.stored_article.article, compiled.rules[found.rule]
    story = kept.stored_article.story or Story(
        "", article.title, article.seen
    )  # a story of its own, of which nothing was sent
    stored = [each for each in kept.stored_article.decisions if each.rule == rule.id]
    now = (rule.version, article.version)
    if any(each.outcome is Outcome.SENT or (each.rule_version, each.article.version) == now for each in stored):
        return None
    # an event is known by its id
    event = next((Event(each.event, rule.id, article.title, article.seen) for each in stored if each.event), None)
    around = DecisionContext(ZoneInfo(kept.settings.timezone))
    of = prepare_match(article, found, compiled)
    case = build_case(found, of, compiled, story=story, state=State(), now=article.seen, context=around)
    case = replace(case, event=event, join_reason=kept.stored_article.join_reason or "")
    return evaluate(replace(case, state=kept.articles.load_state(case))).outcome


# --- as JSON ----------------------------------------------------------------------------------------------------


def _report_to_row(asked: _WhyInput, account: RuleReport) -> dict[str, object]:
    rule, explanation, alert = account.rule, account.explanation, account.alert
    return {
        "article": _article_row(asked),
        "rule": account.id,
        "status": rule.status if rule else None,
        "kind": explanation.kind if explanation else None,
        "level": explanation.level if explanation else None,
        "says": account.says,
        "steps": [_step_row(step) for step in explanation.steps] if explanation else [],
        "decisions": [_decision_row(decision) for decision in account.decisions],
        "would": account.simulated_decision and str(account.simulated_decision),
        "nearest": [nearest_row(each) for each in account.nearest],
        "alert": {key: value for key, value in asdict(alert).items() if key != "deliveries"} if alert else None,
        "deliveries": [asdict(delivery) for delivery in alert.deliveries] if alert else [],
    }


def _article_row(asked: _WhyInput) -> dict[str, object]:

    article, stored = asked.article, asked.stored_context.stored_article if asked.stored_context else None
    left_out = {"text", "digest", "canonical"}
    row = {key: value for key, value in asdict(article).items() if key not in left_out}
    story: dict[str, object] | None = None
    if asked.stored_context is not None and stored is not None and stored.story is not None:
        nearest = [nearest_row(each) for each in asked.stored_context.nearest]
        story = {**asdict(stored.story), "joined": stored.join_reason, "compared": stored.compared, "nearest": nearest}
    return {**row, "read_as": TokenizedArticle(article).language, "story": story}


def _step_row(step: Step) -> dict[str, object]:
    return {
        "what": step.what,
        "holds": step.holds,
        "why": step.why,
        "spans": [span_row(span) for span in step.spans],
        "steps": [_step_row(part) for part in step.steps],
    }


def _decision_row(decision: MatchReport) -> dict[str, object]:
    row = {key: value for key, value in match_row(decision).items() if key not in {"article", "rule"}}
    return {**row, "article_version": decision.article.version}
