"""The lines that other commands write, as lines of recorded news (`lab.recorded`): so every command that reads recorded
news reads the output of `parse --json` and `matches export`, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.config.language.faults import find_close_word
from monitor.ingest.new_articles import combine_texts
from monitor.lab.expectation_mismatch import Expectation
from monitor.model import MarkVerdict, MatchKind, RuleMark

_KEYS_OF_ENTRY = {"id": ("uid",), "url": ("link",), "lang": ("language",), "date": ("published", "updated")}
_TEXTS_OF_ENTRY = ("summary", "content")
_MEANT = {other: key for key, others in (*_KEYS_OF_ENTRY.items(), ("text", _TEXTS_OF_ENTRY)) for other in others}
_KEYS_OF_MATCH = {"id": "uid", "source": "source", "title": "title", "text": "text", "url": "url", "lang": "language",
                  "authors": "authors", "tags": "tags"}  # fmt: skip


# What recorded news has, and what other commands read or write on the same lines: labels (`lab.scoring`), expectations
# (`lab.headline_tests`) and marks (`lab.mark_lines`).
_KEYS = ("id", "title", "text", "lang", "date", "source", "url", "authors", "author", "tags")
_OTHER_KEYS = ("labels", "also_mentions", "judged", *Expectation, "marks", "publisher", "dated", "seen")
_NEVER = datetime.fromtimestamp(0, UTC)  # an export does not say when it was marked


def to_recorded_row(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the keys of recorded news: of an entry as `parse --json` writes it, or of a match as `matches
    export` does. A row of another shape is returned as it is."""
    if "id" not in row and "uid" in row:
        return _from_entry(row)
    if isinstance(row.get("article"), dict) and "rule" in row and not row.keys() & {"title", "text"}:
        return _from_match(row)
    return row


def _from_entry(row: dict[str, Any]) -> dict[str, Any]:
    """An entry; keys of recorded news that it has already count."""
    texts = [row.get(key) or "" for key in _TEXTS_OF_ENTRY]
    known: dict[str, Any] = {"text": combine_texts(*texts)} if all(isinstance(text, str) for text in texts) else {}
    for key, others in _KEYS_OF_ENTRY.items():
        known[key] = next((row[other] for other in others if row.get(other) is not None), None)
    return known | {key: value for key, value in row.items() if key not in _MEANT}


def find_unknown_keys(row: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The keys of a row of recorded news that nothing reads, each with the key that was probably meant, if that is not
    there."""
    free = [key for key in _KEYS if key not in row]
    for key in row:
        if key not in _KEYS and key not in _OTHER_KEYS:
            meant = _MEANT.get(key)
            yield key, meant if meant in free else find_close_word(key, free)


def _from_match(row: dict[str, Any]) -> dict[str, Any]:
    """The article of a match, in the version that matched; a mark on it is a label of its rule. An article without a
    date of its own has the time when it was first seen."""
    article: Mapping[str, Any] = row["article"]
    found = {key: article.get(other) for key, other in _KEYS_OF_MATCH.items()}
    found["date"] = article.get("published" if article.get("dated", True) else "seen")
    return found | _labels_of_mark(row)


def _labels_of_mark(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """The keys of labelled news (`lab.scoring`). Nobody has judged a match without a mark."""
    rule, verdict, kind = row["rule"], row.get("mark"), row.get("kind")
    if not isinstance(rule, str) or verdict not in list(MarkVerdict):
        return {"judged": []}
    mark = RuleMark(rule, MarkVerdict(verdict), _NEVER, "", MatchKind(kind) if kind in list(MatchKind) else None)
    return {
        "labels": [rule] if mark.wants_news else [],
        "also_mentions": [rule] if mark.wants_mention else [],
        "judged": [rule],
    }
