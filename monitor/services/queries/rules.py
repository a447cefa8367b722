"""The rules and packs, with their languages, and how many words and tests they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config.language.faults import did_you_mean
from monitor.config.language.settings import EVERY
from monitor.config.language.sources import SourceDefaults, sources_from_document
from monitor.config.loading.load import load_rules
from monitor.config.loading.packs import Pack, shipped_packs
from monitor.config.loading.rule_files import LoadedRules
from monitor.config.loading.shipped import find_shipped_entity_folder, find_shipped_folder
from monitor.config.yaml.yaml12 import read_yaml_file
from monitor.errors import InvalidRequest
from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.lints.languages import LanguageChecker, words_of_rule
from monitor.model import Entity, Rule, RuleStatus, Source, WordList
from monitor.store.queries.activity import RuleHealth


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


def rank_by_health(rules: Iterable[RuleSummary], health: Mapping[str, RuleHealth]) -> list[RuleSummary]:
    """The rules that need a look first: the noisy ones, the noisiest first, then those that run and match nothing, then
    the others in their order."""

    def rank(summary: RuleSummary) -> tuple[float, bool]:
        found = health[summary.rule.id]
        runs = summary.rule.status is not RuleStatus.OFF
        return -(found.noise_share or 0.0), not (runs and found.is_silent)

    return sorted(rules, key=rank)


def find_annotated_rule(loaded: LoadedRules, rule: str) -> AnnotatedDocument:
    """A rule with its document. Raises InvalidRequest if there is no such rule, or it is faulty."""
    if rule in loaded.rules:
        found = loaded.rules[rule]
        return AnnotatedDocument(found, loaded.documents[found.place])
    if rule in loaded.declared_rule_ids:
        raise InvalidRequest(f"the rule '{rule}' has a fault: `news-monitor check` shows it")
    hint = did_you_mean(rule, loaded.rules, "`news-monitor rules list` has them")
    raise InvalidRequest(f"there is no rule '{rule}'; {hint}")


def find_summary(files: LoadedRules, rule: str) -> RuleSummary:
    """The summary of one rule. Raises InvalidRequest if there is no such rule, or it is faulty."""
    annotated = find_annotated_rule(files, rule)
    return _summarize_rule(annotated, files.rules[rule], files.entities, files.lists)


def summarize_packs() -> list[PackSummary]:
    """Summaries of the packs that come with the program. Raises InvalidFiles if the sources of one have a fault."""
    shipped = find_shipped_folder()
    rules = summarize_rules(load_rules([shipped / "rules", find_shipped_entity_folder()]))
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
