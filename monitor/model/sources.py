"""Sources, what they give, and the polls that ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import Final, NamedTuple

from monitor.model.source_stats import SourceStats, SourceTrouble, TroubleKind

BEHIND = timedelta(minutes=10)  # a poll that comes so much later than it was planned


class SourceKind(StrEnum):
    """What stands at a source's address: a feed or news sitemap, in a format that is told by looking; or a web page."""

    FEED = "feed"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where the entries stand in a page, as CSS selectors: `entry` in the page, the others in an entry. `date`: of the
    element whose `datetime` attribute or text is the date."""

    entry: str
    title: str | None = None
    link: str = "a"
    text: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Something that is polled. `wire`: the agency whose texts it carries as its own.

    `every`: how often, as a rule; a busy source may be asked as often as `fastest` says, a quiet one as seldom as
    `slowest` (None: the program's own bounds). `cron`: at these times instead, in `zone`. `proxy`: what it is asked
    through. `full_text`: its articles' pages are read too. `sitemap`: where what left the feed unseen may still stand.
    """

    id: str
    url: str
    name: str
    every: timedelta
    language: str | None = None
    publisher: str | None = None
    wire: str | None = None
    tags: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.FEED
    select: Selectors | None = None
    fastest: timedelta | None = None
    slowest: timedelta | None = None
    cron: str | None = None
    zone: str = "UTC"
    proxy: str | None = field(default=None, repr=False)
    full_text: bool = False
    sitemap: str | None = None

    @property
    def official(self) -> bool:
        """Whether it is the voice of a state or of an organisation, which its tags say."""
        return "official" in self.tags

    @property
    def read_as(self) -> str:
        """How what stands at its address is read, to know whether that has changed: "" as a feed, else a digest of the
        selectors."""
        if self.select is None:
            return ""
        return blake2b(repr(astuple(self.select)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "has it changed?" with: kept and sent back word for word. `body`: the digest of the
    last document, for servers that never say that it has not."""

    etag: str | None = None
    last_modified: str | None = None
    body: str | None = None


class EntryFingerprint(NamedTuple):
    """By what an entry of a document is recognised without being parsed: digests of its `slice` of the document
    (12 bytes), and (8 bytes each) of its guid and canonical link (b"": it had none), of its `content` as an identity
    takes it, and of the `whole` of what it says. A tuple: every document is read beside a hundred of them."""

    slice: bytes
    guid: bytes = b""
    link: bytes = b""
    content: bytes = b""
    whole: bytes = b""


class FetchOutcome(StrEnum):
    """How a fetch ended."""

    DOCUMENT = "document"
    NOT_MODIFIED = "not modified"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What one fetch of a source brought. `problem` is one line for a person: what, and what to do.

    `headers` have lower-case names. `retry_after` is how long the server asked us to stay away. `moved`: where the
    document stands now, if every redirect on the way there was permanent.
    """

    outcome: FetchOutcome
    url: str
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = Validators()
    problem: str | None = None
    retry_after: timedelta | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as a feed gives it: plain text (no HTML), dates as the feed wrote them, links absolute.

    `slice`: the digest of its part of the document (b"": that part is unknown). `cut`: a text of it was longer
    than any article's, and is not read to its end (`sources.bounds`).
    """

    guid: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    tags: tuple[str, ...] = ()
    slice: bytes = field(default=b"", compare=False)
    is_truncated: bool = False

    def __reduce__(self) -> tuple[type[Entry], tuple[object, ...]]:
        """How it travels from a worker: its values in their order. What dataclasses do instead costs twice that."""
        return Entry, IN_ORDER(self)


IN_ORDER: Final = attrgetter(*(each.name for each in fields(Entry)))


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed document. `problem`: it was ill-formed, and this is what could still be read from it.

    `entries`: those that were not known, in the document's order. `slices`: the digests of all its entries, known or
    not; (): they could not be told, and `entries` is all that there is. `title`: None too where all were known.
    `hint`: how often the feed says that it changes. `older`: the address at which an archive goes on. `left`: how many
    that are not known were not read this time; `beyond`: how many of a long list are never read (`sources.listed`).
    """

    entries: tuple[Entry, ...]
    title: str | None = None
    problem: str | None = None
    slices: tuple[bytes, ...] = ()
    poll_hint: timedelta | None = None
    older_page_url: str | None = None
    entries_left: int = 0
    entries_skipped: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """An entry as we keep it. `(source, uid)` is its identity, `version` counts the texts it has had (from 1).

    `published` is the effective date: the claimed one where that is sane, else the moment we first saw it
    (`dated` says which). `baseline`: it was there when its source was first polled.
    """

    source: str
    uid: str
    title: str
    text: str
    seen: datetime
    published: datetime
    dated: bool = False
    version: int = 1
    url: str | None = None
    canonical: str | None = None
    language: str | None = None
    digest: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A source claimed for one poll. `url` is the source's own, and `habits.address(url)` where it is polled; its last
    good poll was at `last_ok`, and the last one's problem was `problem`. `token` fences: whoever claimed it later makes
    this claim void."""

    source: str
    url: str
    token: int
    planned: datetime
    validators: Validators = Validators()
    failures: int = 0
    is_first_poll: bool = True
    stats: SourceStats = field(default_factory=SourceStats)
    last_ok: datetime | None = None
    problem: str | None = None

    @property
    def news_since(self) -> datetime | None:
        """Since when what this poll brings may be news: its source's last good poll, or the one before that if that has
        left entries to this one. None: it never was polled well, or not since it came back into the config."""
        return self.last_ok and (self.stats.left_since or self.last_ok)

    def unpolled_window(self, now: datetime) -> tuple[datetime, datetime] | None:
        """From when to when its source was not polled, though it should have been: this service was down, or the source
        failed until now. What an earlier poll has left to this one comes as late as that poll came."""
        behind = self.failures > 0 or now - self.planned > BEHIND
        since, until = self.news_since, now if behind else self.stats.left_late
        return None if since is None or until is None else (since, until)

    @property
    def rechecks_old_address(self) -> bool:
        """Whether this poll asks the address that its source has left, to see whether it answers again."""
        return self.stats.doubts_move(self.planned)


@dataclass(frozen=True, slots=True)
class PollRecord:
    """What one poll leaves behind of its source, besides its articles. `habits` None: nothing was learnt. `opened`: the
    troubles that it showed, new or not; `closed`: those that it showed to be over. `marks`: of the entries of
    its last documents, packed (`intake.marks`); None: as they were. `unfinished`: it was a first poll, and left some of
    what is the source's past to the next one, which is a first one too."""

    claim: Claim
    at: datetime
    fetched: FetchResult
    next_at: datetime
    failures: int
    entries: int = 0
    problem: str | None = None
    stats: SourceStats | None = None
    opened_troubles: tuple[SourceTrouble, ...] = ()
    closed_troubles: tuple[TroubleKind, ...] = ()
    fingerprints: bytes | None = None
    is_unfinished: bool = False
