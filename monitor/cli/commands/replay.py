"""`news-monitor replay`: what would have been sent of recorded news, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor import clock
from monitor.alerting.case import DecisionContext
from monitor.cli.inputs import ArticleReader, load_selected_rules, rules_options
from monitor.cli.options import json_option, print_faults, print_json
from monitor.cli.output.replay_report import (
    IN_SHADOW,
    OVERTAKEN,
    print_comparison,
    print_counts,
    print_sent,
    print_suppressed,
    sent_row,
    short_suppression_reason,
    track_progress,
)
from monitor.cli.paths import ConfigPath, InputPath
from monitor.config.loading.compiled import compile_loaded
from monitor.config.loading.rule_files import LoadedRules
from monitor.config.yaml.yaml12 import quote_text
from monitor.errors import InvalidRequest
from monitor.lab.recorded import RecordedArticle
from monitor.lab.replay import (
    Replay,
    ReplayedAlert,
    ReplayedArticle,
    ScheduledArticle,
    compare_replays,
    in_time_order,
    replay_articles,
)
from monitor.model import MatchKind, MatchOutcome
from monitor.model.outcome import clauses_to_row
from monitor.sanitize import sanitize_line
from monitor.wording.quantities import format_count
from monitor.wording.reasons import outcome_in_words

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class _ReplayInput:
    """The articles in time order, the zone that is meant, and the reader of the files, which knows whether something
    was wrong with what was given; `unreadable_dates`: where they are, and what they say."""

    zone: str
    all_stories: bool
    arrivals: list[ScheduledArticle] = field(default_factory=list)
    reader: ArticleReader = field(default_factory=ArticleReader)
    unreadable_dates: list[str] = field(default_factory=list)

    def build_replay(self, loaded: LoadedRules) -> Replay:
        print_faults(loaded.faults)
        self.reader.has_problems |= bool(loaded.faults)
        compiled = compile_loaded(loaded.rules.values(), loaded)
        context = DecisionContext(ZoneInfo(self.zone))
        return Replay(compiled, context, all_stories=self.all_stories, routes=loaded.routes)


@click.command()
@rules_options
@click.option(
    "--stories",
    type=click.Choice(["matched", "all"]),
    default="matched",
    show_default=True,
    help="Which articles are grouped into stories: those that a rule hits, or all.",
)
@click.option(
    "--zone",
    metavar="ZONE",
    help="Time zone of dates that have none (default: UTC) and of the output (default: the config's).",
)
@click.option(
    "--against",
    multiple=True,
    type=InputPath(),
    metavar="PATH",
    help="Rules to compare with: what they would send instead.",
)
@click.option("--against-config", type=ConfigPath(), metavar="FILE", help="The same, with the rules of this config.")
@json_option
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=InputPath(allow_dash=True))
def replay(
    *,
    config: Path | None,
    rules: tuple[Path, ...],
    stories: str,
    zone: str | None,
    against: tuple[Path, ...],
    against_config: Path | None,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Replay the articles of FILEs, each at its own time, and print what would have been sent, when and why.

    A line is an article, as `match` reads it. An article without a date comes together with the one before it. If a
    line has the source and id of an earlier line, it is a new version of that article. A deferred message (an update, a
    mention for the daily digest ...) is printed with the time when it is due. No message is really sent, and no
    database is used.

    With --against, it prints what would be gained, lost or moved in time if those rules ran in place of these.

    \b
    Examples:
      news-monitor replay --rules rules articles.jsonl.gz
      news-monitor replay -c monitor.yaml --zone Asia/Seoul --json 2025-12-29.jsonl.gz
      news-monitor replay --against edited/rules articles.jsonl.gz

    Without -c and --rules: the rules of ./monitor.yaml. Exit code 1 if there are faulty rules, faults in
    monitor.yaml such as a route to nobody, or unusable lines; if no rule can be read, only the faults are printed.
    """
    loaded = load_selected_rules(config, rules, with_routes=True)
    given = _ReplayInput(_choose_zone(zone, loaded), all_stories=stories == "all")
    before = given.build_replay(loaded)
    after = (
        given.build_replay(load_selected_rules(against_config, against, with_routes=True))
        if against or against_config
        else None
    )
    _read_articles(files, given, dated_in=zone or "UTC")
    if after is None:
        _print_timeline(given, before, as_json=as_json)
    else:
        articles = track_progress(given.arrivals, len(given.arrivals), printing=False)
        print_comparison(compare_replays(articles, before, after), given.zone, as_json=as_json)
    if given.unreadable_dates:
        dates = format_count(len(given.unreadable_dates), "date")
        dates += f" cannot be read, the first in {given.unreadable_dates[0]}"
        click.echo(f"{dates}: such an article comes with the one before it in its file; write ISO 8601", err=True)
    raise SystemExit(1 if given.reader.has_problems else 0)


def _choose_zone(name: str | None, loaded: LoadedRules) -> str:
    """The zone that was asked for, else the config's: digests go out by it."""
    from zoneinfo import ZoneInfoNotFoundError

    if name is None:
        return loaded.timezone
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as Europe
        raise InvalidRequest(f"'{name}' is not a time zone; write one such as Europe/Berlin or Asia/Seoul") from None


def _read_articles(files: tuple[Path, ...], given: _ReplayInput, dated_in: str) -> None:
    """All articles, in time order; what is unusable is printed with file and line."""
    now = clock.now()
    given.arrivals = list(
        in_time_order([list(_read_file(file, given, now, dated_in, len(files) > 1)) for file in files], now)
    )


def _read_file(file: Path, given: _ReplayInput, now: datetime, zone: str, several: bool) -> Iterator[RecordedArticle]:
    for found in given.reader.read(file, now, zone=ZoneInfo(zone), prefix=str(file) if several else ""):
        if found.unreadable_date is not None:
            date = quote_text(sanitize_line(found.unreadable_date))
            given.unreadable_dates.append(f"{file}, line {found.line}: {date}")
        yield found


# --- what would be sent -----------------------------------------------------------------------------------------


def _print_timeline(given: _ReplayInput, player: Replay, *, as_json: bool) -> None:
    articles = track_progress(given.arrivals, len(given.arrivals), printing=True)
    sent: list[ReplayedAlert] = []
    suppressed: Counter[tuple[str, str]] = Counter()
    for each in replay_articles(articles, player):
        if isinstance(each, ReplayedArticle):
            reasons = ((decided.match.rule, short_suppression_reason(decided)) for decided in each.decision.decisions)
            suppressed.update((rule, why) for rule, why in reasons if why is not None)
            if as_json:
                print_json(_article_row(each))
        else:
            sent.append(each)
            print_json(sent_row(each)) if as_json else print_sent(each, given.zone)
    suppressed.update({(rule, OVERTAKEN): number for rule, number in player.dropped_pending.items()})
    if not as_json:
        print_counts(sent)
        print_suppressed(suppressed)
    for rule, why in sorted(suppressed):
        if why == IN_SHADOW:
            click.echo(f"{rule} is in shadow; live it would have sent {suppressed[rule, why]}", err=True)


def _article_row(came: ReplayedArticle) -> dict[str, object]:
    judged, matches = came.decision, [decided.match for decided in came.decision.decisions]
    return {
        "type": "article",
        "id": came.id,
        "rules": [found.rule for found in matches if found.kind is MatchKind.NEWS],
        "mentions": [found.rule for found in matches if found.kind is MatchKind.MENTION],
        "story": judged.story.id if judged.story else None,
        "event": came.event,
        "decisions": {decided.match.rule: outcome_in_words(decided.outcome) for decided in judged.decisions},
        "outcomes": {decided.match.rule: _outcome_to_codes(decided.outcome) for decided in judged.decisions},
    }


def _outcome_to_codes(decision: MatchOutcome) -> dict[str, object]:
    clauses = clauses_to_row(decision.why)
    return {"outcome": decision.outcome, "reason": decision.reason, "reason_parameters": clauses}
