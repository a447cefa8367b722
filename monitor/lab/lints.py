"""What is no fault in rules, entities and lists, and probably not meant: each with its reason, and what to do.

A lint is silenced by a comment in its line, `# lint: ignore KIND`, or for a whole document in the line that begins it.
What is wrong is told elsewhere (`config`, `rule_tests`); nothing is changed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from monitor.config.names import names
from monitor.config.yaml12 import Document
from monitor.lab import of_languages, of_rules, of_words
from monitor.lab.written import Lint, Written
from monitor.model import Entity, ListNamed, Place, Rule, Source, WordList

_SILENCED = re.compile(r"#\s*lint:\s*ignore\s+([a-z-]+(?:[\s,]+[a-z-]+)*)")


@dataclass(frozen=True, slots=True)
class Everything:
    """All that was read; `whole`: it is all that there is, so that what nothing names is named nowhere."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    documents: Mapping[Place, Document]
    sources: Mapping[str, Source] = field(default_factory=dict)
    whole: bool = False


def lints(everything: Everything, asked: Iterable[Rule | Entity | WordList]) -> tuple[Lint, ...]:
    """What is odd about those that are asked about, in the order of the files."""
    documents = everything.documents
    bare = _bare_lists(everything)
    used = {name.list for each in documents.values() for _, name in names(each) if isinstance(name, ListNamed)}
    found = (
        lint
        for each in asked
        if each.place in documents
        for lint in _of(Written(each, documents[each.place]), everything, bare, used)
    )
    return tuple(sorted(_unsilenced(found)))


def _of(written: Written, everything: Everything, bare: set[str], used: set[str]) -> Iterator[Lint]:
    yield from of_rules.untested(written)
    yield from of_rules.patterns_alone(written)
    yield from of_rules.never_news(written)
    yield from of_rules.unknown_sources(written, everything.sources)
    if everything.whole:
        yield from of_rules.unused(written, used)
    yield from of_languages.languages(written, everything.entities, everything.lists)
    yield from of_words.single_characters(written, bare)
    yield from of_words.short_prefixes(written)
    yield from of_words.never_counting(written, everything.lists)
    yield from of_words.dropped_by_unless(written, everything.lists)
    yield from of_words.twice(written)


def _bare_lists(everything: Everything) -> set[str]:
    """The lists that rules name without near."""
    written = (Written(rule, everything.documents[rule.place]) for rule in everything.rules.values())
    return {
        part.asks.list
        for each in written
        for part in each.parts()
        if isinstance(part.asks, ListNamed) and not part.near
    }


def _unsilenced(found: Iterable[Lint]) -> Iterator[Lint]:
    lines = cache(_lines)
    for lint in found:
        listed = [lines(lint.place.file)[place.line - 1 : place.line] for place in (lint.place, lint.document)]
        silenced = (_SILENCED.search(line) for each in listed for line in each)
        if not any(each and lint.kind in re.split(r"[\s,]+", each[1]) for each in silenced):
            yield lint


def _lines(file: str) -> list[str]:
    """None, where it has gone meanwhile."""
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
