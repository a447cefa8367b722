"""`news-monitor parse`: what a feed document holds."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import json_option, print_json

if TYPE_CHECKING:
    from monitor.model import Fetched


@click.command()
@json_option
@click.option("--url", metavar="URL", help="The address that the document is from, for relative links.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'K: V'",
    help="A header that it was served with; of a URL: to ask with.",
)
@click.argument("document", metavar="FILE|URL|-")
def parse(as_json: bool, url: str | None, headers: tuple[str, ...], document: str) -> None:
    """Print the entries of a feed document: a file, an address, or - for standard input.

    \b
    Examples:
      news-monitor parse feed.xml
      news-monitor parse --json https://www.example.org/feed
      news-monitor parse --header 'Authorization: Bearer secret' https://www.example.org/feed
      news-monitor parse --header 'Content-Type: text/xml; charset=euc-kr' --url http://example.org/ feed.xml

    Exit code 1 if it is no feed.
    """
    from monitor.errors import FeedUnreadable
    from monitor.intake.dates import moment_of
    from monitor.intake.identity import identify
    from monitor.sources.document import read_document

    fetched = _document(document, url, _headers(headers))
    try:
        feed = read_document(fetched.body, fetched.headers, fetched.url)
    except FeedUnreadable as error:
        raise FeedUnreadable(f"{document}: {error}{_led(document, fetched)}") from error
    if feed.problem:
        click.echo(f"{document}: {feed.problem}", err=True)
    for uid, entry in zip(identify(feed.entries), feed.entries, strict=True):
        row = {
            "uid": uid,
            "title": entry.title or None,
            "link": entry.link,
            "summary": entry.summary or None,
            "content": entry.content or None,
            "published": moment_of(entry.published),
            "updated": moment_of(entry.updated),
            "authors": list(entry.authors) or None,
            "language": entry.language,
            "tags": list(entry.tags) or None,
        }
        if as_json:
            print_json(row)
        else:
            date = str(row["published"] or "undated")
            click.echo(f"{date:<26}{entry.title}\n{'':26}{entry.link or 'no link'}")


def _led(document: str, fetched: Fetched) -> str:
    from monitor.sources.fetch import led_elsewhere

    return led_elsewhere(document, fetched) if "://" in document else ""


def _headers(given: tuple[str, ...]) -> dict[str, str]:
    from monitor.errors import WrongUse

    pairs = {}
    for header in given:
        name, colon, value = header.partition(":")
        if not colon:
            raise WrongUse(f"--header {header!r}: write 'Name: value'")
        pairs[name.strip().lower()] = value.strip()
    return pairs


def _document(document: str, url: str | None, headers: dict[str, str]) -> Fetched:
    from monitor.errors import FetchFailed, WrongUse
    from monitor.model import Fetched, FetchOutcome, Limits
    from monitor.sources.decoder import unpacked

    if "://" in document:
        fetched = asyncio.run(_fetch(document, headers))
        if fetched.outcome is not FetchOutcome.DOCUMENT:
            raise FetchFailed(f"{document}: {fetched.problem}")
        return fetched
    try:
        body = sys.stdin.buffer.read() if document == "-" else Path(document).read_bytes()
    except OSError as error:
        raise WrongUse(f"{document}: {error.strerror or error}") from error
    try:
        body = unpacked(body, Limits().decoded_bytes)
    except FetchFailed as error:
        raise FetchFailed(f"{document}: {error}") from error
    return Fetched(FetchOutcome.DOCUMENT, url or "", body=body, headers=headers)


async def _fetch(url: str, headers: dict[str, str]) -> Fetched:
    from ipaddress import ip_network

    from monitor.model import Limits, Validators
    from monitor.sources.fetch import Fetcher

    # The person at the command line names the address: private networks are theirs to ask for.
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    async with Fetcher(Limits(), everything) as fetcher:
        return await fetcher.fetch(url, Validators(), headers=headers)
