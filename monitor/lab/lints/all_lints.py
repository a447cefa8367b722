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

from monitor.config.language.references import find_references
from monitor.config.loading.load import shipped_lists
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.lab.annotated_document import AnnotatedDocument, Lint
from monitor.lab.identity_memo import IdentityMemo
from monitor.lab.lints import alerts, habits, languages, near, rules, sources, words
from monitor.model import Entity, ListNamed, Place, Rule, Source, WordList, lists_within
from monitor.sources.http.guard import Network
from monitor.store.queries.reports import RuleHitReport

_SILENCED = re.compile(r"#\s*lint:\s*ignore\s+([a-z-]+(?:[\s,]+[a-z-]+)*)")


@dataclass(frozen=True, slots=True)
class LintContext:
    """All that was read; `matched`: what rules met lately, where that is known; `whole`: it is all that there is, so
    that what nothing names is named nowhere; `placed`: where the sources that are asked about stand, and `named` where
    their files are named, if that is asked about; `allow`: the private networks that they may reach."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    documents: Mapping[Place, YamlDocument]
    sources: Mapping[str, Source] = field(default_factory=dict)
    recent_matches: RuleHitReport | None = None
    is_complete: bool = False
    source_places: Mapping[str, Place] = field(default_factory=dict)
    sources_place: Place | None = None
    allowed_networks: Sequence[Network] = ()


Thing = Rule | Entity | WordList
Known = IdentityMemo[Thing, tuple[Lint, ...]]


def find_lints(everything: LintContext, asked: Sequence[Thing], once: Known | None = None) -> tuple[Lint, ...]:
    """What is odd about those that are asked about, in the order of the files. `once`: what is known of those that are
    the very same as before, and name the very same."""
    things: list[Thing] = [*everything.rules.values(), *asked]
    written = {each.place: AnnotatedDocument(each, everything.documents[each.place]) for each in things}
    bare, used = _bare_lists(written.values(), everything.lists), _used_lists(everything)

    def work(new: list[Thing]) -> list[tuple[Lint, ...]]:
        return [_lint_document(written[each.place], everything) for each in new]

    known = (Known() if once is None else once).compute(asked, work)
    found = [lint for each in known for lint in each]
    for each in asked:
        found += _lint_in_context(written[each.place], everything, bare, used)
    found += sources.lint_private_addresses(everything.sources, everything.source_places, everything.allowed_networks)
    if everything.is_complete and everything.sources_place is not None:
        found += sources.lint_no_sources(everything.sources, everything.sources_place)
    return tuple(sorted(_drop_silenced(found)))


def _lint_document(written: AnnotatedDocument, everything: LintContext) -> tuple[Lint, ...]:
    """What follows from what it says, and from what it names."""
    return (
        *rules.lint_untested(written),
        *rules.lint_patterns_alone(written),
        *rules.lint_never_news(written),
        *rules.lint_unknown_sources(written, everything.sources),
        *alerts.lint_official_source(written, everything.sources),
        *alerts.lint_alert_frequency(written),
        *alerts.lint_event_identity(written, everything.entities, everything.lists),
        *languages.lint_languages(written, everything.entities, everything.lists),
        *languages.lint_few_words(written, everything.entities, everything.lists),
        *near.lint_many_things(written),
        *near.lint_shared_words(written, everything.lists),
        *habits.lint_search_operators(written),
        *habits.lint_short_latin_words(written),
        *words.lint_short_prefixes(written),
        *words.lint_never_counting(written, everything.lists),
        *words.lint_dropped_by_unless(written, everything.lists),
        *words.lint_duplicates(written),
    )


def _lint_in_context(
    written: AnnotatedDocument, everything: LintContext, bare: set[str], used: set[str]
) -> Iterator[Lint]:
    """What follows from what others say, or from what happened."""
    yield from words.lint_single_characters(written, bare)
    if everything.is_complete:
        yield from rules.lint_unused_list(written, used)
    if everything.recent_matches is not None:
        yield from rules.lint_too_many_matches(written, everything.recent_matches)


def _bare_lists(written: Iterable[AnnotatedDocument], lists: Mapping[str, WordList]) -> set[str]:
    """The lists that rules name without near, and those that belong to one of them."""
    parts = (part for each in written for part in each.all_parts())
    bare = {part.condition.list for part in parts if isinstance(part.condition, ListNamed) and not part.inside_near}
    return {each.id for name in bare for each in lists_within(lists[name], lists)}


def _used_lists(everything: LintContext) -> set[str]:
    """The lists that something names, and those that come with the program, which wait to be named."""
    named = (name for document in everything.documents.values() for _, name in find_references(document))
    used = {name.list for name in named if isinstance(name, ListNamed)}
    unused = {id_: each for id_, each in everything.lists.items() if id_ not in used}
    if unused:
        used |= {
            id_ for id_, each in unused.items() if everything.documents[each.place].data == shipped_lists().get(id_)
        }
    return used


def _drop_silenced(found: Iterable[Lint]) -> Iterator[Lint]:
    lines = cache(_read_lines)
    for lint in found:
        listed = [lines(lint.place.file)[place.line - 1 : place.line] for place in (lint.place, lint.document_place)]
        silenced = (_SILENCED.search(line) for each in listed for line in each)
        if not any(each and lint.kind in re.split(r"[\s,]+", each[1]) for each in silenced):
            yield lint


def _read_lines(file: str) -> list[str]:
    """None, where it has gone meanwhile."""
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
