"""Proposes changes of a rule that remove noise, or gain what it misses, as people have judged articles.

A proposal keeps every wanted article that the rule hits, and every test of the rule. It must be supported by several
independent articles. Proposals are chosen one after another: each was tried on the rule with those before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.improving.coverage import Coverage, measure_coverage
from monitor.lab.improving.examples import MIN_SUPPORT, Example, ExampleVerdict, count_independent
from monitor.lab.improving.noise import list_noise_changes, list_wider_nearness
from monitor.lab.improving.relaxing import Definitions
from monitor.lab.improving.rule_changes import AddWord, PartChange, RuleChange
from monitor.lab.rule_tests import failures_of_each
from monitor.model import Place, Rule

_MOST = 20  # proposals: more than a person reads at once


@dataclass(frozen=True)
class Effect:
    """What a change does to the judged articles, and to others. `gained`: wanted articles that are hit now; `lost`:
    wanted ones that are not hit any more; `dropped`: unwanted ones that are not hit any more; `brought`: unwanted ones
    that are hit now. `failing_tests`: how many tests of the rule fail now and did not."""

    gained: tuple[Example, ...] = ()
    lost: tuple[Example, ...] = ()
    dropped: tuple[Example, ...] = ()
    brought: tuple[Example, ...] = ()
    unjudged_gained: tuple[Example, ...] = ()
    unjudged_lost: tuple[Example, ...] = ()
    failing_tests: int = 0

    @property
    def support(self) -> int:
        """How many independent judged articles speak for it."""
        return count_independent((*self.gained, *self.dropped))

    @property
    def net(self) -> int:
        """The support, less what it brings."""
        return self.support - len(self.brought)


@dataclass(frozen=True)
class Proposal:
    """A change, and what it does to the rule with the proposals before it."""

    change: RuleChange
    effect: Effect


class Refusal(StrEnum):
    """Why a change that helps is not proposed."""

    ONE_TEXT = "one text supports it"
    LOSES_WANTED = "it loses a wanted article"
    FAILS_TESTS = "a test of the rule would fail"
    BRINGS_NOISE = "it brings as much noise as it gains"
    DROPS_UNJUDGED = "it drops more that nobody has judged than noise"


@dataclass(frozen=True)
class RefusedChange:
    """A change that is not proposed, and why."""

    change: RuleChange
    effect: Effect
    why: Refusal


@dataclass
class Tuning:
    """What is proposed for a rule. `tuned`: the rule with all proposals."""

    rule: Rule
    tuned: Rule
    coverage: Coverage
    proposals: list[Proposal] = field(default_factory=list)
    refused: list[RefusedChange] = field(default_factory=list)


def tune_rule(
    annotated: AnnotatedDocument,
    examples: Iterable[Example],
    definitions: Definitions,
    count: int,
    now: datetime,
) -> Tuning:
    """Propose changes of a rule. `count`: how many articles there are, about; `now`: the time of its tests."""
    rule = annotated.rule
    coverage = measure_coverage(annotated, examples, definitions, count)
    tuning = Tuning(rule, rule, coverage)
    if not coverage.is_complete:  # a change could lose a wanted article that was not read
        return tuning
    trial = _Trial(definitions, coverage.relevant, now, rule)
    changes = _list_changes(annotated, coverage, definitions)
    while changes and len(tuning.proposals) < _MOST:
        tried = trial.try_changes(tuning.tuned, changes)
        useful = [(change, effect) for change, effect in tried if effect.gained or effect.dropped]
        refused = {change: why for change, effect in useful if (why := _refuse(effect))}
        accepted = [Proposal(change, effect) for change, effect in useful if change not in refused]
        if not tuning.proposals:
            tuning.refused = _rank_refused(
                RefusedChange(change, effect, refused[change]) for change, effect in useful if change in refused
            )
        if not accepted:
            break
        best = max(accepted, key=_value_proposal)
        tuning.proposals.append(best)
        changed = best.change.apply(tuning.tuned)
        assert changed is not None
        others = [proposal.change for proposal in accepted if proposal is not best]
        changes = [change for change in others if not _is_displaced(change, tuning.tuned, changed)]
        tuning.tuned = changed
    return tuning


def _is_displaced(change: RuleChange, before: Rule, after: Rule) -> bool:
    """Whether the part that a change is about is elsewhere now."""
    return isinstance(change, PartChange) and not change.fits(before, after)


def _list_changes(annotated: AnnotatedDocument, coverage: Coverage, definitions: Definitions) -> list[RuleChange]:
    wanted_hits = [hit for hit in coverage.hits if hit.verdict is ExampleVerdict.WANTED]
    noise = definitions.match_articles(coverage.rule, coverage.false_alarms)
    changes = [AddWord(word.slot, word.term) for word in coverage.words]
    found = [*changes, *list_wider_nearness(annotated), *list_noise_changes(annotated, noise, wanted_hits, definitions)]
    return list(dict.fromkeys(found))


class _Trial:
    """Tries changes on the articles whose result a change can alter: those that the rule hits or nearly hits."""

    def __init__(self, definitions: Definitions, examples: Sequence[Example], now: datetime, rule: Rule) -> None:
        self._definitions = definitions
        self._examples = examples
        self._now = now
        self._failing = self._find_failures([rule])[0]

    def try_changes(self, rule: Rule, changes: Sequence[RuleChange]) -> list[tuple[RuleChange, Effect]]:
        """What each change does to the rule."""
        applied = [(change, changed) for change in changes if (changed := change.apply(rule)) is not None]
        variants = [changed for _, changed in applied]
        compiled = self._definitions.compile_variants([rule, *variants])
        news = [(example, compiled.find_news(example.article)) for example in self._examples]
        failures = self._find_failures(variants)
        return [
            (change, _measure_effect(news, number + 1, len(failures[number] - self._failing)))
            for number, (change, _) in enumerate(applied)
        ]

    def _find_failures(self, rules: Sequence[Rule]) -> list[frozenset[Place]]:
        """The places of the tests that fail, for each rule."""
        names = self._definitions.entities, self._definitions.lists, self._definitions.sources
        numbered = self._definitions.with_other_rules(rules)
        failures = failures_of_each(numbered, *names, self._now, all_rules=numbered)
        return [frozenset(fault.place for fault in faults) for faults in failures[: len(rules)]]


def _measure_effect(news: Sequence[tuple[Example, frozenset[int]]], number: int, failing_tests: int) -> Effect:
    now_hit = [example for example, found in news if number in found and 0 not in found]
    not_hit = [example for example, found in news if 0 in found and number not in found]

    def select(examples: Sequence[Example], verdict: ExampleVerdict) -> tuple[Example, ...]:
        return tuple(example for example in examples if example.verdict is verdict)

    return Effect(
        gained=select(now_hit, ExampleVerdict.WANTED),
        lost=select(not_hit, ExampleVerdict.WANTED),
        dropped=select(not_hit, ExampleVerdict.UNWANTED),
        brought=select(now_hit, ExampleVerdict.UNWANTED),
        unjudged_gained=select(now_hit, ExampleVerdict.UNKNOWN),
        unjudged_lost=select(not_hit, ExampleVerdict.UNKNOWN),
        failing_tests=failing_tests,
    )


def _refuse(effect: Effect) -> Refusal | None:
    if effect.lost:
        return Refusal.LOSES_WANTED
    if effect.failing_tests:
        return Refusal.FAILS_TESTS
    if effect.support < MIN_SUPPORT:
        return Refusal.ONE_TEXT
    if len(effect.unjudged_lost) > len(effect.dropped):
        return Refusal.DROPS_UNJUDGED
    return Refusal.BRINGS_NOISE if effect.net < MIN_SUPPORT else None


def _value_proposal(proposal: Proposal) -> tuple[float, ...]:
    """What makes a proposal better than another: more support, and then less that nobody has judged."""
    effect = proposal.effect
    unjudged = len(effect.unjudged_lost) + len(effect.unjudged_gained)
    return (effect.net, -unjudged, -proposal.change.breadth, len(effect.gained))


def _rank_refused(refused: Iterable[RefusedChange]) -> list[RefusedChange]:
    return sorted(refused, key=lambda one: (-one.effect.support, len(one.effect.lost), str(one.change)))
