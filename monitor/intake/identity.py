"""What tells the entries of one source apart, for good.

An identity must survive edits, re-ordering and a feed that repeats itself; two entries must never share one (the
second would be taken for known: a missed alert).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from monitor.intake.address import canonical
from monitor.model import Entry
from monitor.text.folding import folded_tokens


def identify(entries: Sequence[Entry]) -> list[str]:
    """A uid for each entry of a document: its guid; guid and link where the document repeats guids (miniflux #4197:
    all items with one guid); else its canonical link, if no other entry has it; else its own content.

    An entry that stands in a document twice, word for word, counts once.
    """
    each = dict.fromkeys(entries)
    guids = Counter(entry.guid for entry in each)
    links = Counter(canonical(entry.link) for entry in each)
    uids = {entry: _uid(entry, guids, links) for entry in each}
    shared = Counter(uids.values())  # texts that part late, a guid that is another entry's link
    return [uids[entry] if shared[uids[entry]] == 1 else _whole(entry) for entry in entries]


def _uid(entry: Entry, guids: Counter[str | None], links: Counter[str | None]) -> str:
    link = canonical(entry.link)
    if entry.guid and guids[entry.guid] == 1:
        return entry.guid
    if entry.guid and link and links[link] == 1:
        return f"{entry.guid}|{link}"
    if not entry.guid and link and links[link] == 1:
        return link
    content = f"{' '.join(folded_tokens(entry.title))}\n{(entry.summary or entry.content)[:200]}"
    return f"content:{digest(entry.guid or '', entry.link or '', content)}"


def _whole(entry: Entry) -> str:
    texts = (entry.title, entry.summary, entry.content)
    return f"content:{digest(entry.guid or '', entry.link or '', *texts)}"


def uid_hash(uid: str) -> str:
    """By what a uid is recognised when it must not be read any more: a guid may be an address, or words."""
    return digest(uid)


def digest(*parts: str) -> str:
    """32 hexadecimal digits that stand for these texts, the same in every process."""
    return blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
