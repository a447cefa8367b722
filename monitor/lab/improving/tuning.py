"""Proposes changes of a rule that remove noise, or gain what it misses, as people have judged articles.

A proposal keeps every wanted article that the rule hits, and every test of the rule. It must be supported by several
independent articles. Proposals are chosen one after another: each was tried on the rule with those before it.

Lists and entities that share words with a condition, and that fewer than two independent articles support, are hints:
with all proposals made, each was tried alone, loses nothing and brings no noise. Only a person knows whether they mean
the same as the condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.improving.coverage import Coverage, measure_coverage
from monitor.lab.improving.effect import Effect, measure_effect
from monitor.lab.improving.examples import MIN_SUPPORT, Example, ExampleVerdict
from monitor.lab.improving.noise import list_noise_changes, list_wider_nearness
from monitor.lab.improving.relaxing import Definitions
from monitor.lab.improving.rule_changes import AddWord, PartChange, RuleChange
from monitor.model import Rule

_MOST = 20  # proposals: more than a person reads at once


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
    """The proposals for a rule. `tuned`: the rule with all proposals; `hints`: lists and entities that only a person
    can choose; `now`: the time of the rule's tests."""

    rule: Rule
    tuned: Rule
    coverage: Coverage
    now: datetime
    proposals: list[Proposal] = field(default_factory=list)
    refused: list[RefusedChange] = field(default_factory=list)
    hints: list[Proposal] = field(default_factory=list)

    @property
    def choices(self) -> list[Proposal]:
        """The proposals and then the hints, as they are numbered."""
        return [*self.proposals, *self.hints]


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
    tuning = Tuning(rule, rule, coverage, now)
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
    tuning.hints = _list_hints(tuning, trial)
    shown_as_hints = {hint.change for hint in tuning.hints}
    tuning.refused = [refused for refused in tuning.refused if refused.change not in shown_as_hints]
    return tuning


def _list_hints(tuning: Tuning, trial: _Trial) -> list[Proposal]:
    """The lists and entities that are not proposed, and do no harm that anybody has marked."""
    proposed = {proposal.change for proposal in tuning.proposals}
    changes = [
        one.change
        for one in tuning.coverage.references
        if one.change not in proposed and one.change.fits(tuning.rule, tuning.tuned)
    ]
    tried = trial.try_changes(tuning.tuned, changes[:_MOST]) if changes else []
    return [
        Proposal(change, effect)
        for change, effect in tried
        if not (effect.lost or effect.brought or effect.failing_tests)
    ]


def _is_displaced(change: RuleChange, before: Rule, after: Rule) -> bool:
    """Whether the part that a change is about is elsewhere now."""
    return isinstance(change, PartChange) and not change.fits(before, after)


def _list_changes(annotated: AnnotatedDocument, coverage: Coverage, definitions: Definitions) -> list[RuleChange]:
    wanted_hits = [hit for hit in coverage.hits if hit.verdict is ExampleVerdict.WANTED]
    noise = definitions.match_articles(coverage.rule, coverage.false_alarms)
    words = [AddWord(word.slot, word.term) for word in coverage.words]
    references = [one.change for one in coverage.references]
    found = [
        *words,
        *references,
        *list_wider_nearness(annotated),
        *list_noise_changes(annotated, noise, wanted_hits, definitions),
    ]
    return list(dict.fromkeys(found))


class _Trial:
    """Tries changes on the articles whose result a change can alter: those that the rule hits or nearly hits."""

    def __init__(self, definitions: Definitions, examples: Sequence[Example], now: datetime, rule: Rule) -> None:
        self._definitions = definitions
        self._examples = examples
        self._now = now
        self._failing = definitions.find_failing_tests([rule], now)[0]

    def try_changes(self, rule: Rule, changes: Sequence[RuleChange]) -> list[tuple[RuleChange, Effect]]:
        """What each change does to the rule."""
        applied = [(change, changed) for change in changes if (changed := change.apply(rule)) is not None]
        variants = [changed for _, changed in applied]
        compiled = self._definitions.compile_variants([rule, *variants])
        news = compiled.find_news_of(self._examples)
        failures = self._definitions.find_failing_tests(variants, self._now)
        return [
            (change, measure_effect(news, number + 1, len(failures[number] - self._failing)))
            for number, (change, _) in enumerate(applied)
        ]


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
