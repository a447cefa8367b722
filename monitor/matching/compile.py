"""Rules and entities -> one compiled set. Pure; what is wrong with a rule was told when its file was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeGuard

from monitor.matching.nodes import AllNode, AnyNode, NearNode, Node, TermsNode
from monitor.matching.ruleset import CompiledRule, CompiledTerm, RuleSet
from monitor.matching.terms import Pattern, compile_term
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    EntityNamed,
    Field,
    In,
    Near,
    Rule,
    Source,
    Term,
    WordList,
    Words,
)


def compile_rules(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList] = MappingProxyType({}),  # noqa: ARG001 - the next commits use it
    sources: Mapping[str, Source] = MappingProxyType({}),  # noqa: ARG001 - likewise
) -> RuleSet:
    """One set of all rules. Every entity and list that a rule names must be there (KeyError otherwise); `sources` are
    those whose tags and publishers are known."""
    compiler = _Compiler(entities)
    compiled = [compiler.rule(rule) for rule in rules]
    return RuleSet(compiled, compiler.terms)


class _Compiler:
    """Numbers the terms, so that rules share them."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._numbers: dict[tuple[Pattern, str], int] = {}
        self.terms: list[CompiledTerm] = []

    def rule(self, rule: Rule) -> CompiledRule:
        unless = None if rule.unless is None else self._node(rule.unless, None)
        return CompiledRule(rule, self._node(rule.condition, None), unless)

    def _node(self, condition: Condition, field: Field | None) -> Node:
        match condition:
            case In():
                return self._node(condition.condition, condition.field)
            case AllOf():
                return AllNode(tuple(self._node(c, field) for c in condition.conditions))
            case AnyOf():
                return AnyNode(tuple(self._node(c, field) for c in condition.conditions))
            case Near():
                return NearNode(tuple(self._member(c, field) for c in condition.conditions), condition.words)
            case Words():
                return self._terms(condition.terms, field)
            case EntityNamed():
                return self._terms(self._entities[condition.entity].sure, field)
            case _:
                raise NotImplementedError(type(condition).__name__)

    def _member(self, condition: Condition, field: Field | None) -> TermsNode | AnyNode:
        node = self._node(condition, field)
        if not _is_of_terms(node):
            raise TypeError(f"near takes words, entities and any of those, not {condition!r}")
        return node

    def _terms(self, terms: Iterable[Term], field: Field | None) -> TermsNode:
        patterns = ((compile_term(term), term.text) for term in terms)
        return TermsNode(tuple(self._number(pattern, text) for pattern, text in patterns if pattern is not None), field)

    def _number(self, pattern: Pattern, text: str) -> int:
        key = (pattern, text)
        if key not in self._numbers:
            self._numbers[key] = len(self.terms)
            self.terms.append(CompiledTerm(pattern, text))
        return self._numbers[key]


def _is_of_terms(node: Node) -> TypeGuard[TermsNode | AnyNode]:
    return isinstance(node, TermsNode) or (isinstance(node, AnyNode) and all(map(_is_of_terms, node.nodes)))
