"""Which rules wish for the full text of an article: those that say so, and of which a word stands in what there is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from monitor.matching.nodes import AllOfNode, AnyOfNode, LeafNode, NearNode, Node
from monitor.matching.rule_plan import CompiledRule
from monitor.matching.ruleset import RuleSet
from monitor.model import Article


def find_full_text_requests(rules: RuleSet, article: Article) -> tuple[str, ...]:
    """The ids of these rules. One word is enough: what is missing may stand in the text that is not there yet."""
    wishing = _select_full_text_rules(rules)
    if not wishing:
        return ()
    found = rules.find_patterns(article)
    return tuple(
        each.rule.id
        for each in wishing
        if (each.where is None or each.where.holds(found.document))
        and any(pattern in found.present and found.places(pattern) for pattern in _collect_rule_patterns(each))
    )


def has_full_text_rules(rules: RuleSet) -> bool:
    """Whether one of the rules may ever wish for a full text."""
    return bool(_select_full_text_rules(rules))


@lru_cache(maxsize=1)  # of the set that is in force
def _select_full_text_rules(rules: RuleSet) -> tuple[CompiledRule, ...]:
    return tuple(each for each in rules.compiled_rules if each.rule.full_text)


def _collect_rule_patterns(rule: CompiledRule) -> Iterator[int]:
    """The patterns of what the rule looks for, as news and as a mention."""
    yield from _collect_node_patterns(rule.node)
    if rule.mention is not None:
        yield from _collect_node_patterns(rule.mention)


def _collect_node_patterns(node: Node) -> Iterator[int]:
    if isinstance(node, LeafNode):
        yield from node.finder.patterns() or ()
    elif isinstance(node, AllOfNode | AnyOfNode | NearNode):
        for each in node.nodes:
            yield from _collect_node_patterns(each)
