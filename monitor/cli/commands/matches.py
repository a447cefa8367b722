"""`news-monitor matches`: what was stored, what was decided on it, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    TIME_EXAMPLES,
    config_option,
    existing_database,
    format_local_time,
    json_option,
    limit_option,
    match_row,
    print_json,
    rules_filter_option,
    since_option,
)
from monitor.cli.output.tables import print_table
from monitor.cli.query_options import read_query
from monitor.errors import InvalidRequest
from monitor.model import MatchKind, Outcome, Reason
from monitor.model.article_query import NameFilter
from monitor.services.queries.matches import (
    MatchFilter,
    list_matches,
)
from monitor.wording.reasons import reason_in_words

_OUTCOMES = {each.value: each for each in Outcome}
_SHADOW = "shadow"
_DECISION = "Only with this outcome: sent, suppressed or deferred. shadow: only what a rule in shadow would have sent."
_REASON = "Only with this reason: too-old, already-sent, cooldown ... `--json` prints it as reason_code."


@click.group(
    cls=LazyGroup,
    lazy={
        "show": ("monitor.cli.commands.matches_show", "Show one match and all that belongs to it."),
        "export": ("monitor.cli.commands.matches_export", "Write all matches as JSON lines, or as an evidence bundle."),
    },
)
def matches() -> None:
    """Stored matches, with the decision on each: list, show, export."""


@matches.command("list")
@config_option
@json_option
@rules_filter_option
@click.option("--source", "sources", multiple=True, metavar="ID", type=NameOf("source"), help="Only for this source.")
@since_option
@click.option("--before", metavar="TIME", help=f"Only before this time: {TIME_EXAMPLES}")
@click.option("--kind", type=click.Choice([kind.value for kind in MatchKind]), help="Only news, or only mentions.")
@click.option("--decision", type=click.Choice([*_OUTCOMES, _SHADOW]), metavar="OUTCOME", help=_DECISION)
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), metavar="CODE", help=_REASON)
@limit_option()
@click.argument("query", nargs=-1, metavar="[QUERY]...")
def list_(
    config: Path,
    *,
    query: tuple[str, ...],
    as_json: bool,
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    since: str | None,
    before: str | None,
    kind: str | None,
    decision: str | None,
    reason: str | None,
    most: int,
) -> None:
    """List the matches, the newest first: the article, the rule that it meets, the decision and its reason.

    QUERY is as in `news-monitor search --help`; its words are searched in the article. rule:, since: and before: in it
    mean the same as --rule, --since and --before: the rule of the match, and the time when it was stored.

    \b
    Examples:
      news-monitor matches list
      news-monitor matches list --decision suppressed --since '12 hours'
      news-monitor matches list --decision shadow --rule taiwan-drills
      news-monitor matches list --rule taiwan-drills --source harbour-times --json
      news-monitor matches list 'title:strike lang:en -air'
    """
    loaded = load_summary_to_read(config)
    asked = read_query(query, since, before, loaded.settings)
    database = existing_database(loaded.settings)
    zone = loaded.settings.timezone
    code = Reason.SHADOW if decision == _SHADOW and reason is None else Reason(reason) if reason else None
    wanted = MatchFilter(
        _intersect_names("rule", rules, asked.rules.wanted),
        _intersect_names("source", sources, asked.sources.wanted),
        since=asked.since,
        until=asked.before,
        kind=MatchKind(kind) if kind else None,
        outcome=_OUTCOMES.get(decision or ""),
        reason=code,
        query=replace(
            asked,
            since=None,
            before=None,
            rules=NameFilter((), asked.rules.unwanted),
            sources=NameFilter((), asked.sources.unwanted),
        ),
    )
    found = list_matches(loaded, database, wanted, most)
    if as_json:
        for match in found:
            print_json(match_row(match))
        return
    has_marks = any(m.mark for m in found)  # few have one: the column is there where one is
    heads = (
        "id",
        "at",
        "rule",
        "kind",
        "level",
        "outcome",
        *(["mark"] if has_marks else []),
        "source",
        "title",
        "reason",
    )
    rows = [
        (
            m.id,
            format_local_time(m.at, zone),
            m.rule,
            m.kind,
            m.level,
            m.outcome,
            *([m.mark] if has_marks else []),
            m.article.source,
            m.article.title,
            reason_in_words(m.why),
        )
        for m in found
    ]
    print_table(heads, rows, whole=("id", "rule"))


def _intersect_names(what: str, by_option: tuple[str, ...], by_query: tuple[str, ...]) -> tuple[str, ...]:
    """The names that both the option and the query ask for, where both do. Raises InvalidRequest if there are none."""
    if not (by_option and by_query):
        return by_option or by_query
    if not (both := tuple(name for name in by_option if name in by_query)):
        shown = f"--{what} {by_option[0]} and {what}:{by_query[0]}"
        raise InvalidRequest(f"{shown}: no match has both; to list matches of either, write {what}: twice in the query")
    return both
