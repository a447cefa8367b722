"""Runs the tests of rules and entities through the live matching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import Fault
from monitor.lab.expectation_mismatch import MUST, Expectation, describe_rule_mismatch
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    Article,
    Entity,
    EntityNamed,
    Level,
    Rule,
    RuleStatus,
    RuleTest,
    Source,
    WordList,
)

_HINT = "correct the rule or the test; the daemon does not run tests, and uses the file as it is"
_BATCH = 200  # rules in a set: what they share is compiled once, and no article is matched against all rules


def find_test_failures(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
    now: datetime,
    *,
    tested: Iterable[Entity] | None = None,
) -> tuple[Fault, ...]:
    """A fault for each test that does not hold, at the test's place. Rules that are off are tested too. Of the
    entities, all are tested, or only those in `tested`."""
    names, all_rules = (entities, lists, sources), [*rules]
    of_rules = failures_of_each(all_rules, *names, now, all_rules=all_rules)
    tested_entities = entities.values() if tested is None else tested
    of_entities = failures_of_each([rule_from_entity(entity) for entity in tested_entities], *names, now)
    return tuple(fault for faults in (*of_rules, *of_entities) for fault in faults)


def failures_of_each(
    rules: Sequence[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
    now: datetime,
    *,
    all_rules: Iterable[Rule] = (),
) -> list[tuple[Fault, ...]]:
    """The failures of each rule, in the order of the rules. `all_rules`: all rules that there are; the live ones among
    them decide what a title is about."""
    found: list[tuple[Fault, ...]] = []
    live = {rule.id: rule for rule in all_rules if rule.status is RuleStatus.LIVE}
    for start in range(0, len(rules), _BATCH):
        batch = [with_running_status(rule) for rule in rules[start : start + _BATCH]]
        compared = live if any(rule.depends_on_other_rules for rule in batch) else {}
        batch_rules = compared | {rule.id: rule for rule in batch if rule.tests}
        compiled = compile_rules(batch_rules.values(), entities, lists, sources)
        found += (tuple(_find_failures_of_rule(rule, compiled, now)) for rule in batch)
    return found


def with_running_status(rule: Rule) -> Rule:
    """The rule itself, or in shadow if it is off, so that it runs. It is not made live: titles are not about it."""
    return replace(rule, status=RuleStatus.SHADOW) if rule.status is RuleStatus.OFF else rule


def rule_from_entity(entity: Entity) -> Rule:
    """A rule that fires where the entity is named."""
    return Rule(entity.id, entity.name, Level.INFO, EntityNamed(entity.id), "", tests=entity.tests)


def _find_failures_of_rule(rule: Rule, compiled: RuleSet, now: datetime) -> Iterator[Fault]:
    for test in rule.tests:
        article, wanted = article_from_test(test, now), expectation_from_test(test)
        if mismatch := describe_rule_mismatch(compiled, article, rule.id, wanted, compiled.match(article)):
            yield Fault(test.place, f"this test of {rule.id} {MUST[wanted]}, and {mismatch}", _HINT)


def expectation_from_test(test: RuleTest) -> Expectation:
    """What a test expects of its rule."""
    if test.fires:
        return Expectation.FIRES
    return Expectation.MENTIONS if test.mentions else Expectation.SILENT


def article_from_test(test: RuleTest, now: datetime) -> Article:
    """The article that a test describes; `now`: its date if it has none."""
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
