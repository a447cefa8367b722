"""A compiled rule, and how it is evaluated for an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from monitor.matching.document_hits import DocumentHits
from monitor.matching.nodes import Node
from monitor.matching.scope import WhereTest
from monitor.matching.value_finders import NamedLeaf
from monitor.model import Condition, Level, MatchKind, MentionCause, NewsIn, Rule


@dataclass(frozen=True, slots=True)
class CompiledChange:
    """The level of a match for which the condition holds, and the condition compiled."""

    to: Level
    condition: Condition
    node: Node


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its conditions compiled. The changes of its level are in the order in which they are tried."""

    rule: Rule
    node: Node
    unless: Node | None
    mention_if: Node | None
    mention: Node | None
    where: WhereTest | None
    changes: tuple[CompiledChange, ...]
    by_leaves: tuple[NamedLeaf, ...] = ()
    """The leaves of the conditions that the rule's `by` names."""

    def required_groups(self) -> list[frozenset[int]]:
        """Return groups of patterns: if no pattern of one group is present, the rule is not met, neither by its
        `match` nor by its `mention`."""
        own = self.node.required_groups()
        if self.mention is None:
            return own
        combined = {first | second for first in own for second in self.mention.required_groups()}
        return [group for group in combined if not any(smaller < group for smaller in combined)]


class RuleMatch(NamedTuple):
    """A rule that an article met: as news or mention, at which level, how far the evidence was looked for, by which
    condition (its `match` or its `mention`), and what makes it a mention."""

    compiled: CompiledRule
    kind: MatchKind
    level: Level
    limit: int
    node: Node
    mention_cause: MentionCause | None = None


def evaluate_rule(compiled: CompiledRule, doc_hits: DocumentHits) -> RuleMatch | None:
    """Return how the article meets the rule, or None."""
    document, rule = doc_hits.document, compiled.rule
    if compiled.where is not None and not compiled.where.holds(document):
        return None
    met_condition = _find_met_condition(compiled, doc_hits)
    if met_condition is None or (compiled.unless is not None and compiled.unless.holds(doc_hits, document.text_end)):
        return None
    node, cause, limit = met_condition
    if cause is None and compiled.mention_if is not None and compiled.mention_if.holds(doc_hits, limit):
        cause = MentionCause.MENTION_IF
    kind = MatchKind.NEWS if cause is None else MatchKind.MENTION
    changed_levels = (change.to for change in compiled.changes if change.node.holds(doc_hits, limit))
    return RuleMatch(compiled, kind, next(changed_levels, rule.level), limit, node, cause)


def _find_met_condition(compiled: CompiledRule, doc_hits: DocumentHits) -> tuple[Node, MentionCause | None, int] | None:
    """Which of the rule's conditions holds, what makes it a mention (None: it is news), and how far its evidence
    reaches. `mention` is tried only where `match` does not hold at all."""
    node, mention, text_end = compiled.node, compiled.mention, doc_hits.document.text_end
    if node.holds(doc_hits, text_end):
        limit = doc_hits.document.evidence_limit(compiled.rule.news_in)
        cause = _find_mention_cause(compiled, doc_hits, limit)
        return node, cause, limit if cause is None else text_end
    if mention is not None and mention.holds(doc_hits, text_end):
        return mention, MentionCause.MENTION, text_end
    return None


def _find_mention_cause(compiled: CompiledRule, doc_hits: DocumentHits, limit: int) -> MentionCause | None:
    """Why a rule whose `match` holds somewhere is only a mention; None: it is news."""
    if not compiled.node.holds(doc_hits, limit):
        return MentionCause.OUTSIDE
    if title_has_none(compiled, doc_hits):
        return MentionCause.TITLE_HAS_NONE
    return MentionCause.OTHER_TITLE if other_rules_in_title(compiled, doc_hits) else None


def title_has_none(compiled: CompiledRule, doc_hits: DocumentHits) -> bool:
    """Whether the rule has `title_has_some`, and the title has nothing of what `match` looks for."""
    return compiled.rule.title_has_some and not compiled.node.has_some(doc_hits, doc_hits.document.title_region)


def other_rules_in_title(compiled: CompiledRule, doc_hits: DocumentHits) -> tuple[str, ...]:
    """Return the ids of the other rules that the title is about, for a rule with `news_in: about` that the title
    alone does not meet. For any other rule there are none."""
    if compiled.rule.news_in is not NewsIn.ABOUT or compiled.node.holds(doc_hits, doc_hits.document.title_region[1]):
        return ()
    return tuple(rule_id for rule_id in doc_hits.rules_met_by_title if rule_id != compiled.rule.id)
