"""The rules and packs, with their languages, and how many words and tests they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config.language.settings import EVERY
from monitor.config.language.sources import SourceDefaults, sources_from_document
from monitor.config.loading.load import load_rules
from monitor.config.loading.packs import Pack, shipped_packs
from monitor.config.loading.rule_files import LoadedRules
from monitor.config.loading.shipped import find_shipped_folder
from monitor.config.yaml.yaml12 import read_yaml_file
from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.lints.languages import LanguageChecker, words_of_rule
from monitor.model import Entity, Rule, Source, WordList


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """A rule with figures. `languages`: those in which its `match` can hold, `any` if it can in all; `word_count`: how
    many different words are in its `match` and in the lists that it names there, without names of entities."""

    rule: Rule
    languages: tuple[str, ...]
    word_count: int

    @property
    def test_count(self) -> int:
        return len(self.rule.tests)


@dataclass(frozen=True, slots=True)
class PackSummary:
    """A pack with its rules and sources."""

    pack: Pack
    rules: tuple[RuleSummary, ...]
    sources: tuple[Source, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({language for rule in self.rules for language in rule.languages}))


def summarize_rules(files: LoadedRules) -> list[RuleSummary]:
    """A summary of each rule, in their order."""
    return [
        _summarize_rule(AnnotatedDocument(rule, files.documents[rule.place]), rule, files.entities, files.lists)
        for rule in files.rules.values()
    ]


def summarize_packs() -> list[PackSummary]:
    """Summaries of the packs that come with the program. Raises InvalidFiles if the sources of one have a fault."""
    shipped = find_shipped_folder()
    rules = summarize_rules(load_rules([shipped / "rules", shipped / "seeds" / "entities"]))
    return [_summarize_pack(pack, rules) for pack in shipped_packs(shipped).values()]


def _summarize_pack(pack: Pack, rules: Iterable[RuleSummary]) -> PackSummary:
    pack_rules = tuple(summary for summary in rules if Path(summary.rule.place.file).parent == pack.folder)
    documents = (document for file in pack.sources for document in read_yaml_file(file))
    sources = (source for document in documents for _, source in sources_from_document(document, SourceDefaults(EVERY)))
    return PackSummary(pack, pack_rules, tuple(sources))


def _summarize_rule(
    annotated: AnnotatedDocument, rule: Rule, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> RuleSummary:
    required = frozenset(rule.where.languages if rule.where else ())
    (match,) = annotated.conditions["match"]
    coverage = LanguageChecker(annotated, entities, lists, required).coverage_of(match)
    languages = ("any",) if coverage.covers_all else tuple(sorted(coverage.languages))
    return RuleSummary(rule, languages, len(set(words_of_rule(annotated, lists))))
