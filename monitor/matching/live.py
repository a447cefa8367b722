"""Which rules run: the one place that says so, for the daemon and for `match`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monitor.matching.compile import compile_rules
from monitor.matching.ruleset import RuleSet
from monitor.model import Entity, Rule, RuleStatus


def compile_live(rules: Iterable[Rule], entities: Mapping[str, Entity]) -> RuleSet:
    """Those of the rules that are live, compiled."""
    return compile_rules([rule for rule in rules if rule.status is RuleStatus.LIVE], entities)
