"""How each rule is evaluated. Most rules need no tree of conditions: which patterns are present decides."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from monitor.matching.anchors import Group, Groups, collapse_singleton
from monitor.matching.document_hits import DocumentHits
from monitor.matching.nodes import AllOfNode, NearNode, Node
from monitor.matching.proximity import are_near_each_other
from monitor.matching.scope import WhereTest
from monitor.matching.value_finders import NamedLeaf
from monitor.model import Condition, Level, MatchKind, MentionCause, NewsIn, Rule

_NONE: frozenset[int] = frozenset()


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


_NEWS, _MENTION, _OUTSIDE = MatchKind.NEWS, MatchKind.MENTION, MentionCause.OUTSIDE


class RuleMatch(NamedTuple):
    """A rule that an article met: as news or mention, at which level, how far the evidence was looked for, by which
    condition (its `match` or its `mention`), and what makes it a mention."""

    compiled: CompiledRule
    kind: MatchKind
    level: Level
    limit: int
    node: Node
    mention_cause: MentionCause | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RulePlan:
    """A rule in its set, with all that its evaluation needs in one place: with thousands of rules, the cost is in
    fetching data from elsewhere in memory."""

    compiled: CompiledRule
    unverified: frozenset[int]
    """Patterns whose literal alone proves nothing. They must be verified before the rule is evaluated."""

    @property
    def is_decided_by_presence(self) -> bool:
        """Whether the rule is met as soon as one pattern of each group that it requires is present."""
        return False

    def evaluate(self, doc_hits: DocumentHits) -> RuleMatch | None:
        """Return how the article meets the rule, or None."""
        return _evaluate_rule(self.compiled, doc_hits)


@dataclass(frozen=True, slots=True, eq=False)
class PresenceRulePlan(RulePlan):
    """A rule that depends only on which patterns are present, as most do: one of its anchor and one of each of
    `other_groups`; and, if there is an `unless`, not one of each of its groups.

    Without it a decision among 10,000 rules costs 9.6 to 9.8 bare passes instead of 5.6 to 6.1; `./dev bench matching`
    allows 9."""

    anchor: Group
    other_groups: Groups
    unless: Sequence[frozenset[int]]
    level: Level

    @property
    def is_decided_by_presence(self) -> bool:
        return not self.unless and not self.unverified

    def evaluate(self, doc_hits: DocumentHits) -> RuleMatch | None:
        in_text, in_lead, is_mention = doc_hits.patterns_in_text, doc_hits.patterns_in_lead, False
        for group in (self.anchor, *self.other_groups):
            if group not in in_lead if isinstance(group, int) else group.isdisjoint(in_lead):
                if group not in in_text if isinstance(group, int) else group.isdisjoint(in_text):
                    return None
                is_mention = True
        if self.unless and not any(patterns.isdisjoint(in_text) for patterns in self.unless):
            return None
        if is_mention:
            return RuleMatch(
                self.compiled, _MENTION, self.level, doc_hits.document.text_end, self.compiled.node, _OUTSIDE
            )
        return RuleMatch(self.compiled, _NEWS, self.level, doc_hits.document.lead_end, self.compiled.node)


@dataclass(frozen=True, slots=True, eq=False)
class ProximityRulePlan(RulePlan):
    """A rule that asks for words of two kinds near each other, in any order, and otherwise only for the presence of
    patterns.

    Without it a decision among 1,000 rules costs 7.5 bare passes that have the cache to themselves instead of 6.5;
    `./dev bench matching` allows 7. Among 10,000 rules it takes 1.1 to 1.5 times as long."""

    max_distance: int
    first_patterns: tuple[int, ...]
    second_patterns: tuple[int, ...]
    other_groups: Groups
    unless: Sequence[frozenset[int]]
    level: Level

    def evaluate(self, doc_hits: DocumentHits) -> RuleMatch | None:
        in_text, in_lead, document = doc_hits.patterns_in_text, doc_hits.patterns_in_lead, doc_hits.document
        is_mention = False
        for group in self.other_groups:
            if group not in in_lead if isinstance(group, int) else group.isdisjoint(in_lead):
                if group not in in_text if isinstance(group, int) else group.isdisjoint(in_text):
                    return None
                is_mention = True
        if self.unless and not any(patterns.isdisjoint(in_text) for patterns in self.unless):
            return None
        if not self._are_patterns_near(doc_hits, in_text, document.text_end):
            return None
        if is_mention or not self._are_patterns_near(doc_hits, in_lead, document.lead_end):
            return RuleMatch(self.compiled, _MENTION, self.level, document.text_end, self.compiled.node, _OUTSIDE)
        return RuleMatch(self.compiled, _NEWS, self.level, document.lead_end, self.compiled.node)

    def _are_patterns_near(self, doc_hits: DocumentHits, present: AbstractSet[int], limit: int) -> bool:
        """Whether one of each kind stand near each other, before the limit."""
        if not (firsts := [pattern for pattern in self.first_patterns if pattern in present]):
            return False
        seconds = [pattern for pattern in self.second_patterns if pattern in present]
        is_within, max_distance = doc_hits.document.is_within, self.max_distance
        return any(
            are_near_each_other(
                doc_hits.places_before(first, limit), doc_hits.places_before(second, limit), is_within, max_distance
            )
            for second in seconds
            for first in firsts
        )


def build_rule_plan(
    compiled: CompiledRule, anchor: frozenset[int], other_groups: Groups, unverified: frozenset[int]
) -> RulePlan:
    """Return the plan that evaluates a rule fastest. `anchor`: the group of patterns by which the rule is found;
    `other_groups`: the other groups that it requires."""
    rule, node = compiled.rule, compiled.node
    needs_tree = compiled.where or compiled.mention_if or compiled.mention or compiled.changes
    is_plain = not needs_tree and rule.news_in is NewsIn.LEAD and not rule.title_has_some
    unless = () if compiled.unless is None else compiled.unless.sufficient_groups()
    if not is_plain or unless is None:
        return RulePlan(compiled, _NONE)
    if node.sufficient_groups() is not None:
        to_verify = unverified.intersection(chain(*node.required_groups(), *unless)) or _NONE
        return PresenceRulePlan(
            compiled, to_verify, collapse_singleton(anchor), other_groups, tuple(unless), rule.level
        )
    nodes = node.nodes if isinstance(node, AllOfNode) else (node,)
    nears = [child for child in nodes if isinstance(child, NearNode)]
    other_sets = [child.sufficient_groups() for child in nodes if not isinstance(child, NearNode)]
    pair = nears[0].as_pattern_pair() if len(nears) == 1 else None
    if pair is None or None in other_sets:
        return RulePlan(compiled, _NONE)
    groups = [patterns for child in other_sets if child is not None for patterns in child]
    to_verify = unverified.intersection(chain(*groups, *unless)) or _NONE
    max_distance, firsts, seconds = pair
    return ProximityRulePlan(
        compiled,
        to_verify,
        max_distance,
        tuple(firsts),
        tuple(seconds),
        tuple(map(collapse_singleton, groups)),
        tuple(unless),
        rule.level,
    )


def _evaluate_rule(compiled: CompiledRule, doc_hits: DocumentHits) -> RuleMatch | None:
    document, rule = doc_hits.document, compiled.rule
    if compiled.where is not None and not compiled.where.holds(document):
        return None
    met_condition = _find_met_condition(compiled, doc_hits)
    if met_condition is None or (compiled.unless is not None and compiled.unless.holds(doc_hits, document.text_end)):
        return None
    node, cause, limit = met_condition
    if cause is None and compiled.mention_if is not None and compiled.mention_if.holds(doc_hits, limit):
        cause = MentionCause.MENTION_IF
    kind = _NEWS if cause is None else _MENTION
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
        return _OUTSIDE
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
