"""Which rules request the full text of an article: those with `full_text` that find a word in the text there is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from monitor.matching.compiled_rule import CompiledRule
from monitor.matching.nodes import AllOfNode, AnyOfNode, LeafNode, NearNode, Node
from monitor.matching.ruleset import RuleSet
from monitor.model import Article


def find_full_text_requests(rules: RuleSet, article: Article) -> tuple[str, ...]:
    """Return the ids of these rules. One word is enough: the rest may be in the text that was not fetched yet."""
    full_text_rules = _select_full_text_rules(rules)
    if not full_text_rules:
        return ()
    doc_hits = rules.find_patterns(article)
    return tuple(
        compiled.rule.id
        for compiled, patterns in full_text_rules
        if (compiled.where is None or compiled.where.holds(doc_hits.document))
        and any(map(doc_hits.places, patterns & doc_hits.present))
    )


def has_full_text_rules(rules: RuleSet) -> bool:
    """Whether any of the rules may ever request a full text."""
    return bool(_select_full_text_rules(rules))


@lru_cache(maxsize=1)  # for the rules in force
def _select_full_text_rules(rules: RuleSet) -> tuple[tuple[CompiledRule, frozenset[int]], ...]:
    """These rules, each with the patterns that it looks for."""
    return tuple(
        (compiled, frozenset(_collect_rule_patterns(compiled)))
        for compiled in rules.compiled_rules
        if compiled.rule.full_text
    )


def _collect_rule_patterns(compiled: CompiledRule) -> Iterator[int]:
    """The patterns that the rule looks for, as news and as a mention."""
    yield from _collect_node_patterns(compiled.node)
    if compiled.mention is not None:
        yield from _collect_node_patterns(compiled.mention)


def _collect_node_patterns(node: Node) -> Iterator[int]:
    if isinstance(node, LeafNode):
        yield from node.finder.patterns() or ()
    elif isinstance(node, AllOfNode | AnyOfNode | NearNode):
        for child in node.nodes:
            yield from _collect_node_patterns(child)
