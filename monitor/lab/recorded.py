"""Recorded news: a JSON object a line (`id`, `title`, and optionally `text`, `lang`, `date`, `source`, `url`, `authors`
and `tags`), or a bare headline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.intake.address import canonical
from monitor.intake.dates import moment_of
from monitor.model import Article

_TEXTS = ("title", "text", "lang", "date", "source", "url")
_NAMES = ("authors", "author", "tags")  # a text, or several in a list
_BARE = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that holds no article, and why."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An article, and its `id` as the line has it: a text or a number; of a headline, the number of its line."""

    id: str | int
    article: Article


def recorded(lines: Iterable[str], now: datetime) -> Iterator[Recorded | Unusable]:
    """The articles of the lines, in their order; blank lines are passed over. Unknown keys are ignored."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _object(number, line, now) if _begins_object(line) else _headline(number, line, "", now)


def alone(text: str, now: datetime) -> Recorded | Unusable:
    """The one article that this is: a JSON object, which needs no id, or a headline, with the article's text below it
    if there is any."""
    if _begins_object(text):
        return _object(1, text, now, id=1)
    title, _, below = text.strip().partition("\n")
    return _headline(1, title, below, now)


def _begins_object(text: str) -> bool:
    return text.lstrip().startswith("{")


def _headline(number: int, title: str, text: str, now: datetime) -> Recorded | Unusable:
    row = {"id": number, "title": title.strip(), "text": text.strip()}
    why = _unusable(row)
    return Unusable(number, why) if why else Recorded(number, _read(row, now))


def _object(number: int, line: str, now: datetime, **implied: int) -> Recorded | Unusable:
    try:
        row = implied | json.loads(line.rstrip())
    except json.JSONDecodeError as error:
        number += error.lineno - 1
        return Unusable(number, f"no JSON: {error.msg} at column {error.colno}; write one object on a line")
    except (RecursionError, ValueError):  # json's own bounds: a thousand brackets, a number of 4,300 digits
        return Unusable(number, "no JSON that can be read: it is nested too deeply, or has a number too long")
    why = _unusable(row)
    return Unusable(number, why) if why else Recorded(row["id"], _read(row, now))


def _unusable(row: dict[str, Any]) -> str | None:
    if wrong := [key for key in _TEXTS if not isinstance(row.get(key), str | None)]:
        return f"{', '.join(wrong)} must be text"
    if wrong := [key for key in _NAMES if not all(isinstance(name, str) for name in _listed(row.get(key)))]:
        return f"{', '.join(wrong)} must be a text, or a list of texts"
    if not isinstance(row.get("id"), str | int) or isinstance(row["id"], bool):
        return "it has no id; give it a text or a number"
    if not row.get("title") and not row.get("text"):
        return "it has neither title nor text"
    return None


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _moment(text: str | None) -> datetime | None:
    """A bare day, month or year means its first moment."""
    bare = _BARE.fullmatch((text or "").strip())
    return moment_of(f"{bare['year']}-{bare['month'] or '01'}-01" if bare else text)


def _read(row: dict[str, Any], now: datetime) -> Article:
    claimed = _moment(row.get("date"))
    return Article(
        source=row.get("source") or "",
        uid=str(row["id"]),
        title=row.get("title") or "",
        text=row.get("text") or "",
        seen=claimed or now,
        published=claimed or now.astimezone(UTC),
        dated=claimed is not None,
        url=row.get("url"),
        canonical=canonical(row.get("url")),
        language=row.get("lang"),
        authors=tuple(_listed(row.get("authors")) or _listed(row.get("author"))),
        tags=tuple(_listed(row.get("tags"))),
    )
