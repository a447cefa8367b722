"""`news-monitor sources`: the sources, how they are, and the commands that edit their files."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor import clock
from monitor.cli.config_summary import load_summary, load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    announce_wait,
    config_option,
    database_if_any,
    existing_database,
    format_local_time,
    json_option,
    open_output,
    print_faults,
    print_json,
    write_page,
)
from monitor.cli.output.sparkline import draw_sparkline
from monitor.cli.output.tables import print_table
from monitor.cli.output.wrapped_lines import print_lines
from monitor.cli.paths import InputPath, OutputPath, find_config
from monitor.config.editing.feed_lists import ImportOutcome, OutlineImport
from monitor.config.editing.source_files import source_files
from monitor.config.language.network import find_unknown_sources
from monitor.config.language.secrets import AS_REFERENCE
from monitor.config.loading.files import settings_document
from monitor.config.loading.summary import ConfigSummary
from monitor.errors import FeedUnreadable, InvalidRequest, MonitorError
from monitor.model import Source, SourceTrouble
from monitor.notices.troubles import OF_SOURCES
from monitor.sanitize import sanitize_line
from monitor.services.lookup import require_known
from monitor.services.queries.sources import AssessedSource, SourceHealth, list_sources, select_unhealthy
from monitor.store.engine.daemons import is_daemon_running
from monitor.store.queries.sources import LoggedPoll, SourceDetails, load_source_details
from monitor.store.queues.claims import Claims
from monitor.url_secrets import digest_open_address, hide_secrets_in, redact_url
from monitor.wording.quantities import duration_in_words, format_count

if TYPE_CHECKING:  # it loads what fetches and parses, which takes longer than most commands here
    from monitor.services.commands.sources import SourceCandidate, SourceProposal, SourceRequest
    from monitor.sources.polling.discovery import DiscoveredFeed

_ids_argument = click.argument("ids", metavar="ID...", nargs=-1, required=True, type=NameOf("source"))


@click.group(cls=LazyGroup)
def sources() -> None:
    """The sources: list, show, health, retry, add, copy, remove, import, export."""


def _list_sources(loaded: ConfigSummary) -> list[AssessedSource]:
    return list_sources(loaded, database_if_any(loaded.settings), clock.now())


def _load_printing_faults(config: Path) -> ConfigSummary:
    loaded = load_summary_to_read(config)
    if loaded.is_complete:  # `load_summary_to_read` has printed them if monitor.yaml itself has a fault
        print_faults(loaded.faults)
    return loaded


@sources.command("list")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """List every source of the config, and its state.

    \b
    Example:
      news-monitor sources list
    """
    loaded = _load_printing_faults(config)
    rows = []
    for each in _list_sources(loaded):
        source = each.source
        about = {"id": source.id, "name": each.name, "url": source.url, "language": source.language}
        pace = {"every": int(source.every.total_seconds()), "cron": source.cron}
        rows.append({**asdict(each.report), **about, **pace, "tags": list(source.tags), "health": each.health.value})
    if as_json:
        for row in rows:
            print_json(row)
        return
    zone = loaded.settings.timezone
    heads = ("id", "lang", "every (s)", "articles", "health", "last good poll", "problem", "url")
    shown = (
        (row["id"], row["language"], row["cron"] or row["every"], row["articles"], row["health"],
         format_local_time(row["last_ok_at"], zone), row["problem"], row["url"])
        for row in rows
    )  # fmt: skip
    print_table(heads, shown, whole=("id",))


@sources.command()
@config_option
@json_option
def health(config: Path, as_json: bool) -> None:
    """List the sources that need a person, the worst first, and print one command that removes the dead ones.

    \b
    dead        failing for a week, or for a day if no poll ever succeeded
    failing     its last poll failed: why, how many failed in a row, and when the next poll is
    unverified  not polled yet: it came with the program or was just added
    stale       no longer polled, or polled without errors and always empty
    troubled    it answers, but has a problem: which one, and what to do

    \b
    "known" is the share of a document's entries that the poll before already had, on average over the last polls. If it
    is low, entries may be missed.

    \b
    Example:
      news-monitor sources health

    The exit code is 0 even if sources fail, as with `status`.
    """
    loaded = _load_printing_faults(config)
    zone, every = loaded.settings.timezone, _list_sources(loaded)
    unhealthy = select_unhealthy(every)
    rows = [_health_to_row(each) for each in unhealthy]
    if as_json:
        for row in rows:
            print_json(row)
    elif rows:
        heads = ("health", "id", "since", "failures", "known", "problem", "next try", "url")
        shown = (
            (row["health"], row["id"], _format_time(row["since"], zone), row["failures"],
             "" if row["overlap"] is None else f"{row['overlap']:.0%}", row["problem"],
             _format_time(row["next_at"], zone), row["url"])
            for row in rows
        )  # fmt: skip
        print_table(heads, shown, whole=("id",))
        for trouble in (each for row in rows for each in row["troubles"]):
            words, since = trouble["kind"].replace("_", " "), format_local_time(trouble["since"], zone)
            click.echo(f"{trouble['source']}: {words} since {since}: {trouble['detail']}. {trouble['todo']}")
    click.echo(f"{len(every) - len(rows)} of {len(every)} sources are fine", err=as_json)
    if dead := [each.source.id for each in unhealthy if each.health is SourceHealth.DEAD]:
        named = "" if config == Path("monitor.yaml") else f" -c {shlex.quote(str(config))}"
        advice = f"To remove the dead ones:\n  news-monitor sources remove{named} {' '.join(dead)}"
        ours = "No source is fine: look at the network of this machine before you remove any."
        click.echo(advice if len(rows) < len(every) else ours, err=as_json)


def _health_to_row(assessed: AssessedSource) -> dict[str, Any]:
    return {
        "id": assessed.source.id,
        "health": assessed.health.value,
        "since": assessed.since,
        "problem": assessed.problem,
        **_polls_to_row(assessed),
        "troubles": [{"source": each.source, **_trouble_to_row(each)} for each in assessed.troubles],
        "url": assessed.source.url,
    }


def _polls_to_row(assessed: AssessedSource) -> dict[str, Any]:
    return {key: getattr(assessed.report, key) for key in ("failures", "next_at", "last_ok_at", "articles", "overlap")}


def _trouble_to_row(trouble: SourceTrouble) -> dict[str, Any]:
    """A trouble, with what to do."""
    todo = OF_SOURCES[trouble.kind].advice.format(name=trouble.source)
    times = {"since": trouble.since, "last_at": trouble.last_at, "over_at": trouble.over_at}
    return {"kind": trouble.kind.value, **times, "detail": trouble.detail, "todo": todo}


def _format_time(moment: datetime | None, zone: str) -> str:
    return format_local_time(moment, zone) if moment else ""


# --- show -------------------------------------------------------------------------------------------------------

_MINUTE = timedelta(minutes=1)
_MANY = 10  # entries an hour: then a tenth of one says nothing


@sources.command()
@config_option
@json_option
@click.argument("id_", metavar="ID", type=NameOf("source"))
def show(config: Path, *, as_json: bool, id_: str) -> None:
    """Show a source: its settings, pace and state, its last polls, and how many articles it brought in 30 days. It also
    counts the articles that rules matched. Each line of bars has one bar for each day.

    Only polls that brought something new or had a problem are stored.

    \b
    Examples:
      news-monitor sources show harbour-times
      news-monitor sources show harbour-times --json
    """
    loaded = load_summary_to_read(config)
    require_known("source", [id_], loaded.sources)
    database, zone = database_if_any(loaded.settings), loaded.settings.timezone
    (assessed,) = (each for each in list_sources(loaded, database, clock.now()) if each.source.id == id_)
    details = load_source_details(database, id_, clock.now(), zone) if database else None
    if as_json:
        print_json(_source_to_row(assessed, details))
    else:
        print_lines(_format_source(assessed, details, zone))


def _source_to_row(assessed: AssessedSource, details: SourceDetails | None) -> dict[str, Any]:
    source = assessed.source
    row = {
        "id": source.id,
        "name": assessed.name,
        **{key: getattr(source, key) for key in ("url", "kind", "language", "publisher", "wire")},
        "tags": list(source.tags),
        "every": int(source.every.total_seconds()),
        "cron": source.cron,
        "full_text": source.full_text,
        "health": assessed.health.value,
        "since": assessed.since,
        "problem": assessed.problem,
        "troubles": [_trouble_to_row(each) for each in assessed.troubles],
        **_polls_to_row(assessed),
    }
    if details is not None:
        row |= {
            "first_at": details.first_at,
            "polled_at": details.polled_at,
            "rate": details.rate,
            "quiet": details.quiet.total_seconds() if details.quiet else None,
            "validators": _get_validators(source, details),
            "daily_articles": details.articles.counts,
            "daily_matches": details.matches.counts,
            "polls": [asdict(poll) for poll in details.polls],
        }
    return row


def _get_validators(source: Source, details: SourceDetails) -> dict[str, str | None]:
    """What its server gave us to ask for changes with, without secrets."""
    given = {"etag": details.etag, "last_modified": details.last_modified}
    return {name: hide_secrets_in(value, source.secrets) if value else None for name, value in given.items()}


def _format_source(assessed: AssessedSource, details: SourceDetails | None, zone: str) -> Iterator[str]:
    """A source with all that is known of it, line by line."""
    source, report = assessed.source, assessed.report
    yield f"source      {source.id}: {sanitize_line(assessed.name)}"
    yield f"address     {sanitize_line(source.url)}"
    yield f"settings    {', '.join(_list_settings(source))}"
    yield f"pace        {', '.join(_list_pace(source, details))}"
    since = f" since {format_local_time(assessed.since, zone)}" if assessed.since else ""
    problem = f": {sanitize_line(assessed.problem)}" if assessed.problem else ""
    yield f"state       {assessed.health}{since}{problem}"
    if report.failures:
        yield f"            {format_count(report.failures, 'poll')} in a row failed"
    for trouble in assessed.troubles:
        yield f"trouble     {trouble.kind.label} since {format_local_time(trouble.since, zone)}: {trouble.detail}"
        yield f"            {_trouble_to_row(trouble)['todo']}"
    if details is None or report.next_at is None:  # it is not stored yet
        return
    times = (details.polled_at, report.next_at, details.first_at, report.last_ok_at)
    last, next_, first_good, last_good = (format_local_time(at, zone) for at in times)
    yield f"polls       last {last}, next {next_}"
    yield f"            good ones: the first {first_good}, the last {last_good}"
    names = {"etag": "ETag", "last_modified": "Last-Modified"}
    validators = [f"{names[key]} {sanitize_line(v)}" for key, v in _get_validators(source, details).items() if v]
    yield f"validators  {', '.join(validators) or 'none'}"
    yield f"30 days     {draw_sparkline(details.articles.counts)}  {format_count(details.articles.total, 'article')}"
    yield f"            {draw_sparkline(details.matches.counts)}  {format_count(details.matches.total, 'match')}"
    yield f"stored      {format_count(report.articles, 'article')}"
    yield from (_format_poll(poll, zone) for poll in details.polls)


def _format_poll(poll: LoggedPoll, zone: str) -> str:
    problem = f", {sanitize_line(poll.problem)}" if poll.problem else ""
    status = f" ({poll.status})" if poll.status else ""
    kind, brought = "poll", f"{poll.entries} entries, {poll.new} new"
    if poll.page_url is not None:
        kind, brought = "page", poll.page_url
    return f"{kind}        {format_local_time(poll.at, zone)}  {poll.outcome}{status}, {brought}{problem}"


def _list_settings(source: Source) -> Iterator[str]:
    yield source.kind
    for name in ("language", "publisher", "wire"):
        if value := getattr(source, name):
            yield f"{name} {sanitize_line(value)}"
    if source.full_text:
        yield "with the full text of its pages"
    if source.tags:
        yield f"tags {' '.join(map(sanitize_line, source.tags))}"


def _list_pace(source: Source, details: SourceDetails | None) -> Iterator[str]:
    yield f"at {source.cron} ({source.zone})" if source.cron else f"every {_describe_interval(source.every)}"
    for words, bound in (("at most", source.fastest), ("at least", source.slowest)):
        if bound:
            yield f"{words} every {_describe_interval(bound)}"
    if details is None:
        return
    if details.rate is not None:
        yield f"lately {details.rate:.{0 if details.rate >= _MANY else 1}f} new entries an hour"
    if details.quiet is not None and details.quiet >= _MINUTE:
        yield f"usually quiet for at most {duration_in_words(details.quiet)}"
    if details.hint is not None:
        yield f"its server asks for {_describe_interval(details.hint)} between polls"


def _describe_interval(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return format_count(seconds, "second") if length < 2 * _MINUTE else duration_in_words(length)


# --- retry, remove ----------------------------------------------------------------------------------------------


@sources.command()
@config_option
@_ids_argument
def retry(config: Path, ids: tuple[str, ...]) -> None:
    """Poll these sources now: the running daemon polls them within seconds.

    Use it after you have added, edited or repaired a source. Otherwise the daemon polls a source at its usual time, and
    waits for hours before it polls a source that has failed for long. `sources show ID` and `sources health` show the
    result. If a source is being polled just now, try again later (exit code 1): that poll may have begun before your
    edit.

    \b
    Example:
      news-monitor sources retry harbour-times
    """
    loaded = load_summary(config)
    print_faults(loaded.faults)
    database, now = existing_database(loaded.settings), clock.now()
    require_known("source", ids, loaded.sources)
    claims = Claims(database, "operator")
    due, stored = claims.make_due(ids, now), claims.find_stored(ids)
    when = "no daemon runs here; `news-monitor run` polls it as soon as it starts"
    if is_daemon_running(database, now):
        when = "the daemon polls it within seconds"
    unread = "it is new, and is polled as soon as a daemon runs that has read its file (`news-monitor status`)"
    being_polled = "it is being polled just now, or was when its daemon was killed; try again in a minute"
    for id_ in dict.fromkeys(ids):
        if id_ in due or id_ not in stored:
            click.echo(f"{id_} is due now: {when if id_ in stored else unread}")
        else:
            click.echo(f"{id_} is left as it is: {being_polled}", err=True)
    if stored - due:
        click.get_current_context().exit(1)


@sources.command()
@config_option
@_ids_argument
def remove(config: Path, ids: tuple[str, ...]) -> None:
    """Remove sources from their files. Comments that are also about other sources stay. For a source of a pack, the
    command prints what to write into monitor.yaml.

    Their stored articles stay in the database. If one of the IDs is unknown, none is removed. If network.allow in
    monitor.yaml still names one of them, the command says where: edit that too.

    \b
    Example:
      news-monitor sources remove old-wire old-blog
    """
    from monitor.services.commands.sources import remove_sources

    files = source_files(config)
    print_faults(files.faults)
    removed = remove_sources(files, ids)
    for source in removed:
        click.echo(f"removed {source.id} from {source.file}")
    remaining = {source.id for source in files.sources} - {source.id for source in removed}
    if faults := list(find_unknown_sources(settings_document(config), remaining)):
        print_faults(faults)
        click.echo("a daemon that runs polls the removed sources until network.allow no longer names them", err=True)


@sources.command()
@config_option
@click.argument("id_", metavar="ID", type=NameOf("source"))
def copy(config: Path, id_: str) -> None:
    """Write a source of a pack into your file of sources, for you to edit. It takes the place of the source of the
    pack, and keeps its articles.

    \b
    Example:
      news-monitor sources copy yonhap-en
    """
    from monitor.services.commands.sources import copy_source

    files = source_files(config)
    print_faults(files.faults)
    click.echo(f"added {id_} to {copy_source(files, id_)}; it takes the place of the pack's")


# --- add --------------------------------------------------------------------------------------------------------

_TO_RENAME = (
    "The id is made from the address. To rename it, change it in that file before the daemon polls it: a new id is a "
    "new source."
)
_KEYS = ("id", "name", "language", "publisher", "tags", "every")
"""In the order in which they are written."""


@sources.command()
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
def add(config: Path, *, url: str, file: Path | None, no_check: bool, which: str | None, **given: Any) -> None:  # noqa: ANN401 - the keys of a source
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
    from monitor.services.commands.sources import SourceRequest, add_sources, propose_sources

    files, shown = source_files(config), redact_url(url)
    print_faults(files.faults)
    keys = {key: value for key in _KEYS if (value := given["id_" if key == "id" else key])}
    request = SourceRequest(files, files.file_for(file), url, keys)
    found = asyncio.run(propose_sources(request, check=not no_check, on_fetch=lambda: announce_wait(f"asking {shown}")))
    for feed, source in found.known:
        click.echo(f"{redact_url(feed.url)} is there already: {source.place}", err=True)
    for address, why in found.refused:
        click.echo(f"{redact_url(address)}: {why}", err=True)
    if not found.candidates:
        raise MonitorError(f"{shown}: nothing was added")
    if len(found.candidates) > 1 and which is None:
        click.echo(f"This page has {len(found.candidates)} feeds; nothing was added. To add one (--all adds all):")
        for feed, candidate in _list_feeds(found.candidates):
            click.echo(f"\n{_describe_feed(feed)}\n  {_build_command(request, candidate)}")
        click.get_current_context().exit(1)
    chosen = found.candidates if which == "all" else found.candidates[:1]
    ids = add_sources(request, chosen)
    for id_ in ids:
        click.echo(f"added {id_} to {request.target}")
    for feed, candidate in _list_feeds(chosen):
        of_page = f"{redact_url(candidate.url)}: " if candidate.url != url else ""
        click.echo(f"{of_page}{_describe_feed(feed)}")
    for line in _list_warnings(found, chosen, ids[0]):
        click.echo(line, err=True)
    if "id" not in keys:
        click.echo(_TO_RENAME, err=True)


def _list_feeds(candidates: Iterable[SourceCandidate]) -> list[tuple[DiscoveredFeed, SourceCandidate]]:
    return [(each.feed, each) for each in candidates if each.feed]


def _list_warnings(found: SourceProposal, added: Sequence[SourceCandidate], id_: str) -> Iterator[str]:
    if any(digest_open_address(each.url) for each in added):
        yield f"{id_} has a token or a password in its address, in plain text: {AS_REFERENCE} (docs/sources.md)"
    if found.note:
        yield found.note
    elif found.problem:
        yield f"{id_} could not be read just now: {found.problem}; the daemon keeps trying"


def _build_command(request: SourceRequest, candidate: SourceCandidate) -> str:
    """The command that adds one feed of a page."""
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


# --- lists of feeds ---------------------------------------------------------------------------------------------


@sources.command("import")
@config_option
@click.option("--file", "file", type=click.Path(path_type=Path), help="The sources file to write them to.")
@click.option("--tag", "tags", multiple=True, metavar="T", help="A tag for all of them; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Print what would be added, and write nothing.")
@json_option
@click.argument("given", metavar="FILE|-", type=InputPath(allow_dash=True))
def import_(
    config: Path, *, file: Path | None, tags: tuple[str, ...], dry_run: bool, as_json: bool, given: Path
) -> None:
    """Add the feeds of a list (OPML) that a feed reader exported; - is standard input.

    Groups become tags. Feeds that you have already, outlines without a feed, and addresses that name a secret, such as
    ${env:NAME}, are named and left out. The sources file is written as a whole or not at all.

    \b
    Examples:
      news-monitor sources import subscriptions.opml
      news-monitor sources import --dry-run --tag desk --file sources.yaml subscriptions.opml

    Exit code 1 if FILE is not such a list, or if a part of it could not be used.
    """
    from monitor.services.commands.sources import import_source_list

    files = source_files(config)
    print_faults(files.faults)
    target = files.file_for(file)
    try:
        imports, problem = import_source_list(files, target, _read_input(given), tags, dry_run=dry_run)
    except FeedUnreadable as error:
        raise FeedUnreadable(f"{given}: {error}") from error
    if problem:
        click.echo(f"{given}: {problem}", err=True)
    for each in imports:
        _print_import(given, each, as_json=as_json)
    names_feeds = any(each.outline.url for each in imports)
    count = Counter(each.outcome for each in imports)
    parts = [f"{count[ImportOutcome.ADDED]} {'would be added' if dry_run else 'added'} to {target}"]
    if present := count[ImportOutcome.KNOWN] + count[ImportOutcome.REPEATED]:
        parts.append(f"{present} already there")
    if unusable := count[ImportOutcome.UNUSABLE]:
        parts.append(f"{unusable} could not be used")
    click.echo("; ".join(parts) if imports else f"{given}: it names no feed", err=as_json or not names_feeds)
    if unusable or not names_feeds:
        click.get_current_context().exit(1)


def _read_input(given: Path) -> bytes:
    from monitor.sources.formats.opml import MOST_BYTES

    try:
        with sys.stdin.buffer if str(given) == "-" else given.open("rb") as file:
            return file.read(MOST_BYTES + 1)  # one too many is refused
    except OSError as error:
        raise InvalidRequest(f"{given}: {error.strerror or error}") from error


def _print_import(given: Path, done: OutlineImport, *, as_json: bool) -> None:
    """As JSON on stdout; for people what is added on stdout, what is not, and why, on stderr."""
    line, keys = done.outline.line, done.source or {}
    url, id_ = redact_url(done.outline.url) or None, keys.get("id")
    if as_json:
        print_json({"line": line, "url": url, "outcome": done.outcome.value, "id": id_, "why": done.why})
        return
    if done.outcome is ImportOutcome.ADDED:
        proxy, tags = keys.get("proxy"), keys.get("tags")  # what gives a source more trust than its address alone
        is_official = isinstance(tags, Sequence) and "official" in tags
        said = [f"fetched through {redact_url(str(proxy))}" if proxy else "", "tagged official" if is_official else ""]
        trust = ", ".join(filter(None, said))
        click.echo("  ".join(filter(None, (str(id_), url, f"({trust})" if trust else ""))))
    if done.why:
        click.echo(" ".join(filter(None, (f"{given}:{line}:", url, done.why))), err=True)


@sources.command()
@config_option
@click.option("-o", "--output", type=OutputPath(), help="The file to write, or - for standard output (default).")
@click.option("--tag", metavar="T", help="Only the sources with this tag.")
def export(config: Path, output: Path | None, tag: str | None) -> None:
    """Write the sources as a list of feeds (OPML 2.0), for feed readers and `sources import`.

    Sources are grouped by their first tag. The list keeps all their keys, and `sources import` restores them, except a
    source whose address names a secret. A proxy with a password is left out, and a token in a url is written as ***.

    \b
    Example:
      news-monitor sources export -o sources.opml
    """
    from monitor.services.commands.sources import export_source_list

    exported = export_source_list(source_files(config), clock.now(), tag)
    print_faults(exported.faults)
    for source, keys in exported.secrets:
        for key in keys:
            what = "a token, for which *** is written" if key == "url" else "a password, and is left out"
            click.echo(f"{source.place}: {key} holds {what}", err=True)
    if tag is not None and not exported.sources:  # a slip in the tag must not leave an empty list in place of a backup
        raise InvalidRequest(f"no source has the tag '{tag}'")
    if output is None or str(output) == "-":
        write_page(Path("-"), exported.document.decode())
    else:
        with open_output(output) as out:
            out.write(exported.document.decode())
        click.echo(f"{exported.sources} sources written to {output}")
    if exported.faults:
        click.get_current_context().exit(1)
