"""Sources, what they give us, and the polls that ask them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Final, NamedTuple

from msgspec import Meta

from monitor.model.source_stats import SourceStats, SourceTrouble, TroubleKind
from monitor.sanitize import sanitize_line

DEFAULT_KIND: Final = "feed"  # the kind of a source that names none
# The bounds of what readers give (`sources.formats`). A worker that sends more has been taken over.
MAX_ENTRIES: Final = 2_000  # of a feed
MAX_TITLE: Final = 1_000  # characters, as the next ones: ten times the longest article of 203 real feeds
MAX_SUMMARY: Final = 64 * 1024
MAX_CONTENT: Final = 256 * 1024
MAX_LINK: Final = 2_048  # an entry's has at most so many bytes: databases index it
MAX_NAME: Final = 200  # of a person, a tag, a language or a date
MAX_NAMES: Final = 50  # authors or tags of an entry
MAX_PROBLEM: Final = 1_000
DIGEST_SIZE: Final = 12  # bytes of a slice
MAX_POLL_HINT: Final = timedelta(days=366)
Entries = Meta(max_length=MAX_ENTRIES)
Link = Annotated[str, Meta(max_length=MAX_LINK)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Names = Annotated[tuple[Name, ...], Meta(max_length=MAX_NAMES)]
Title = Annotated[str, Meta(max_length=MAX_TITLE)]
Digest = Annotated[bytes, Meta(max_length=DIGEST_SIZE)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
BEHIND = timedelta(minutes=10)  # a poll that is so much later than planned counts as late


@dataclass(frozen=True, slots=True)
class KindSettings:
    """The settings that only sources of one kind have. Such a kind has a subclass of this (`sources.kinds`)."""

    @property
    def gives_dates(self) -> bool:
        """Whether its entries can have dates."""
        return True


@dataclass(frozen=True, slots=True)
class Selectors(KindSettings):
    """CSS selectors for the entries of a page: `entry` in the page, the others within an entry. `date` selects the
    element whose `datetime` attribute or text is the date."""

    entry: str
    title: str | None = None
    link: str = "a"
    text: str | None = None
    date: str | None = None

    @property
    def gives_dates(self) -> bool:
        """Whether it selects them."""
        return self.date is not None


@dataclass(frozen=True, slots=True)
class Source:
    """Something that is polled. `wire`: the agency whose texts it carries as its own. `kind`: the name of its kind
    (`sources.kinds`), `settings`: those that only this kind has.

    `every`: how often it is usually polled; a busy source may be polled as often as `fastest` says, a quiet one as
    seldom as `slowest` (None: the program's own limits). `cron`: at these times instead, in `zone`. `proxy`: the proxy
    for its requests. `full_text`: the pages of its articles are read too. `sitemap`: where to look for entries that
    left the feed before we saw them.

    `url`: its address as it is shown and stored, with `***` in place of a secret (`url_secrets`); `full_url`: its
    address with the secrets, if it has some; `secrets`: these texts, which nobody may see; `open_digest`: the digest of
    its address if its file shows a secret, else "". `references`: the secrets that its address and its proxy name, as
    written, each with the host that gets it.
    """

    id: str
    url: str
    name: str
    every: timedelta
    language: str | None = None
    publisher: str | None = None
    wire: str | None = None
    tags: tuple[str, ...] = ()
    kind: str = DEFAULT_KIND
    settings: KindSettings | None = None
    fastest: timedelta | None = None
    slowest: timedelta | None = None
    cron: str | None = None
    zone: str = "UTC"
    proxy: str | None = field(default=None, repr=False)
    full_text: bool = False
    sitemap: str | None = None
    full_url: str | None = field(default=None, repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    open_digest: str = ""
    references: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """The address that is fetched. It may hold secrets: it is for requests only."""
        return self.full_url or self.url

    @property
    def stored_url(self) -> str:
        """The address as it is stored. It tells apart addresses that are shown alike, because only a secret that their
        files show differs: such a "secret" may choose a section of a site. A secret that a file names by a reference
        may change, as tokens do, without making another address."""
        return f"{self.url}#open-{self.open_digest}" if self.open_digest else self.url

    @property
    def has_open_secret(self) -> bool:
        """Whether its file shows a secret of its address."""
        return self.open_digest != ""

    @property
    def is_named(self) -> bool:
        """Whether its file gives it a name; if not, its feed may."""
        return self.name != self.id

    def choose_name(self, title: str | None) -> str:
        """Its display name. `title`: the title of its feed, used if the source has no name."""
        return self.name if self.is_named or not title else title

    @property
    def official(self) -> bool:
        """Whether it speaks for a state or an organisation; its tags say so."""
        return "official" in self.tags

    @property
    def gives_dates(self) -> bool:
        """Whether its entries can have dates."""
        return self.settings is None or self.settings.gives_dates

    @property
    def read_as(self) -> str:
        """How its document is read, so that we notice a change: "" as a feed, else its kind or a digest of the
        settings."""
        if self.settings is None:
            return "" if self.kind == DEFAULT_KIND else self.kind
        return blake2b(repr(astuple(self.settings)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask "has it changed?" with: kept and sent back word for word. `body`: the digest of the
    last document, for servers that never say that it has not changed. `origin`: of the server that gave them, as
    "https://news.example"; no other one gets them. None: that of the address that is fetched."""

    etag: str | None = None
    last_modified: str | None = None
    body: str | None = None
    origin: str | None = None


class EntryFingerprint(NamedTuple):
    """How we recognise an entry of a document without parsing it: digests of its `slice` of the document (12 bytes),
    and (8 bytes each) of its guid and canonical link (b"": it had none), of its `content` as its identity takes it, and
    of the `whole` of what it says. A tuple, because every document is compared with a hundred of them."""

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
    """What one fetch of a source returned. `problem`: one line for a person: what went wrong, and what to do.

    `url`: where redirects led, without secrets. `headers` have lower-case names. `body`: as it was sent, perhaps
    compressed. `retry_after`: how long the server asked us to stay away. `moved_to`: where the document is now, if
    every redirect on the way there was permanent. `redirects`: how many were followed. `refused`: the address that may
    not be reached, if it failed for that.
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
    redirects: int = 0
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as a feed gives it: plain text (no HTML), dates as the feed wrote them, links absolute.

    `slice`: the digest of its part of the document (b"": that part is unknown). `is_truncated`: one of its texts was
    longer than any article's, and was not read to its end (`sources.formats.entry_bounds`).
    """

    guid: Link | None = None
    link: Link | None = None
    title: Title = ""
    summary: Annotated[str, Meta(max_length=MAX_SUMMARY)] = ""
    content: Annotated[str, Meta(max_length=MAX_CONTENT)] = ""
    published: Name | None = None
    updated: Name | None = None
    authors: Names = ()
    language: Name | None = None
    tags: Names = ()
    slice: Digest = field(default=b"", compare=False)
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class RedactedEntry(Entry):
    """An entry in which secrets of its source's address were hidden. `original`: the entry with them. It is never shown
    or stored: it finds what older versions stored of the entry. Workers send none (`Feed.entries`)."""

    original: Entry = field(default_factory=Entry, compare=False, repr=False)

    @classmethod
    def from_entries(cls, redacted: Entry, original: Entry) -> RedactedEntry:
        """`redacted`, with its original."""
        return cls(**{each.name: getattr(redacted, each.name) for each in fields(Entry)}, original=original)


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed document. `problem`: it was ill-formed, and this is what could still be read.

    entries             the entries that were not known, in the document's order
    title               None also if all entries were known
    slices              the digests of all its entries, known or not; (): unknown, and `entries` has all of them
    poll_hint           how often the feed says that it changes
    older_page_url      the address at which an archive goes on
    entries_left        how many entries that are not known were not read this time
    entries_skipped     how many entries of a long list are never read (`sources.formats.list_window`)
    has_numbered_pages  older pages have `paged=2` and so on in their address, as WordPress numbers them
    """

    entries: Annotated[tuple[Entry, ...], Entries]
    title: Title | None = None
    problem: Annotated[str, Meta(max_length=MAX_PROBLEM)] | None = None
    slices: Annotated[tuple[Digest, ...], Entries] = ()
    poll_hint: timedelta | None = None
    older_page_url: Link | None = None
    entries_left: Count = 0
    entries_skipped: Count = 0
    has_numbered_pages: bool = False

    def __post_init__(self) -> None:
        """Make the title and the problem one line each that is safe to show."""
        for name, max_length in (("title", MAX_TITLE), ("problem", MAX_PROBLEM)):
            if (line := getattr(self, name)) is not None:
                object.__setattr__(self, name, sanitize_line(line)[:max_length] or None)
        if self.poll_hint is not None:
            object.__setattr__(self, "poll_hint", min(max(self.poll_hint, timedelta(0)), MAX_POLL_HINT))


@dataclass(frozen=True, slots=True)
class Article:
    """An entry as we keep it. `(source, uid)` is its identity. `version` counts the texts that it has had (from 1).

    `published`: the date that the source claims, if it is plausible, else the moment when we first saw it (`dated` says
    which). `baseline`: it was there when its source was first polled.
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
    """A source claimed for one poll. `url` is the source's own address, as it is stored (`Source.stored_url`).
    `last_ok`: when its last good poll was. `problem`: the problem of the last poll. `token` protects against a late
    commit: if somebody has claimed the source since, this claim is void."""

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
        """Since when the entries of this poll may be news: since the source's last good poll, or the one before if that
        left entries for this one. None: it was never polled well, or not since it came back into the config."""
        return self.last_ok and (self.stats.left_since or self.last_ok)

    def unpolled_window(self, now: datetime) -> tuple[datetime, datetime] | None:
        """From when to when its source was not polled, though it should have been: this service was down, or the source
        failed until now. None if it was polled. Entries that an earlier poll left for this one come as late as that
        poll came."""
        behind = self.failures > 0 or now - self.planned > BEHIND
        since, until = self.news_since, now if behind else self.stats.left_late
        return None if since is None or until is None else (since, until)

    @property
    def rechecks_old_address(self) -> bool:
        """Whether this poll asks the address that its source has moved from, to see whether it answers again."""
        return self.stats.doubts_move(self.planned)


@dataclass(frozen=True, slots=True)
class PollRecord:
    """What one poll changes about its source, besides its articles.

    stats             None: nothing was learned
    opened_troubles   the troubles that it showed, new or not; `closed_troubles`: those that it showed to be over
    fingerprints      of the entries of the source's last documents, packed (`ingest.fingerprints`); None: unchanged
    is_unfinished     it was a first poll, and left some of what is in the source's past for the next one, which then is
                      a first poll too
    """

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
