"""A list of words as people read it, and as JSON has it."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.cli.output.entity_report import format_terms
from monitor.model import ListNamed, Reach
from monitor.sanitize import sanitize_line
from monitor.services.queries.entities import group_by_language
from monitor.services.queries.lists import ListUsage
from monitor.wording.quantities import format_count


def list_to_row(usage: ListUsage) -> dict[str, object]:
    """A list with its words by language."""
    word_list = usage.word_list
    return {
        "id": word_list.id,
        "title": word_list.title,
        "words": group_by_language(word_list.terms),
        "lists": list(word_list.lists),
        "entities": list(word_list.entities),
        "before": [_reach_to_row(reach) for reach in _list_reaches(word_list.before, word_list.more_before)],
        "after": [_reach_to_row(reach) for reach in _list_reaches(word_list.after, word_list.more_after)],
        "rules": list(usage.rules),
        "file": word_list.place.file,
        "line": word_list.place.line,
    }


def format_list(usage: ListUsage) -> Iterator[str]:
    """A list with all that is known of it, line by line."""
    word_list = usage.word_list
    title = f": {sanitize_line(word_list.title)}" if word_list.title else ""
    yield f"list       {word_list.id}{title}"
    yield f"file       {word_list.place}"
    yield from format_terms("words", word_list.terms)
    for name, ids in (("lists", word_list.lists), ("entities", word_list.entities)):
        if ids:
            yield f"{name:<11}{', '.join(ids)}"
    for reach in _list_reaches(word_list.before, word_list.more_before):
        yield from _format_reach("before", reach)
    for reach in _list_reaches(word_list.after, word_list.more_after):
        yield from _format_reach("after", reach)
    yield f"rules      {', '.join(usage.rules) or 'none uses it'}"


def _list_reaches(own: Reach | None, more: tuple[Reach, ...]) -> tuple[Reach, ...]:
    return (*((own,) if own else ()), *more)


def _format_reach(name: str, reach: Reach) -> Iterator[str]:
    """The words near which an occurrence does not count, for a rule that ignores the list."""
    within = f"within {format_count(reach.words, 'word')}"
    if isinstance(reach.condition, ListNamed):
        yield f"{name:<11}{within}: the list {reach.condition.list}"
        return
    yield f"{name:<11}{within}:"
    yield from format_terms("", reach.condition.terms)


def _reach_to_row(reach: Reach) -> dict[str, object]:
    if isinstance(reach.condition, ListNamed):
        return {"within": reach.words, "list": reach.condition.list}
    return {"within": reach.words, "words": group_by_language(reach.condition.terms)}
