"""The settings of monitor.yaml, and everything that the user's files say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network

from monitor.model.deliveries import Channel
from monitor.model.routes import RouteStep
from monitor.model.rules import Entity, Rule, WordList
from monitor.model.sources import Source


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on fetching and sending. Each can be set under `limits` in monitor.yaml."""

    connect: timedelta = timedelta(seconds=10)
    idle: timedelta = timedelta(seconds=15)
    total: timedelta = timedelta(seconds=30)
    wire_bytes: int = 5 * 2**20
    decoded_bytes: int = 8 * 2**20
    redirects: int = 5
    entries: int = 500
    polls: int = 64
    per_host: int = 8
    gap: timedelta = timedelta(seconds=1)
    parse: timedelta = timedelta(seconds=10)
    send: timedelta = timedelta(seconds=60)
    attempts: int = 30


FOR_GOOD = timedelta.max
SHORTEST_RETENTION = timedelta(days=7)
"""As long as an article is known by its address: a repeat is compared with what is stored."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long stored data is kept. Each length can be set under `retention` in monitor.yaml, or be FOR_GOOD.

    articles   articles that led to no alert, counted from their latest version
    alerts     alerts, with their articles, matches, stories and deliveries
    fetches    the evidence of what sources did
    known      enough to recognise an article that has left
    rules      what a rule has matched, in place of `articles` and `alerts`
    """

    articles: timedelta = timedelta(days=90)
    alerts: timedelta = timedelta(days=730)
    fetches: timedelta = timedelta(days=14)
    known: timedelta = FOR_GOOD
    rules: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and port on which we listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where we answer HTTP requests. `hosts`: the host names that requests may be for, in lower case, besides those
    that this machine has for itself. `feed`: the secret in the address of the feeds of alerts; None: there are none."""

    listen: Endpoint
    hosts: frozenset[str] = frozenset()
    feed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """`search`: whether there is a search index."""

    search: bool = True


CANARY_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CanarySchedule:
    """How often the canary runs, and within which time its message must have been accepted."""

    every: timedelta
    within: timedelta = CANARY_WITHIN


DEFAULT_ROUTE = "default"
"""The route of rules that name none, and of deferred alerts whose route is gone."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of monitor.yaml, with paths resolved and secrets filled in. `routes` always has `DEFAULT_ROUTE`.
    `allow`: the private networks for all sources; `allow_for`: by source id, those that it may reach besides.
    `weekly_misses`: whether `operator` gets a weekly notice of what the rules missed. `heartbeat`: the address that is
    asked once a minute while all is well; it is a secret."""

    timezone: str
    database: str
    channels: Mapping[str, Channel]
    routes: Mapping[str, tuple[RouteStep, ...]]
    operator: tuple[str, ...] = ()
    weekly_misses: bool = True
    heartbeat: str | None = field(default=None, repr=False)
    allow: tuple[IPv4Network | IPv6Network, ...] = ()
    allow_for: Mapping[str, tuple[IPv4Network | IPv6Network, ...]] = field(default_factory=dict)
    limits: Limits = Limits()
    web: WebSettings | None = None
    retention: Retention = Retention()
    canary: CanarySchedule | None = None
    archive: ArchiveSettings = ArchiveSettings()

    def list_addresses(self) -> list[Channel]:
        """All channels, and those for tests."""
        tests = (channel.test for channel in self.channels.values())
        return [*self.channels.values(), *(test for test in tests if test is not None)]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the user's files say."""

    settings: Settings
    sources: Mapping[str, Source]
    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList] = field(default_factory=dict)
