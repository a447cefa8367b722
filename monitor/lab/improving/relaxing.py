"""A rule with one of its demands taken away. An article that meets the rule only then shows which demand decided.

A part of a `near` or an `all` is a slot: what must be said there. If the rule holds without the slot, the article says
everything but that, or says it in words that the rule lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from monitor.lab.annotated_document import AnnotatedDocument, ConditionPart
from monitor.lab.improving.condition_changes import (
    Position,
    change_inside,
    change_part,
    leave_out_parts,
    strip_ignore,
)
from monitor.lab.improving.examples import Example
from monitor.lab.improving.phrases import find_phrases
from monitor.lab.rule_tests import failures_of_each
from monitor.matching import RuleSet, compile_rules
from monitor.matching.explain import describe_condition
from monitor.model import (
    AllOf,
    AnyOf,
    Article,
    Condition,
    Entity,
    EntityNamed,
    ListNamed,
    Match,
    MatchKind,
    Near,
    NewsIn,
    Not,
    Place,
    Rule,
    RuleStatus,
    Source,
    Unit,
    WordList,
    Words,
)

_MAX_SHOWN = 3
"""So many words name a part that has no name."""


class Demand(StrEnum):
    """What a rule demands of an article, and what can therefore decide a miss."""

    SLOT = "slot"
    SEVERAL_SLOTS = "several slots"
    NEARNESS = "nearness"
    IGNORE = "ignore"
    UNLESS = "unless"
    PLACE_OF_EVIDENCE = "place of evidence"
    WHERE = "where"
    SLOT_AND_MORE = "slot and more"


@dataclass(frozen=True, slots=True)
class RulePart:
    """A part of a rule's `match`, with its position in the condition."""

    position: Position
    part: ConditionPart


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule without one demand. `slots`: the parts that it concerns; `place`: where the demand is written."""

    demand: Demand
    rule: Rule
    description: str
    place: Place
    slots: tuple[RulePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Definitions:
    """The entities, lists and sources that the rules of a set refer to, and the other rules."""

    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    sources: Mapping[str, Source]
    rules: Mapping[str, Rule]

    def compile_variants(self, variants: Sequence[Rule]) -> VariantSet:
        """Compile variants of one rule, which may all have the same id."""
        return VariantSet(variants, self)

    def match_articles(self, rule: Rule, examples: Iterable[Example]) -> list[tuple[Example, Match]]:
        """The articles that a rule matches, with the match."""
        compiled = compile_rules([replace(rule, status=RuleStatus.SHADOW)], self.entities, self.lists, self.sources)
        return [(example, match) for example in examples for match in compiled.match(example.article)]

    def evidence_words(self, rule: Rule, hits: Iterable[Example]) -> frozenset[str]:
        """The words by which a rule matches articles, folded."""
        spans = (span for _, match in self.match_articles(rule, hits) for span in match.evidence)
        return frozenset(word for span in spans for word in find_phrases(span.text, ""))

    def find_failing_tests(self, variants: Sequence[Rule], now: datetime) -> list[frozenset[Place]]:
        """The places of the tests that fail, for each of these variants of one rule. `now`: the time of the tests."""
        numbered = self.with_other_rules(variants)
        failures = failures_of_each(numbered, self.entities, self.lists, self.sources, now, all_rules=numbered)
        return [frozenset(fault.place for fault in faults) for faults in failures[: len(variants)]]

    def with_other_rules(self, variants: Sequence[Rule]) -> list[Rule]:
        """Variants of one rule, with ids of their own, and the other rules that decide what a title is about."""
        numbered = [replace(rule, id=f"{number}~", status=RuleStatus.SHADOW) for number, rule in enumerate(variants)]
        if not any(rule.news_in is NewsIn.ABOUT for rule in variants):
            return numbered
        own_ids = {rule.id for rule in variants}
        live = (rule for rule in self.rules.values() if rule.status is RuleStatus.LIVE)
        return [*numbered, *(rule for rule in live if rule.id not in own_ids)]


class VariantSet:
    """Variants of one rule in one set: one pass over an article says which of them it meets as news."""

    def __init__(self, variants: Sequence[Rule], definitions: Definitions) -> None:
        self._numbers = {f"{number}~": number for number in range(len(variants))}
        plain = [replace(rule, raises=(), lowers=()) for rule in variants]
        self._rules: RuleSet = compile_rules(
            definitions.with_other_rules(plain), definitions.entities, definitions.lists, definitions.sources
        )

    def find_news(self, article: Article) -> frozenset[int]:
        """The numbers of the variants that the article meets as news."""
        _, rule_matches = self._rules.evaluate_article(article)
        numbers = (self._numbers.get(found.compiled.rule.id) for found in rule_matches if found.kind is MatchKind.NEWS)
        return frozenset(number for number in numbers if number is not None)

    def find_news_of(self, examples: Iterable[Example]) -> list[tuple[Example, frozenset[int]]]:
        """Each example, with the numbers of the variants that its article meets as news."""
        return [(example, self.find_news(example.article)) for example in examples]


def list_parts(annotated: AnnotatedDocument) -> Iterator[RulePart]:
    """Every part of the rule's `match` that is not negative, the outermost first."""
    (match,) = annotated.conditions["match"]
    yield from _walk_part(RulePart((), match))


def _walk_part(at: RulePart) -> Iterator[RulePart]:
    if isinstance(at.part.condition, Not):
        return
    yield at
    for number, inner in enumerate(at.part.parts):
        yield from _walk_part(RulePart((*at.position, number), inner))


def list_slots(annotated: AnnotatedDocument) -> list[RulePart]:
    """The slots of the rule; of a rule without `near` and `all`, its whole `match`."""
    found = [slot for group in _list_slot_groups(annotated) for slot in group]
    return found or [next(list_parts(annotated))]


def _list_slot_groups(annotated: AnnotatedDocument) -> Iterator[list[RulePart]]:
    for at in list_parts(annotated):
        if isinstance(at.part.condition, Near | AllOf):
            parts = (RulePart((*at.position, number), part) for number, part in enumerate(at.part.parts))
            slots = [slot for slot in parts if not isinstance(slot.part.condition, Not)]
            if len(at.part.parts) > 1:
                yield slots


def relax_one_demand(annotated: AnnotatedDocument) -> list[Relaxation]:
    """The rule without each of its demands: slots, how near things must be, what is ignored, `unless`, where evidence
    must be, and `where`."""
    rule = annotated.rule
    found = [*_relax_slots(annotated, rule), *_relax_parts(annotated, rule), *_relax_keys(annotated, rule)]
    return [relaxation for relaxation in found if relaxation.rule != rule]


def relax_two_demands(annotated: AnnotatedDocument) -> list[Relaxation]:
    """The rule without two slots beside each other, or without a slot and all that is no slot."""
    rule = annotated.rule
    return [*_relax_pairs(annotated, rule), *_relax_slots_and_keys(annotated, rule)]


def _relax_slots(annotated: AnnotatedDocument, rule: Rule) -> Iterator[Relaxation]:
    for slot in (slot for group in _list_slot_groups(annotated) for slot in group):
        relaxed = _without_slots(rule, (slot,))
        if relaxed is not None:
            name = f"nothing for {describe_part(slot.part)}"
            yield Relaxation(Demand.SLOT, relaxed, name, _place_of(annotated, slot), (slot,))


def _relax_pairs(annotated: AnnotatedDocument, rule: Rule) -> Iterator[Relaxation]:
    for group in _list_slot_groups(annotated):
        for first, second in combinations(group, 2) if len(group) > 2 else ():
            relaxed = _without_slots(rule, (first, second))
            if relaxed is not None:
                name = f"nothing for {describe_part(first.part)}, nor for {describe_part(second.part)}"
                place = _place_of(annotated, first)
                yield Relaxation(Demand.SEVERAL_SLOTS, relaxed, name, place, (first, second))


def _without_slots(rule: Rule, slots: Sequence[RulePart]) -> Rule | None:
    """The rule without slots of one group; None: nothing would be left of it."""
    *parent, _ = slots[0].position
    numbers = {slot.position[-1] for slot in slots}
    condition = change_part(rule.condition, tuple(parent), lambda group: leave_out_parts(group, numbers))
    return None if condition is None or not _has_evidence(condition) else replace(rule, condition=condition)


def _has_evidence(condition: Condition) -> bool:
    """Whether something of the condition must be found, and not only be absent."""
    if isinstance(condition, Not):
        return False
    if isinstance(condition, AllOf | AnyOf):
        return any(map(_has_evidence, condition.conditions))
    return True


def _relax_parts(annotated: AnnotatedDocument, rule: Rule) -> Iterator[Relaxation]:
    for at in list_parts(annotated):
        if isinstance(at.part.condition, Near):
            changed = change_part(rule.condition, at.position, _widen_near)
            assert changed is not None
            yield Relaxation(
                Demand.NEARNESS,
                replace(rule, condition=changed),
                f"too far apart for {describe_part(at.part)}, in another order, or one word for two of them",
                _place_of(annotated, at),
                (at,),
            )
        elif at.part.ignores and not at.part.parts:
            changed = change_part(rule.condition, at.position, strip_ignore)
            assert changed is not None
            yield Relaxation(
                Demand.IGNORE,
                replace(rule, condition=changed),
                f"ignored where it is there: {describe_part(at.part)}",
                _place_of(annotated, at),
                (at,),
            )


def _widen_near(condition: Condition) -> Condition:
    """The near with its parts anywhere in a paragraph, in any order."""
    return change_inside(
        condition,
        lambda near: (
            replace(near, words=None, unit=Unit.PARAGRAPH, in_order=False, may_share_words=True)
            if isinstance(near, Near)
            else near
        ),
    )


def _relax_keys(annotated: AnnotatedDocument, rule: Rule) -> Iterator[Relaxation]:
    document = annotated.document
    if rule.unless is not None:
        yield Relaxation(Demand.UNLESS, replace(rule, unless=None), "unless holds", document.key_place(("unless",)))
    anywhere = replace(rule, news_in=NewsIn.TEXT, title_has_some=False, mention_if=None)
    key = "mention_if" if rule.mention_if is not None else "news_in"
    description = "it is a mention: of mention_if, or because of where the evidence is"
    yield Relaxation(Demand.PLACE_OF_EVIDENCE, anywhere, description, document.key_place((key,)))
    if rule.where is not None:
        place = document.key_place(("where",))
        yield Relaxation(Demand.WHERE, replace(rule, where=None), "where leaves such articles out", place)


def _relax_slots_and_keys(annotated: AnnotatedDocument, rule: Rule) -> Iterator[Relaxation]:
    anywhere = replace(rule, news_in=NewsIn.TEXT, title_has_some=False, mention_if=None, unless=None, where=None)
    for slot in (slot for group in _list_slot_groups(annotated) for slot in group):
        relaxed = _without_slots(anywhere, (slot,))
        if relaxed is not None:
            name = f"nothing for {describe_part(slot.part)}, and one more reason"
            yield Relaxation(Demand.SLOT_AND_MORE, relaxed, name, _place_of(annotated, slot), (slot,))


def describe_part(part: ConditionPart) -> str:
    """A part as reports name it: by its name; else by its list or entity, or by its first words."""
    if part.name:
        return f"“{part.name}”"
    condition = part.condition
    if isinstance(condition, AnyOf | AllOf | Near):
        kind = {AnyOf: "any", AllOf: "all", Near: "near"}[type(condition)]
        more = " ..." if len(part.parts) > 2 else ""
        return f"{kind} ({', '.join(describe_part(inner) for inner in part.parts[:2])}{more})"
    return _describe_leaf(condition)


def _describe_leaf(condition: Condition) -> str:
    match condition:
        case Words(terms):
            some = ", ".join(f"“{term.text}”" for term in terms[:_MAX_SHOWN])
            more = f" and {len(terms) - _MAX_SHOWN} more" if len(terms) > _MAX_SHOWN else ""
            return f"the word{'s' * (len(terms) > 1)} {some}{more}"
        case ListNamed(name):
            return f"list “{name}”"
        case EntityNamed(name):
            return f"entity “{name}”"
    return describe_condition(condition)


def describe_words(part: ConditionPart) -> str:
    """The words of a part, as reports name them."""
    return f"the words of {describe_part(part)}" if part.name else describe_part(part)


def _place_of(annotated: AnnotatedDocument, at: RulePart) -> Place:
    return annotated.document.place(at.part.path)
