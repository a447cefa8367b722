"""monitor.yaml: the schema, and its conversion to the model.

It knows time zones, the database, channels, routes, networks, limits and retention. The files that monitor.yaml names
are read in `loading/files.py`.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema, model_validator

from monitor.config.language.archive import ArchiveSchema, archive_from_schema
from monitor.config.language.base_schema import (
    Duration,
    Id,
    Interval,
    Schema,
    Size,
    Text,
    is_web_address,
    mapping_or_list,
    mapping_or_one,
    validation_error,
    validator_from_parser,
)
from monitor.config.language.channels import ChannelItem, build_channels
from monitor.config.language.durations import DURATION_PATTERN, OutOfBounds, parse_duration
from monitor.config.language.faults import collect_faults, did_you_mean, validate_document
from monitor.config.language.hours import HoursName, HoursSchema, build_hours
from monitor.config.language.network import NetworkSchema, networks_by_source, networks_for_all
from monitor.config.language.routes import RouteItem, build_routes, find_routing_faults, find_unknown_channel
from monitor.config.language.secrets import fill_secrets
from monitor.config.language.sources import SourceDefaults
from monitor.config.language.web import WebSchema, web_settings_from_schema
from monitor.config.language.zones import Zone
from monitor.config.yaml.yaml12 import YamlDocument, quote_text
from monitor.errors import Fault, InvalidFiles
from monitor.model import (
    CANARY_WITHIN,
    FOR_GOOD,
    SHORTEST_RETENTION,
    CanarySchedule,
    Channel,
    Limits,
    Place,
    Retention,
    RouteStep,
    Settings,
    WebSettings,
)

EVERY = timedelta(minutes=5)
SHORTEST_CANARY = timedelta(hours=1)
_DATABASE = "sqlite:///monitor.db"
_FOR_GOOD = "for good"
_UTC = "UTC"


def _validate_database_url(url: str) -> str:
    """The fault never quotes the URL, because it may hold a password."""
    if url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://", "${")):
        return url
    if not url.startswith("sqlite:///") or url.startswith(("sqlite:///file:", "sqlite:///:memory:", "sqlite:///?")):
        raise validation_error(
            "this is not a database that can be used", f"write {_DATABASE}, or postgresql://USER@HOST/NAME"
        )
    if url == "sqlite:///":
        raise validation_error("a database in memory is lost at every stop", f"write {_DATABASE}")
    return url


def _parse_retention(text: object) -> timedelta:
    if text == _FOR_GOOD:
        return FOR_GOOD
    try:
        return parse_duration(text, shortest=f"{SHORTEST_RETENTION.days} days")
    except OutOfBounds as error:
        raise OutOfBounds(error.problem, f"{error.hint}, or '{_FOR_GOOD}'") from None
    except ValueError as error:
        raise ValueError(f"{error}, or '{_FOR_GOOD}'") from None


Database = Annotated[
    str,
    AfterValidator(_validate_database_url),
    WithJsonSchema({"type": "string", "pattern": r"^(sqlite:///|postgres(ql(\+psycopg)?)?://|\$\{).+"}),
]
Count = Annotated[int, Field(ge=1)]
RetentionPeriod = Annotated[
    timedelta,
    PlainValidator(validator_from_parser(_parse_retention)),
    WithJsonSchema({"type": "string", "pattern": f"{DURATION_PATTERN}|^{_FOR_GOOD}$"}),
]


class LimitsSchema(Schema):
    """Bounds of fetching and sending."""

    label: ClassVar[str] = "limits"

    connect: Duration | None = Field(None, description="Time to connect.", examples=["10 s"])
    idle: Duration | None = Field(None, description="Time between two parts of an answer.", examples=["15 s"])
    total: Duration | None = Field(None, description="Time of a whole fetch.", examples=["30 s"])
    wire_bytes: Size | None = Field(None, description="Size of a document as it is sent.", examples=["5 MiB"])
    decoded_bytes: Size | None = Field(None, description="Size of a document unpacked.", examples=["8 MiB"])
    redirects: Annotated[int, Field(ge=0)] | None = Field(None, description="Redirects followed.", examples=[5])
    entries: Count | None = Field(None, description="Entries read of a document.", examples=[500])
    polls: Count | None = Field(None, description="Sources polled at once.", examples=[64])
    per_host: Count | None = Field(
        None, description="Connections to one host and port in allowed networks.", examples=[8]
    )
    gap: Duration | None = Field(None, description="Time between two fetches from one domain.", examples=["1 s"])
    parse: Duration | None = Field(None, description="Time to parse a document.", examples=["10 s"])
    send: Duration | None = Field(
        None,
        description="Time to hand a message over to its server, which then has its own time to accept it.",
        examples=["60 s"],
    )
    attempts: Count | None = Field(None, description="Attempts before a delivery is dead.", examples=[30])


class CanarySchema(Schema):
    """A made-up article that goes all the way to the `test_url` of each channel, so that a break is seen before the
    news comes."""

    label: ClassVar[str] = "canary"

    every: Duration = Field(description="How often: '1 hour' or more.", examples=["6 hours"])
    within: Duration | None = Field(
        None, description="How long its message may take (default: 5 minutes).", examples=["5 minutes"]
    )

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.every < SHORTEST_CANARY:
            problem = "this is too often: every run starts its own daemon"
            raise validation_error(problem, "write '1 hour' or more", ("every",))
        return self


class RetentionSchema(Schema):
    """How long what is stored is kept: '7 days' or more, or 'for good'."""

    label: ClassVar[str] = "retention"

    articles: RetentionPeriod | None = Field(
        None,
        description="Articles that led to no alert, counted from their latest version (default: 90 days).",
        examples=["90 days"],
    )
    alerts: RetentionPeriod | None = Field(
        None,
        description="Alerts, with their articles, matches, stories and deliveries (default: 2 years).",
        examples=["2 years"],
    )
    fetches: RetentionPeriod | None = Field(
        None, description="Records of fetches (default: 14 days).", examples=["14 days"]
    )
    known: RetentionPeriod | None = Field(
        None,
        description="The hashes by which a deleted article is recognised when its source lists it again "
        "(default: for good).",
        examples=["10 years"],
    )
    rules: dict[Id, RetentionPeriod] | None = Field(
        None,
        description="How long articles that these rules have matched are kept, with or without an alert, in place of "
        "the times above.",
        examples=[{"taiwan-drills": "5 years"}],
    )


class PackSchema(Schema):
    """What of a pack is silenced."""

    label: ClassVar[str] = "pack"

    rules: dict[Id, Literal["off"]] | None = Field(
        None, description="Rules of the pack that are off.", examples=[{"summits": "off"}]
    )
    sources: (
        Annotated[
            Annotated[Literal["off"], Tag("<one>")] | Annotated[dict[Id, Literal["off"]], Tag("<mapping>")],
            Discriminator(mapping_or_one),
        ]
        | None
    ) = Field(
        None,
        description="Sources of the pack that are not polled; `off`: none of them is.",
        examples=[{"yonhap-en": "off"}, "off"],
    )


class SettingsSchema(Schema):
    """monitor.yaml: what is polled, what matters, and who is notified."""

    label: ClassVar[str] = "monitor.yaml"

    timezone: Zone | None = Field(
        None, description="The zone in which times are shown (default: UTC).", examples=["Asia/Seoul"]
    )
    database: Database | None = Field(
        None,
        description="Where everything is stored: sqlite:///PATH, relative to this file, or postgresql://USER@HOST/NAME.",
        examples=[_DATABASE, "postgresql://monitor:${env:DB_PASSWORD}@db.example.org/news"],
    )
    every: Interval | None = Field(
        None, description="The usual time between two polls, for sources that do not set it.", examples=["5 minutes"]
    )
    fastest: Interval | None = Field(
        None, description="The shortest time between two polls, for sources that do not set it.", examples=["1 minute"]
    )
    slowest: Interval | None = Field(
        None, description="The longest time between two polls, for sources that do not set it.", examples=["1 hour"]
    )
    sources: list[Text] | None = Field(
        None, description="Files and folders of sources, relative to this file.", examples=[["sources.yaml"]]
    )
    rules: list[Text] | None = Field(
        None, description="Files and folders of rules, relative to this file.", examples=[["rules"]]
    )
    entities: list[Text] | None = Field(
        None, description="Files and folders of entities, relative to this file.", examples=[["entities"]]
    )
    packs: (
        Annotated[
            Annotated[list[Id], Tag("<list>")] | Annotated[dict[Id, PackSchema | None], Tag("<mapping>")],
            Discriminator(mapping_or_list),
        ]
        | None
    ) = Field(
        None,
        description="Packs of the program: their rules and sources, and the lists and entities that come with it. A "
        "rule, source, list or entity of yours with the same id takes the place of theirs.",
        examples=[["east-asia"], {"east-asia": {"rules": {"summits": "off"}}}],
    )
    channels: dict[Id, ChannelItem] | None = Field(
        None, description="The addresses that messages go to, by name.", examples=[{"screen": {"url": "console://"}}]
    )
    routes: dict[Id, list[RouteItem]] | None = Field(
        None,
        description="The names that rules use, and the steps of each: a channel, or a channel with the levels that it "
        "takes and its hours.",
        examples=[{"default": ["screen"]}],
    )
    hours: dict[HoursName, HoursSchema] | None = Field(
        None,
        description="Hours that steps of routes may name. One with the name of a preset takes its place.",
        examples=[{"desk": {"weekdays": ["mon-fri"], "from": "07:30", "to": "19:00"}}],
    )
    operator: list[Id] | None = Field(
        None,
        description="Channels that get notices of the service itself: a source that fails for 3 hours, a channel whose "
        "messages are delayed by 15 minutes, alerts that were given up, an edit with faults; and when each is over.",
        examples=[["screen"]],
    )
    weekly_misses: bool | None = Field(
        None,
        description="Whether the `operator` gets a notice on Mondays at 09:00 of the stories that rules have missed "
        "in the last week, if there are any (default: true). A route that a rule names as its `owner` gets the stories "
        "of this rule.",
        examples=[False],
    )
    heartbeat: Text | None = Field(
        None,
        repr=False,
        description="An address that the daemon requests once a minute while /healthz has no problem. A service that "
        "expects these requests raises an alarm when they end. Secrets in it are written as in a channel's url.",
        examples=["https://hc.example/${credential:heartbeat}"],
    )
    network: NetworkSchema | None = Field(
        None, description="Which private networks sources may reach.", examples=[{"allow": ["10.0.0.0/8"]}]
    )
    limits: LimitsSchema | None = Field(
        None, description="Bounds of fetching and sending.", examples=[{"total": "30 s"}]
    )
    web: WebSchema | None = Field(
        None, description="Where the daemon answers HTTP requests.", examples=[{"listen": "127.0.0.1:8787"}]
    )
    retention: RetentionSchema | None = Field(
        None, description="How long what is stored is kept.", examples=[{"articles": "90 days"}]
    )
    canary: CanarySchema | None = Field(
        None,
        description="How often a made-up article is sent all the way to the `test_url` of each channel; the operator "
        "gets a notice if it does not arrive (default: never).",
        examples=[{"every": "6 hours"}],
    )
    archive: ArchiveSchema | None = Field(
        None, description="What is kept so that articles can be searched.", examples=[{"search": "off"}]
    )


def settings_from_document(
    document: YamlDocument, environment: Mapping[str, str], folder: Path
) -> tuple[Settings, SourceDefaults]:
    """The settings, and the defaults for all sources. Relative paths are relative to `folder`. Raises InvalidFiles."""
    settings, defaults, faults = usable_settings_from_document(document, environment, folder)
    if faults:
        raise InvalidFiles(faults)
    return settings, defaults


def usable_settings_from_document(
    document: YamlDocument, environment: Mapping[str, str], folder: Path
) -> tuple[Settings, SourceDefaults, list[Fault]]:
    """The same, with the faults of a document in which every key has a value that is allowed there. Routes or channels
    that have a fault are missing from the settings. Raises InvalidFiles if the document has another value, or if
    `database` lacks a secret."""
    schema = validate_document(SettingsSchema, document)
    known, timezone, faults = list(schema.channels or {}), schema.timezone or _UTC, list[Fault]()
    hours = build_hours(schema.hours or {}, timezone, folder, document, faults)
    routing_faults = (*faults, *find_routing_faults(schema.routes or {}, known, hours, document))
    faults = [*routing_faults, *_find_operator_faults(schema, document), *_find_canary_faults(schema, document)]
    channels: Mapping[str, Channel] = {}
    heartbeat: str | None = None
    web: WebSettings | None = None
    unusable: list[Fault] = []
    with collect_faults(faults):
        channels = build_channels(schema.channels or {}, document, environment, folder)
    with collect_faults(unusable):
        # a plain dict: no command goes without the secret of the database
        written, place = schema.database or _DATABASE, document.place(("database",))
        database = fill_secrets(written, dict(environment), place, folder).text
    with collect_faults(faults):
        heartbeat = _fill_heartbeat(schema.heartbeat, document.place(("heartbeat",)), environment, folder)
    with collect_faults(faults):
        web = web_settings_from_schema(schema.web, document, environment, folder)
    if unusable:
        raise InvalidFiles([*faults, *unusable])
    settings = Settings(
        timezone=timezone,
        database=_resolve_database_path(database, folder),
        channels=channels,
        routes={} if routing_faults else build_routes(schema.routes or {}, hours),
        operator=_drop_duplicates(schema.operator or ()),
        weekly_misses=schema.weekly_misses is not False,
        heartbeat=heartbeat,
        allow=networks_for_all(schema.network),
        allow_for=networks_by_source(schema.network),
        limits=_limits_from_schema(schema.limits),
        web=web,
        retention=_retention_from_schema(schema.retention),
        canary=_canary_from_schema(schema.canary),
        archive=archive_from_schema(schema.archive),
    )
    defaults = SourceDefaults(schema.every or EVERY, schema.fastest, schema.slowest, settings.timezone)
    return settings, defaults, faults


def timezone_of(document: YamlDocument) -> str:
    """Only the time zone of a monitor.yaml, without checking the rest. UTC where it names no valid zone."""
    name = document.data.get("timezone") if isinstance(document.data, dict) else None
    return name if isinstance(name, str) and name in zoneinfo.available_timezones() else _UTC


def routes_of(
    document: YamlDocument, folder: Path, faults: list[Fault]
) -> tuple[dict[str, tuple[RouteStep, ...]], list[str]]:
    """Only the routes of a monitor.yaml and the names of its channels, without secrets; none where faults are added."""
    with collect_faults(faults):
        schema, known = validate_document(SettingsSchema, document), len(faults)
        routes, channels = schema.routes or {}, list(schema.channels or {})
        if routes or channels:
            hours = build_hours(schema.hours or {}, schema.timezone or _UTC, folder, document, faults)
            faults += find_routing_faults(routes, channels, hours, document)
            if len(faults) == known:
                return build_routes(routes, hours), channels
    return {}, []


def unknown_rules(document: YamlDocument, retention: Retention, known: Collection[str]) -> Iterator[Fault]:
    """The faults of retention periods for rules that do not exist. The periods stay in force for what these rules
    matched while they existed."""
    for rule in retention.rules:
        if rule not in known:
            place, hint = document.key_place(("retention", "rules", rule)), did_you_mean(rule, known)
            yield Fault(place, f"there is no rule {quote_text(rule)}", hint, names_unknown=True)


def _find_canary_faults(schema: SettingsSchema, document: YamlDocument) -> Iterator[Fault]:
    """A canary that would reach no channel finds no break."""
    if schema.canary is not None and not any(channel.test_url for channel in (schema.channels or {}).values()):
        hint = "write `test_url: URL` into the channels that it is for"
        yield Fault(document.key_place(("canary",)), "no channel has a test_url, so the canary reaches nobody", hint)


def _find_operator_faults(schema: SettingsSchema, document: YamlDocument) -> Iterator[Fault]:
    for index, name in enumerate(schema.operator or ()):
        yield from find_unknown_channel(name, list(schema.channels or {}), document, ("operator", index))


def _fill_heartbeat(url: str | None, place: Place, environment: Mapping[str, str], folder: Path) -> str | None:
    """The address with its secrets; the fault never quotes it."""
    if url is None:
        return None
    filled = fill_secrets(url, environment, place, folder)
    if filled.is_complete and not is_web_address(filled.text):
        raise InvalidFiles(
            [Fault(place, "this is not a web address", "write one that begins with https:// or http://")]
        )
    return filled.text


def _drop_duplicates(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _resolve_database_path(database: str, folder: Path) -> str:
    if not database.startswith("sqlite:///"):
        return database
    path, separator, options = database.removeprefix("sqlite:///").partition("?")
    # Links are not resolved, because the daemon notices while it runs if a link changes its target. So `..` stays too:
    # for a folder that is a link, `..` is the parent of the target.
    return f"sqlite:///{(folder / path).absolute()}{separator}{options}"


def _limits_from_schema(schema: LimitsSchema | None) -> Limits:
    return replace(Limits(), **schema.model_dump(exclude_none=True)) if schema else Limits()


def _canary_from_schema(schema: CanarySchema | None) -> CanarySchedule | None:
    if schema is None:
        return None
    return CanarySchedule(schema.every, schema.within or CANARY_WITHIN)


def _retention_from_schema(schema: RetentionSchema | None) -> Retention:
    return replace(Retention(), **schema.model_dump(exclude_none=True)) if schema else Retention()
