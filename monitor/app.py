"""The only place where the parts are wired together.

Long and straight on purpose: what a thing needs stands above it, and what is opened first is closed last.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from monitor import clock
from monitor.daemon import Daemon
from monitor.daemon.turns import Turns
from monitor.delivery import Dispatcher
from monitor.matching.live import compile_live
from monitor.model import Alert, Config, Settings
from monitor.notify import Notifier
from monitor.pipeline import Active, Pipeline
from monitor.sources.feed import ready
from monitor.sources.fetch import Fetcher
from monitor.store.claims import Claims
from monitor.store.opening import open_database
from monitor.store.outbox import Outbox
from monitor.store.section import SerialSection
from monitor.store.thread import StoreThread
from monitor.telemetry import Event, log
from monitor.workers import Workers

PARSERS = 2  # processes; the machine that we promise to run on has two cores
PARSER_MEMORY = 2**30
PARSER_TASKS = 2_000  # feedparser holds on to memory: a process is renewed after so many documents


@asynccontextmanager
async def service(config: Config) -> AsyncIterator[Daemon]:
    """The daemon, wired and ready to run; a database that cannot be shared it has to itself. Raises StoreFailed."""
    settings, limits = config.settings, config.settings.limits
    async with AsyncExitStack() as stack:
        database = open_database(settings.database)
        stack.callback(database.close)
        stack.enter_context(database.taken())
        database.upgrade()

        # a number of its own: in containers every daemon is process 1 of a host with any name
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        claims, outbox = Claims(database, owner), Outbox(database, owner)
        if not database.shared:  # what is claimed was left by a dead process; elsewhere its leases end with time
            claims.release_all()
            if left := outbox.release_all(clock.now()):
                log.warning(Event.LEASES_RELEASED, deliveries=left)
        stack.callback(lambda: outbox.release_own(clock.now()))
        claims.know(config.sources, clock.now())
        thread = StoreThread()
        stack.callback(thread.close)

        notifier = Notifier(settings.channels, limits.send)
        stack.callback(notifier.close)
        parsers = Workers(PARSERS, memory=PARSER_MEMORY, tasks_each=PARSER_TASKS)
        stack.callback(parsers.close)
        await asyncio.gather(parsers.warm(ready), notifier.prepare())
        fetcher = await stack.enter_async_context(Fetcher(limits, settings.allow))

        dispatcher = Dispatcher(
            settings,
            outbox=outbox,
            notifier=notifier,
            thread=thread,
            name_of=lambda source: config.sources[source].name if source in config.sources else source,
        )
        active = Active(
            dict(config.sources),
            compile_live(config.rules.values(), config.entities),
            lambda alert: channels_of(alert, settings),
        )
        pipeline = Pipeline(
            active,
            limits,
            fetcher=fetcher,
            parsers=parsers,
            claims=claims,
            section=SerialSection(database),
            thread=thread,
            deliver=dispatcher.wake,
        )
        log.info(Event.RULES_ACTIVE, rules=len(active.rules.rules), sources=len(active.sources))
        turns = Turns(clock.monotonic())
        yield Daemon(
            pipeline,
            dispatcher,
            claims=claims,
            thread=thread,
            line_of=fetcher.line,
            slots=limits.polls,
            turns=turns,
        )


def channels_of(alert: Alert, settings: Settings) -> list[str]:
    """The channels of an alert's routes, each once, in the routes' order."""
    return list(dict.fromkeys(channel for route in alert.routes for channel in settings.routes[route]))
