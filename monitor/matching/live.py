"""Which rules run. The daemon, `match` and everything that counts running rules ask here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from monitor.matching.compile import compile_rules
from monitor.matching.ruleset import RuleSet
from monitor.model import Entity, Rule, RuleStatus, Source, WordList


def compile_live(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList] = MappingProxyType({}),
    sources: Mapping[str, Source] = MappingProxyType({}),
    known: Mapping[str, Entity] = MappingProxyType({}),
) -> RuleSet:
    """Compile the rules that run."""
    return compile_rules(select_running_rules(rules), entities, lists, sources, known)


def select_running_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that are not off."""
    return [rule for rule in rules if rule.status is not RuleStatus.OFF]
