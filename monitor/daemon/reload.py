"""Applies edits of the user's files while the daemon runs: on change, and on SIGHUP.

An edit is applied whole or not at all: while a file has a fault, all that runs stays as it is. `running` says what runs
and how it differs from the files; `status`, the log and the notices show it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from monitor import clock
from monitor.config.loading.load import LoadedConfig
from monitor.config.loading.user_files import FilesSnapshot, UserFiles
from monitor.daemon.rule_edit_log import log_rule_edits
from monitor.errors import Fault, InvalidFiles
from monitor.model import Channel, Config, MessageTemplate, RunningVersion, select_running_rules
from monitor.notify import channel_faults_in_worker
from monitor.telemetry import LogEvent, log

_AT_START = ("timezone", "database", "limits", "web")
"""The settings that the parts get once, at the start. Their fields in Settings are called as in monitor.yaml."""
LeftOut = Mapping[str, tuple[str, ...]]
"""As `left_out` of RunningVersion."""
LOOK = timedelta(seconds=0.5)
_LOOK_AGAIN = 0.2  # s until the next look at files that have changed
_SHARE = 0.1  # of the time may go into looking, where thousands of files are watched
_AGAIN = 2.0  # s until what the database refused is tried once more


class Reloader:
    """Looks at the files, and applies edits without a fault. `config`, `faults` and `left_out`: what the daemon began
    with; `on_change` is called when `running` has changed."""

    def __init__(
        self,
        files: UserFiles,
        config: Config,
        faults: Sequence[Fault],
        apply: Callable[[Config], Awaitable[None]],
        on_change: Callable[[], Awaitable[None]],
        *,
        left_out: LeftOut = MappingProxyType({}),
    ) -> None:
        self._files = files
        self._config = config
        self._began_with = config.settings
        self._apply = apply
        self._on_change = on_change
        self._reading = asyncio.Lock()
        self._seen: FilesSnapshot | None = None
        self._alike_since = 0.0  # on the monotonic clock
        self._again = False  # what was read could not be applied, for a reason outside the files
        self._look_at = 0.0  # on the monotonic clock
        self._has_faulty_channels = False
        self.running = _build_running(config, faults, left_out)

    async def follow_changes(self) -> None:
        """Look at the files; if they have changed, look again and again until they are read."""
        while True:
            if not await self.check_files():
                return
            await asyncio.sleep(_LOOK_AGAIN)

    async def check_files(self) -> bool:
        """Read the files if they have changed and are not being written any more: looks saw them alike, and again.
        Returns whether they have changed and must still be looked at before they are read."""
        began = clock.monotonic()
        if began < self._look_at and not await asyncio.to_thread(self._files.has_folder_changes):
            return False
        last, self._seen = self._seen, await asyncio.to_thread(self._files.take_snapshot)
        alike = last is not None and last.signature == self._seen.signature
        if not alike:
            self._alike_since = began
        self._look_at = began  # of a change that is settling the next look is the one that matters
        if not self._seen.changed:
            took = clock.monotonic() - began
            self._look_at += took + max(took / _SHARE, _AGAIN if self._again else 0)
        whole = alike and began - self._alike_since >= self._seen.settle_seconds
        if whole and (self._seen.changed or self._again):
            await self.reload(self._seen)
            return False
        return self._seen.changed

    async def reload(self, seen: FilesSnapshot | None = None) -> None:
        """Read the files now, or as they were `seen`, and apply them if they have no fault. Raises StoreFailed."""
        async with self._reading:
            try:
                loaded = await asyncio.to_thread(self._files.load, seen)
            except InvalidFiles as faulty:
                await self._refuse(faulty.faults, self.running.left_out)
                return
            if await asyncio.to_thread(self._files.has_changed):
                return  # half of it may be of one moment and half of another: the next looks read it again
            unusable, known = await self._find_channel_faults(loaded.config)
            faults = (*loaded.faults, *unusable, *known)
            if unusable or (loaded.faults and loaded.config != self._config):
                await self._refuse(faults, _list_silent(loaded, self._config))
            else:
                await self._accept(loaded.config, faults, loaded.left_out)

    async def check_channels(self) -> None:
        """Find what is wrong with the channels that the daemon began with, log it and report it with `running`: it
        stops nothing, because the other channels must get their alerts. Raises StoreFailed."""
        async with self._reading:
            faults = await channel_faults_in_worker(self._config.settings.list_addresses())
            self._has_faulty_channels = bool(faults)
            if lines := tuple(line for line in map(str, faults) if line not in self.running.faults):
                edited = self.running.edited_at or self.running.since
                running = replace(self.running, edited_at=edited, faults=(*self.running.faults, *lines))
                self._log_new_faults(running)
                self.running = running
                await self._on_change()

    async def _find_channel_faults(self, config: Config) -> tuple[list[Fault], list[Fault]]:
        """What is wrong with the channels that are new or changed, and with those that run already."""
        running = {_address_of(each) for each in self._config.settings.list_addresses()}
        known = [each for each in config.settings.list_addresses() if _address_of(each) in running]
        new = [each for each in config.settings.list_addresses() if _address_of(each) not in running]
        faults_of_known = await channel_faults_in_worker(known) if self._has_faulty_channels else []
        return await channel_faults_in_worker(new), faults_of_known

    async def _refuse(self, faults: Sequence[Fault], left_out: LeftOut) -> None:
        await self._report(
            replace(
                _build_running(self._config, faults, left_out),
                since=self.running.since,
                restart_settings=self.running.restart_settings,
            ),
            is_refused=True,
        )

    async def _accept(self, config: Config, faults: Sequence[Fault], left_out: LeftOut) -> None:
        new, old = config.settings, self._began_with
        restart = tuple(name for name in _AT_START if getattr(new, name) != getattr(old, name))
        running = replace(_build_running(config, faults, left_out), restart_settings=restart)
        if config == self._config:
            self._again = False  # what was refused has been undone
            await self._report(replace(running, since=self.running.since))
            return
        self._again = True
        await self._apply(config)
        log_rule_edits(self._config.rules, config.rules)
        self._config, self._again = config, False
        await self._report(running)

    async def _report(self, running: RunningVersion, *, is_refused: bool = False) -> None:
        self._log_new_faults(running)
        began_so = self.running.edited_at == self.running.since
        if running.faults == self.running.faults and not (is_refused and began_so):
            # the edit that brought them was an earlier one; faults of the start are first in the way of an edit now
            running = replace(running, edited_at=self.running.edited_at)
        self.running = running
        write = log.warning if running.faults else log.info
        said = running.describe(ZoneInfo(self._began_with.timezone), clock.now())
        write(LogEvent.FILES_RELOADED, rules=running.rules, sources=running.sources, now=said)
        await self._on_change()

    def _log_new_faults(self, running: RunningVersion) -> None:
        for fault in running.faults:
            if fault not in self.running.faults:
                log.error(LogEvent.FAULT, fault=fault)


def _address_of(channel: Channel) -> tuple[str, str, MessageTemplate | None]:
    """What decides whether a channel can be used, wherever it is in the file."""
    return channel.name, channel.url, channel.template


def _build_running(config: Config, faults: Sequence[Fault], left_out: LeftOut) -> RunningVersion:
    """The config as it is applied now."""
    now, lines, rules = clock.now(), tuple(map(str, faults)), select_running_rules(config.rules.values())
    edited_at = now if lines else None
    return RunningVersion(now, len(rules), len(config.sources), edited_at, faults=lines, left_out=left_out)


def _list_silent(loaded: LoadedConfig, running: Config) -> LeftOut:
    """What the files have and does not run while the edit is refused: rules in any of them, and files with faults of
    which nothing is used."""
    silent = {file: [id_ for id_ in ids if id_ not in running.rules] for file, ids in loaded.left_out.items()}
    for rule in select_running_rules(loaded.config.rules.values()):
        if rule.id not in running.rules:
            silent.setdefault(rule.place.file, []).append(rule.id)
    return {file: tuple(ids) for file, ids in silent.items() if ids or not loaded.left_out[file]}
