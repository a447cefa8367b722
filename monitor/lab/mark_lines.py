"""Marked articles as lines of recorded news: `match`, `replay` and `score` read them, and so does another database.

A line has the keys of recorded news (`lab.recorded`) and of labelled news (`lab.scoring`), and `marks`: the newest mark
of each rule. Its `id` is the hash of the uid that the article's source gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from monitor.article_links import sanitize_link
from monitor.lab.recorded import RecordedArticle, UnusableLine
from monitor.lab.scoring import LabeledArticle
from monitor.model import MarkedArticle, MarkVerdict, MatchKind, RuleMark
from monitor.sanitize import sanitize_line, sanitize_text

_MARK_TEXTS = ("rule", "verdict", "at", "who")
_OPTIONAL_TEXTS = ("kind", "rule_version")


def marked_article_to_row(marked: MarkedArticle) -> dict[str, object]:
    """The line of a marked article, as an object; times are in ISO 8601."""
    of = marked.article
    row: dict[str, object] = {
        "id": of.uid,
        "source": of.source,
        "publisher": marked.publisher,
        "title": of.title,
        "text": of.text,
        "url": of.url,
        "lang": of.language,
        "date": of.published.isoformat(),
        "dated": of.dated,
        "seen": of.seen.isoformat(),
        "authors": list(of.authors),
        "tags": list(of.tags),
        "labels": _select_rules(marked, wants_news=True),
        "also_mentions": _select_rules(marked, wants_news=False),
        "judged": [mark.rule for mark in marked.marks],
        "marks": [_mark_to_row(mark) for mark in marked.marks],
    }
    return {key: value for key, value in row.items() if value is not None}


def marked_article_to_labeled(marked: MarkedArticle) -> LabeledArticle:
    """The article with its marks as labels, for `scoring.score_rules`."""
    return LabeledArticle(
        RecordedArticle(marked.article.uid, marked.article),
        frozenset(_select_rules(marked, wants_news=True)),
        frozenset(_select_rules(marked, wants_news=False)),
        frozenset(marked.verdicts),
    )


def _select_rules(marked: MarkedArticle, *, wants_news: bool) -> list[str]:
    return [mark.rule for mark in marked.marks if (mark.wants_news if wants_news else mark.wants_mention)]


def _mark_to_row(mark: RuleMark) -> dict[str, object]:
    row = {
        "rule": mark.rule,
        "verdict": mark.verdict,
        "at": mark.at.isoformat(),
        "who": mark.who,
        "kind": mark.kind,
        "rule_version": mark.rule_version,
    }
    return {key: value for key, value in row.items() if value is not None}


def parse_marked(found: RecordedArticle) -> MarkedArticle | UnusableLine:
    """The article of a line that `marked_article_to_row` has made, without the characters that nobody should see: the
    file may have been edited since, or come from elsewhere."""
    row, article = found.row, found.article
    marks = row.get("marks")
    if not isinstance(marks, list) or not marks:
        return UnusableLine(found.line, "it has no marks; `news-monitor marks export` writes them")
    if not article.source or found.unreadable_date is not None or not article.dated:
        return UnusableLine(found.line, "a marked article needs source and date")
    try:
        parsed = tuple(map(_parse_mark, marks))
        seen = _parse_time(row["seen"]) if "seen" in row else article.seen
    except ValueError as error:
        return UnusableLine(found.line, str(error))
    publisher = row.get("publisher")
    if not isinstance(publisher, str | None) or not isinstance(row.get("dated", True), bool):
        return UnusableLine(found.line, "publisher must be text, and dated true or false")
    url = None if article.url is None else sanitize_link(article.url)
    of = replace(
        article,
        source=sanitize_line(article.source),
        uid=sanitize_line(article.uid),
        title=sanitize_line(article.title),
        text=sanitize_text(article.text),
        url=url,
        authors=tuple(map(sanitize_line, article.authors)),
        tags=tuple(map(sanitize_line, article.tags)),
        seen=seen,
        published=article.published.astimezone(UTC),
        dated=row.get("dated", True),
        # as it was found where the article was stored
        language=sanitize_line(row["lang"]) if row.get("lang") else None,
    )
    return MarkedArticle(of, sanitize_line(publisher or of.source), parsed)


def _parse_mark(row: object) -> RuleMark:
    """A mark. Raises ValueError, with a sentence."""
    if not isinstance(row, Mapping):
        raise ValueError("a mark must be an object with rule, verdict, at and who")  # noqa: TRY004 - as for other faults
    values: Mapping[str, Any] = row
    if invalid := [key for key in _MARK_TEXTS if not isinstance(values.get(key), str) or not values[key]]:
        raise ValueError(f"a mark needs {', '.join(invalid)}")
    if invalid := [key for key in _OPTIONAL_TEXTS if not isinstance(values.get(key), str | None)]:
        raise ValueError(f"{', '.join(invalid)} of a mark must be text")
    if values["verdict"] not in list(MarkVerdict):
        raise ValueError(f"the verdict of a mark is {', '.join(MarkVerdict)}")
    if values.get("kind") is not None and values["kind"] not in list(MatchKind):
        raise ValueError(f"the kind of a mark is {' or '.join(MatchKind)}")
    kind = MatchKind(values["kind"]) if values.get("kind") else None
    at = _parse_time(values["at"])
    rule, who = sanitize_line(values["rule"]), sanitize_line(values["who"])
    return RuleMark(rule, MarkVerdict(values["verdict"]), at, who, kind, values.get("rule_version"))


def _parse_time(text: object) -> datetime:
    """A time in ISO 8601 with its offset, in UTC. Raises ValueError, with a sentence."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"'{text}' is not a time in ISO 8601 with an offset")
    return moment.astimezone(UTC)
