"""Runs all lints of rules, entities and lists: what is no fault, but probably a mistake, with the reason and what to
do.

A comment in its line silences a lint, `# lint: ignore KIND`; in the first line of a document, for the whole document.
Faults are found elsewhere (`config`, `expectations`); nothing is changed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from monitor.config.language.references import find_references
from monitor.config.loading.load import shipped_lists
from monitor.config.yaml.comments import list_comments
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.lab.annotated_document import AnnotatedDocument, Lint
from monitor.lab.lints import languages, newsroom, rules, words
from monitor.model import Channel, Entity, ListNamed, OncePer, Place, RouteStep, Rule, Source, WordList, lists_within
from monitor.sources.http.guard import Network
from monitor.store.queries.reports import RuleHitReport

_SILENCE_COMMENT = re.compile(r"#\s*lint:\s*ignore\s+([a-z-]+(?:[\s,]+[a-z-]+)*)")


@dataclass(frozen=True, slots=True)
class LintContext:
    """All that was read. `recent_matches`: what rules matched lately, if that is known; `first_alerts`: how many
    first alerts each rule sent lately, by its `once_per` of that time; `is_complete`: it is all that
    there is, so that what nothing here names is unused; `source_places`: the places of the sources that are checked;
    `sources_place`: where their files are named, if that is checked; `allowed_networks`: the private networks that all
    of them may reach; `allowed_for`: by source id, those that it may reach besides; `routes`: those of
    `settings_document`, the monitor.yaml, if that is checked; `channels`: those that are checked; `paths`: the
    files and folders that are checked; `has_all_sources`: no source is missing for a fault in its file."""

    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    documents: Mapping[Place, YamlDocument]
    sources: Mapping[str, Source] = field(default_factory=dict)
    recent_matches: RuleHitReport | None = None
    first_alerts: Mapping[str, Mapping[OncePer, int]] = field(default_factory=dict)
    is_complete: bool = False
    source_places: Mapping[str, Place] = field(default_factory=dict)
    sources_place: Place | None = None
    allowed_networks: Sequence[Network] = ()
    allowed_for: Mapping[str, Sequence[Network]] = field(default_factory=dict)
    routes: Mapping[str, Sequence[RouteStep]] = field(default_factory=dict)
    settings_document: YamlDocument | None = None
    channels: Sequence[Channel] = ()
    paths: Sequence[Path] = ()
    has_all_sources: bool = True


Thing = Rule | Entity | WordList


def find_lints(context: LintContext, checked: Sequence[Thing]) -> tuple[Lint, ...]:
    """The lints of the things in `checked`, and of the settings, sources and channels, in the order of the files."""
    things: list[Thing] = [*context.rules.values(), *checked]
    annotated = {thing.place: AnnotatedDocument(thing, context.documents[thing.place]) for thing in things}
    bare_lists, used_lists = _find_bare_lists(annotated.values(), context.lists), _find_used_lists(context)
    lints: list[Lint] = []
    for thing in checked:
        lints += _lint_document(annotated[thing.place], context, bare_lists, used_lists)
    lints += newsroom.lint_private_addresses(
        context.sources, context.source_places, context.allowed_networks, context.allowed_for
    )
    lints += newsroom.lint_open_credentials(context.sources, context.source_places)
    lints += newsroom.lint_sent_credentials(context.sources, context.source_places)
    lints += newsroom.lint_silent_channels(context.channels)
    lints += newsroom.lint_mail_channels(context.channels)
    if context.is_complete and context.sources_place is not None:
        lints += newsroom.lint_no_sources(context.sources, context.sources_place)
    lints += newsroom.lint_ignored_files(context.paths)
    if context.settings_document is not None:
        lints += newsroom.lint_routes(context.routes, context.settings_document)
        lints += _lint_settings(context, context.settings_document)
    return tuple(sorted(_drop_silenced(lints)))


def _lint_settings(context: LintContext, document: YamlDocument) -> Iterator[Lint]:
    """The lints of monitor.yaml."""
    if context.is_complete:
        yield from newsroom.lint_no_rules(context.rules, document)
        if context.rules:
            yield from newsroom.lint_unused_routes(context.routes, context.rules.values(), document)
    yield from newsroom.lint_open_passwords(document)
    yield from newsroom.lint_open_files(document, Path(document.file).parent)
    yield from newsroom.lint_wide_networks(document)


def _lint_document(
    annotated: AnnotatedDocument, context: LintContext, bare_lists: set[str], used_lists: set[str]
) -> Iterator[Lint]:
    """The lints of a rule, an entity or a list."""
    sources = context.sources if context.has_all_sources else {}  # a faulty source may be the one that is named
    yield from rules.lint_untested(annotated)
    yield from rules.lint_patterns_alone(annotated)
    yield from rules.lint_never_news(annotated)
    yield from rules.lint_unknown_sources(annotated, sources)
    yield from rules.lint_official_source(annotated, sources)
    yield from rules.lint_alert_frequency(annotated)
    yield from rules.lint_event_identity(annotated, context.entities, context.lists)
    yield from languages.lint_languages(annotated, context.entities, context.lists)
    yield from languages.lint_few_words(annotated, context.entities, context.lists)
    yield from words.lint_many_things(annotated)
    yield from words.lint_shared_words(annotated, context.lists)
    yield from words.lint_search_operators(annotated)
    yield from words.lint_short_latin_words(annotated)
    yield from words.lint_function_words(annotated)
    yield from words.lint_short_prefixes(annotated)
    yield from words.lint_never_counting(annotated, context.lists)
    yield from words.lint_dropped_by_unless(annotated, context.lists)
    yield from words.lint_dropped_by_not(annotated, context.lists)
    yield from words.lint_duplicates(annotated)
    yield from words.lint_single_characters(annotated, bare_lists)
    yield from rules.lint_once_per_edit(annotated, context.first_alerts)
    if context.is_complete:
        yield from rules.lint_unused_list(annotated, used_lists)
    if context.recent_matches is not None:
        yield from rules.lint_too_many_matches(annotated, context.recent_matches)


def _find_bare_lists(annotated: Iterable[AnnotatedDocument], lists: Mapping[str, WordList]) -> set[str]:
    """The lists that rules name outside of a near, and the lists inside these."""
    parts = (part for document in annotated for part in document.all_parts())
    names = {part.condition.list for part in parts if isinstance(part.condition, ListNamed) and not part.inside_near}
    return {member.id for name in names for member in lists_within(lists[name], lists)}


def _find_used_lists(context: LintContext) -> set[str]:
    """The lists that something names, and those that come with the program, which need not be used."""
    references = (name for document in context.documents.values() for _, name in find_references(document))
    used = {name.list for name in references if isinstance(name, ListNamed)}
    unused = {id_: list_ for id_, list_ in context.lists.items() if id_ not in used}
    if unused:
        used |= {
            id_ for id_, list_ in unused.items() if context.documents[list_.place].data == shipped_lists().get(id_)
        }
    return used


def _drop_silenced(lints: Iterable[Lint]) -> Iterator[Lint]:
    lines = cache(_read_comments)
    for lint in lints:
        line_groups = [
            lines(lint.place.file)[place.line - 1 : place.line] for place in (lint.place, lint.document_place)
        ]
        comments = (_SILENCE_COMMENT.search(line) for group in line_groups for line in group)
        if not any(comment and lint.kind in re.split(r"[\s,]+", comment[1]) for comment in comments):
            yield lint


def _read_comments(file: str) -> list[str]:
    """The comments of a file, by line; none if it silences nothing, or has gone in the meantime."""
    try:
        text = Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return list_comments(text) if _SILENCE_COMMENT.search(text) else []
