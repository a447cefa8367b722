"""Which rules wish for the full text of an article: those that say so, and of which a word stands in what there is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from monitor.matching.entries import CompiledRule
from monitor.matching.nodes import AllOf, AnyOf, Leaf, Near, Node
from monitor.matching.ruleset import RuleSet
from monitor.model import Article


def wishes(rules: RuleSet, article: Article) -> tuple[str, ...]:
    """The ids of these rules. One word is enough: what is missing may stand in the text that is not there yet."""
    wishing = _wishing(rules)
    if not wishing:
        return ()
    found = rules.find_patterns(article)
    return tuple(
        each.rule.id
        for each in wishing
        if (each.where is None or each.where.holds(found.document))
        and any(pattern in found.present and found.places(pattern) for pattern in _of_rule(each))
    )


def any_wish(rules: RuleSet) -> bool:
    """Whether one of the rules may ever wish for a full text."""
    return bool(_wishing(rules))


@lru_cache(maxsize=1)  # of the set that is in force
def _wishing(rules: RuleSet) -> tuple[CompiledRule, ...]:
    return tuple(each for each in rules.compiled_rules if each.rule.full_text)


def _of_rule(rule: CompiledRule) -> Iterator[int]:
    """The patterns of what the rule looks for, as news and as a mention."""
    yield from _patterns(rule.node)
    if rule.mention is not None:
        yield from _patterns(rule.mention)


def _patterns(node: Node) -> Iterator[int]:
    if isinstance(node, Leaf):
        yield from node.finder.patterns() or ()
    elif isinstance(node, AllOf | AnyOf | Near):
        for each in node.nodes:
            yield from _patterns(each)
