"""Runs the tests that rules and entities carry, through the matching that runs live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import Fault
from monitor.lab.rule_outcomes import MUST, Expectation, describe_rule_mismatch
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    Article,
    Entity,
    EntityNamed,
    Level,
    NewsIn,
    Rule,
    RuleStatus,
    RuleTest,
    Source,
    WordList,
)

_TOGETHER = 200  # rules in a set: what they name is compiled once for all; and of no article all rules are asked


def find_test_failures(
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
    of_entities = failures_of_each([rule_from_entity(entity) for entity in asked], *named, now)
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
    live = {rule.id: rule for rule in beside if rule.status is RuleStatus.LIVE}
    for first in range(0, len(rules), _TOGETHER):
        some = [with_running_status(rule) for rule in rules[first : first + _TOGETHER]]
        compared = live if any(map(depends_on_other_rules, some)) else {}
        together = compared | {rule.id: rule for rule in some if rule.tests}
        compiled = compile_rules(together.values(), entities, lists, sources)
        found += (tuple(_find_failures_of_rule(rule, compiled, now)) for rule in some)
    return found


def depends_on_other_rules(rule: Rule) -> bool:
    """Whether what its tests say depends on other rules."""
    return rule.news_in is NewsIn.ABOUT


def with_running_status(rule: Rule) -> Rule:
    """The rule as one that runs; what is not live does not become what a title may be about."""
    return replace(rule, status=RuleStatus.SHADOW) if rule.status is RuleStatus.OFF else rule


def rule_from_entity(entity: Entity) -> Rule:
    """A rule that fires where the entity is named."""
    return Rule(entity.id, entity.name, Level.INFO, EntityNamed(entity.id), "", tests=entity.tests)


def _find_failures_of_rule(rule: Rule, compiled: RuleSet, now: datetime) -> Iterator[Fault]:
    for test in rule.tests:
        article, wanted = article_from_test(test, now), expectation_from_test(test)
        if why := describe_rule_mismatch(compiled, article, rule.id, wanted, compiled.match(article)):
            yield Fault(test.place, f"this test of {rule.id} {MUST[wanted]}, and {why}", "mend the rule or the test")


def expectation_from_test(test: RuleTest) -> Expectation:
    """What a test wants of the rule that it is written for."""
    if test.fires:
        return Expectation.FIRES
    return Expectation.MENTIONS if test.mentions else Expectation.SILENT


def article_from_test(test: RuleTest, now: datetime) -> Article:
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
