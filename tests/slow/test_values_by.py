"""The values of a match against the reference evaluator, over generated rules and articles of the whole language."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from monitor.matching import compile_rules
from monitor.model import AlertPolicy, OncePer
from tests.support.by_reference import values_by
from tests.support.cases import batch
from tests.support.reference import Reading

BATCHES = 250
RULES, ARTICLES = 4, 4  # of a batch
POLICY = AlertPolicy(once_per=OncePer.EVENT, by=("who", "what"))  # as the generated conditions are called
OF_EACH = 50
SHOWN = 3  # of the differences


def test_values_are_those_of_the_reference() -> None:
    """Of entities and of words, none, one and several."""
    differences, sizes, kinds = list[str](), Counter[int](), Counter[str]()
    for seed in range(BATCHES):
        cases = batch(seed, RULES, ARTICLES)
        rules = {each.id: replace(each, alert=POLICY) for each in cases.rules}
        compiled = compile_rules(rules.values(), cases.world.entities, cases.world.lists, cases.world.sources)
        for page in cases.articles:
            reading = Reading(page, cases.world)
            for match in compiled.match(page):
                wanted = values_by(rules[match.rule], reading)
                if match.by != wanted:
                    differences.append(
                        f"{match.by} instead of {wanted}\n  {rules[match.rule]}\n  {page}\n  {cases.world}"
                    )
                sizes.update(min(len(values), 2) for values in wanted.values())
                kinds.update(value.partition(":")[0] for values in wanted.values() for value in values)
    assert differences[:SHOWN] == []
    assert min(sizes[number] for number in range(3)) >= OF_EACH
    assert min(kinds["entity"], kinds["word"]) >= OF_EACH
