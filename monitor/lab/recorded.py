"""Reads recorded news: on each line a JSON object (`id`, `title`, and optionally `text`, `lang`, `date`, `source`,
`url`, `authors` and `tags`), one that `parse --json` or `matches export` has written, or a bare
headline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from monitor.config.language.faults import find_close_word
from monitor.ingest.canonical_url import canonicalize_url
from monitor.ingest.dates import parse_date
from monitor.ingest.new_articles import combine_texts
from monitor.model import Article, MarkVerdict, MatchKind, RuleMark
from monitor.text.language_detection import detect_language_tag

_TEXTS = ("title", "text", "lang", "date", "source", "url")
_NAMES = ("authors", "author", "tags")  # a text, or several in a list
_FIRST_YEAR, _LAST_YEAR = 1400, 9000  # Python cannot calculate with times much beyond them
_BARE_YEAR_OR_MONTH = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2}))?")
_KEYS_OF_ENTRY = {"id": ("uid",), "url": ("link",), "lang": ("language",), "date": ("published", "updated")}
_TEXTS_OF_ENTRY = ("summary", "content")
_MEANT = {other: key for key, others in (*_KEYS_OF_ENTRY.items(), ("text", _TEXTS_OF_ENTRY)) for other in others}
_KEYS_OF_MATCH = {"id": "uid", "source": "source", "title": "title", "text": "text", "url": "url", "lang": "language",
                  "authors": "authors", "tags": "tags"}  # fmt: skip
# What recorded news has, and what other commands read or write on the same lines: labels (`lab.scoring`), expectations
# (`lab.expectations`) and marks (`lab.mark_lines`).
_KEYS = ("id", "title", "text", "lang", "date", "source", "url", "authors", "author", "tags")
_OTHER_KEYS = frozenset(
    ["labels", "also_mentions", "judged", "fires", "mentions", "silent", "marks", "publisher", "dated", "seen"]
)
_NEVER = datetime.fromtimestamp(0, UTC)  # an export does not say when it was marked


@dataclass(frozen=True, slots=True)
class UnusableLine:
    """A line that holds no article, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class RecordedArticle:
    """An article of a line. `id`: as its line has it, a text or a number; of a headline, the number of its line.
    `line`: the number of its line; `unreadable_date`: its date, if that cannot be read, and the article counts as
    undated; `row`: all keys of its line; none for a headline."""

    id: str | int
    article: Article
    line: int = 0
    unreadable_date: str | None = None
    row: Mapping[str, Any] = field(default_factory=dict)


def read_recorded(
    lines: Iterable[str], now: datetime, *, zone: tzinfo = UTC, file: str = "", needs_ids: bool = True
) -> Iterator[RecordedArticle | UnusableLine]:
    """The articles of the lines, in their order; blank lines are skipped. Unknown keys are ignored. The language is
    detected as the daemon does; `lang` is what a feed would declare.

    `zone`: the time zone of dates without one. `file`: put before the numbers of headlines, if there are several files.
    `needs_ids`: an object without an id is unusable; otherwise its id is the number of its line.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            id_ = f"{file}:{number}" if file else number
            if _begins_object(line):
                yield _parse_object(number, line, now, zone, **({} if needs_ids else {"id": number}))
            else:
                yield _parse_headline(number, id_, line, "", now)


def read_single_article(text: str, now: datetime) -> RecordedArticle | UnusableLine:
    """The one article of a text: a JSON object, which needs no id, or a headline, with the article's text below it if
    there is any."""
    if _begins_object(text):
        return _parse_object(1, text, now, UTC, id=1)
    title, _, below = text.strip().partition("\n")
    return _parse_headline(1, 1, title, below, now)


def _begins_object(text: str) -> bool:
    return text.lstrip().startswith("{")


def _parse_headline(
    number: int, id_: str | int, title: str, text: str, now: datetime
) -> RecordedArticle | UnusableLine:
    row = {"id": id_, "title": title.strip(), "text": text.strip()}
    reason = _reason_if_unusable(row)
    return UnusableLine(number, reason) if reason else RecordedArticle(id_, _build_article(row, now, UTC), number)


def _parse_object(
    number: int, line: str, now: datetime, zone: tzinfo, **implied: int
) -> RecordedArticle | UnusableLine:
    try:
        row = implied | _to_recorded_row(json.loads(line.rstrip()))
    except json.JSONDecodeError as error:
        number += error.lineno - 1
        return UnusableLine(number, f"not JSON: {error.msg} at column {error.colno}; write one object on a line")
    except (RecursionError, ValueError):  # limits of json: a thousand brackets, a number of 4,300 digits
        return UnusableLine(number, "this JSON cannot be read: it is nested too deeply, or has a number too long")
    if reason := _reason_if_unusable(row):
        return UnusableLine(number, reason)
    article, date = _build_article(row, now, zone), (row.get("date") or "").strip()
    return RecordedArticle(row["id"], article, number, date if date and not article.dated else None, row)


def is_list_of_texts(value: object) -> bool:
    """Whether a value of a row is a list of texts, as for ids of rules."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _reason_if_unusable(row: dict[str, Any]) -> str | None:
    if invalid := [key for key in _TEXTS if not isinstance(row.get(key), str | None)]:
        return f"{', '.join(invalid)} must be text"
    if invalid := [key for key in _NAMES if not all(isinstance(name, str) for name in _wrap_in_list(row.get(key)))]:
        return f"{', '.join(invalid)} must be a text, or a list of texts"
    if not isinstance(row.get("id"), str | int) or isinstance(row["id"], bool):
        return "it has no id; give it a text or a number"
    if not row.get("title") and not row.get("text"):
        return "it has neither title nor text"
    return None


def _wrap_in_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _parse_moment(text: str | None, zone: tzinfo) -> datetime | None:
    """The moment of a date; a bare day, month or year means its first moment. None: it is unreadable, or no year of
    news."""
    bare = _BARE_YEAR_OR_MONTH.fullmatch((text or "").strip())
    moment = parse_date(f"{bare['year']}-{bare['month'] or '01'}-01" if bare else text, zone=zone)
    return moment if moment is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _build_article(row: dict[str, Any], now: datetime, zone: tzinfo) -> Article:
    claimed = _parse_moment(row.get("date"), zone)
    title, text = row.get("title") or "", row.get("text") or ""
    return Article(
        source=row.get("source") or "",
        uid=str(row["id"]),
        title=title,
        text=text,
        seen=claimed or now,
        published=claimed or now.astimezone(UTC),
        dated=claimed is not None,
        url=row.get("url"),
        canonical=canonicalize_url(row.get("url")),
        language=detect_language_tag(title, text, row.get("lang")),
        authors=tuple(_wrap_in_list(row.get("authors")) or _wrap_in_list(row.get("author"))),
        tags=tuple(_wrap_in_list(row.get("tags"))),
    )


# --- the lines that other commands write ------------------------------------------------------------------------


def _to_recorded_row(row: dict[str, Any]) -> dict[str, Any]:
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
