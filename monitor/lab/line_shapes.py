"""The lines that other commands write, as lines of recorded news (`lab.recorded`): so every command that reads recorded
news reads the output of `parse --json` and `matches export`, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.ingest.new_articles import combine_texts
from monitor.model import MarkVerdict, MatchKind, RuleMark

_KEYS_OF_ENTRY = {"id": ("uid",), "url": ("link",), "lang": ("language",), "date": ("published", "updated")}
_KEYS_OF_MATCH = {"id": "uid", "source": "source", "title": "title", "text": "text", "url": "url", "lang": "language",
                  "authors": "authors", "tags": "tags"}  # fmt: skip


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
    texts = [row.get(key) or "" for key in ("summary", "content")]
    known: dict[str, Any] = {"text": combine_texts(*texts)} if all(isinstance(text, str) for text in texts) else {}
    for key, others in _KEYS_OF_ENTRY.items():
        known[key] = next((row[other] for other in others if row.get(other) is not None), None)
    return known | row


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
