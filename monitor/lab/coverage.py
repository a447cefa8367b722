"""What a rule misses, and why: which demand decides each miss, and in which languages the rule cannot match.

A part of a `near` or an `all` is a slot: what must be said there. The articles are matched with variants of the rule,
each without one demand: a slot, the nearness, an `ignore`, `unless`, where evidence must be, or `where`. The demand
without which the rule hits an article decides its miss.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from monitor.config.loading.rule_files import LoadedRules
from monitor.lab.annotated_document import AnnotatedDocument, ConditionPart
from monitor.lab.lints.languages import LanguageChecker
from monitor.lab.scoring import LabeledArticle
from monitor.matching import compile_rules
from monitor.matching.explain import describe_condition
from monitor.model import (
    AllOf,
    AnyOf,
    Article,
    Condition,
    EntityNamed,
    Ignoring,
    In,
    ListNamed,
    MarkVerdict,
    MatchKind,
    Named,
    Near,
    NewsIn,
    Not,
    Place,
    Rule,
    RuleMark,
    RuleStatus,
    Times,
    Unit,
    Words,
)
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database
from monitor.store.marks import MarkFilter, Marks
from monitor.store.queries.archive import Archive
from monitor.text.primary_language import language_of

_UNKNOWN_LANGUAGE = "unknown"
_MAX_SHOWN = 3  # so many words name a part that has no name


class ExampleVerdict(StrEnum):
    """What a rule should make of an article. NEUTRAL: it may match it or not; UNKNOWN: nobody has said."""

    WANTED = "wanted"
    UNWANTED = "unwanted"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Example:
    """An article and the verdict for a rule. `id`: what people find it by. `is_inferred`: nobody has judged it,
    and it is likely to be wanted: it belongs to a story that the rule found."""

    id: str
    article: Article
    verdict: ExampleVerdict
    is_inferred: bool = False

    @property
    def is_wanted(self) -> bool:
        """Whether somebody says that it is wanted, or it is inferred."""
        return self.verdict is ExampleVerdict.WANTED or self.is_inferred

    @cached_property
    def language(self) -> str:
        """The primary subtag of its language, or `unknown`."""
        article = self.article
        tag = language_of(article.title, article.text, article.language) or article.language or _UNKNOWN_LANGUAGE
        return tag.partition("-")[0].lower()


def examples_from_labels(articles: Sequence[LabeledArticle], rule: str) -> list[Example]:
    """The articles of a file with labels, as examples for one rule. If no line has the rule among its labels or among
    what was judged, nobody has judged anything of the file."""
    labels = frozenset[str]().union(*(article.labels for article in articles))

    def find_verdict(article: LabeledArticle) -> ExampleVerdict:
        if rule in article.labels:
            return ExampleVerdict.WANTED
        if rule in article.mentions:
            return ExampleVerdict.NEUTRAL
        judged = labels if article.judged_rules is None else article.judged_rules
        return ExampleVerdict.UNWANTED if rule in judged else ExampleVerdict.UNKNOWN

    return [Example(str(each.recorded.id), each.recorded.article, find_verdict(each)) for each in articles]


def examples_from_archive(database: Database, rule: str, most: int) -> Iterator[Example]:
    """The articles with marks, and then the newest of the archive, at most so many, as examples for one rule. An
    article that is in one story with a hit of the rule is likely to be wanted."""
    archive = Archive(database)
    marked: set[tuple[str, str]] = set()
    for found in Marks(database).iter_articles(MarkFilter((rule,))):
        marked.add((found.article.source, found.article.uid))
        yield Example(f"{found.article.source} {found.article.uid}", found.article, _verdict_from_mark(found.marks[0]))
    beside_hits = archive.find_articles_beside_hits(rule)
    for id_, article in archive.iter_newest(most):
        if (article.source, uid_hash(article.uid)) not in marked:
            yield Example(
                f"{article.source} {article.uid}", article, ExampleVerdict.UNKNOWN, is_inferred=id_ in beside_hits
            )


def _verdict_from_mark(mark: RuleMark) -> ExampleVerdict:
    """A mention that is good may stay one."""
    if mark.wants_news:
        return ExampleVerdict.WANTED
    return ExampleVerdict.UNWANTED if mark.verdict is MarkVerdict.NOISE else ExampleVerdict.NEUTRAL


class Demand(StrEnum):
    """What a rule demands of an article, and what can therefore decide a miss."""

    SLOT = "slot"
    NEARNESS = "nearness"
    IGNORE = "ignore"
    UNLESS = "unless"
    PLACE_OF_EVIDENCE = "place of evidence"
    WHERE = "where"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule without one demand. `place`: where the demand is written."""

    demand: Demand
    rule: Rule
    description: str
    place: Place


@dataclass(frozen=True)
class DecisiveDemand:
    """A demand without which the rule would hit articles that it misses: wanted ones, and how many others."""

    relaxation: Relaxation
    missed: tuple[Example, ...]
    others: int


@dataclass(slots=True)
class LanguageCount:
    """Articles in one language. `can_match`: whether each slot of the rule has words or names in it."""

    can_match: bool
    articles: int = 0
    wanted: int = 0
    hit: int = 0
    missed: int = 0


@dataclass(slots=True)
class Coverage:
    """How far a rule reaches in some articles.

    unmatched_sources  how many articles of each source are in a language that the rule cannot match
    missed             wanted articles that it does not hit
    unexplained        those of them that no change of one demand would gain
    false_alarms       unwanted articles that it hits
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
    is_complete: bool = True


def measure_coverage(annotated: AnnotatedDocument, examples: Iterable[Example], loaded: LoadedRules) -> Coverage:
    """Measure how far a rule reaches in the articles. `loaded`: what rules may refer to. If reading the articles is
    interrupted (KeyboardInterrupt), the result is that of what was read, and `is_complete` is false."""
    relaxations = relax_each_demand(annotated)
    find_news = _compile_variants([annotated.rule, *(relaxation.rule for relaxation in relaxations)], loaded)
    can_match = _languages_of(annotated, loaded)
    coverage = Coverage(annotated.rule)
    gained_by: defaultdict[int, list[Example]] = defaultdict(list)
    try:
        for example in examples:
            found = find_news(example.article)
            _count_example(coverage, example, can_match, is_hit=0 in found)
            deciding = _select_decisive(found, relaxations)
            for number in deciding:
                gained_by[number].append(example)
            if example.is_wanted and not found:
                coverage.unexplained.append(example)
    except KeyboardInterrupt:
        coverage.is_complete = False
    for number, gained in gained_by.items():
        if missed := tuple(example for example in gained if example.is_wanted):
            coverage.demands.append(DecisiveDemand(relaxations[number], missed, len(gained) - len(missed)))
    coverage.demands.sort(key=lambda demand: -len(demand.missed))
    return coverage


def _compile_variants(variants: Sequence[Rule], loaded: LoadedRules) -> Callable[[Article], set[int]]:
    """A function that says which variants of one rule, by their numbers, an article meets as news. All are matched in
    one pass. The other rules are in the set only where they decide what a title is about."""
    ids = {f"{number}~": number for number in range(len(variants))}
    rules = [
        replace(rule, id=id_, status=RuleStatus.SHADOW, raises=(), lowers=())
        for id_, rule in zip(ids, variants, strict=True)
    ]
    if any(rule.news_in is NewsIn.ABOUT for rule in variants):
        live = (rule for rule in loaded.rules.values() if rule.status is RuleStatus.LIVE)
        rules += (rule for rule in live if rule.id != variants[0].id)
    compiled = compile_rules(rules, loaded.entities, loaded.lists, loaded.sources)

    def find_news(article: Article) -> set[int]:
        _, matches = compiled.evaluate_article(article)
        found = (match.compiled.rule.id for match in matches if match.kind is MatchKind.NEWS)
        return {ids[id_] for id_ in found if id_ in ids}

    return find_news


def _languages_of(annotated: AnnotatedDocument, loaded: LoadedRules) -> Callable[[str], bool]:
    """A function that says whether the rule can match in a language."""
    rule = annotated.rule
    required = frozenset(rule.where.languages if rule.where else ())
    (match,) = annotated.conditions["match"]
    found = LanguageChecker(annotated, loaded.entities, loaded.lists, required).coverage_of(match)
    return lambda language: found.covers_all or language in found.languages or language == _UNKNOWN_LANGUAGE


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


def _select_decisive(variants: Collection[int], relaxations: Sequence[Relaxation]) -> list[int]:
    """The numbers of the relaxations that decide: none if the rule itself, variant 0, holds. A slot decides only where
    nothing else does: if things are too far apart, each of them is there."""
    if 0 in variants:
        return []
    numbers = [variant - 1 for variant in sorted(variants)]
    others = [number for number in numbers if relaxations[number].demand is not Demand.SLOT]
    return others or numbers


def relax_each_demand(annotated: AnnotatedDocument) -> list[Relaxation]:
    """The rule without each of its demands."""
    rule, document = annotated.rule, annotated.document
    (match,) = annotated.conditions["match"]
    found = [
        Relaxation(demand, replace(rule, condition=condition), _describe(demand, part), document.place(part.path))
        for demand, part, condition in _relax_condition(match, rule.condition)
    ]
    if rule.unless is not None:
        place = document.key_place(("unless",))
        found.append(Relaxation(Demand.UNLESS, replace(rule, unless=None), "unless holds", place))
    anywhere = replace(rule, news_in=NewsIn.TEXT, title_has_some=False, mention_if=None)
    place = document.key_place(("mention_if" if rule.mention_if is not None else "news_in",))
    description = "it is a mention: of mention_if, or because of where the evidence is"
    found.append(Relaxation(Demand.PLACE_OF_EVIDENCE, anywhere, description, place))
    if rule.where is not None:
        place = document.key_place(("where",))
        found.append(Relaxation(Demand.WHERE, replace(rule, where=None), "where leaves such articles out", place))
    return [relaxation for relaxation in found if relaxation.rule != rule]


def _relax_condition(part: ConditionPart, condition: Condition) -> Iterator[tuple[Demand, ConditionPart, Condition]]:
    """The condition without each of the demands in it, with the part that demands it. What must not hold demands
    nothing. A condition that would ask for nothing any more is left out."""
    if isinstance(condition, Named | In | Times | Ignoring):
        if isinstance(condition, Ignoring):
            yield Demand.IGNORE, part, condition.condition
        for demand, inner, changed in _relax_condition(part, condition.condition):
            yield demand, inner, replace(condition, condition=changed)
    elif isinstance(condition, AllOf | AnyOf | Near):
        for number, (inner_part, inner_condition) in enumerate(zip(part.parts, condition.conditions, strict=True)):
            before, after = condition.conditions[:number], condition.conditions[number + 1 :]
            others = part.parts[:number] + part.parts[number + 1 :]
            is_slot = not isinstance(condition, AnyOf) and not isinstance(inner_part.condition, Not)
            if is_slot and any(map(_asks_for_something, others)):
                rest = (*before, *after)
                without = rest[0] if len(rest) == 1 else replace(condition, conditions=rest)
                yield Demand.SLOT, inner_part, without
            for demand, deeper, changed in _relax_condition(inner_part, inner_condition):
                yield demand, deeper, replace(condition, conditions=(*before, changed, *after))
        if isinstance(condition, Near):
            anywhere = replace(condition, words=None, unit=Unit.PARAGRAPH, in_order=False, may_share_words=True)
            yield Demand.NEARNESS, part, anywhere


def _asks_for_something(part: ConditionPart) -> bool:
    """Whether something must be found, and not only be absent."""
    return not isinstance(part.condition, Not) and (not part.parts or any(map(_asks_for_something, part.parts)))


def _describe(demand: Demand, part: ConditionPart) -> str:
    described = _describe_part(part)
    if demand is Demand.IGNORE:
        return f"ignored where it is there: {described}"
    if demand is Demand.NEARNESS:
        return f"too far apart for {described}, in another order, or one word for two of them"
    return f"nothing for {described}"


def _describe_part(part: ConditionPart) -> str:
    """A part as reports name it: by its name; else by its list or entity, or by its first words."""
    if part.name:
        return f"“{part.name}”"
    match part.condition:
        case AnyOf() | AllOf() | Near() as several:
            kind = {AnyOf: "any", AllOf: "all", Near: "near"}[type(several)]
            more = " ..." if len(part.parts) > 2 else ""
            return f"{kind} ({', '.join(map(_describe_part, part.parts[:2]))}{more})"
        case Words(terms):
            some = ", ".join(f"“{term.text}”" for term in terms[:_MAX_SHOWN])
            more = f" and {len(terms) - _MAX_SHOWN} more" if len(terms) > _MAX_SHOWN else ""
            return f"the word{'s' * (len(terms) > 1)} {some}{more}"
        case ListNamed(name):
            return f"list “{name}”"
        case EntityNamed(name):
            return f"entity “{name}”"
        case other:
            return describe_condition(other)
