"""Recorded news: a JSON object a line (`id`, `title`, and optionally `text`, `lang`, `date`, `source`, `url`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.intake.address import canonical
from monitor.intake.dates import moment_of
from monitor.model import Article


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that holds no article, and why."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


def articles(lines: Iterable[str], now: datetime) -> Iterator[Article | Unusable]:
    """The articles of the lines, in their order; blank lines are passed over. Unknown keys are ignored."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _article(number, line, now)


def _article(number: int, line: str, now: datetime) -> Article | Unusable:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return Unusable(number, f"no JSON: {error.msg} at column {error.colno}; write one object on a line")
    if not isinstance(row, dict):
        return Unusable(number, 'no JSON object; write {"id": ..., "title": ...}')
    wrong = [
        key
        for key in ("title", "text", "lang", "date", "source", "url")
        if not isinstance(row.get(key, ""), str | None)
    ]
    if wrong or not isinstance(row.get("id"), str | int):
        return Unusable(
            number, f"{', '.join(wrong)} must be text" if wrong else "it has no id; give it a text or a number"
        )
    if not row.get("title") and not row.get("text"):
        return Unusable(number, "it has neither title nor text")
    return _read(row, now)


def _read(row: dict[str, Any], now: datetime) -> Article:
    claimed = moment_of(row.get("date"))
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
    )
