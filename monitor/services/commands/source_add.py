"""Adds sources by an address: of a feed, of a page that has feeds, or of a public Telegram channel.

`propose_sources` asks the address, and says what can be added. `add_sources` writes what the caller chose of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config.editing.atomic_rewrite import prepare_rewrite
from monitor.config.editing.source_edit import NewSource, SourceValue, with_sources
from monitor.config.editing.source_files import ListedSource, SourceFiles, check_file, comparable_address, new_source
from monitor.config.language.base_schema import language_tag
from monitor.config.language.secrets import OptionalSecrets, fill_secrets
from monitor.config.loading.files import networks_allowed, settings_document
from monitor.errors import Fault, InvalidFiles, InvalidRequest, NothingAdded
from monitor.model import Limits, Place
from monitor.model.sources import MAX_LINK
from monitor.runtime.workers.pool import Workers
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
from monitor.url_secrets import digest_open_address, list_references, redact_url

_UNIQUE_KEYS = ("id", "name")
_NOT_THERE = (404, 410)
_NOTHING_ADDED = "nothing was added; --no-check adds it anyway"


class AddressKind(StrEnum):
    """What is at an address. RECOGNIZED: a kind of source knows the address, so nobody has to ask it; UNCHECKED: nobody
    has asked it; UNREACHABLE: no server answers."""

    FEED = "feed"
    PAGE = "page"
    RECOGNIZED = "recognized"
    UNCHECKED = "unchecked"
    UNREACHABLE = "unreachable"


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

    @property
    def has_open_secret(self) -> bool:
        """Whether its address shows a token or a password."""
        return digest_open_address(self.url) != ""


@dataclass(frozen=True, slots=True)
class SourceProposal:
    """What can be added for a request; a page may have several feeds. `known`: feeds of the page that are in a file
    already; `refused`: addresses of feeds that the page must not name, each with why. `problem`: why the address could
    not be asked; `note`: what to know of an address that was not asked."""

    kind: AddressKind
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
        return SourceProposal(AddressKind.RECOGNIZED, (candidate,), note=known.note)
    host = urlsplit(request.url).hostname or ""
    if address := refused_host(host, networks_allowed(request.files.config, id_)):
        raise NothingAdded(_explain_refusal(request, id_, address))
    if references := list_references(request.url):
        fill_secrets(request.url, OptionalSecrets({}), Place(str(request.target)), request.files.config.parent)
        note = f"the address was not fetched: only the daemon fills in {', '.join(references)}, and sends it to {host}"
        return SourceProposal(AddressKind.UNCHECKED, (candidate,), note=note)
    if not check:
        return SourceProposal(AddressKind.UNCHECKED, (candidate,))
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
    listed = request.files.sources
    keys = {**candidate.keys, **request.keys}
    ids = {*(each.id for each in listed), *used_ids}
    source = new_source(candidate.url, keys, ids, may_name_secrets=candidate.url == request.url)
    _refuse_known(listed, candidate.url, str(source["id"]))
    return source


def _refuse_known(listed: Sequence[ListedSource], url: str, id_: str) -> None:
    faults = [
        Fault(each.place, f"a source with this {what} is here already", f"it is '{each.id}'; nothing was added")
        for each in listed
        for what, same in (("url", comparable_address(each.url) == comparable_address(url)), ("id", each.id == id_))
        if same
    ]
    if faults:
        raise InvalidFiles(faults)


def _propose_discovered(request: SourceRequest, found: DiscoveryResult) -> SourceProposal:
    if found.is_feed:
        return SourceProposal(AddressKind.FEED, (_candidate_from_feed(found.feeds[0], request.url),))
    if found.is_page:
        return _propose_feeds_of_page(request, found)
    if found.status is not None and (found.status in _NOT_THERE or 200 <= found.status < 400):
        raise NothingAdded(f"{redact_url(request.url)}: {found.problem}; {_NOTHING_ADDED}")
    return SourceProposal(AddressKind.UNREACHABLE, (SourceCandidate(request.url),), problem=found.problem)


def _propose_feeds_of_page(request: SourceRequest, found: DiscoveryResult) -> SourceProposal:
    if not found.feeds:
        raise NothingAdded(_explain_no_feed(redact_url(request.url), found))
    listed = {comparable_address(each.url): each for each in request.files.sources}
    known = tuple((feed, listed[at]) for feed in found.feeds if (at := comparable_address(feed.url)) in listed)
    new = (feed for feed in found.feeds if comparable_address(feed.url) not in listed)
    refused = tuple(rejected for rejected in found.rejected if list_references(rejected[0]))
    return SourceProposal(AddressKind.PAGE, tuple(_candidate_from_feed(feed, feed.url) for feed in new), known, refused)


def _candidate_from_feed(feed: DiscoveredFeed, url: str) -> SourceCandidate:
    """With what is known of the feed by looking: its title, as its name, and its language where its page says it."""
    keys: dict[str, SourceValue] = {"name": feed.title} if feed.title else {}
    language = language_tag(feed.language) if feed.language else None
    return SourceCandidate(url, keys | ({"language": language} if language else {}), feed)


def _explain_no_feed(url: str, found: DiscoveryResult) -> str:
    tried = "".join(f"\n  {redact_url(address)}: {why}" for address, why in found.rejected)
    return (
        f"{url}: this is a web page, and no feed of it was found; nothing was added. If it lists its news itself, read "
        "it as a page: write it to a sources file with `kind: page` and `select` (docs/sources.md says how)."
        f"\nTried:{tried}"
    )


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
