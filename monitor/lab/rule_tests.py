"""Runs the tests that rules and entities carry, through the very code that runs live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.decide import State, decide
from monitor.errors import Fault
from monitor.lab.outcomes import explain_outcome, quote_evidence
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    Article,
    Entity,
    EntityNamed,
    Level,
    Match,
    MatchKind,
    NewsIn,
    Rule,
    RuleStatus,
    RuleTest,
    Source,
    WordList,
)

_TOGETHER = 200  # rules in a set: what they name is compiled once for all; and of no article all rules are asked
_MEND = "mend the rule or the test"


def failures(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
    now: datetime,
    *,
    tested: Iterable[Entity] | None = None,
) -> tuple[Fault, ...]:
    """A fault for each test that does not hold, at the test's place. Rules that are off are tested too; of the entities
    all, or only `tested`."""
    named, asked_of = (entities, lists, sources), [*rules]
    of_rules = failures_of_each(asked_of, *named, now, beside=asked_of)
    asked = entities.values() if tested is None else tested
    of_entities = failures_of_each([as_rule(entity) for entity in asked], *named, now)
    return tuple(fault for faults in (*of_rules, *of_entities) for fault in faults)


def failures_of_each(
    rules: Sequence[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
    now: datetime,
    *,
    beside: Iterable[Rule] = (),
) -> list[tuple[Fault, ...]]:
    """The same of each rule, in their order. `beside`: all rules that there are, of which those that are live are asked
    what a title is about."""
    found: list[tuple[Fault, ...]] = []
    nothing = State()  # deciding leaves it as it is: a state for each of thousands of tests would be most of the work
    live = {rule.id: rule for rule in beside if rule.status is RuleStatus.LIVE}
    for first in range(0, len(rules), _TOGETHER):
        some = [as_running(rule) for rule in rules[first : first + _TOGETHER]]
        compared = live if any(map(asks_what_titles_are_about, some)) else {}
        together = compared | {rule.id: rule for rule in some if rule.tests}
        compiled = compile_rules(together.values(), entities, lists, sources)
        found += (tuple(_failures(rule, compiled, nothing, now)) for rule in some)
    return found


def asks_what_titles_are_about(rule: Rule) -> bool:
    """Whether what its tests say depends on other rules."""
    return rule.news_in is NewsIn.ABOUT


def as_running(rule: Rule) -> Rule:
    """The rule as one that runs; what is not live does not become what a title may be about."""
    return replace(rule, status=RuleStatus.SHADOW) if rule.status is RuleStatus.OFF else rule


def as_rule(entity: Entity) -> Rule:
    """A rule that fires where the entity is named."""
    return Rule(entity.id, entity.name, Level.INFO, EntityNamed(entity.id), "", tests=entity.tests)


def _failures(rule: Rule, compiled: RuleSet, nothing: State, now: datetime) -> Iterator[Fault]:
    for test in rule.tests:
        article = article_of(test, now)
        found = _match(rule, compiled, article, nothing, now)
        news = found is not None and found.kind is MatchKind.NEWS
        if test.fires and not news:
            what = "does not" if found is None else "is only a mention"
            _, _, missed = explain_outcome(compiled, article, rule.id).partition(": ")
            yield Fault(test.place, f"this test of {rule.id} must fire, and {what}: {missed}", _MEND)
        elif found is not None and news and not test.fires:
            must = "be a mention" if test.mentions else "stay silent"
            what = f"this test of {rule.id} must {must}, and fires on {quote_evidence(found)}"
            yield Fault(test.place, what, _MEND)
        elif found is None and test.mentions:
            _, _, missed = explain_outcome(compiled, article, rule.id).partition(": ")
            yield Fault(test.place, f"this test of {rule.id} must be a mention, and is not: {missed}", _MEND)


def article_of(test: RuleTest, now: datetime) -> Article:
    """The article that a test describes; `now`: its date where it has none."""
    moment = test.date or now
    return Article(
        test.source or "",
        "test",
        test.title,
        test.text,
        moment,
        moment,
        url=test.url,
        language=test.language,
        authors=test.authors,
        tags=test.tags,
    )


def _match(rule: Rule, compiled: RuleSet, article: Article, nothing: State, now: datetime) -> Match | None:
    (judged,) = decide([article], compiled, nothing, now).judged
    return next((decided.match for decided in judged.decisions if decided.match.rule == rule.id), None)
