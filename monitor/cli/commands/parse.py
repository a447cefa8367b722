"""`news-monitor parse`: what a feed document holds, or a web page by selectors."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from monitor.cli.known_names import NameOf
from monitor.cli.options import json_option, possible_config_option, print_json
from monitor.cli.paths import require_config, require_given_config, require_input
from monitor.config.language.sources import with_secrets
from monitor.config.loading.files import networks_allowed
from monitor.config.loading.load import load_rules_of
from monitor.errors import FeedUnreadable, FetchFailed, InvalidRequest
from monitor.ingest.dates import parse_date
from monitor.ingest.entry_identity import assign_uids
from monitor.ingest.new_articles import sanitize_entry
from monitor.model import (
    DEFAULT_KIND,
    Entry,
    Feed,
    FetchOutcome,
    FetchResult,
    KindSettings,
    Limits,
    Place,
    Selectors,
    Source,
    Validators,
)
from monitor.sanitize import sanitize_line
from monitor.services.lookup import require_known
from monitor.sources.http.fetch import Fetcher, describe_redirect
from monitor.sources.http.guard import Network, normalize_ip
from monitor.sources.http.resolver import Resolver
from monitor.sources.kinds import KINDS
from monitor.sources.kinds.page import KIND as PAGE
from monitor.sources.polling.feed_secrets import hide_secrets_in_feed
from monitor.sources.polling.in_worker import RawDocument, read_as_kind, read_document
from monitor.url_secrets import hide_secrets_in, redact_url

_MAX_BYTES = 64 * 2**20
"""Of a document in a file. Fetched ones have `limits`."""


@click.command()
@possible_config_option
@json_option
@click.option("--url", metavar="URL", help="The address of the document, for relative links.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'K: V'",
    help="For a URL: a header of the request. For a file: a header with which it was served.",
)
@click.option(
    "--select",
    "selectors",
    multiple=True,
    metavar="KEY=CSS",
    help="Read a web page: entry=CSS finds its entries; title, link, text and date look inside one.",
)
@click.option(
    "--source",
    "id_",
    metavar="ID",
    type=NameOf("source"),
    help="Read it as this source, with its address, proxy and selectors.",
)
@click.argument("document", metavar="FILE|URL|-", required=False)
def parse(
    config: Path,
    *,
    as_json: bool,
    url: str | None,
    headers: tuple[str, ...],
    selectors: tuple[str, ...],
    id_: str | None,
    document: str | None,
) -> None:
    """Print the entries of a feed: a file, an address, or - for standard input.

    With --select, print the entries of a web page as a source of `kind: page` finds them; so you can try selectors
    before you write them. With --source, print what a source of monitor.yaml finds at its address, or in the document
    that you name.

    \b
    Examples:
      news-monitor parse feed.xml
      news-monitor parse --json https://www.example.org/feed
      news-monitor parse --header 'Authorization: Bearer secret' https://www.example.org/feed
      news-monitor parse --select entry=article --select title=h2 https://www.example.org/news
      news-monitor parse --source port-authority
      news-monitor parse --header 'Content-Type: text/xml; charset=euc-kr' --url http://example.org/ feed.xml

    Exit code 1 if the document is not a feed.
    """
    require_given_config(config)
    source = _load_source(config, id_) if id_ else None
    document = document or (source.address if source else None)
    if document is None:
        raise InvalidRequest("name a file, an address or - for standard input; or a source with --source")
    kind, settings = _choose_kind(selectors, source)
    allow = networks_allowed(config, source.id) if source else []
    base = url or (source.url if source else None)
    fetched = _load_document(document, base, _parse_headers(headers), source, allow)
    secrets = source.secrets if source else frozenset()
    shown = redact_url(document, secrets) if "://" in document else document
    try:
        feed = hide_secrets_in_feed(_read_feed(fetched, kind, settings), secrets)
    except FeedUnreadable as error:
        raise FeedUnreadable(f"{shown}: {hide_secrets_in(str(error), secrets)}{describe_redirect(fetched)}") from error
    if feed.problem:
        click.echo(f"{shown}: {feed.problem}", err=True)
    _print_feed(feed, as_json=as_json)


def _load_source(config: Path, id_: str) -> Source:
    """A source of monitor.yaml, with the secrets of its address and its proxy; no others are needed."""
    require_config(config)
    sources = load_rules_of(config).sources
    require_known("source", [id_], sources)
    return with_secrets(sources[id_], os.environ, Place(str(config)), config.parent)


def _choose_kind(selectors: tuple[str, ...], source: Source | None) -> tuple[str, KindSettings | None]:
    """The kind as which the document is read, and its settings: those of the source, or a page with --select."""
    kind, settings = (source.kind, source.settings) if source else (DEFAULT_KIND, None)
    if not selectors:
        return kind, settings
    return PAGE.name, _parse_selectors(selectors, settings if isinstance(settings, Selectors) else None)


def _parse_selectors(given: tuple[str, ...], usual: Selectors | None) -> Selectors:
    """The selectors that are given, and beside them those of a source."""
    from dataclasses import fields, replace

    keys = [field.name for field in fields(Selectors)]
    pairs = {}
    for each in given:
        key, sign, css = each.partition("=")
        if not sign or key not in keys or not css.strip():
            raise InvalidRequest(f"--select {each!r}: write KEY=CSS, where KEY is {', '.join(keys[:-1])} or {keys[-1]}")
        pairs[key] = css.strip()
    if usual is not None:
        return replace(usual, **pairs)
    if "entry" not in pairs:
        raise InvalidRequest("--select: say where the entries are: --select entry=CSS")
    return Selectors(**pairs)


def _read_feed(fetched: FetchResult, kind: str, settings: KindSettings | None) -> Feed:
    document = RawDocument(fetched.body, fetched.headers, fetched.url, max_bytes=_MAX_BYTES)
    return read_document(document) if KINDS[kind].read is None else read_as_kind(kind, document, settings)


def _print_feed(feed: Feed, *, as_json: bool) -> None:

    for uid, given in zip(assign_uids(feed.entries), feed.entries, strict=True):
        entry = sanitize_entry(given)
        row = {
            "uid": uid,
            "title": entry.title or None,
            "link": entry.link,
            "summary": entry.summary or None,
            "content": entry.content or None,
            "published": parse_date(entry.published),
            "updated": parse_date(entry.updated),
            "authors": list(entry.authors) or None,
            "language": entry.language,
            "tags": list(entry.tags) or None,
        }
        if as_json:
            print_json(row)
        else:
            date = str(row["published"] or "undated")
            click.echo(f"{date:<26}{entry.title}\n{'':26}{entry.link or _explain_missing_link(given)}")


def _explain_missing_link(given: Entry) -> str:
    return f"no link: {sanitize_line(given.link)} is not a web address" if given.link else "no link"


def _parse_headers(given: tuple[str, ...]) -> dict[str, str]:

    pairs = {}
    for header in given:
        name, colon, value = header.partition(":")
        if not colon:
            raise InvalidRequest(f"--header {header!r}: write 'Name: value'")
        pairs[name.strip().lower()] = value.strip()
    return pairs


def _load_document(
    document: str, url: str | None, headers: dict[str, str], source: Source | None, allow: list[Network]
) -> FetchResult:

    if "://" in document:
        fetched = asyncio.run(_fetch_document(document, headers, source, allow))
        if fetched.outcome is not FetchOutcome.DOCUMENT:
            raise FetchFailed(f"{fetched.url}: {fetched.problem}")
        return fetched
    if document != "-":
        require_input(Path(document))
    try:
        with sys.stdin.buffer if document == "-" else Path(document).open("rb") as file:
            body = file.read(_MAX_BYTES + 1)  # a device may have no end
    except OSError as error:
        raise InvalidRequest(f"{document}: {error.strerror or error}") from error
    if len(body) > _MAX_BYTES:
        raise FetchFailed(f"{document}: it is larger than {_MAX_BYTES // 2**20} MiB")
    return FetchResult(FetchOutcome.DOCUMENT, url or "", body=body, headers=headers)


async def _fetch_document(
    url: str, headers: dict[str, str], source: Source | None, allow: list[Network]
) -> FetchResult:

    # The person at the command line names the address: private ones are theirs to ask for. What it redirects to nobody
    # has named, unless the source's config allows it.
    named = [network for each in (url, source and source.proxy) if each for network in await _resolve_networks(each)]
    async with Fetcher(Limits(), [*allow, *named]) as fetcher:
        return await fetcher.fetch(url, Validators(), source=source, headers=headers)


async def _resolve_networks(url: str) -> list[Network]:
    """The addresses of its host, each as a network; none if it has none, as asking for it will show."""
    from ipaddress import ip_network

    from yarl import URL

    try:
        found = await Resolver().resolve(URL(url).host or "")
        return [ip_network(normalize_ip(each["host"])) for each in found]
    except (OSError, ValueError):
        return []
