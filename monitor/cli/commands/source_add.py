"""`news-monitor sources add`: a source into a sources file, by the address of its feed or of a page with feeds."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from monitor.app import PARSER_MEMORY
from monitor.cli.options import config_option, format_local_time, networks_allowed, print_faults
from monitor.config.editing.atomic_rewrite import prepare_rewrite
from monitor.config.editing.source_edit import NewSource, SourceValue, with_sources
from monitor.config.editing.source_files import SourceFiles, check_file, comparable_address, new_source, source_files
from monitor.config.language.base_schema import language_tag
from monitor.errors import Fault, FeedUnreadable, FetchFailed, InvalidFiles, InvalidRequest, MonitorError
from monitor.model import Limits
from monitor.runtime.workers import Workers
from monitor.sources.http.fetch import Fetcher
from monitor.sources.http.guard import refused_host
from monitor.sources.kinds import recognize_address
from monitor.sources.polling.discovery import DiscoveredFeed, DiscoveryResult, discover_feeds

_ORDER = ("id", "name", "language", "publisher", "tags", "every")
_OF_ONE = ("id", "name")
"""Keys that no two sources share."""
_NOT_THERE = (404, 410)


@click.command()
@config_option
@click.argument("url")
@click.option("--id", "id_", metavar="ID", help="Its id (default: made from the host).")
@click.option("--name", help="Its name, as messages show it (default: the id).")
@click.option("--language", metavar="TAG", help="The language of its articles: en, ko, zh-Hant ...")
@click.option("--publisher", help="Who publishes it.")
@click.option("--tag", "tags", multiple=True, help="A word of your own; may be repeated.")
@click.option("--every", metavar="DURATION", help="How often it is polled, at best: '5 minutes'.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="The sources file that it is written to.")
@click.option("--no-check", is_flag=True, help="Add the address as it is, without asking it.")
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
    """Add a source to a sources file; its comments and all else in it stay as they are.

    The address is asked first. A feed is added. Of a web page the feeds are looked for: one is added, several are
    listed, each with the command that adds it. Where no server answers, the address is added with a warning. The page
    of a public Telegram channel (https://t.me/NAME) is added as a page.

    It is written to the first file that `sources` in monitor.yaml names itself; where it names folders only, to
    sources.yaml in the first of them, which is made if need be. The daemon polls it as soon as it has read the file.

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
    wish = _AddRequest(config, files, files.file_for(file), {key: value for key in _ORDER if (value := keys[key])})
    if known := recognize_address(url):
        wish.write_sources([wish.build_source(known.url, known.keys)])
        click.echo(known.note, err=True)
        return
    source = wish.build_source(url)
    check_file(wish.target)
    refused = _reason_if_refused(url, config)
    if no_check or refused:
        wish.write_sources([source])
        if refused:
            click.echo(f"{source['id']} will be refused: {refused}", err=True)
        return
    if sys.stderr.isatty():  # half a minute, where nobody answers
        click.echo(f"asking {url} ...", err=True)
    _add_discovered(wish, url, asyncio.run(_discover_feeds(url, config)), which)


@dataclass(frozen=True, slots=True)
class _AddRequest:
    """What was asked for: where to, and the keys that were given."""

    config: Path
    files: SourceFiles
    target: Path
    keys: Mapping[str, SourceValue]

    def build_source(
        self, url: str, also: Mapping[str, SourceValue] | None = None, taken: Sequence[str] = ()
    ) -> NewSource:
        """The source of an address. `also`: keys that hold where none was given. Raises InvalidRequest, and
        InvalidFiles if it is in a file already."""
        keys = {**(also or {}), **self.keys}
        source = new_source(url, keys, {*(each.id for each in self.files.sources), *taken})
        _refuse_known(self.files, url, str(source["id"]))
        return source

    def write_sources(self, sources: Sequence[NewSource]) -> None:
        """Into the file, all at once."""
        check_file(self.target)
        prepare_rewrite(self.target, lambda text, name: with_sources(text, name, sources)).write()
        for source in sources:
            click.echo(f"added {source['id']} to {self.target}")


def _add_discovered(wish: _AddRequest, url: str, looked: DiscoveryResult, which: str | None) -> None:
    """Adds what was found at the address, or says why not."""
    anyway = "nothing was added; --no-check adds it all the same"
    if looked.is_feed:
        wish.write_sources([wish.build_source(url, _keys_from_feed(looked.feeds[0]))])
        click.echo(_describe_feed(looked.feeds[0]))
    elif looked.is_page:
        _add_from_page(wish, url, looked, which)
    elif looked.status in _NOT_THERE:
        raise FetchFailed(f"{url}: {looked.problem}; {anyway}")
    elif looked.status is not None and 200 <= looked.status < 300:
        raise FeedUnreadable(f"{url}: {looked.problem}; {anyway}")
    else:
        source = wish.build_source(url)
        wish.write_sources([source])
        click.echo(f"{source['id']} could not be asked just now: {looked.problem}; the daemon goes on trying", err=True)


def _add_from_page(wish: _AddRequest, url: str, looked: DiscoveryResult, which: str | None) -> None:

    if not looked.feeds:
        raise FeedUnreadable(_explain_no_feed(url, looked))
    there = {comparable_address(each.url): each for each in wish.files.sources}
    known = [found for found in looked.feeds if comparable_address(found.url) in there]
    new = [found for found in looked.feeds if found not in known]
    for found in known:
        click.echo(f"{found.url} is there already: {there[comparable_address(found.url)].place}", err=True)
    if not new:
        raise MonitorError(f"{url}: nothing was added")
    if len(new) > 1 and which is None:
        _list_feeds(wish, new)
        click.get_current_context().exit(1)
    chosen = new if which == "all" else new[:1]
    if len(chosen) > 1 and (single := [f"--{key}" for key in _OF_ONE if key in wish.keys]):
        raise InvalidRequest(f"{' and '.join(single)}: {len(chosen)} feeds cannot share it; add them one by one")
    wish.write_sources(_build_sources(wish, chosen))
    for found in chosen:
        click.echo(f"{found.url}: {_describe_feed(found)}")


def _build_sources(wish: _AddRequest, chosen: Sequence[DiscoveredFeed]) -> list[NewSource]:
    made: list[NewSource] = []
    for found in chosen:
        made.append(wish.build_source(found.url, _keys_from_feed(found), [str(each["id"]) for each in made]))
    return made


def _keys_from_feed(found: DiscoveredFeed) -> dict[str, SourceValue]:
    """What is known of a feed by looking: its title, as its name, and its language where its page says it."""
    language = language_tag(found.language) if found.language else None
    also: dict[str, SourceValue] = {}
    if found.title:
        also["name"] = found.title
    return also | ({"language": language} if language else {})


def _list_feeds(wish: _AddRequest, found: Sequence[DiscoveredFeed]) -> None:
    """The feeds of a page, each with the command that adds it."""
    click.echo(f"This page has {len(found)} feeds; nothing was added. To add one (--all adds all):")
    for each in found:
        click.echo(f"\n{_describe_feed(each)}\n  {_build_command(wish, each)}")


def _build_command(wish: _AddRequest, found: DiscoveredFeed) -> str:
    words = ["news-monitor", "sources", "add"]
    if wish.config != Path("monitor.yaml"):
        words += ["-c", str(wish.config)]
    language = _keys_from_feed(found).get("language")
    keys = {"language": language, **wish.keys} if language else wish.keys
    for key, value in keys.items():
        for each in [value] if isinstance(value, str) else value if isinstance(value, tuple) else ():
            words += [f"--{'tag' if key == 'tags' else key}", str(each)]
    if wish.target != wish.files.file_for(None):
        words += ["--file", str(wish.target)]
    return shlex.join([*words, found.url])


def _describe_feed(found: DiscoveredFeed) -> str:
    newest = f", the newest of {format_local_time(found.newest, 'UTC')}" if found.newest else ""
    count = "1 entry" if found.entries == 1 else f"{found.entries} entries"
    return f"{found.title or 'without a title'}: {count}{newest}"


def _explain_no_feed(url: str, looked: DiscoveryResult) -> str:
    tried = "".join(f"\n  {address}: {why}" for address, why in looked.rejected)
    return (
        f"{url}: this is a web page, and no feed of it was found; nothing was added. If it lists its news itself, read "
        "it as a page: write it to a sources file with `kind: page` and `select` (docs/sources.md says how)."
        f"\nTried:{tried}"
    )


async def _discover_feeds(url: str, config: Path) -> DiscoveryResult:

    limits, workers = Limits(), Workers(1, memory=PARSER_MEMORY)
    try:
        async with Fetcher(limits, list(networks_allowed(config))) as fetcher:
            return await discover_feeds(url, fetcher, workers, limits.parse)
    finally:
        workers.close()


def _refuse_known(files: SourceFiles, url: str, id_: str) -> None:

    faults = [
        Fault(each.place, f"a source with this {what} is here already", f"it is '{each.id}'; nothing was added")
        for each in files.sources
        for what, same in (("url", comparable_address(each.url) == comparable_address(url)), ("id", each.id == id_))
        if same
    ]
    if faults:
        raise InvalidFiles(faults)


def _reason_if_refused(url: str, config: Path) -> str | None:
    """Why nothing will be fetched from there, as far as that is known before names are resolved; None: none."""
    from ipaddress import ip_network
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    address = refused_host(host, list(networks_allowed(config)))
    if address is None:
        return None
    meant = f"`network: {{allow: ['{ip_network(address)}']}}` in {config} names it and the daemon is restarted"
    return f"{host} is a private or special address, which no source may reach until {meant}"
