"""Runs the tests that rules and entities carry, through the very code that runs live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.decide import State, decide
from monitor.errors import Fault
from monitor.matching import RuleSet, compile_rules
from monitor.matching.explain import explain
from monitor.model import (
    Article,
    Entity,
    EntityNamed,
    Level,
    Match,
    MatchKind,
    Rule,
    RuleStatus,
    RuleTest,
    Source,
    WordList,
)

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
    testing = [replace(rule, status=RuleStatus.LIVE) for rule in rules]
    testing += [_as_rule(entity) for entity in (entities.values() if tested is None else tested)]
    each = ((rule, compile_rules([rule], entities, lists, sources)) for rule in testing if rule.tests)
    return tuple(fault for rule, compiled in each for fault in _failures(rule, compiled, now))


def _as_rule(entity: Entity) -> Rule:
    """A rule that fires where the entity is named."""
    return Rule(entity.id, entity.name, Level.INFO, EntityNamed(entity.id), "", tests=entity.tests)


def _failures(rule: Rule, compiled: RuleSet, now: datetime) -> Iterator[Fault]:
    for test in rule.tests:
        article = article_of(test, now)
        found = _match(compiled, article, now)
        news = found is not None and found.kind is MatchKind.NEWS
        if test.fires and not news:
            (explained,) = explain(compiled, article)
            what = "does not" if found is None else "is only a mention"
            _, _, missed = explained.says.partition(": ")
            yield Fault(test.place, f"this test of {rule.id} must fire, and {what}: {missed}", _MEND)
        elif found is not None and news and not test.fires:
            words = ", ".join(dict.fromkeys(f"“{span.text}”" for span in found.evidence))
            yield Fault(test.place, f"this test of {rule.id} must stay silent, and fires on {words}", _MEND)


def article_of(test: RuleTest, now: datetime) -> Article:
    """The article that a test describes; `now`: its date where it has none."""
    moment = test.date or now
    return Article(
        test.source or "", "test", test.title, test.text, moment, moment, url=test.url, language=test.language
    )


def _match(compiled: RuleSet, article: Article, now: datetime) -> Match | None:
    (judged,) = decide([article], compiled, State(), now).judged
    return next((decided.match for decided in judged.decisions), None)
