"""What rules would have sent of the stored articles, before they go live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.alerting.case import DecisionContext
from monitor.config.loading.compiled import compile_loaded
from monitor.config.loading.rule_files import LoadedRules
from monitor.errors import Fault
from monitor.lab.expectations import find_test_failures
from monitor.lab.replay import Replay, ReplayComparison, ScheduledArticle, compare_replays
from monitor.model import Config, Rule, RuleStatus
from monitor.store.engine.database import Database
from monitor.store.queries.archive import Archive

Track = Callable[[Iterable[ScheduledArticle], int], Iterable[ScheduledArticle]]
"""Yields the articles that it is given, and can count them while they are read; the number: how many they are."""


def try_rules(
    running: Config,
    database: Database,
    tried: LoadedRules,
    file: Path,
    *,
    since: datetime,
    track: Track = lambda articles, _: articles,
) -> ReplayComparison:
    """Replay the articles that came since then: once with the running rules without those of `file` (a file or folder),
    and once with the rules `tried`, where those of `file` are live. Nothing is sent or stored."""
    archive = Archive(database)
    context = DecisionContext(ZoneInfo(running.settings.timezone))
    without = [rule for rule in running.rules.values() if not _is_from_file(rule, file)]
    before = compile_loaded(without, running)
    after = compile_loaded(_force_live(tried, file), tried, running.sources)
    articles = track(_read_archive(archive, since), archive.count(since))
    return compare_replays(articles, Replay(before, context), Replay(after, context))


def list_tried_rules(loaded: Config | LoadedRules, file: Path) -> list[Rule]:
    """The rules of `file` (a file or folder) among those that were loaded."""
    return [rule for rule in loaded.rules.values() if _is_from_file(rule, file)]


def find_failures_of_tried(tried: LoadedRules, file: Path, now: datetime) -> tuple[Fault, ...]:
    """The tests of the rules of `file` that do not hold."""
    rules = list_tried_rules(tried, file)
    return find_test_failures(rules, tried.entities, tried.lists, tried.sources, now, rules=tried.rules.values())


def _is_from_file(rule: Rule, file: Path) -> bool:
    return Path(rule.place.file).resolve().is_relative_to(file.resolve())


def _force_live(tried: LoadedRules, file: Path) -> Iterable[Rule]:
    return [
        replace(rule, status=RuleStatus.LIVE) if _is_from_file(rule, file) else rule for rule in tried.rules.values()
    ]


def _read_archive(archive: Archive, since: datetime) -> Iterator[ScheduledArticle]:
    for at, article in archive.iter_versions(since):
        yield ScheduledArticle(at, f"{article.source} {article.uid}", article)
