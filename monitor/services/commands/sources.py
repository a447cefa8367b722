"""Adds sources by their address or from a list of feeds, removes them, and writes them as a list.

`propose_sources` asks an address (of a feed, of a page that has feeds, or of a public Telegram channel), and says what
can be added. `add_sources` writes what the caller chose of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from monitor.config.editing.atomic_rewrite import prepare_rewrite
from monitor.config.editing.feed_lists import ImportOutcome, OutlineImport, import_outlines, outline_of
from monitor.config.editing.source_files import (
    ListedSource,
    NewSource,
    SourceFiles,
    SourceValue,
    check_file,
    comparable_address,
    find_valid_sources,
    new_source,
    with_sources,
    without_sources,
)
from monitor.config.language.base_schema import language_tag
from monitor.config.language.faults import did_you_mean, format_flow_yaml
from monitor.config.language.secrets import OptionalSecrets, fill_secrets
from monitor.config.loading.files import networks_allowed, settings_document
from monitor.config.loading.packs import with_sources_off
from monitor.errors import Fault, InvalidFiles, InvalidRequest, NothingAdded
from monitor.model import Limits, Outline, Place
from monitor.model.sources import MAX_LINK
from monitor.runtime.workers.pool import Workers
from monitor.sources.formats.opml import read_opml, write_opml
from monitor.sources.http.fetch import Fetcher
from monitor.sources.http.guard import (
    APPLIED_AT_ONCE,
    Address,
    explain_allowance,
    normalize_ip,
    refused_host,
    write_allowance,
)
from monitor.sources.kinds import recognize_address
from monitor.sources.polling.discovery import DiscoveredFeed, DiscoveryResult, discover_feeds
from monitor.sources.polling.in_worker import PARSER_SETUP
from monitor.url_secrets import list_references, redact_url

_UNIQUE_KEYS = ("id", "name")
_NOT_THERE = (404, 410)


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A source that somebody wants. `target`: the file that it is written to (`SourceFiles.file_for`); `keys`: those
    that are given for it, in the order in which they are written."""

    files: SourceFiles
    target: Path
    url: str
    keys: Mapping[str, SourceValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceCandidate:
    """A source that can be added. `keys`: for those that the request does not give; `feed`: as it was found."""

    url: str
    keys: Mapping[str, SourceValue] = field(default_factory=dict)
    feed: DiscoveredFeed | None = None


@dataclass(frozen=True, slots=True)
class SourceProposal:
    """What can be added for a request; a page may have several feeds. `known`: feeds of the page that are in a file
    already; `refused`: addresses of feeds that the page must not name, each with why. `problem`: why no server answers;
    `note`: what to know of an address that was not asked."""

    candidates: tuple[SourceCandidate, ...]
    known: tuple[tuple[DiscoveredFeed, ListedSource], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    note: str | None = None


async def propose_sources(
    request: SourceRequest, *, check: bool = True, on_fetch: Callable[[], None] = lambda: None
) -> SourceProposal:
    """Find out what is at the address of a request; nothing is written. Without `check` nobody is asked. `on_fetch` is
    called before the address is fetched, which may take half a minute.

    Raises InvalidRequest for faulty keys, InvalidFiles if the source is in a file already or the target has a fault,
    and NothingAdded if there is no feed at the address and none that it names, or the daemon would refuse it."""
    if len(request.url) > MAX_LINK:
        raise InvalidRequest(f"the address has {len(request.url)} characters, of at most {MAX_LINK}")
    known = recognize_address(request.url)
    candidate = SourceCandidate(known.url, known.keys) if known else SourceCandidate(request.url)
    id_ = str(_build_source(request, candidate)["id"])
    check_file(request.target)
    if known:
        return SourceProposal((candidate,), note=known.note)
    host = urlsplit(request.url).hostname or ""
    if address := refused_host(host, networks_allowed(request.files.config, id_)):
        raise NothingAdded(_explain_refusal(request, id_, address))
    if references := list_references(request.url):
        fill_secrets(request.url, OptionalSecrets({}), Place(str(request.target)), request.files.config.parent)
        note = f"the address was not fetched: only the daemon fills in {', '.join(references)}, and sends it to {host}"
        return SourceProposal((candidate,), note=note)
    if not check:
        return SourceProposal((candidate,))
    on_fetch()
    found = await _discover_feeds(request, id_)
    if found.refused is not None:
        raise NothingAdded(_explain_refusal(request, id_, normalize_ip(found.refused)))
    return _propose_discovered(request, found)


def add_sources(request: SourceRequest, candidates: Sequence[SourceCandidate]) -> list[str]:
    """Write these candidates to the target, all at once. Returns their ids.

    Raises InvalidRequest for faulty keys, InvalidFiles if a source is in a file already or the target has a fault, and
    MonitorError if the target cannot be edited safely."""
    if len(candidates) > 1 and (single := [f"--{key}" for key in _UNIQUE_KEYS if key in request.keys]):
        raise InvalidRequest(f"{' and '.join(single)}: {len(candidates)} feeds cannot share it; add them one by one")
    sources: list[NewSource] = []
    for candidate in candidates:
        sources.append(_build_source(request, candidate, [str(source["id"]) for source in sources]))
    check_file(request.target)
    prepare_rewrite(request.target, lambda text, name: with_sources(text, name, sources)).write()
    return [str(source["id"]) for source in sources]


def _build_source(request: SourceRequest, candidate: SourceCandidate, used_ids: Sequence[str] = ()) -> NewSource:
    """The source of a candidate as it is written. Raises InvalidRequest, and InvalidFiles if a file has it already."""
    listed, url = request.files.sources, candidate.url
    ids = {*(each.id for each in listed), *used_ids}
    source = new_source(url, {**candidate.keys, **request.keys}, ids, may_name_secrets=url == request.url)
    faults = [
        Fault(each.place, f"a source with this {what} is here already", f"it is '{each.id}'; nothing was added")
        for each in listed
        for what, same in (
            ("url", comparable_address(each.url) == comparable_address(url)),
            ("id", each.id == source["id"]),
        )
        if same
    ]
    if faults:
        raise InvalidFiles(faults)
    return source


def _propose_discovered(request: SourceRequest, found: DiscoveryResult) -> SourceProposal:
    url = redact_url(request.url)
    if found.is_feed:
        return SourceProposal((_candidate_from_feed(found.feeds[0], request.url),))
    if not found.is_page:
        if found.status is not None and (found.status in _NOT_THERE or 200 <= found.status < 400):
            raise NothingAdded(f"{url}: {found.problem}; nothing was added; --no-check adds it anyway")
        return SourceProposal((SourceCandidate(request.url),), problem=found.problem)
    if not found.feeds:
        tried = "".join(f"\n  {redact_url(address)}: {why}" for address, why in found.rejected)
        raise NothingAdded(
            f"{url}: this is a web page, and no feed of it was found; nothing was added. If it lists its news itself, "
            "read it as a page: write it to a sources file with `kind: page` and `select` (docs/sources.md says how)."
            f"\nTried:{tried}"
        )
    listed = {comparable_address(each.url): each for each in request.files.sources}
    known = tuple((feed, listed[at]) for feed in found.feeds if (at := comparable_address(feed.url)) in listed)
    new = (feed for feed in found.feeds if comparable_address(feed.url) not in listed)
    refused = tuple(rejected for rejected in found.rejected if list_references(rejected[0]))
    return SourceProposal(tuple(_candidate_from_feed(feed, feed.url) for feed in new), known, refused)


def _candidate_from_feed(feed: DiscoveredFeed, url: str) -> SourceCandidate:
    """With what is known of the feed by looking: its title, as its name, and its language where its page says it."""
    language = language_tag(feed.language) if feed.language else None
    keys = {key: value for key, value in (("name", feed.title), ("language", language)) if value}
    return SourceCandidate(url, keys, feed)


async def _discover_feeds(request: SourceRequest, id_: str) -> DiscoveryResult:
    limits, workers = Limits(), Workers(1, setup=PARSER_SETUP)
    try:
        async with Fetcher(limits, networks_allowed(request.files.config, id_)) as fetcher:
            return await discover_feeds(request.url, fetcher, workers, limits.parse)
    finally:
        workers.close()


def _explain_refusal(request: SourceRequest, id_: str, address: Address) -> str:
    """That sources must not reach this address, to which the request leads, and what to do."""
    settings = settings_document(request.files.config).data
    to_do = explain_allowance(address, id_)
    if isinstance(settings, dict) and "network" not in settings:
        line = f"network: {{allow: [{write_allowance(address, id_)}]}}"
        to_do = f"if it is meant, write this line into monitor.yaml ({APPLIED_AT_ONCE}):\n  {line}"
    return (
        f"{redact_url(request.url)}: nothing was added, because this leads to {address}, a private or special address, "
        f"which sources must not reach; {to_do}\nThen run this again: until the source is added, `check` reports that "
        f"there is no source '{id_}'. Each further source of that address needs its own id there."
    )


def remove_sources(files: SourceFiles, ids: Iterable[str]) -> list[ListedSource]:
    """Remove these sources from their files; what is stored of them stays. Nothing is written if an id is unknown or of
    a pack (InvalidRequest), or is in two places (InvalidFiles), or if a file cannot be edited safely (MonitorError)."""
    removed = [_find_source(files, id_) for id_ in dict.fromkeys(ids)]
    if of_packs := [source for source in removed if source.file in files.pack_files]:
        raise InvalidRequest(_explain_silencing(files.config, of_packs))
    removed_ids = {source.id for source in removed}
    rewrites = [
        prepare_rewrite(file, lambda text, name: without_sources(text, name, removed_ids))
        for file in dict.fromkeys(source.file for source in removed)
    ]
    for rewrite in rewrites:
        rewrite.write()
    return removed


def _explain_silencing(config: Path, sources: Sequence[ListedSource]) -> str:
    """What to write into monitor.yaml so that these sources of its packs are not polled."""
    packs = with_sources_off(settings_document(config), {source.id: source.file for source in sources})
    ids, one = ", ".join(source.id for source in sources), len(sources) == 1
    return (
        f"{ids} {'is' if one else 'are'} of a pack; nothing was removed. So that {'it is' if one else 'they are'} not "
        f"polled, write in {config}:\n  packs: {format_flow_yaml(packs)}"
    )


def copy_source(files: SourceFiles, id_: str) -> Path:
    """Write a source of a pack into the user's own file for sources, to be edited: there it takes the place of the
    pack's. Returns the file. Raises InvalidRequest if no pack has it or it is the user's already, InvalidFiles if the
    file has a fault, and MonitorError if it cannot be edited safely."""
    source, target = _find_source(files, id_), files.file_for(None)
    if source.file not in files.pack_files:
        raise InvalidRequest(f"the source '{id_}' is yours already: {source.place}")
    check_file(target)
    prepare_rewrite(target, lambda text, name: with_sources(text, name, [cast("NewSource", source.keys)])).write()
    return target


def _find_source(files: SourceFiles, id_: str) -> ListedSource:
    found = [source for source in files.sources if source.id == id_]
    if not found:
        meant = did_you_mean(id_, (source.id for source in files.sources), "`news-monitor sources list` lists them")
        raise InvalidRequest(f"there is no source '{id_}' in the files that {files.config} names; {meant}")
    if len(found) > 1:
        raise InvalidFiles(
            [Fault(source.place, f"'{id_}' is here and in another place", "remove one by hand") for source in found]
        )
    return found[0]


def import_source_list(
    files: SourceFiles, target: Path, document: bytes, tags: Sequence[str] = (), *, dry_run: bool = False
) -> tuple[list[OutlineImport], str | None]:
    """Add the feeds of an OPML document to the file `target`: all that can be used, at once. Returns the result for
    each outline, in the order of their lines (one that names no feed has no url), and, if the list was ill-formed, the
    problem. `tags`: for all of them. With `dry_run` nothing is written: a preview.

    Raises FeedUnreadable if it is no list of feeds, InvalidRequest for a faulty tag, InvalidFiles if the target has a
    fault, MonitorError if it cannot be edited safely."""
    check_file(target)
    read = read_opml(document)
    normalized = new_source("https://news.example/", {"tags": tags}, ()).get("tags", ())
    imports = import_outlines(read.outlines, files.sources, [*normalized] if isinstance(normalized, Sequence) else [])
    new = [each.source for each in imports if each.source]
    rewrite = prepare_rewrite(target, lambda text, name: with_sources(text, name, new))
    if new and not dry_run:
        rewrite.write()
    imports += [OutlineImport(Outline("", each.line), ImportOutcome.UNUSABLE, why=each.why) for each in read.unusable]
    return sorted(imports, key=lambda each: each.outline.line), read.problem


@dataclass(frozen=True, slots=True)
class ListExport:
    """Sources as an OPML document. `faults`: of the sources that are left out. `secrets`: for sources that are written
    without some of their keys, these keys, as they hold a password."""

    document: bytes
    sources: int
    faults: tuple[Fault, ...]
    secrets: tuple[tuple[ListedSource, Sequence[str]], ...]


def export_source_list(files: SourceFiles, now: datetime, tag: str | None = None) -> ListExport:
    """The sources without a fault, or those of them with this tag, with all their keys but passwords."""
    checked = [find_valid_sources(file) for file in (*files.files, *files.pack_files)]
    valid = {place for places, _ in checked for place in places}
    faults = (fault for _, found in checked for fault in found if fault not in files.faults)
    kept = [
        (source, *outlined)
        for source in files.sources
        if (outlined := outline_of(source.keys))
        and source.place in valid
        and (tag is None or tag in outlined[0].groups)
    ]
    document = write_opml([outline for _, outline, _ in kept], f"Sources of {files.config}", now)
    secrets = tuple((source, keys) for source, _, keys in kept if keys)
    return ListExport(document, len(kept), (*files.faults, *faults), secrets)
