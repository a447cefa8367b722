"""A rule in its set, with all that deciding needs side by side: most rules need no tree of conditions for it."""

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
    """The level of a match for which the condition holds, and that compiled."""

    to: Level
    condition: Condition
    node: Node


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its conditions compiled; the changes of its level in the order in which they are asked."""

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
        """Sets of patterns: where one of them is absent as a whole, the rule is not met, neither as its `match` says
        nor as its `mention`."""
        own = self.node.required_groups()
        if self.mention is None:
            return own
        either = {one | other for one in own for other in self.mention.required_groups()}
        return [each for each in either if not any(less < each for less in either)]


_NEWS, _MENTION, _OUTSIDE = MatchKind.NEWS, MatchKind.MENTION, MentionCause.OUTSIDE


class RuleMatch(NamedTuple):
    """A rule met an article: as what, how much it matters, by which condition (its `match` or its `mention`), up to
    where the evidence was looked for, and what makes a mention one."""

    compiled: CompiledRule
    kind: MatchKind
    level: Level
    limit: int
    node: Node
    mention_cause: MentionCause | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RulePlan:
    """A rule in its set. All that deciding needs lies side by side: of thousands of rules, what costs is to fetch what
    lies elsewhere."""

    compiled: CompiledRule
    unverified: frozenset[int]
    """Patterns whose literal proves nothing, and that are to be proved before it is asked whether the rule is met."""

    @property
    def is_decided_by_presence(self) -> bool:
        """Whether it is met wherever one stands of each set of patterns that it requires."""
        return False

    def evaluate(self, found: DocumentHits) -> RuleMatch | None:
        """Whether the article meets the rule, and how."""
        return _evaluate_rule(self.compiled, found)


@dataclass(frozen=True, slots=True, eq=False)
class PresenceRulePlan(RulePlan):
    """A rule that asks no more than which patterns stand in an article, as most do: one of its anchor and of each of
    `besides`; and not one of each of `unless`, where there are any."""

    anchor: Group
    other_groups: Groups
    unless: Sequence[frozenset[int]]
    level: Level

    @property
    def is_decided_by_presence(self) -> bool:
        return not self.unless and not self.unverified

    def evaluate(self, found: DocumentHits) -> RuleMatch | None:
        in_text, in_lead, missing = found.patterns_in_text, found.patterns_in_lead, False
        for wanted in (self.anchor, *self.other_groups):
            if wanted not in in_lead if isinstance(wanted, int) else wanted.isdisjoint(in_lead):
                if wanted not in in_text if isinstance(wanted, int) else wanted.isdisjoint(in_text):
                    return None
                missing = True
        if self.unless and not any(patterns.isdisjoint(in_text) for patterns in self.unless):
            return None
        if missing:
            return RuleMatch(self.compiled, _MENTION, self.level, found.document.text_end, self.compiled.node, _OUTSIDE)
        return RuleMatch(self.compiled, _NEWS, self.level, found.document.lead_end, self.compiled.node)


@dataclass(frozen=True, slots=True, eq=False)
class ProximityRulePlan(RulePlan):
    """A rule that asks for words of two kinds (their patterns) near each other, in any order, and besides for no more
    than a plain one."""

    max_distance: int
    first_patterns: tuple[int, ...]
    second_patterns: tuple[int, ...]
    other_groups: Groups
    unless: Sequence[frozenset[int]]
    level: Level

    def evaluate(self, found: DocumentHits) -> RuleMatch | None:
        in_text, in_lead, document = found.patterns_in_text, found.patterns_in_lead, found.document
        missing = False
        for wanted in self.other_groups:
            if wanted not in in_lead if isinstance(wanted, int) else wanted.isdisjoint(in_lead):
                if wanted not in in_text if isinstance(wanted, int) else wanted.isdisjoint(in_text):
                    return None
                missing = True
        if self.unless and not any(patterns.isdisjoint(in_text) for patterns in self.unless):
            return None
        if not self._near(found, in_text, document.text_end):
            return None
        if missing or not self._near(found, in_lead, document.lead_end):
            return RuleMatch(self.compiled, _MENTION, self.level, document.text_end, self.compiled.node, _OUTSIDE)
        return RuleMatch(self.compiled, _NEWS, self.level, document.lead_end, self.compiled.node)

    def _near(self, found: DocumentHits, where: AbstractSet[int], limit: int) -> bool:
        """Whether two stand near each other, of those that stand up to the limit."""
        if not (these := [pattern for pattern in self.first_patterns if pattern in where]):
            return False
        others = [pattern for pattern in self.second_patterns if pattern in where]
        within, words = found.document.is_within, self.max_distance
        return any(
            are_near_each_other(found.places_before(one, limit), found.places_before(other, limit), within, words)
            for other in others
            for one in these
        )


def build_rule_plan(
    compiled: CompiledRule, anchor: frozenset[int], besides: Groups, unproved: frozenset[int]
) -> RulePlan:
    """A rule as it is quickest asked, given by which of the sets that it requires it is found, and the others."""
    rule, node = compiled.rule, compiled.node
    more = compiled.where or compiled.mention_if or compiled.mention or compiled.changes
    plain = not more and rule.news_in is NewsIn.LEAD and not rule.title_has_some
    unless = () if compiled.unless is None else compiled.unless.sufficient_groups()
    if not plain or unless is None:
        return RulePlan(compiled, _NONE)
    if node.sufficient_groups() is not None:
        asked = unproved.intersection(chain(*node.required_groups(), *unless)) or _NONE
        return PresenceRulePlan(compiled, asked, collapse_singleton(anchor), besides, tuple(unless), rule.level)
    nodes = node.nodes if isinstance(node, AllOfNode) else (node,)
    nears = [each for each in nodes if isinstance(each, NearNode)]
    others = [each.sufficient_groups() for each in nodes if not isinstance(each, NearNode)]
    pair = nears[0].as_pattern_pair() if len(nears) == 1 else None
    if pair is None or None in others:
        return RulePlan(compiled, _NONE)
    sets = [patterns for each in others if each is not None for patterns in each]
    asked = unproved.intersection(chain(*sets, *unless)) or _NONE
    words, these, those = pair
    return ProximityRulePlan(
        compiled,
        asked,
        words,
        tuple(these),
        tuple(those),
        tuple(map(collapse_singleton, sets)),
        tuple(unless),
        rule.level,
    )


def _evaluate_rule(compiled: CompiledRule, found: DocumentHits) -> RuleMatch | None:
    document, rule = found.document, compiled.rule
    if compiled.where is not None and not compiled.where.holds(document):
        return None
    caught = _find_met_condition(compiled, found)
    if caught is None or (compiled.unless is not None and compiled.unless.holds(found, document.text_end)):
        return None
    node, cause, limit = caught
    if cause is None and compiled.mention_if is not None and compiled.mention_if.holds(found, limit):
        cause = MentionCause.MENTION_IF
    kind = _NEWS if cause is None else _MENTION
    changed = (change.to for change in compiled.changes if change.node.holds(found, limit))
    return RuleMatch(compiled, kind, next(changed, rule.level), limit, node, cause)


def _find_met_condition(compiled: CompiledRule, found: DocumentHits) -> tuple[Node, MentionCause | None, int] | None:
    """Which of the rule's conditions holds (`mention` is asked only where `match` does not hold at all), what makes it
    a mention (None: it is news), and up to where its evidence lies."""
    node, mention, everything = compiled.node, compiled.mention, found.document.text_end
    if node.holds(found, everything):
        limit = found.document.evidence_limit(compiled.rule.news_in)
        cause = _find_mention_cause(compiled, found, limit)
        return node, cause, limit if cause is None else everything
    if mention is not None and mention.holds(found, everything):
        return mention, MentionCause.MENTION, everything
    return None


def _find_mention_cause(compiled: CompiledRule, found: DocumentHits, limit: int) -> MentionCause | None:
    """Why a rule whose `match` holds somewhere makes no news; None: it does."""
    if not compiled.node.holds(found, limit):
        return _OUTSIDE
    if title_has_none(compiled, found):
        return MentionCause.TITLE_HAS_NONE
    return MentionCause.OTHER_TITLE if other_rules_in_title(compiled, found) else None


def title_has_none(compiled: CompiledRule, found: DocumentHits) -> bool:
    """Whether a rule with `title_has_some` finds nothing of what `match` looks for in the title."""
    return compiled.rule.title_has_some and not compiled.node.has_some(found, found.document.title_region)


def other_rules_in_title(compiled: CompiledRule, found: DocumentHits) -> tuple[str, ...]:
    """Of a rule with `news_in: about` whose evidence the title does not complete: the other rules that the title is
    about, by their ids. For any other rule there are none."""
    if compiled.rule.news_in is not NewsIn.ABOUT or compiled.node.holds(found, found.document.title_region[1]):
        return ()
    return tuple(each for each in found.rules_met_by_title if each != compiled.rule.id)
