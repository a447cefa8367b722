"""What is no fault in rules, entities and lists, and probably not meant: each with its reason, and what to do.

A lint is silenced by a comment in its line, `# lint: ignore KIND`, or for a whole document in the line that begins it.
What is wrong is told elsewhere (`config`, `rule_tests`); nothing is changed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from monitor.config.load import shipped_lists
from monitor.config.names import names
from monitor.config.yaml12 import Document
from monitor.lab import of_alerts, of_habits, of_languages, of_near, of_rules, of_sources, of_words
from monitor.lab.once import Once
from monitor.lab.written import Lint, Written
from monitor.model import Entity, ListNamed, Place, Rule, Source, WordList, lists_within
from monitor.sources.guard import Network
from monitor.store.reports import MatchedReport

_SILENCED = re.compile(r"#\s*lint:\s*ignore\s+([a-z-]+(?:[\s,]+[a-z-]+)*)")


@dataclass(frozen=True, slots=True)
class Everything:
    """All that was read; `matched`: what rules met lately, where that is known; `whole`: it is all that there is, so
    that what nothing names is named nowhere; `placed`: where the sources that are asked about stand, and `named` where
    their files are named, if that is asked about; `allow`: the private networks that they may reach."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    documents: Mapping[Place, Document]
    sources: Mapping[str, Source] = field(default_factory=dict)
    recent_matches: MatchedReport | None = None
    is_complete: bool = False
    source_places: Mapping[str, Place] = field(default_factory=dict)
    sources_place: Place | None = None
    allowed_networks: Sequence[Network] = ()


Thing = Rule | Entity | WordList
Known = Once[Thing, tuple[Lint, ...]]


def lints(everything: Everything, asked: Sequence[Thing], once: Known | None = None) -> tuple[Lint, ...]:
    """What is odd about those that are asked about, in the order of the files. `once`: what is known of those that are
    the very same as before, and name the very same."""
    things: list[Thing] = [*everything.rules.values(), *asked]
    written = {each.place: Written(each, everything.documents[each.place]) for each in things}
    bare, used = _bare_lists(written.values(), everything.lists), _used_lists(everything)

    def work(new: list[Thing]) -> list[tuple[Lint, ...]]:
        return [_of_itself(written[each.place], everything) for each in new]

    known = (Known() if once is None else once).compute(asked, work)
    found = [lint for each in known for lint in each]
    for each in asked:
        found += _beside_others(written[each.place], everything, bare, used)
    found += of_sources.refused(everything.sources, everything.source_places, everything.allowed_networks)
    if everything.is_complete and everything.sources_place is not None:
        found += of_sources.missing(everything.sources, everything.sources_place)
    return tuple(sorted(_unsilenced(found)))


def _of_itself(written: Written, everything: Everything) -> tuple[Lint, ...]:
    """What follows from what it says, and from what it names."""
    return (
        *of_rules.untested(written),
        *of_rules.patterns_alone(written),
        *of_rules.never_news(written),
        *of_rules.unknown_sources(written, everything.sources),
        *of_alerts.nobody_official(written, everything.sources),
        *of_alerts.how_often(written),
        *of_alerts.event_identity(written, everything.entities, everything.lists),
        *of_languages.languages(written, everything.entities, everything.lists),
        *of_languages.few_words(written, everything.entities, everything.lists),
        *of_near.many_things(written),
        *of_near.shared_words(written, everything.lists),
        *of_habits.search_operators(written),
        *of_habits.short_latin_words(written),
        *of_words.short_prefixes(written),
        *of_words.never_counting(written, everything.lists),
        *of_words.dropped_by_unless(written, everything.lists),
        *of_words.twice(written),
    )


def _beside_others(written: Written, everything: Everything, bare: set[str], used: set[str]) -> Iterator[Lint]:
    """What follows from what others say, or from what happened."""
    yield from of_words.single_characters(written, bare)
    if everything.is_complete:
        yield from of_rules.unused(written, used)
    if everything.recent_matches is not None:
        yield from of_rules.too_many(written, everything.recent_matches)


def _bare_lists(written: Iterable[Written], lists: Mapping[str, WordList]) -> set[str]:
    """The lists that rules name without near, and those that belong to one of them."""
    parts = (part for each in written for part in each.all_parts())
    bare = {part.condition.list for part in parts if isinstance(part.condition, ListNamed) and not part.inside_near}
    return {each.id for name in bare for each in lists_within(lists[name], lists)}


def _used_lists(everything: Everything) -> set[str]:
    """The lists that something names, and those that come with the program, which wait to be named."""
    named = (name for document in everything.documents.values() for _, name in names(document))
    used = {name.list for name in named if isinstance(name, ListNamed)}
    unused = {id_: each for id_, each in everything.lists.items() if id_ not in used}
    if unused:
        used |= {
            id_ for id_, each in unused.items() if everything.documents[each.place].data == shipped_lists().get(id_)
        }
    return used


def _unsilenced(found: Iterable[Lint]) -> Iterator[Lint]:
    lines = cache(_lines)
    for lint in found:
        listed = [lines(lint.place.file)[place.line - 1 : place.line] for place in (lint.place, lint.document_place)]
        silenced = (_SILENCED.search(line) for each in listed for line in each)
        if not any(each and lint.kind in re.split(r"[\s,]+", each[1]) for each in silenced):
            yield lint


def _lines(file: str) -> list[str]:
    """None, where it has gone meanwhile."""
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
