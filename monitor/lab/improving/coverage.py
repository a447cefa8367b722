"""What a rule misses, and why: which demand decides, which languages and sources it cannot match, which words it
lacks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.improving.examples import UNKNOWN_LANGUAGE, Example, ExampleVerdict
from monitor.lab.improving.likely import choose_likely
from monitor.lab.improving.missing_references import MissingReference, find_missing_references
from monitor.lab.improving.missing_words import MissingWord, PhraseCounts, examined_phrases, find_missing_words
from monitor.lab.improving.relaxing import (
    Definitions,
    Demand,
    Relaxation,
    RulePart,
    list_slots,
    relax_one_demand,
    relax_two_demands,
)
from monitor.lab.lints.languages import LanguageChecker
from monitor.model import Rule

_BACKGROUND = 5_000  # articles, about, by which it is known how common a phrase is


@dataclass(slots=True)
class LanguageCount:
    """Articles in one language. `can_match`: whether each slot of the rule has words or names in it."""

    can_match: bool
    articles: int = 0
    wanted: int = 0
    hit: int = 0
    missed: int = 0


@dataclass(frozen=True)
class DecisiveDemand:
    """A demand without which the rule would hit articles that it misses: wanted ones, and how many others."""

    relaxation: Relaxation
    missed: tuple[Example, ...]
    others: int


@dataclass(slots=True)
class Coverage:
    """How far a rule reaches in some articles.

    unmatched_sources  how many articles of each source are in a language that the rule cannot match
    missed             wanted articles that it does not hit
    unexplained        those of them that no change of one demand, or two, would gain
    false_alarms       unwanted articles that it hits
    relevant           articles that it hits, or would hit without one demand
    likely             how many of these nobody has judged and read like its hits
    """

    rule: Rule
    articles: int = 0
    languages: dict[str, LanguageCount] = field(default_factory=dict)
    unmatched_sources: Counter[str] = field(default_factory=Counter)
    hits: list[Example] = field(default_factory=list)
    missed: list[Example] = field(default_factory=list)
    false_alarms: list[Example] = field(default_factory=list)
    demands: list[DecisiveDemand] = field(default_factory=list)
    unexplained: list[Example] = field(default_factory=list)
    words: list[MissingWord] = field(default_factory=list)
    references: list[MissingReference] = field(default_factory=list)
    relevant: list[Example] = field(default_factory=list)
    likely: int = 0
    is_complete: bool = True


def measure_coverage(
    annotated: AnnotatedDocument,
    examples: Iterable[Example],
    definitions: Definitions,
    count: int,
) -> Coverage:
    """Measure how far a rule reaches in the articles, and which words it lacks. `count`: how many articles there are,
    about; few of them are in memory at once. If reading them is interrupted (KeyboardInterrupt), the result is that of
    what was read, and `is_complete` is false."""
    rule = annotated.rule
    relaxations = relax_one_demand(annotated)
    variants = definitions.compile_variants([rule, *(relaxation.rule for relaxation in relaxations)])
    coverage, background = Coverage(rule), PhraseCounts()
    can_match = _languages_of(annotated, definitions)
    gained_by: defaultdict[int, list[Example]] = defaultdict(list)
    has_slots = any(relaxation.demand is Demand.SLOT for relaxation in relaxations)
    try:
        for number, example in enumerate(examples):
            is_sampled = number % max(1, count // _BACKGROUND) == 0
            found = variants.find_news(example.article)
            _count_example(coverage, example, can_match, is_hit=0 in found)
            if is_sampled or found:
                background.add(example.language, examined_phrases(example).keys())
            if found or (not has_slots and (is_sampled or example.is_judged)):
                coverage.relevant.append(example)
            for relaxed in _select_decisive(found, relaxations):
                gained_by[relaxed].append(example)
    except KeyboardInterrupt:
        coverage.is_complete = False
    coverage.demands = _list_demands(relaxations, gained_by)
    _explain_the_rest(coverage, annotated, definitions)
    near_misses = _group_by_slot(annotated, relaxations, gained_by, coverage)
    if not any(one.verdict is ExampleVerdict.WANTED for one in (*coverage.hits, *coverage.missed)):
        near_misses = _infer_wanted(near_misses, coverage.hits, definitions.evidence_words(rule, coverage.hits))
    inferred = {one.id for found in near_misses.values() for one in found if one.is_inferred}
    coverage.likely = len(inferred - {one.id for one in coverage.missed})
    coverage.words = find_missing_words(rule, near_misses, background, definitions)
    coverage.references = find_missing_references(annotated, coverage.relevant, definitions)
    return coverage


def _select_decisive(variants: Collection[int], relaxations: Sequence[Relaxation]) -> list[int]:
    """The numbers of the relaxations that decide: none if the rule itself, variant 0, holds. A slot decides only where
    nothing else does: if things are too far apart, each of them is there."""
    if 0 in variants:
        return []
    numbers = [variant - 1 for variant in variants]
    others = [number for number in numbers if relaxations[number].demand is not Demand.SLOT]
    return others or numbers


def _languages_of(annotated: AnnotatedDocument, definitions: Definitions) -> Callable[[str], bool]:
    """A function that says whether the rule can match in a language."""
    rule = annotated.rule
    required = frozenset(rule.where.languages if rule.where else ())
    (match,) = annotated.conditions["match"]
    found = LanguageChecker(annotated, definitions.entities, definitions.lists, required).coverage_of(match)
    return lambda language: found.covers_all or language in found.languages or language == UNKNOWN_LANGUAGE


def _count_example(coverage: Coverage, example: Example, can_match: Callable[[str], bool], *, is_hit: bool) -> None:
    count = coverage.languages.setdefault(example.language, LanguageCount(can_match(example.language)))
    coverage.articles += 1
    count.articles += 1
    count.hit += is_hit
    count.wanted += example.is_wanted
    if not count.can_match:
        coverage.unmatched_sources[example.article.source] += 1
    if is_hit:
        coverage.hits.append(example)
    elif example.is_wanted:
        count.missed += 1
        coverage.missed.append(example)
    if is_hit and example.verdict is ExampleVerdict.UNWANTED:
        coverage.false_alarms.append(example)


def _list_demands(
    relaxations: Sequence[Relaxation], gained_by: Mapping[int, Sequence[Example]]
) -> list[DecisiveDemand]:
    """The demands that decide missed articles, those that decide most first."""
    found: list[DecisiveDemand] = []
    for number, examples in gained_by.items():
        missed = tuple(example for example in examples if example.is_wanted)
        if missed:
            found.append(DecisiveDemand(relaxations[number], missed, len(examples) - len(missed)))
    return sorted(found, key=lambda demand: -len(demand.missed))


def _explain_the_rest(coverage: Coverage, annotated: AnnotatedDocument, definitions: Definitions) -> None:
    """Look for two demands that decide the missed articles that no single one decides."""
    explained = {example.id for demand in coverage.demands for example in demand.missed}
    rest = [example for example in coverage.missed if example.id not in explained]
    relaxations = relax_two_demands(annotated) if rest else []
    variants = definitions.compile_variants([relaxation.rule for relaxation in relaxations])
    gained_by: defaultdict[int, list[Example]] = defaultdict(list)
    for example in rest:
        found = variants.find_news(example.article) if relaxations else ()
        for number in found:
            gained_by[number].append(example)
        if not found:
            coverage.unexplained.append(example)
    coverage.demands += _list_demands(relaxations, gained_by)


def _group_by_slot(
    annotated: AnnotatedDocument,
    relaxations: Sequence[Relaxation],
    gained_by: Mapping[int, Sequence[Example]],
    coverage: Coverage,
) -> dict[RulePart, Sequence[Example]]:
    """For each slot, what the rule hits without it. A rule that consists of one slot hits everything without it: then
    it is what people have judged, and a sample of all else."""
    near_misses: dict[RulePart, Sequence[Example]] = {
        relaxation.slots[0]: gained_by[number]
        for number, relaxation in enumerate(relaxations)
        if relaxation.demand is Demand.SLOT and number in gained_by
    }
    slots = list_slots(annotated)
    hits = {hit.id for hit in coverage.hits}
    others = [example for example in coverage.relevant if example.id not in hits]
    return near_misses or ({slots[0]: others} if len(slots) == 1 else {})


def _infer_wanted(
    near_misses: Mapping[RulePart, Sequence[Example]], hits: Sequence[Example], own_words: frozenset[str]
) -> dict[RulePart, Sequence[Example]]:
    """The near misses, in which those that read like hits count as wanted."""
    true_hits = [hit for hit in hits if hit.verdict is not ExampleVerdict.UNWANTED]
    found: dict[RulePart, Sequence[Example]] = {}
    for slot, examples in near_misses.items():
        unknown = [
            example for example in examples if example.verdict is ExampleVerdict.UNKNOWN and not example.is_inferred
        ]
        words = {example.id: examined_phrases(example).keys() for example in (*true_hits, *unknown)}
        likely = choose_likely(unknown, true_hits, words, own_words)
        found[slot] = [replace(example, is_inferred=True) if example.id in likely else example for example in examples]
    return found
