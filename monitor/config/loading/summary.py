"""Loads of the user's files what a short command needs: settings, sources, faults, and which rules there are.

What reads rules and entities is imported only if their files have changed since the last such command: importing it
takes as long as all the rest of that command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor import clock
from monitor.config.loading.file_cache import FileCache
from monitor.config.loading.files import Signature, yaml_files
from monitor.config.loading.settings_files import LoadedSettings, load_settings
from monitor.config.loading.summary_cache import RuleFilesSummary, SummaryCache, compute_summary_key
from monitor.errors import Fault, InvalidFiles
from monitor.model import Config, Rule, RuleBrief, Settings, Source


@dataclass(frozen=True, slots=True)
class ConfigSummary:
    """What a monitor.yaml and all files that it names say, in short. `rules`: by id; `faults`: all of them.
    `is_complete`: False if monitor.yaml has faults, so that `settings` lack the keys that have them. `lacks_secrets`:
    secrets of monitor.yaml are not available here, so that `settings` have placeholders."""

    settings: Settings
    sources: Mapping[str, Source]
    rules: Mapping[str, RuleBrief]
    faults: tuple[Fault, ...]
    is_complete: bool = True
    lacks_secrets: bool = False

    @classmethod
    def from_config(cls, config: Config) -> ConfigSummary:
        """The summary of what is loaded already, and has no fault."""
        return cls(config.settings, config.sources, _make_briefs(config.rules), ())


def load_config_summary(
    path: Path, environment: Mapping[str, str], cache: SummaryCache, *, accept_faults: bool = False
) -> ConfigSummary:
    """The summary of a monitor.yaml and all files that it names. Raises InvalidFiles, with the faults of all files, if
    monitor.yaml itself has a fault; with `accept_faults` only if it cannot be read, or `database` has a fault."""
    read = load_settings(path, environment)
    rules = _summarize_rule_files(read, cache)
    faults = read.add_faults_of_rules(rules.faults, rules.declared_ids)
    settings = read.find_usable_settings(environment, path.parent) if accept_faults else read.settings
    if settings is None:
        raise InvalidFiles(faults)
    return ConfigSummary(settings, read.sources, rules.briefs, faults, is_complete=read.settings is not None)


_FAULTS_LAST = 10.0  # s


class SummaryReader:
    """Reads the summary of a monitor.yaml again and again while a daemon runs, and the files only if they have changed.
    The faults of a monitor.yaml that cannot be used are remembered for some seconds: what removes one need not change
    these files, such as a permission or the file of a secret. For one thread at a time."""

    def __init__(self, path: Path, environment: Mapping[str, str], signature: Callable[[], Signature]) -> None:
        self._path = path
        self._environment = environment
        self._signature = signature
        self._known: tuple[Signature, ConfigSummary | tuple[Fault, ...]] | None = None
        self._read_at = 0.0

    def read(self) -> ConfigSummary:
        """The summary as of now. Raises InvalidFiles as `load_config_summary` does."""
        signature = self._signature()  # before reading, so that a change meanwhile is noticed
        if self._known is None or self._known[0] != signature or self._has_old_faults():
            self._known, self._read_at = (signature, self._load()), clock.monotonic()
        found = self._known[1]
        if isinstance(found, ConfigSummary):
            return found
        raise InvalidFiles(found)

    def _has_old_faults(self) -> bool:
        is_old = clock.monotonic() - self._read_at > _FAULTS_LAST
        return is_old and self._known is not None and not isinstance(self._known[1], ConfigSummary)

    def _load(self) -> ConfigSummary | tuple[Fault, ...]:
        """The summary; or, if there is none, the faults. Both are remembered."""
        try:
            return load_config_summary(self._path, self._environment, SummaryCache(None, self._path))
        except InvalidFiles as error:
            return tuple(error.faults)


def _summarize_rule_files(read: LoadedSettings, cache: SummaryCache) -> RuleFilesSummary:
    def compute_key() -> str | None:
        paths = [*read.rule_paths, *((file, None) for file in read.packs.rule_files)]
        return compute_summary_key(*yaml_files(paths), (read.routes, sorted(read.packs.rules_off.items())))

    key = compute_key()
    if key and (known := cache.read(key)) is not None:
        return known
    summary = _load_rule_summary(read)
    if key and key == compute_key():  # else they were edited meanwhile
        cache.write(key, summary)
    return summary


def _load_rule_summary(read: LoadedSettings) -> RuleFilesSummary:
    from monitor.config.loading.rule_files import load_rule_files  # noqa: PLC0415 - slow, and seldom needed

    loaded = load_rule_files(read.rule_paths, read.routes, FileCache(), {}, packs=read.packs)
    declared_ids = loaded.declared_rule_ids | loaded.rules.keys()
    return RuleFilesSummary(_make_briefs(loaded.rules), loaded.faults, declared_ids)


def _make_briefs(rules: Mapping[str, Rule]) -> dict[str, RuleBrief]:
    return {id_: RuleBrief.from_rule(rule) for id_, rule in rules.items()}
