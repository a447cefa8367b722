"""All that `check` finds: faults and lints of a config, or of some files; again and again, if somebody watches.

What is as it was the last time is neither parsed nor tested again. Nothing is printed or changed here; of the outside,
only a database that exists is asked what rules met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.loading.files import Signature, compute_signature, settings_document
from monitor.config.loading.load import LoadCache, list_configured_paths, load_config_files, load_rules
from monitor.config.loading.user_files import FilesSnapshot
from monitor.errors import Fault, InvalidFiles, StoreFailed
from monitor.lab.annotated_document import Lint
from monitor.lab.identity_memo import IdentityMemo
from monitor.lab.lints.all_lints import Known, LintContext, Thing, find_lints
from monitor.lab.lints.rules import DAYS
from monitor.lab.rule_tests import depends_on_other_rules, failures_of_each, rule_from_entity
from monitor.model import Config, Entity, Place, Rule, Source
from monitor.notify import channel_faults
from monitor.runtime.gc_tuning import paused
from monitor.store.engine.opening import open_database
from monitor.store.engine.ownership import act_as_owner
from monitor.store.queries.reports import ReportQueries, RuleHitReport


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found, and what it was looked for in; not `usable`: nothing else than the faults was looked for, because
    monitor.yaml has them. `unasked`: why the database could not be asked."""

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
    """Checks a config and all that it names, or only `paths`: what stands there may name what stands in the config's
    files, if there is a config."""

    def __init__(self, config: Path, paths: Sequence[Path], environment: Mapping[str, str]) -> None:
        self._config = config
        self._paths = tuple(paths)
        self._environment = environment
        self._remembered = LoadCache()
        self._tested: IdentityMemo[Rule | Entity, tuple[Fault, ...]] = IdentityMemo()
        self._linted = Known()
        self._sources: Mapping[str, Source] = {}
        self._named: list[Path] = []
        self._read: Signature = frozenset()

    def run(self, now: datetime) -> CheckResult:
        """Everything, as the files are now."""
        self._named = [*self._paths, self._config]
        with suppress(InvalidFiles):  # reading tells it
            self._named += list_configured_paths(self._config)
        self._read = compute_signature(self._named)  # before reading: a change meanwhile is then seen as one
        with paused():
            return self._of_files(now) if self._paths else self._of_config(now)

    def compare_files(self) -> FilesSnapshot:
        """How the files are now, beside how they were when they were read."""
        return FilesSnapshot.compare(compute_signature(self._named), self._read)

    def _of_config(self, now: datetime) -> CheckResult:
        try:
            loaded = load_config_files(self._config, self._environment, self._remembered, dict(self._read))
        except InvalidFiles as faulty:
            return CheckResult(faulty.faults, is_config_usable=False)
        config, met = loaded.config, _load_recent_matches(loaded.config.settings.database, now)
        settings, sources = settings_document(self._config), ("sources",)
        faults = [*loaded.faults, *channel_faults(config.settings.channels.values())]
        if met.fault:
            faults.append(Fault(settings.place(("database",)), met.fault))
        things = config.rules, config.entities, config.lists
        everything = LintContext(
            *things,
            loaded.documents,
            config.sources,
            met.report,
            is_complete=not loaded.faults,  # of a faulty file it is not known what it names
            source_places=loaded.source_places,
            sources_place=settings.place(sources)
            if sources in settings.value_positions
            else None,  # some check rules alone
            allowed_networks=config.settings.allow,
        )
        asked = [thing for each in things for thing in each.values()]
        return replace(self._checked(everything, asked, faults, now), config=config, database_error=met.database_error)

    def _of_files(self, now: datetime) -> CheckResult:
        beside = self._config if self._config.exists() else None
        try:
            loaded = load_rules(self._paths, beside, self._remembered)
        except InvalidFiles as faulty:
            return CheckResult(faulty.faults, is_config_usable=False)
        things = loaded.rules, loaded.entities, loaded.lists
        asked = [thing for each in things for thing in each.values() if self._is_asked(thing.place)]
        faults = [fault for fault in loaded.faults if self._is_asked(fault.place)]
        whole = beside is not None and not loaded.faults
        everything = LintContext(*things, loaded.documents, loaded.sources, is_complete=whole)
        return self._checked(everything, asked, faults, now)

    def _is_asked(self, place: Place) -> bool:
        return any(Path(place.file).is_relative_to(path) for path in self._paths)

    def _checked(
        self, everything: LintContext, asked: Sequence[Thing], faults: list[Fault], now: datetime
    ) -> CheckResult:
        if everything.sources != self._sources:
            self._tested.clear()
            self._linted.clear()
            self._sources = everything.sources
        rules = tuple(each for each in asked if isinstance(each, Rule))
        entities = tuple(each for each in asked if isinstance(each, Entity))
        for failed in self._failures([*rules, *entities], everything, now):
            faults += failed
        return CheckResult(tuple(sorted(faults)), find_lints(everything, asked, self._linted), rules, entities)

    def _failures(
        self, things: Sequence[Rule | Entity], everything: LintContext, now: datetime
    ) -> list[tuple[Fault, ...]]:
        def work(new: Sequence[Rule | Entity]) -> list[tuple[Fault, ...]]:  # the rules stand first
            named = (everything.entities, everything.lists, everything.sources)
            rules = [each for each in new if isinstance(each, Rule)]
            entities = [
                rule_from_entity(each) for each in new if isinstance(each, Entity)
            ]  # they may be called like rules
            beside = everything.rules.values()
            return [*failures_of_each(rules, *named, now, beside=beside), *failures_of_each(entities, *named, now)]

        # a rule is another one when what it names is; an entity is not, nor one that asks what titles are about
        known = self._tested.compute([each for each in things if not _depends_on_others(each)], work)
        return known + work([each for each in things if _depends_on_others(each)])


def _depends_on_others(thing: Rule | Entity) -> bool:
    if isinstance(thing, Rule):
        return depends_on_other_rules(thing)
    return isinstance(thing, Entity) and thing.maybe is not None and thing.maybe.counts_if.near is not None


@dataclass(frozen=True, slots=True)
class _RecentMatches:
    """What rules met lately; or the fault of a database that cannot be used here, or why it could not be asked."""

    report: RuleHitReport | None = None
    fault: str | None = None
    database_error: str | None = None


def _load_recent_matches(url: str, now: datetime) -> _RecentMatches:
    """As the database says, if there is one; none is made."""
    try:
        database = open_database(url)
    except StoreFailed as failed:
        return _RecentMatches(fault=str(failed))
    try:
        if not database.exists():
            return _RecentMatches()
        act_as_owner(url)
        database.require_schema()
        return _RecentMatches(ReportQueries(database).rule_hits(now - timedelta(days=DAYS)))
    except StoreFailed as failed:
        return _RecentMatches(database_error=str(failed))
    finally:
        database.close()
