"""`news-monitor sources add`: a source into a sources file, by the address of its feed or of a page with feeds."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from monitor.cli.options import announce_wait, config_option, format_local_time, print_faults
from monitor.cli.paths import find_config
from monitor.config.editing.source_files import source_files
from monitor.config.language.secrets import AS_REFERENCE
from monitor.errors import MonitorError
from monitor.services.commands.source_add import (
    AddressKind,
    SourceCandidate,
    SourceProposal,
    SourceRequest,
    add_sources,
    propose_sources,
)
from monitor.sources.polling.discovery import DiscoveredFeed
from monitor.url_secrets import redact_url

_TO_RENAME = (
    "The id is made from the address. To rename it, change it in that file before the daemon polls it: a new id is a "
    "new source."
)
_KEYS = ("id", "name", "language", "publisher", "tags", "every")
"""In the order in which they are written."""


@click.command()
@config_option
@click.argument("url")
@click.option("--id", "id_", metavar="ID", help="Its id (default: made from the address).")
@click.option("--name", help="Its name, as messages show it (default: the id).")
@click.option("--language", metavar="TAG", help="The language of its articles: en, ko, zh-Hant ...")
@click.option("--publisher", help="Who publishes it.")
@click.option("--tag", "tags", multiple=True, help="A word of your own; may be repeated.")
@click.option("--every", metavar="DURATION", help="How often to poll it: '5 minutes'.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="The sources file to write it to.")
@click.option("--no-check", is_flag=True, help="Add the address without requesting it.")
@click.option("--first", "which", flag_value="first", help="Of several feeds of a page, add the first.")
@click.option("--all", "which", flag_value="all", help="Add all feeds of a page.")
def add(
    config: Path,
    *,
    url: str,
    id_: str | None,
    file: Path | None,
    tags: tuple[str, ...],
    no_check: bool,
    which: str | None,
    **given: str | None,
) -> None:
    """Add a source to a sources file. Comments and everything else in the file stay as they are.

    The command first requests the address. A feed is added. On a web page it looks for feeds: a single one is added;
    several are listed, each with the command that adds it. If no server answers, the address is added with a warning.
    The page of a public Telegram channel (https://t.me/NAME) is added as a page.

    Nothing is added that the daemon would refuse, such as a private address that monitor.yaml does not allow. Only the
    address that you type may name a secret, such as ${env:NAME}: a feed that a page names must not, and is left out.

    The source goes into the first file that `sources` in monitor.yaml names: in a folder of `init`, that is
    sources.yaml. If monitor.yaml names only folders, it goes into sources.yaml in the first of them, which is created
    if necessary. The daemon polls the source as soon as it has read the file.

    \b
    Examples:
      news-monitor sources add https://news.example.com/feed.xml
      news-monitor sources add https://news.example.com/ --first
      news-monitor sources add https://news.example.com/kr.xml --id example-ko --language ko --tag korea --every '2 m'

    Exit code 1 if nothing was added.
    """
    files = source_files(config)
    print_faults(files.faults)
    keys = {"id": id_, **given, "tags": tags}
    given_keys = {key: value for key in _KEYS if (value := keys[key])}
    request = SourceRequest(files, files.file_for(file), url, given_keys)
    found = asyncio.run(
        propose_sources(request, check=not no_check, on_fetch=lambda: announce_wait(f"asking {redact_url(url)}"))
    )
    for feed, source in found.known:
        click.echo(f"{redact_url(feed.url)} is there already: {source.place}", err=True)
    for address, why in found.refused:
        click.echo(f"{redact_url(address)}: {why}", err=True)
    if not found.candidates:
        raise MonitorError(f"{redact_url(url)}: nothing was added")
    if len(found.candidates) > 1 and which is None:
        _list_feeds(request, found.candidates)
        click.get_current_context().exit(1)
    chosen = found.candidates if which == "all" else found.candidates[:1]
    ids = add_sources(request, chosen)
    for each in ids:
        click.echo(f"added {each} to {request.target}")
    _describe_added(found, chosen, ids[0])
    if id_ is None:
        click.echo(_TO_RENAME, err=True)


def _describe_added(found: SourceProposal, added: Sequence[SourceCandidate], id_: str) -> None:
    """What the sources are, or what to expect of the one with this id."""
    for candidate in added:
        if candidate.feed:
            from_page = f"{redact_url(candidate.url)}: " if found.kind is AddressKind.PAGE else ""
            click.echo(f"{from_page}{_describe_feed(candidate.feed)}")
    if any(candidate.has_open_secret for candidate in added):
        click.echo(
            f"{id_} has a token or a password in its address, in plain text: {AS_REFERENCE} (docs/sources.md)", err=True
        )
    if found.note:
        click.echo(found.note, err=True)
    elif found.kind is AddressKind.UNREACHABLE:
        click.echo(f"{id_} could not be read just now: {found.problem}; the daemon keeps trying", err=True)


def _list_feeds(request: SourceRequest, candidates: Sequence[SourceCandidate]) -> None:
    """The feeds of a page, each with the command that adds it."""
    click.echo(f"This page has {len(candidates)} feeds; nothing was added. To add one (--all adds all):")
    for each in candidates:
        if each.feed:
            click.echo(f"\n{_describe_feed(each.feed)}\n  {_build_command(request, each)}")


def _build_command(request: SourceRequest, candidate: SourceCandidate) -> str:
    words = ["news-monitor", "sources", "add"]
    if request.files.config != find_config():
        words += ["-c", str(request.files.config)]
    language = candidate.keys.get("language")
    keys = {"language": language, **request.keys} if language else request.keys
    for key, value in keys.items():
        for each in [value] if isinstance(value, str) else value if isinstance(value, tuple) else ():
            words += [f"--{'tag' if key == 'tags' else key}", str(each)]
    if request.target != request.files.file_for(None):
        words += ["--file", str(request.target)]
    return shlex.join([*words, candidate.url])


def _describe_feed(found: DiscoveredFeed) -> str:
    newest = f", the newest of {format_local_time(found.newest, 'UTC')}" if found.newest else ""
    count = "1 entry" if found.entries == 1 else f"{found.entries} entries"
    return f"{found.title or 'without a title'}: {count}{newest}"
