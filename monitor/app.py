"""The only place where the parts are wired together.

Long and straight on purpose: what a part needs is above it, and what is opened first is closed last.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from monitor import clock
from monitor.active_config import ActiveConfig, ActiveConfigHolder, compile_config
from monitor.config.language.secrets import secrets_of
from monitor.config.loading.summary import ConfigSummary, SummaryReader
from monitor.config.loading.user_files import UserFiles
from monitor.daemon import Daemon, Job, systemd
from monitor.daemon.canary import LOOK_EVERY as CANARY_LOOK
from monitor.daemon.canary import CanaryRuns
from monitor.daemon.channel_care import ChannelCare
from monitor.daemon.dead_man_ping import PING_EVERY, DeadManPing
from monitor.daemon.health import DaemonHealth
from monitor.daemon.http_server import RETRY_EVERY, HttpServer
from monitor.daemon.index_building import LOOK_EVERY as INDEX_LOOK
from monitor.daemon.index_building import build_index
from monitor.daemon.progress import LastRun
from monitor.daemon.pruning import PRUNE_EVERY, prune_archive
from monitor.daemon.reload import LOOK, LeftOut, Reloader
from monitor.daemon.report_sender import ReportSender
from monitor.daemon.watchdog import DEFAULT_INTERVAL, Watchdog
from monitor.daemon.weekly_misses import LOOK_EVERY, WeeklyMisses
from monitor.delivery import Dispatcher
from monitor.due import DueProcessor
from monitor.errors import Fault, StoreReplaced
from monitor.full_text import EVERY as READING
from monitor.full_text import FullTextReader
from monitor.model import Config, RunningVersion, Settings, Source
from monitor.notify import Notifier
from monitor.pipeline import Pipeline
from monitor.runtime.gc_tuning import paused
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.processes import preload_module
from monitor.sources.http.fetch import Fetcher
from monitor.sources.http.guard import is_allowed_now
from monitor.sources.polling.in_worker import PARSER_SETUP, preload_parsers
from monitor.sources.polling.robots import Robots
from monitor.sources.polling.source_poller import SourcePoller
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.channel_addresses import record_channel_addresses
from monitor.store.engine.daemons import HEARTBEAT_EVERY, DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.sources import load_feed_titles
from monitor.store.queues.claims import Claims, KnownEntries
from monitor.store.queues.full_text_queue import FullTextQueue
from monitor.store.queues.outbox import Outbox, correct_delivery_times
from monitor.store.search.search_index import IndexBuilder, switch_index
from monitor.telemetry import LogEvent, hide_secrets, log
from monitor.telemetry.metrics import Metrics
from monitor.text import inflection
from monitor.web.daemon_pages import DaemonPages

PARSERS = 2  # processes; the machine that we promise to run on has two cores
DUE = timedelta(seconds=30)
PARSER_TASKS = 2_000  # feedparser holds on to memory: a process is renewed after so many calls


@asynccontextmanager
async def open_daemon(
    config: Config,
    files: UserFiles | None = None,
    faults: Sequence[Fault] = (),
    *,
    left_out: LeftOut = MappingProxyType({}),
    catches_up: bool = True,
) -> AsyncIterator[Daemon]:
    """The daemon, wired and ready to run; a database that cannot be shared it has to itself. Raises StoreFailed;
    at its end StoreReplaced, if the database has become another one.

    `files`: where the config came from, to be looked at while it runs; `faults`: what was wrong with them; `left_out`:
    what does not run because of that, as in RunningVersion;
    `catches_up`: what could not be polled in time is sent in one message (who polls now and then wants it at once).
    """
    settings, limits, zone = config.settings, config.settings.limits, ZoneInfo(config.settings.timezone)
    async with AsyncExitStack() as stack:
        database = _open_upgraded_database(config, stack)
        # a number of its own: in containers every daemon is process 1 of a host with any name
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        claims, outbox, daemons = Claims(database, owner), Outbox(database, owner), DaemonRecord(database, owner)
        pages = FullTextQueue(database)
        if not database.shared:  # what is claimed was left by a dead process; elsewhere its leases end with time
            _release_stale_leases(claims, outbox, pages)
        stack.callback(_deregister_daemon, database, outbox, daemons)
        _register_config(database, claims, config)
        metrics, last_run = Metrics(), LastRun(clock.monotonic())
        thread = StoreThread(metrics, last_run.record_call)
        stack.callback(thread.close)

        active = ActiveConfigHolder(
            _make_active_config(config, zone, catches_up=catches_up), load_feed_titles(database, config.sources)
        )
        fetcher, parsers, notifier = await _open_network_clients(active, settings, stack)
        robots = Robots(fetcher, parsers)

        dispatcher = Dispatcher(
            settings,
            outbox=outbox,
            notifier=notifier,
            thread=thread,
            name_of=active.source_name,
            publisher_of=active.publisher_name,
            metrics=metrics,
        )
        section = SerialSection(database)
        due = DueProcessor(
            active,
            section=section,
            thread=thread,
            deliver=dispatcher.wake,
            began=clock.now(),
            metrics=metrics,
        )
        pipeline = Pipeline(
            active,
            limits,
            poller=SourcePoller(fetcher, robots, parsers, limits, KnownEntries(claims, thread)),
            claims=claims,
            section=section,
            thread=thread,
            deliver=dispatcher.wake,
            metrics=metrics,
        )
        reader = FullTextReader(
            active,
            limits,
            fetcher=fetcher,
            robots=robots,
            workers=parsers,
            pages=pages,
            section=section,
            thread=thread,
            deliver=dispatcher.wake,
        )
        stack.push_async_callback(reader.close)
        log.info(LogEvent.RULES_ACTIVE, rules=len(active.current.rules.rules), sources=len(config.sources))

        async def apply_config(new: Config) -> None:
            made = await asyncio.to_thread(_make_active_config, new, zone, catches_up=catches_up)
            before = active.current.config
            with _allow_networks(fetcher, new.settings, before.settings):  # before sources are due because of it
                await thread.run(_register_edit, database, claims, new, before)
            hide_secrets(secrets_of(new))
            active.current = made

        async def show_status() -> None:
            await health.write_heartbeat()  # `status` says at once what runs

        reloader = Reloader(files, config, faults, apply_config, show_status, left_out=left_out) if files else None
        jobs = [Job("files", LOOK, reloader.follow_changes)] if reloader else []

        begun_with = RunningVersion(clock.now(), len(active.current.rules.rules), len(config.sources))
        health = DaemonHealth(
            database,
            daemons,
            thread=thread,
            last_run=last_run,
            metrics=metrics,
            running=lambda: reloader.running if reloader else begun_with,
            sources=lambda: active.current.sources,
            zone=zone,
        )
        ping = DeadManPing(lambda: active.current.config.settings.heartbeat, health.is_well)
        jobs += [
            Job("due", DUE, due.run_once, in_once_mode=True),
            Job("pages", READING, reader.run_once),
            Job("heartbeat", PING_EVERY, ping.ping),
            *_make_upkeep_jobs(active, database, thread, dispatcher.wake),
            *_make_canary_jobs(files, CanaryRuns(active, ReportSender(database, thread, dispatcher.wake))),
            _make_watchdog_job(last_run),
            *_make_health_jobs(health, settings, metrics, _make_pages(active, files, database), stack),
        ]
        yield Daemon(
            active,
            pipeline,
            dispatcher,
            claims=claims,
            thread=thread,
            host_queue_for=fetcher.host_queue,
            slots=limits.polls,
            stalled=fetcher.stalled_requests,
            jobs=jobs,
            reload=reloader.reload if reloader else None,
            check_channels=reloader.check_channels if reloader else None,
            correct_times=partial(correct_delivery_times, database),
            last_run=last_run,
            metrics=metrics,
        )


def _open_upgraded_database(config: Config, stack: AsyncExitStack) -> Database:
    """The database, of the newest schema; one that cannot be shared is ours alone."""
    database = open_database(config.settings.database)
    stack.callback(database.close)
    stack.enter_context(database.hold_exclusively())
    if database.upgrade():
        log.info(LogEvent.DATABASE_CREATED, database=database.name)  # at a path that was mistyped there is none yet
    return database


async def _open_network_clients(
    active: ActiveConfigHolder, settings: Settings, stack: AsyncExitStack
) -> tuple[Fetcher, Workers, Notifier]:
    """What speaks with other machines, and reads what they say."""
    preload_module("monitor.preloaded")
    notifier = Notifier(lambda: active.current.channels, settings.limits.send)
    stack.callback(notifier.close)
    parsers = Workers(PARSERS, setup=PARSER_SETUP, tasks_each=PARSER_TASKS)
    stack.callback(parsers.close)
    await asyncio.gather(parsers.warm(preload_parsers), notifier.prepare())
    fetcher = Fetcher(settings.limits, settings.allow, settings.allow_for)
    return await stack.enter_async_context(fetcher), parsers, notifier


def _make_upkeep_jobs(
    active: ActiveConfigHolder, database: Database, thread: StoreThread, deliver: Callable[[], None]
) -> list[Job]:
    """What looks after the outbox and the archive. `deliver` is called after a commit that left something to send."""
    care = ChannelCare(active, database, thread, deliver)
    return [
        Job("channels", HEARTBEAT_EVERY, care.run_once, in_once_mode=True),
        Job("misses", LOOK_EVERY, WeeklyMisses(active, database, thread, deliver).run_once),
        Job(
            "prune",
            PRUNE_EVERY,
            lambda: prune_archive(ArchivePruner(database, active.current.config.settings.retention), thread),
        ),
        Job("index", INDEX_LOOK, lambda: build_index(IndexBuilder(database), thread)),
    ]


def _make_canary_jobs(files: UserFiles | None, canary: CanaryRuns) -> list[Job]:
    """The canary's process reads the same files; without files, as in the demo, there is none."""
    return [] if files is None else [Job("canary", CANARY_LOOK, partial(canary.run_once, files.path))]


def _register_config(database: Database, claims: Claims, config: Config) -> None:
    """Bring the database up to what the config has, and to what the clock says now."""
    claims.register_sources(config.sources, clock.now())
    claims.retry_failing(_find_newly_allowed(claims, config), clock.now())
    record_channel_addresses(database, config.settings.channels.values())
    _switch_index(database, config.settings)
    correct_delivery_times(database, clock.now())  # it may have been set back while no daemon ran


def _register_edit(database: Database, claims: Claims, config: Config, before: Config) -> None:
    """The same while the daemon runs."""
    _register_sources(claims, config, before.sources)
    record_channel_addresses(database, config.settings.channels.values())
    _switch_index(database, config.settings, before.settings)


@contextmanager
def _allow_networks(fetcher: Fetcher, settings: Settings, before: Settings) -> Iterator[None]:
    """Let sources reach the networks of these settings; if the block fails, those of the settings `before`, because
    the old config still runs."""
    with ExitStack() as undo:
        undo.callback(fetcher.allow_networks, before.allow, before.allow_for)
        fetcher.allow_networks(settings.allow, settings.allow_for)
        yield
        undo.pop_all()


def _switch_index(database: Database, settings: Settings, before: Settings | None = None) -> None:
    """`before`: the previous settings; if `archive` is unchanged, nothing is done or logged."""
    if before is not None and before.archive == settings.archive:
        return
    problem = switch_index(database, wanted=settings.archive.search)
    if problem is not None:
        log.warning(LogEvent.INDEX_UNSUPPORTED, why=problem)


def _register_sources(claims: Claims, config: Config, before: Mapping[str, Source]) -> None:
    """Those that have come, are read another way now, or may reach more networks now, are due at once where they
    failed."""
    sources = config.sources
    claims.register_sources(sources, clock.now())
    came = sources.keys() - before.keys()
    claims.mark_readded(came)
    edited = {id_ for id_, each in sources.items() if id_ in before and before[id_].read_as != each.read_as}
    claims.retry_failing(came | edited | _find_newly_allowed(claims, config), clock.now())


def _find_newly_allowed(claims: Claims, config: Config) -> set[str]:
    """The sources whose last poll was refused an address that `network.allow` now lets them reach."""
    refused = claims.find_refused()
    return {id_ for id_, ip in refused.items() if id_ in config.sources and is_allowed_now(ip, id_, config.settings)}


def _release_stale_leases(claims: Claims, outbox: Outbox, pages: FullTextQueue) -> None:
    claims.release_all()
    pages.release_all()
    if left := outbox.release_all(clock.now()):
        log.warning(LogEvent.LEASES_RELEASED, deliveries=left)


def _deregister_daemon(database: Database, outbox: Outbox, daemons: DaemonRecord) -> None:
    """Together: a database that does not answer is waited for once. One that was replaced knows nothing of us. Raises
    StoreReplaced then, whoever met it first: a poll and a delivery only write it into the log."""
    if database.replaced is not None:
        raise StoreReplaced(database.replaced)
    outbox.release_own(clock.now())
    daemons.record_stop(clock.now())


def _make_watchdog_job(last_run: LastRun) -> Job:
    """Systemd's watchdog, three times in the interval that it waits for proof of work."""
    interval = systemd.watchdog_interval()
    watchdog = Watchdog(interval, last_run)

    async def feed() -> None:
        watchdog.feed(clock.monotonic())

    return Job("watchdog", (interval or DEFAULT_INTERVAL) / 3, feed)


def _make_pages(active: ActiveConfigHolder, files: UserFiles | None, database: Database) -> DaemonPages | None:
    """What the server shows to people, if there is a server."""
    settings = active.current.config.settings
    if settings.web is None:
        return None
    read = partial(ConfigSummary.from_config, active.current.config)
    return DaemonPages(
        database,
        read_config=read if files is None else SummaryReader(files.path, os.environ, files.signature).read,
        sources=lambda: active.current.sources,
        timezone=settings.timezone,
        feed=settings.web.feed,
    )


def _make_health_jobs(
    health: DaemonHealth, settings: Settings, metrics: Metrics, pages: DaemonPages | None, stack: AsyncExitStack
) -> list[Job]:
    """The jobs that show how the daemon does: a heartbeat in the database, and answers on loopback."""
    beat = Job("beat", HEARTBEAT_EVERY, health.write_heartbeat)
    if settings.web is None or pages is None:
        return [beat]
    server = HttpServer(settings.web, health, metrics, pages.find_page)
    stack.push_async_callback(server.close)
    return [beat, Job("listen", RETRY_EVERY, server.listen)]


def _make_active_config(config: Config, zone: ZoneInfo, *, catches_up: bool) -> ActiveConfig:
    with paused():
        rules = compile_config(config)
        inflection.release_dictionaries()
    return ActiveConfig(config, rules, zone, catches_up)
