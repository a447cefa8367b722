"""What tells the entries of one source apart, for good.

An identity must survive edits, re-ordering and a feed that repeats itself; two entries must never share one (the
second would be taken for known: a missed alert).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from operator import attrgetter

from monitor.intake.address import canonical
from monitor.model import Entry, Mark
from monitor.text.folding import comparable_title

GUID, LINK = attrgetter("guid"), attrgetter("link")
"""Of a mark. Every poll asks them of the marks of a whole document."""
_TELLING = 200  # characters of a text that stand in an identity: what is edited is mostly farther down


def identify(
    entries: Sequence[Entry], others: Sequence[Mark] = (), *, guids: bool = True, marks: Sequence[Mark] | None = None
) -> list[str]:
    """A uid for each entry of a document: its guid; guid and link where the document repeats guids (miniflux #4197:
    all items with one guid); else its canonical link, if no other entry has it; else its own content.

    `others`: the entries of the same document that were not parsed; an entry gets the uid that it would get beside
    them. `guids`: whether the source's guids are trusted (`articles.Taken.distrusts`). `marks`: the entries' own, where
    they have been made. An entry that stands in a document twice, word for word, counts once.
    """
    if not entries:  # as at most polls
        return []
    if marks is None:
        marks = [mark_of(entry) for entry in entries]
    around = _Around([*marks, *others], guids=guids)
    return [_uid(entry, mark, around) for entry, mark in zip(entries, marks, strict=True)]


def apart(marks: Sequence[Mark], *, guids: bool = True) -> Sequence[Mark]:
    """Those of a whole document, but of what stands in it twice, word for word and under one guid, only one."""
    if guids and len(set(map(GUID, marks))) == len(marks):
        return marks
    return list({(mark.guid if guids else b"", mark.whole): mark for mark in marks}.values())


class _Around:
    """What the entries of a whole document share, counted by their marks."""

    def __init__(self, marks: Sequence[Mark], *, guids: bool) -> None:
        self.guids = guids
        each = apart(marks, guids=guids)
        names = set(map(GUID, each)) if guids else set()
        self._plain = b"" not in names and len(names) == len(each)  # as most are: guids are the names
        if self._plain:
            return
        self._guids = Counter(map(self.guid, each))
        self._links = Counter(mark.link for mark in each)
        self._names = Counter(self.name(mark).key for mark in each)

    def guid(self, mark: Mark) -> bytes:
        return mark.guid if self.guids else b""

    def name(self, mark: Mark) -> _Name:
        """By what an entry is named, if no other entry has that name too."""
        guid = self.guid(mark)
        if self._plain:
            return _Name(guid, guid=True)
        own_link = mark.link != b"" and self._links[mark.link] == 1
        if guid and self._guids[guid] == 1:
            return _Name(guid, guid=True)
        if own_link:
            return _Name(_short(guid, mark.link) if guid else mark.link, guid=guid != b"", link=True)
        return _Name(_short(guid, mark.content))

    def is_shared(self, name: _Name) -> bool:
        """Texts that part late, a guid that is another entry's link."""
        return not self._plain and self._names[name.key] > 1


@dataclass(frozen=True, slots=True)
class _Name:
    """What an entry's uid is made of (neither guid nor link: its content), and a digest that stands for it."""

    key: bytes
    guid: bool = False
    link: bool = False


def _uid(entry: Entry, mark: Mark, around: _Around) -> str:
    if not around.guids:  # what churns in them would come back with the texts
        entry = replace(entry, guid=None, link=canonical(entry.link) or entry.link)
    name = around.name(mark)
    if around.is_shared(name):
        return f"content:{digest(entry.guid or '', entry.link or '', *_texts(entry))}"
    parts = [entry.guid if name.guid else None, canonical(entry.link) if name.link else None]
    return "|".join(part for part in parts if part) or (
        f"content:{digest(entry.guid or '', entry.link or '', _content(entry))}"
    )


def mark_of(entry: Entry) -> Mark:
    """By what an entry is recognised when its document comes again."""
    link = canonical(entry.link)
    page = (link or entry.link or "").encode("utf-8", "surrogatepass")
    return Mark(
        entry.slice,
        guid=_short(entry.guid.encode("utf-8", "surrogatepass")) if entry.guid else b"",
        link=_short(page) if link else b"",
        content=_short(page, _hash(_content(entry))),
        whole=_short(page, _hash(*_texts(entry))),
    )


def _content(entry: Entry) -> str:
    return f"{comparable_title(entry.title)[0]}\n{(entry.summary or entry.content)[:_TELLING]}"


def _texts(entry: Entry) -> tuple[str, str, str]:
    return entry.title, entry.summary, entry.content


def _short(*parts: bytes) -> bytes:
    """A digest that tells apart what stands in a few documents of one source."""
    return blake2b(b"\x00".join(parts), digest_size=8).digest()


def uid_hash(uid: str) -> str:
    """By what a uid is recognised when it must not be read any more: a guid may be an address, or words."""
    return digest(uid)


def digest(*parts: str) -> str:
    """32 hexadecimal digits that stand for these texts, the same in every process."""
    return _hash(*parts).hex()


def _hash(*parts: str) -> bytes:
    return blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
