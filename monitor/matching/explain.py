"""Why a rule met an article or did not: whether each of its conditions holds, and by which words.

It walks the conditions of a rule together with the compiled nodes that decide in live operation, and asks those. Only
how close a miss was is computed here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import combinations

from monitor.matching import nodes
from monitor.matching.compiled_rule import CompiledRule, RuleMatch, other_rules_in_title
from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.proximity import Members, choose_in_any_order
from monitor.matching.ruleset import RuleSet
from monitor.model import (
    AllOf,
    AnyOf,
    Article,
    Condition,
    ConditionRole,
    DayNamed,
    EntityNamed,
    Explanation,
    GroupNamed,
    Ignoring,
    In,
    ListNamed,
    MentionCause,
    Named,
    Near,
    NewsIn,
    Not,
    NumberNamed,
    Pattern,
    Span,
    Step,
    Times,
    Words,
    expand_all_in_near,
)

_MAX_SHOWN = 4  # words or places that are listed
_REACH = {NewsIn.TITLE: "the title", NewsIn.ABOUT: "title and first sentence", NewsIn.LEAD: "title and lead"}
_SHARED_WORD = "one word cannot count twice, unless near has 'may_share_words: true'"
_MAX_PLACES = 200  # places of each member of a near that are examined for how close they are


def explain_rules(
    rules: RuleSet, article: Article, only: str | None = None, *, as_news: bool = False
) -> tuple[Explanation, ...]:
    """Return what each rule makes of the article, in the order of the set, or only the rule with the id `only`. It
    is far slower than `match`, and comes to the same result. `as_news`: say how near `match` is to hold where it must
    to be news (`news_in`), and nothing of mentions."""
    doc_hits = rules.find_patterns(article)
    in_any_language = cache(partial(rules.find_in_any_language, article))
    rule_matches = {rule_match.compiled.rule.id: rule_match for rule_match in rules.evaluate_candidates(doc_hits)}
    walker = _Walker(doc_hits, rules, doc_hits.document.text_end, "", in_any_language)
    return tuple(
        _explain_rule(compiled, rule_matches.get(compiled.rule.id), walker, as_news=as_news)
        for compiled in rules.compiled_rules
        if only in (None, compiled.rule.id)
    )


def _explain_rule(
    compiled: CompiledRule, rule_match: RuleMatch | None, walker: _Walker, *, as_news: bool
) -> Explanation:
    rule, doc_hits, steps = compiled.rule, walker.doc_hits, []
    where = None if compiled.where is None else compiled.where.holds(doc_hits.document)
    if where is not None:
        language = doc_hits.document.language or "not known"
        asked = f"source {doc_hits.document.article.source or 'none'}, language {language}"
        steps.append(Step("", where, asked, role=ConditionRole.WHERE))
    limit, reach = doc_hits.document.evidence_limit(rule.news_in), _REACH.get(rule.news_in, "")
    main_walker = replace(walker, limit=limit, reach=reach) if as_news else walker
    main_steps = [main_walker.explain_whole(ConditionRole.MATCH, rule.condition, compiled.node)]
    if not as_news and not main_steps[0].holds and rule.mention is not None and compiled.mention is not None:
        main_steps.append(walker.explain_whole(ConditionRole.MENTION, rule.mention, compiled.mention))
    steps += main_steps
    if main_steps[-1].holds and rule.unless is not None and compiled.unless is not None:
        steps.append(walker.explain_whole(ConditionRole.UNLESS, rule.unless, compiled.unless))
    if rule_match is not None:
        steps += _explain_kind_and_level(
            rule_match, replace(walker, limit=rule_match.limit, reach=_REACH.get(rule.news_in, ""))
        )
    kind, level = (None, None) if rule_match is None else (rule_match.kind, rule_match.level)
    why = _describe_miss(steps) if rule_match is None else _describe_match(rule_match, doc_hits)
    share = max(step.measure_share(found_only=as_news) for step in main_steps)
    return Explanation(rule.id, kind, level, why, share, tuple(steps))


def _explain_kind_and_level(rule_match: RuleMatch, walker: _Walker) -> Iterator[Step]:
    """What makes a match a mention, or changes its level."""
    compiled, rule = rule_match.compiled, rule_match.compiled.rule
    if rule_match.node is compiled.node and rule.mention_if is not None and compiled.mention_if is not None:
        yield walker.explain_whole(ConditionRole.MENTION_IF, rule.mention_if, compiled.mention_if)
    for change in compiled.changes:
        yield replace(walker.explain_whole(ConditionRole.LEVEL, change.condition, change.node), level=change.to)


def _describe_match(rule_match: RuleMatch, doc_hits: DocumentHits) -> str:
    """Why a rule met the article as news or mention."""
    reach = _REACH.get(rule_match.compiled.rule.news_in, "the article")
    match rule_match.mention_cause:
        case None:
            return f"complete in {reach}"
        case MentionCause.OUTSIDE:
            return f"complete only outside {reach}"
        case MentionCause.TITLE_HAS_NONE:
            return "complete only outside the title, which has none of it"
        case MentionCause.OTHER_TITLE:
            others = ", ".join(other_rules_in_title(rule_match.compiled, doc_hits))
            return f"complete only outside the title, which is about {others}"
        case MentionCause.MENTION:
            return "match does not hold, mention does"
        case MentionCause.MENTION_IF:
            return "mention_if holds"


def _describe_miss(steps: Sequence[Step]) -> str:
    """Why a rule did not meet the article."""
    by_role = {step.role: step for step in steps}
    where, unless, mention = map(by_role.get, (ConditionRole.WHERE, ConditionRole.UNLESS, ConditionRole.MENTION))
    if where is not None and not where.holds:
        return "the rule does not look at such articles (where)"
    if unless is not None and unless.holds:
        return f"unless holds, by {_quote_step_evidence(unless)}"
    match = _describe_nearest_step(by_role[ConditionRole.MATCH])
    if mention is None:
        return match
    return f"{match}; mention does not hold either: {_describe_nearest_step(mention)}"


def _describe_nearest_step(step: Step) -> str:
    """The best reason why a step does not hold: if any of several parts would do, that of the part that came
    nearest."""
    if step.why or not step.steps:
        return step.why if step.steps else f"{step.what}: {step.why}"
    return _describe_nearest_step(max(step.steps, key=Step.measure_share))


def _quote_step_evidence(step: Step) -> str:
    """The words by which a step holds."""
    spans = list(_collect_evidence_spans(step))
    words = ", ".join(dict.fromkeys(f"“{span.text}”" for span in spans))
    return f"{words} in the {spans[0].field}" if spans else ""


def _collect_evidence_spans(step: Step) -> Iterator[Span]:
    if step.holds:
        yield from step.spans
        for part in step.steps:
            yield from _collect_evidence_spans(part)


@dataclass(frozen=True, slots=True)
class _Walker:
    """Explains the conditions of one rule for one article. Evidence counts up to `limit`, the end of `reach`."""

    doc_hits: DocumentHits
    rules: RuleSet
    limit: int
    reach: str = ""
    in_any_language: Callable[[], DocumentHits] | None = None

    def explain_whole(self, role: ConditionRole, condition: Condition, node: nodes.Node) -> Step:
        """The step of a whole condition of the rule."""
        return replace(self.explain_step(condition, node), role=role)

    def explain_step(self, condition: Condition, node: nodes.Node, what: str = "", place: str = "") -> Step:
        """The step of a condition. `what`: its name, if it has one; `place`: where it looks."""
        condition = expand_all_in_near(condition) if isinstance(condition, Near) else condition
        if isinstance(condition, Named):
            name = f"{what} ({condition.name})" if what else condition.name
            return self.explain_step(condition.condition, node, name, place)
        if isinstance(condition, In):
            return self.explain_step(condition.condition, node, what, f" in the {condition.field}")
        label = f"{what}{place}".lstrip()
        if isinstance(condition, AllOf | AnyOf) and isinstance(node, nodes.AllOfNode | nodes.AnyOfNode):
            parts = [
                self.explain_step(child, child_node)
                for child, child_node in zip(condition.conditions, node.nodes, strict=True)
            ]
            return self._explain_several(node, label, parts)
        if isinstance(condition, Not) and isinstance(node, nodes.NotNode):
            return self._explain_not(condition, node, label)
        if isinstance(condition, Near) and isinstance(node, nodes.NearNode):
            return self._explain_near(condition, node, label)
        assert isinstance(node, nodes.LeafNode)
        return self._explain_leaf(condition, node, what, place)

    def _explain_several(self, node: nodes.AllOfNode | nodes.AnyOfNode, what: str, parts: list[Step]) -> Step:
        missing = [
            part.why if isinstance(child_node, nodes.NotNode) else f"not `{part.what}`"
            for part, child_node in zip(parts, node.nodes, strict=True)
            if not part.holds
        ]
        kind = "all of these" if isinstance(node, nodes.AllOfNode) else "any of these"
        holds = node.holds(self.doc_hits, self.limit)
        shortfall = "" if holds else f"{len(parts) - len(missing)} of {len(parts)}: {missing[0]}"
        why = shortfall if isinstance(node, nodes.AllOfNode) else ""
        return Step(f"{what}: {kind}" if what else kind, holds, why, steps=tuple(parts))

    def _explain_not(self, condition: Not, node: nodes.NotNode, what: str) -> Step:
        """If something is found that must not occur, what it is; else there is nothing to show."""
        everywhere = replace(self, limit=self.doc_hits.document.text_end, reach="")
        inner = everywhere.explain_step(condition.condition, node.node)
        why = f"there is {_quote_step_evidence(inner)}" if inner.holds else ""
        label = f"not {inner.what}"
        return Step(f"{what}: {label}" if what else label, not inner.holds, why)

    def _explain_leaf(self, condition: Condition, node: nodes.LeafNode, what: str, place: str = "") -> Step:
        hits = node.hits(self.doc_hits, self.limit)
        holds = node.holds(self.doc_hits, self.limit)
        described = describe_condition(condition)
        label = f"{what}{place}: {described}" if what else f"{described}{place}"
        return Step(
            label, holds, "" if holds else self._describe_missed_leaf(node, hits), self._build_spans(hits, node.name)
        )

    def _describe_missed_leaf(self, node: nodes.LeafNode, hits: list[Hit]) -> str:
        """Why a leaf does not hold, although something of it may occur."""
        if hits:
            return f"{len(nodes.select_disjoint_hits(hits))} of {node.times} times"
        if after_limit := self._find_after_limit(node):
            span, *_ = self._build_spans(after_limit, "")
            return f"“{span.text}” occurs only after {self.reach}"
        if anywhere := node.finder.hits(self.doc_hits):
            span, *_ = self._build_spans(anywhere, "")
            return f"“{span.text}” occurs only in the {span.field}"
        return self._explain_uncounted(node) or self._find_in_another_language(node) or "not there"

    def _find_in_another_language(self, node: nodes.LeafNode) -> str:
        """A sentence saying that one of its words is in the article, but listed for another language; or ""."""
        if self.in_any_language is None or node.finder.hits(self.doc_hits):
            return ""
        doc_hits = self.in_any_language()
        if not (hits := node.hits(doc_hits, doc_hits.document.text_end)):
            return ""
        (span,) = self._build_spans(hits[:1], "")
        return f"“{span.text}” is in the {span.field}, but listed for another language than the article's"

    def _explain_uncounted(self, node: nodes.LeafNode) -> str:
        """Why something that occurs does not count; "" if there is nothing of this kind."""
        if not (uncounted := sorted(node.finder.uncounted_hits(self.doc_hits))):
            return ""
        hit = uncounted[0]
        (span,), why = self._build_spans([hit], ""), node.finder.why_uncounted(hit, self.doc_hits)
        if why is None:
            return f"“{span.text}” occurs in the {span.field}, but does not count there"
        (excluding,) = self._build_spans([why.excluding_hit], "")
        words = self._words_between(hit, why.excluding_hit)
        how = f"“{excluding.text}” ({why.source}) is {words} word{'' if words == 1 else 's'} {why.position} it"
        if why.position == "inside":
            how = f"inside “{excluding.text}” ({why.source})"
        return f"“{span.text}” in the {span.field} does not count: {how}"

    def _find_after_limit(self, node: nodes.LeafNode) -> list[Hit]:
        """The hits of a leaf that has none before the limit."""
        return node.hits(self.doc_hits, self.doc_hits.document.text_end)

    def _explain_near(self, condition: Near, node: nodes.NearNode, what: str) -> Step:
        parts = [
            self._explain_leaf(_unwrap_named(member), leaf, leaf.name)
            for member, leaf in zip(condition.conditions, node.nodes, strict=True)
        ]
        holds = node.holds(self.doc_hits, self.limit)
        distance = f"within {condition.words} words" if condition.words is not None else f"in one {condition.unit}"
        order = ", in this order" if condition.in_order else ""
        label = f"{what}: near, {distance}{order}" if what else f"near, {distance}{order}"
        chosen = [(start, end, term) for start, end, term, _ in node.evidence(self.doc_hits, self.limit)]
        why = "" if holds else self._describe_missed_near(condition, node)
        return Step(label, holds, why, self._build_spans(chosen, ""), tuple(parts))

    def _describe_missed_near(self, condition: Near, node: nodes.NearNode) -> str:
        """`2 of 3: nothing of `did what` in the sentence; the nearest was 41 words away`."""
        members = [leaf.hits(self.doc_hits, self.limit)[:_MAX_PLACES] for leaf in node.nodes]
        present = [index for index, hits in enumerate(members) if hits]
        names = list(map(_name_member, condition.conditions, node.nodes))
        if len(present) < len(members):
            share = f"{len(present)} of {len(members)}"
            absent = {name: leaf for name, leaf, hits in zip(names, node.nodes, members, strict=True) if not hits}
            if absent_everywhere := ", ".join(
                name for name, leaf in absent.items() if not self._find_after_limit(leaf)
            ):
                reasons = (
                    self._explain_uncounted(leaf) or self._find_in_another_language(leaf) for leaf in absent.values()
                )
                reason = next(filter(None, reasons), "")
                message = f"{share}: nothing of {absent_everywhere} in the {node.nodes[0].field or 'article'}"
                return f"{message}; {reason}" if reason else message
            return f"{share}: only after {self.reach}: {', '.join(absent)}"
        best, missing, anchor = self._find_best_place(node, members)
        if not missing:
            return self._describe_almost_near(node, members, names, anchor)
        place = f"within {condition.words} words" if condition.words is not None else f"in the {condition.unit}"
        are_close = node.proximity_test(self.doc_hits.document)
        close_hits = [hit for hits in members for hit in hits if hit == anchor or are_close(*sorted((hit, anchor)))]
        pairs = ((first, second) for first in close_hits for second in members[missing[0]])
        first, second = min(pairs, key=lambda pair: self._words_between(*pair))
        (near,), (far,) = self._build_spans([first], ""), self._build_spans([second], "")
        distance = f"was {self._words_between(first, second)} words away"
        if near.field is not far.field:
            distance = f"is in the {far.field}"
        return f"{best} of {len(members)}: nothing of {names[missing[0]]} {place}; the nearest {distance}"

    def _describe_almost_near(self, node: nodes.NearNode, members: Members, names: list[str], anchor: Hit) -> str:
        """Why a near does not hold, although each of the others is near one place."""
        document, are_close = self.doc_hits.document, node.proximity_test(self.doc_hits.document)
        near = [[hit for hit in hits if hit == anchor or are_close(*sorted((hit, anchor)))] for hits in members]

        def are_within(words: int) -> bool:
            wider = nodes.NearNode(node.nodes, words, node.unit)
            return node.choose(near, wider.proximity_test(document)) is not None

        max_distance = len(document.tokens)
        if node.words is not None and are_within(max_distance):
            words = bisect_left(range(max_distance), True, key=are_within)
            name = next(name for name, hits in zip(names, members, strict=True) if anchor in hits)
            order = "in this order " if node.in_order else ""
            return f"all are near {name}, but {order}there are {words} words between the first and the last"
        if node.in_order and choose_in_any_order(near, are_close) is not None:
            return "all are near each other, but not in this order"
        for (first, first_hits), (second, second_hits) in combinations(zip(names, near, strict=True), 2):
            if choose_in_any_order([first_hits, second_hits], are_close) is None:
                (shared, *_) = [
                    hit for hit in first_hits if any(hit[0] < b and a < hit[1] for a, b, _ in second_hits)
                ] or first_hits
                (span,) = self._build_spans([shared], "")
                return f"{first} and {second} both need “{span.text}”; {_SHARED_WORD}"
        return f"some of them need the same words; {_SHARED_WORD}"

    def _find_best_place(self, node: nodes.NearNode, members: list[list[Hit]]) -> tuple[int, list[int], Hit]:
        """The place of a member that has the most other members near: how many, which are missing, and the place."""
        are_close = node.proximity_test(self.doc_hits.document)
        best: tuple[int, list[int], Hit] = (0, [], (0, 0, ""))
        for hit in sorted({hit for hits in members for hit in hits}):
            missing = [
                index
                for index, hits in enumerate(members)
                if not any(hit == other or are_close(*sorted((hit, other))) for other in hits)
            ]
            if len(members) - len(missing) > best[0]:
                best = (len(members) - len(missing), missing, hit)
        return best

    def _words_between(self, hit: Hit, other: Hit) -> int:
        first, last = sorted((hit, other))
        return max(0, self.doc_hits.document.half_words_between(first[1], last[0])) // 2

    def _build_spans(self, hits: Sequence[Hit], node: str) -> tuple[Span, ...]:
        shown = {(start, end): term for start, end, term in reversed(hits)}
        spans = [self.doc_hits.document.evidence_span(*place, term, node) for place, term in sorted(shown.items())]
        return tuple(spans[:_MAX_SHOWN])


def _unwrap_named(condition: Condition) -> Condition:
    return condition.condition if isinstance(condition, Named) else condition


def _name_member(condition: Condition, leaf: nodes.LeafNode) -> str:
    return f"`{leaf.name or describe_condition(condition)}`"


def describe_condition(condition: Condition) -> str:
    """Return a few words for what a condition without parts asks for."""
    description = type(condition).__name__.lower()
    match condition:
        case Words(terms):
            some = ", ".join(term.text for term in terms[:_MAX_SHOWN])
            description = f"words {some}{f' ... ({len(terms)})' if len(terms) > _MAX_SHOWN else ''}"
        case ListNamed(name):
            description = f"list {name}"
        case EntityNamed(name):
            description = f"entity {name}"
        case GroupNamed(kind, group, of):
            description = f"any {kind or 'entity'}{f' in {group}' if group else ''}{f' of {of}' if of else ''}"
        case Pattern() | NumberNamed() | DayNamed():
            description = str(condition)
        case Times(times, inner):
            description = f"{times} times {describe_condition(inner)}"
        case Ignoring(inner, _) | Named(_, inner) | In(_, inner):
            description = describe_condition(inner)
        case AnyOf(conditions):
            description = f"any of {len(conditions)}"
        case Near(conditions):
            description = f"{len(conditions)} things near each other"
    return description
