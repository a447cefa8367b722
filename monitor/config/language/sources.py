"""Sources files: the schema, and its conversion to the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from monitor.config.language.base_schema import (
    Id,
    Interval,
    Language,
    ProxyAddress,
    Schema,
    SourceAddress,
    Text,
    WebAddress,
    is_web_address,
    validation_error,
)
from monitor.config.language.faults import collect_faults, mark_hiding, validate_document
from monitor.config.language.secrets import fill_secrets
from monitor.config.yaml.yaml12 import YamlDocument, quote_text
from monitor.errors import Fault, InvalidFiles
from monitor.model import DEFAULT_KIND, KindSettings, Place, Source
from monitor.sources.kinds import KINDS
from monitor.sources.kinds.source_kind import KindKey
from monitor.url_secrets import REFERENCE, digest_open_address, find_url_secrets, redact_url, secret_forms


@dataclass(frozen=True, slots=True)
class SourceDefaults:
    """The defaults of monitor.yaml for sources that do not set them: how often they are polled, how often at most, how
    often at least, and the time zone of schedules."""

    every: timedelta
    fastest: timedelta | None = None
    slowest: timedelta | None = None
    zone: str = "UTC"


_FORMATS = frozenset().union(*(kind.formats for kind in KINDS.values())) - KINDS.keys()
_SETTINGS_KEYS: Mapping[str, KindKey[KindSettings]] = {kind.name: kind.key for kind in KINDS.values() if kind.key}
"""The key for the settings of each kind that has some."""
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # schedules name no year: one without a time after this day never comes


def _validate_cron(text: str) -> str:
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - slow to import, and few sources have schedules

    try:
        trigger = CronTrigger.from_crontab(text, timezone="UTC")
    except ValueError as error:
        problem = f"{quote_text(text)} is not a schedule ({error})"
        raise validation_error(
            problem, "write minute, hour, day, month and weekday, such as '*/2 6-22 * * mon-fri'"
        ) from None
    if trigger.get_next_fire_time(None, _ANY_DAY) is None:
        raise validation_error(f"{quote_text(text)} is a time that never comes", "write a day that its month has")
    return text


def _validate_css_selector(text: str) -> str:
    from cssselect import GenericTranslator, SelectorError  # noqa: PLC0415 - few sources are pages

    try:
        GenericTranslator().css_to_xpath(text)
    except SelectorError as error:
        raise validation_error(
            f"{quote_text(text)} is not a CSS selector ({error})", "write one such as 'div.post a'"
        ) from None
    return text


def _reject_format_as_kind(value: object) -> object:
    """Refuses a format as `kind`, which people write often. The format is recognised, so a wrong one can do no harm."""
    if isinstance(value, str) and value.strip().lower().replace("-", " ").replace("_", " ") in _FORMATS:
        raise validation_error(
            f"{quote_text(value)} is a format, and formats are recognised from the document", "leave 'kind' out"
        )
    return value


KindName = Annotated[Literal[*KINDS], BeforeValidator(_reject_format_as_kind)]  # type: ignore[valid-type]
Cron = Annotated[str, AfterValidator(_validate_cron), WithJsonSchema({"type": "string", "minLength": 9})]
Css = Annotated[str, AfterValidator(_validate_css_selector), WithJsonSchema({"type": "string", "minLength": 1})]


class SelectSchema(Schema):
    """Where the entries are in a web page, as CSS selectors."""

    label: ClassVar[str] = "select"

    entry: Css = Field(description="Each entry in the page.", examples=["article.post"])
    title: Css | None = Field(
        None, description="Its title, in the entry (default: the text of its link).", examples=["h2"]
    )
    link: Css | None = Field(None, description="The link to it, in the entry (default: a).", examples=["h2 a"])
    text: Css | None = Field(None, description="Its text, in the entry.", examples=["div.summary"])
    date: Css | None = Field(
        None, description="Its date, in the entry: the `datetime` of the element, or its text.", examples=["time"]
    )


class SourceSchema(Schema):
    """One source that is polled."""

    label: ClassVar[str] = "source"

    id: Id = Field(description="Its id, unique over all files.", examples=["yonhap-en"])
    url: SourceAddress = Field(
        description="The address of its feed: https:// or http://; a token or a password in it as a secret: "
        "${env:NAME}, ${file:/PATH} or ${credential:NAME}.",
        examples=["https://news.example/feed.xml"],
    )
    name: Text | None = Field(None, description="Its name, as messages show it (default: the id).", examples=["Yonhap"])
    language: Language | None = Field(None, description="The language of its articles.", examples=["ko"])
    publisher: Text | None = Field(
        None,
        description="Who publishes it; rules can look at the articles of some publishers only.",
        examples=["Yonhap News Agency"],
    )
    wire: Text | None = Field(
        None,
        description="The agency of its texts, if it prints only texts of one agency. It then counts as one publisher "
        "with all others that print this agency's texts.",
        examples=["Yonhap"],
    )
    tags: list[Text] | None = Field(
        None,
        description="Words of your own to group sources by; rules can look at some groups only.",
        examples=[["korea"]],
    )
    every: Interval | None = Field(
        None, description="How often it is polled as a rule: '5 s' or more.", examples=["5 minutes"]
    )
    fastest: Interval | None = Field(
        None,
        description="The shortest time between two polls, for when entries could otherwise leave the feed unseen "
        "(default: 1 minute, or `every` if that is less).",
        examples=["1 minute"],
    )
    slowest: Interval | None = Field(
        None,
        description="The longest time between two polls, for when nothing new comes for days or the server asks for "
        "fewer requests (default: as `every`).",
        examples=["1 hour"],
    )
    cron: Cron | None = Field(
        None,
        description="When it is polled, in place of `every`: minute, hour, day, month, weekday, in the time zone of "
        "monitor.yaml.",
        examples=["*/2 6-22 * * mon-fri"],
    )
    kind: KindName | None = Field(
        None,
        description="What is at its address. "
        + "; ".join(f"`{kind.name}`: {kind.description}" for kind in KINDS.values())
        + ".",
        examples=["page"],
    )
    select: SelectSchema | None = Field(
        None, description="For a page: where its entries are.", examples=[{"entry": "article.post"}]
    )
    proxy: ProxyAddress | None = Field(
        None,
        description="The HTTP proxy through which it is polled; a password as a secret: ${env:NAME}, ${file:/PATH} or "
        "${credential:NAME}.",
        examples=["http://proxy.example:3128"],
    )
    full_text: bool | None = Field(
        None, description="Whether the page of an article is read too, if the feed gives few words.", examples=[True]
    )
    sitemap: WebAddress | None = Field(
        None,
        description="The site's news sitemap, which is searched for entries that left the feed unseen.",
        examples=["https://news.example/news-sitemap.xml"],
    )

    @model_validator(mode="after")
    def _check_kind_and_settings(self) -> Self:
        for kind, key in _SETTINGS_KEYS.items():
            is_given = getattr(self, key.name) is not None
            if self.kind == kind and not is_given:
                raise validation_error(key.need, f"write, for example, '{key.example}'")
            if is_given and self.kind != kind:
                problem = f"{key.name} is for sources of the kind '{kind}'"
                raise validation_error(problem, f"write 'kind: {kind}', or remove it", (key.name,))
        return self

    @model_validator(mode="after")
    def _check_intervals(self) -> Self:
        lengths = {"fastest": self.fastest, "every": self.every, "slowest": self.slowest}
        intervals = {key: length for key, length in lengths.items() if length is not None}
        if self.cron is not None and intervals:
            raise validation_error(
                f"{' and '.join(intervals)} and cron cannot be combined", "keep one of them", ("cron",)
            )
        for (shorter, short), (longer, long) in pairwise(intervals.items()):
            if short > long:
                raise validation_error(
                    f"'{shorter}' is longer than '{longer}'",
                    "the shortest is fastest, then every, then slowest",
                    (longer,),
                )
        return self


class SourcesSchema(Schema):
    """A file of sources."""

    label: ClassVar[str] = "sources file"

    sources: list[SourceSchema] | None = Field(
        None,
        description="The sources that are polled.",
        examples=[[{"id": "yonhap-en", "url": "https://news.example/feed.xml"}]],
    )


def sources_from_document(document: YamlDocument, defaults: SourceDefaults) -> Iterator[tuple[Place, Source]]:
    """The sources of a document, each with its place. Of a faulty document, it yields the valid sources first, and then
    raises InvalidFiles."""
    try:
        schema = validate_document(SourcesSchema, document)
    except InvalidFiles as error:
        yield from _valid_sources_from_document(document, defaults)
        if None in list_source_ids(document):
            raise InvalidFiles(mark_hiding(error.faults)) from None
        raise
    if schema.sources:
        for place, source in zip(document.item_places(("sources",)), schema.sources, strict=True):
            yield place, _source_from_schema(source, defaults)


def list_source_ids(document: YamlDocument) -> list[str | None]:
    """The ids of all sources in a document, faulty ones included; None for each part that could be a source and has no
    id."""
    if not isinstance(document.data, dict) or not isinstance(items := document.data.get("sources"), list):
        return [None]
    return [str(item["id"]) if isinstance(item, dict) and "id" in item else None for item in items]


def _valid_sources_from_document(document: YamlDocument, defaults: SourceDefaults) -> Iterator[tuple[Place, Source]]:
    """The sources of a faulty document that have no fault, and no id or address of a faulty source."""
    listed = document.data.get("sources") if isinstance(document.data, dict) else None
    schemas: list[tuple[Place, SourceSchema]] = []
    faulty: set[str] = set()
    for place, item in zip(document.item_places(("sources",)), listed if isinstance(listed, list) else (), strict=True):
        try:
            schemas.append((place, SourceSchema.model_validate(item)))
        except ValidationError:
            faulty.update(str(item[key]) for key in ("id", "url") if isinstance(item, dict) and key in item)
    for place, schema in schemas:
        if not faulty & {schema.id, schema.url}:
            yield place, _source_from_schema(schema, defaults)


def with_secrets(source: Source, environment: Mapping[str, str], place: Place, folder: Path) -> Source:
    """The source with the secrets of its address and its proxy filled in. Raises InvalidFiles, which quotes no
    secret."""
    faults: list[Fault] = []
    if source.full_url is not None and "${" in source.full_url:
        with collect_faults(faults):
            source = _with_secret_url(source, source.full_url, environment, place, folder)
    if source.proxy is not None and "${" in source.proxy:
        with collect_faults(faults):
            source = _with_secret_proxy(source, source.proxy, environment, place, folder)
    if faults:
        raise InvalidFiles(faults)
    return source


def _with_secret_url(source: Source, url: str, environment: Mapping[str, str], place: Place, folder: Path) -> Source:
    filled = fill_secrets(url, environment, place, folder)
    text = filled.text
    if filled.is_complete and (not is_web_address(text) or urlsplit(text).hostname != urlsplit(source.url).hostname):
        hint = "percent-encode everything but letters and digits in a secret for an address"
        raise InvalidFiles([Fault(place, f"with its secrets the url of '{source.id}' is not an address", hint)])
    forms = (form for secret in filled.secrets for form in secret_forms(secret))
    return replace(source, full_url=text, secrets=source.secrets.union(forms))


def _with_secret_proxy(source: Source, url: str, environment: Mapping[str, str], place: Place, folder: Path) -> Source:
    proxy = fill_secrets(url, environment, place, folder)
    if proxy.is_complete and not is_web_address(proxy.text):
        hint = "write http://HOST:PORT, and percent-encode everything but letters and digits in a password"
        raise InvalidFiles([Fault(place, f"with its secrets the proxy of '{source.id}' is not an address", hint)])
    return replace(source, proxy=proxy.text)


def _source_from_schema(schema: SourceSchema, defaults: SourceDefaults) -> Source:
    shown = redact_url(schema.url)
    return Source(
        schema.id,
        shown,
        schema.name or schema.id,
        schema.every or defaults.every,
        language=schema.language,
        publisher=schema.publisher,
        wire=schema.wire,
        tags=tuple(dict.fromkeys(schema.tags or ())),
        kind=schema.kind or DEFAULT_KIND,
        settings=_settings_from_schema(schema),
        fastest=schema.fastest or defaults.fastest,
        slowest=schema.slowest or defaults.slowest,
        cron=schema.cron,
        zone=defaults.zone,
        proxy=schema.proxy,
        full_text=schema.full_text or False,
        sitemap=schema.sitemap,
        full_url=schema.url if schema.url != shown or "${" in schema.url else None,
        secrets=find_url_secrets(schema.url),
        open_digest=digest_open_address(schema.url),
        references=tuple(_iter_references(schema)),
    )


def _iter_references(schema: SourceSchema) -> Iterator[tuple[str, str]]:
    for url in filter(None, (schema.url, schema.proxy)):
        if references := [match[0] for match in REFERENCE.finditer(url)]:
            try:
                host = urlsplit(REFERENCE.sub("-", url)).hostname
            except ValueError:  # a proxy is checked once its secrets are filled in
                host = None
            yield from ((reference, host or "the proxy") for reference in references)  # a secret may be all of it


def _settings_from_schema(schema: SourceSchema) -> KindSettings | None:
    key = _SETTINGS_KEYS.get(schema.kind or DEFAULT_KIND)
    return None if key is None else key.settings(**getattr(schema, key.name).model_dump(exclude_none=True))
