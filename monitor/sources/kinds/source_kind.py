"""What the program knows of one kind of source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from monitor.model import Feed, KindSettings

S = TypeVar("S", bound=KindSettings)


@dataclass(frozen=True, slots=True)
class RecognizedAddress:
    """A source that a kind knows by its address alone: it need not be fetched first.

    `keys`: for the sources file, besides `url`; `note`: one line for a person, how it is read.
    """

    url: str
    keys: Mapping[str, str | Mapping[str, str]]
    note: str


@dataclass(frozen=True, slots=True)
class KindKey(Generic[S]):
    """The key of a sources file that holds the settings of one kind. The schema of its value is in
    `config.language.sources`.

    `settings`: the class of its value; `need`: the problem line if the key is missing; `example`: what to write.
    """

    name: str
    settings: type[S]
    need: str
    example: str


@dataclass(frozen=True, slots=True)
class SourceKind(Generic[S]):
    """One kind of source.

    name            as `kind:` in a sources file
    description     what is at the address of such a source, for the editor's help
    read            reads a document: takes its bytes, its headers (lower-case names), its address and the settings;
                    returns the entries, or raises FeedUnreadable. It runs in a worker, so it must be a function of a
                    module. None: the document is read as a feed (`formats.read_document`), together with others
    key             the key for its settings; None: it has none
    asks_robots     whether it is fetched only where robots.txt allows it, as for documents that are made for people
    formats         formats of the document that it recognises; people write them as `kind`, and need not
    recognize       what an address is if it is known to be of this kind; None: it is not
    """

    name: str
    description: str
    read: Callable[[bytes, Mapping[str, str], str, S], Feed] | None = None
    key: KindKey[S] | None = None
    asks_robots: bool = False
    formats: frozenset[str] = frozenset()
    recognize: Callable[[str], RecognizedAddress | None] = field(default=lambda _: None)


AnyKind = SourceKind[Any]
