"""Compiles the rules that run, for the daemon and for `match`, `replay`, `why` and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from monitor.matching.compile import compile_rules
from monitor.matching.ruleset import RuleSet
from monitor.model import Article, Entity, Rule, Source, WordList, select_running_rules


def compile_live(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList] = MappingProxyType({}),
    sources: Mapping[str, Source] = MappingProxyType({}),
    known: Mapping[str, Entity] = MappingProxyType({}),
    *,
    article: Article | None = None,
) -> RuleSet:
    """Compile the rules that run; the arguments are those of `compile_rules`."""
    return compile_rules(select_running_rules(rules), entities, lists, sources, known, article=article)
