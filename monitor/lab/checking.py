"""Finds the faults and lints that `check` reports, of a config or of some files; with `--watch` again and again.

What has not changed since the last time is not parsed again. Nothing is printed or changed here. Of a database, if
there is one, it asks only what rules matched and sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.loading.files import Signature, compute_signature, list_named_paths, settings_document
from monitor.config.loading.load import LoadCache, list_configured_paths, load_config_files, load_rules
from monitor.config.loading.user_files import FilesSnapshot
from monitor.errors import Fault, InvalidFiles, StoreFailed
from monitor.lab.annotated_document import Lint
from monitor.lab.expectations import find_test_failures
from monitor.lab.lints.all_lints import LintContext, Thing, find_lints
from monitor.lab.lints.rules import DAYS, RECENT
from monitor.model import Config, Entity, OncePer, Place, Rule
from monitor.notify import channel_faults
from monitor.runtime.gc_tuning import paused
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.ownership import act_as_owner
from monitor.store.queries.reports import ReportQueries, RuleHitReport


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found, and the rules, entities and config that were checked. Not `is_config_usable`: only the faults
    were looked for, because monitor.yaml has some. `database_error`: why the database could not be asked."""

    faults: tuple[Fault, ...]
    lints: tuple[Lint, ...] = ()
    rules: tuple[Rule, ...] = ()
    entities: tuple[Entity, ...] = ()
    config: Config | None = None
    is_config_usable: bool = True
    database_error: str | None = None

    @property
    def findings(self) -> tuple[Fault | Lint, ...]:
        """The faults, and then the advice."""
        return self.faults + self.lints


class ConfigChecker:
    """Checks a config and all its files, or only `paths`. The files at `paths` may refer to what is in the config's
    files, if there is a config. Not `asks_database`: it opens no database, as if nothing had run yet."""

    def __init__(
        self, config: Path, paths: Sequence[Path], environment: Mapping[str, str], *, asks_database: bool = True
    ) -> None:
        self._config = config
        self._paths = tuple(paths)
        self._environment = environment
        self._asks_database = asks_database
        self._load_cache = LoadCache()
        self._watched_paths: list[Path] = []
        self._last_signature: Signature = frozenset()

    def run(self, now: datetime) -> CheckResult:
        """Check everything, as the files are now."""
        self._watched_paths = [*self._paths, self._config]
        with suppress(InvalidFiles):  # the check below reports it
            self._watched_paths += list_configured_paths(self._config)
        self._last_signature = compute_signature(
            self._watched_paths
        )  # before reading: so a change in the meantime is seen
        with paused():
            return self._check_paths(now) if self._paths else self._check_config(now)

    def compare_files(self) -> FilesSnapshot:
        """The files as they are now, compared with when they were read."""
        return FilesSnapshot.compare(compute_signature(self._watched_paths), self._last_signature)

    def _check_config(self, now: datetime) -> CheckResult:
        try:
            loaded = load_config_files(self._config, self._environment, self._load_cache, dict(self._last_signature))
        except InvalidFiles as error:
            return CheckResult(error.faults, is_config_usable=False)
        config, recent = loaded.config, _RecentMatches()
        if self._asks_database:
            recent = _load_recent_matches(config.settings.database, now)
        settings, sources = settings_document(self._config), ("sources",)
        faults = [*loaded.faults, *channel_faults(config.settings.list_addresses())]
        if recent.fault:
            faults.append(Fault(settings.place(("database",)), recent.fault))
        definitions = config.rules, config.entities, config.lists
        context = LintContext(
            *definitions,
            loaded.documents,
            config.sources,
            recent.report,
            recent.first_alerts,
            is_complete=not loaded.faults,  # it is not known what a faulty file refers to
            source_places=loaded.source_places,
            sources_place=settings.place(sources)
            if sources in settings.value_positions
            else None,  # some users check rules alone
            allowed_networks=config.settings.allow,
            allowed_for=config.settings.allow_for,
            routes=config.settings.routes,
            settings_document=settings,
            channels=tuple(config.settings.channels.values()),
            paths=[path for path, _ in list_named_paths(settings, self._config, "rules", "entities", "sources")],
            has_all_sources=not any(
                Path(fault.place.file).is_relative_to(path)
                for path, _ in list_named_paths(settings, self._config, "sources")
                for fault in loaded.faults
            ),
        )
        checked = [thing for group in definitions for thing in group.values()]
        return replace(
            self._check_things(context, checked, faults, now), config=config, database_error=recent.database_error
        )

    def _check_paths(self, now: datetime) -> CheckResult:
        config = self._config if self._config.exists() else None
        try:
            loaded = load_rules(self._paths, config, self._load_cache)
        except InvalidFiles as error:
            return CheckResult(error.faults, is_config_usable=False)
        definitions = loaded.rules, loaded.entities, loaded.lists
        checked = [thing for group in definitions for thing in group.values() if self._is_selected(thing.place)]
        faults = [fault for fault in loaded.faults if self._is_selected(fault.place)]
        is_complete = config is not None and not loaded.faults
        context = LintContext(
            *definitions, loaded.documents, loaded.sources, is_complete=is_complete, paths=self._paths
        )
        return self._check_things(context, checked, faults, now)

    def _is_selected(self, place: Place) -> bool:
        return any(Path(place.file).is_relative_to(path) for path in self._paths)

    def _check_things(
        self, context: LintContext, checked: Sequence[Thing], faults: list[Fault], now: datetime
    ) -> CheckResult:
        rules = tuple(thing for thing in checked if isinstance(thing, Rule))
        entities = tuple(thing for thing in checked if isinstance(thing, Entity))
        names = context.entities, context.lists, context.sources
        faults += find_test_failures([*rules, *entities], *names, now, rules=context.rules.values())
        return CheckResult(tuple(sorted(faults)), find_lints(context, checked), rules, entities)


@dataclass(frozen=True, slots=True)
class _RecentMatches:
    """What rules matched and sent lately; or the fault of a database that cannot be used here, or why it could not be
    asked."""

    report: RuleHitReport | None = None
    first_alerts: Mapping[str, Mapping[OncePer, int]] = field(default_factory=dict)
    fault: str | None = None
    database_error: str | None = None


def _load_recent_matches(url: str, now: datetime) -> _RecentMatches:
    """What rules matched and sent lately, if there is a database; none is created."""
    try:
        database = open_database(url)
    except StoreFailed as error:
        return _RecentMatches(fault=str(error))
    try:
        if not database.exists():
            return _find_missing_folder(database)
        act_as_owner(url)
        database.require_schema()
        queries = ReportQueries(database)
        return _RecentMatches(queries.rule_hits(now - timedelta(days=DAYS)), queries.first_alerts(now - RECENT))
    except StoreFailed as error:
        return _RecentMatches(database_error=str(error))
    finally:
        database.close()


def _find_missing_folder(database: Database) -> _RecentMatches:
    """Nothing, because there is no database yet; and a fault if `run` could not make it either."""
    try:
        database.require_folder()
    except StoreFailed as error:
        return _RecentMatches(fault=str(error))
    return _RecentMatches()
