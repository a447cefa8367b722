"""Why a rule met an article, or did not: each of its conditions, green or red, with the words that stand there.

It walks a rule's conditions beside the compiled nodes that decide live, and asks those; only how nearly something was
missed is worked out here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import combinations

from monitor.matching import nodes
from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.proximity import Members, choose_in_any_order
from monitor.matching.rule_plan import CompiledRule, RuleMatch, other_rules_in_title
from monitor.matching.ruleset import RuleSet
from monitor.model import (
    AllOf,
    AnyOf,
    Article,
    Condition,
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

_SHOWN = 4  # words, or places, of many
_REACH = {NewsIn.TITLE: "the title", NewsIn.ABOUT: "title and first sentence", NewsIn.LEAD: "title and lead"}
_SHARE = "one word cannot be two, unless near has 'may_share_words: true'"
_ASKED = 200  # places of each member of a near that are asked how nearly they stand together


def explain_rules(rules: RuleSet, article: Article, only: str | None = None) -> tuple[Explanation, ...]:
    """What each rule makes of the article, in the order of the set, or only one of them (its id). Far slower than
    `match`, and it says the same."""
    found = rules.find_patterns(article)
    in_any_language = cache(partial(rules.find_in_any_language, article))
    decided = {met.compiled.rule.id: met for met in rules.evaluate_candidates(found)}
    walker = _Walker(found, rules, found.document.text_end, "", in_any_language)
    return tuple(
        _explain_rule(each, decided.get(each.rule.id), walker)
        for each in rules.compiled_rules
        if only in (None, each.rule.id)
    )


def _explain_rule(compiled: CompiledRule, met: RuleMatch | None, walker: _Walker) -> Explanation:
    rule, found, steps = compiled.rule, walker.found, []
    where = None if compiled.where is None else compiled.where.holds(found.document)
    if where is not None:
        language = found.document.language or "not known"
        steps.append(Step("where", where, f"source {found.document.article.source or 'none'}, language {language}"))
    nets = [walker.explain_step(rule.condition, compiled.node, "match")]
    if not nets[0].holds and rule.mention is not None and compiled.mention is not None:
        nets.append(walker.explain_step(rule.mention, compiled.mention, "mention"))
    steps += nets
    if nets[-1].holds and rule.unless is not None and compiled.unless is not None:
        steps.append(walker.explain_step(rule.unless, compiled.unless, "unless"))
    if met is not None:
        steps += _explain_kind_and_level(met, replace(walker, limit=met.limit, reach=_REACH.get(rule.news_in, "")))
    kind, level = (None, None) if met is None else (met.kind, met.level)
    why = _describe_miss(steps) if met is None else _describe_match(met, found)
    return Explanation(rule.id, kind, level, why, max(map(_compute_share, nets)), tuple(steps))


def _explain_kind_and_level(met: RuleMatch, within: _Walker) -> Iterator[Step]:
    """What makes a match a mention, or changes its level."""
    compiled, rule = met.compiled, met.compiled.rule
    if met.node is compiled.node and rule.mention_if is not None and compiled.mention_if is not None:
        yield within.explain_step(rule.mention_if, compiled.mention_if, "mention_if")
    for change in compiled.changes:
        yield within.explain_step(change.condition, change.node, f"level {change.to}")


def _describe_match(met: RuleMatch, found: DocumentHits) -> str:
    """Why a rule met the article as what it did."""
    reach = _REACH.get(met.compiled.rule.news_in, "the article")
    match met.mention_cause:
        case None:
            return f"complete in {reach}"
        case MentionCause.OUTSIDE:
            return f"complete only outside {reach}"
        case MentionCause.TITLE_HAS_NONE:
            return "complete only outside the title, which has none of it"
        case MentionCause.OTHER_TITLE:
            others = ", ".join(other_rules_in_title(met.compiled, found))
            return f"complete only outside the title, which is about {others}"
        case MentionCause.MENTION:
            return "match does not hold, mention does"
        case MentionCause.MENTION_IF:
            return "mention_if holds"


def _describe_miss(steps: Sequence[Step]) -> str:
    """Why a rule did not meet the article."""
    keys = ("where", "match", "mention", "unless")
    asked = {key: step for step in steps for key in keys if step.what.startswith(key)}
    if "where" in asked and not asked["where"].holds:
        return "the rule does not look at such articles (where)"
    if "unless" in asked and asked["unless"].holds:
        return f"unless holds, by {_quote_step_evidence(asked['unless'])}"
    nor = f"; nor a mention: {_describe_nearest_step(asked['mention'])}" if "mention" in asked else ""
    return f"{_describe_nearest_step(asked['match'])}{nor}"


def _describe_nearest_step(step: Step) -> str:
    """What says most about why a step does not hold: of parts of which any would do, the one that came nearest."""
    if step.why or not step.steps:
        said = step.what.removeprefix("match: ").removeprefix("mention: ")
        return step.why if step.steps else f"{said}: {step.why}"
    return _describe_nearest_step(max(step.steps, key=_compute_share))


def _compute_share(step: Step) -> float:
    """How much of a step holds: of parts of which any would do, of the one that came nearest."""
    if step.holds or not step.steps:
        return float(step.holds)
    shares = [_compute_share(part) for part in step.steps]
    return sum(shares) / len(shares) if step.why else max(shares)


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
    """Explains conditions of one rule on one article, up to where its evidence may lie: that is the end of `reach`."""

    found: DocumentHits
    rules: RuleSet
    limit: int
    reach: str = ""
    in_any_language: Callable[[], DocumentHits] | None = None

    def explain_step(self, condition: Condition, node: nodes.Node, what: str = "") -> Step:
        condition = expand_all_in_near(condition) if isinstance(condition, Near) else condition
        if isinstance(condition, Named):
            return self.explain_step(
                condition.condition, node, f"{what} ({condition.name})" if what else condition.name
            )
        if isinstance(condition, In):
            inner = condition.condition
            said = what or ("" if isinstance(inner, AllOf | AnyOf | Near) else _describe_condition(inner))
            return self.explain_step(inner, node, f"{said} in the {condition.field}".lstrip())
        if isinstance(condition, AllOf | AnyOf) and isinstance(node, nodes.AllOfNode | nodes.AnyOfNode):
            parts = [self.explain_step(each, of) for each, of in zip(condition.conditions, node.nodes, strict=True)]
            return self._several(node, what, parts)
        if isinstance(condition, Not) and isinstance(node, nodes.NotNode):
            return self._not(condition, node, what)
        if isinstance(condition, Near) and isinstance(node, nodes.NearNode):
            return self._near(condition, node, what)
        assert isinstance(node, nodes.LeafNode)
        return self._leaf(condition, node, what)

    def _several(self, node: nodes.AllOfNode | nodes.AnyOfNode, what: str, parts: list[Step]) -> Step:
        missing = [
            part.why if isinstance(of, nodes.NotNode) else f"not `{part.what}`"
            for part, of in zip(parts, node.nodes, strict=True)
            if not part.holds
        ]
        kind = "all of these" if isinstance(node, nodes.AllOfNode) else "any of these"
        holds = node.holds(self.found, self.limit)
        short = "" if holds else f"{len(parts) - len(missing)} of {len(parts)}: {missing[0]}"
        why = short if isinstance(node, nodes.AllOfNode) else ""
        return Step(f"{what}: {kind}" if what else kind, holds, why, steps=tuple(parts))

    def _not(self, condition: Not, node: nodes.NotNode, what: str) -> Step:
        """What stands there, where it must not; else nothing is to be shown."""
        everywhere = replace(self, limit=self.found.document.text_end, reach="")
        inner = everywhere.explain_step(condition.condition, node.node)
        why = f"there is {_quote_step_evidence(inner)}" if inner.holds else ""
        said = f"not {inner.what}"
        return Step(f"{what}: {said}" if what else said, not inner.holds, why)

    def _leaf(self, condition: Condition, node: nodes.LeafNode, what: str) -> Step:
        hits = node.hits(self.found, self.limit)
        holds = node.holds(self.found, self.limit)
        described = _describe_condition(condition)
        if what.startswith(described):
            described = ""
        said = f"{what}: {described}" if what and described else what or described
        return Step(said, holds, "" if holds else self._missed(node, hits), self._spans(hits, node.name))

    def _missed(self, node: nodes.LeafNode, hits: list[Hit]) -> str:
        """Why a leaf does not hold although something of it may stand there."""
        if hits:
            return f"{len(nodes.select_disjoint_hits(hits))} of {node.times} times"
        if deeper := self._deeper(node):
            span, *_ = self._spans(deeper, "")
            return f"“{span.text}” stands deeper than {self.reach}"
        if anywhere := node.finder.hits(self.found):
            span, *_ = self._spans(anywhere, "")
            return f"“{span.text}” stands in the {span.field} only"
        return self._spoilt(node) or self._of_another_language(node) or "not there"

    def _of_another_language(self, node: nodes.LeafNode) -> str:
        """Whether one of its words is in the article, but listed for another language, as a sentence; or ""."""
        if self.in_any_language is None or node.finder.hits(self.found):
            return ""
        found = self.in_any_language()
        if not (hits := node.hits(found, found.document.text_end)):
            return ""
        (span,) = self._spans(hits[:1], "")
        return f"“{span.text}” is in the {span.field}, but listed for another language than the article's"

    def _spoilt(self, node: nodes.LeafNode) -> str:
        """Why something that stands there does not count; "" where nothing does."""
        if not (uncounted := sorted(node.finder.uncounted_hits(self.found))):
            return ""
        hit = uncounted[0]
        (span,), why = self._spans([hit], ""), node.finder.why_uncounted(hit, self.found)
        if why is None:
            return f"“{span.text}” stands in the {span.field}, and does not count there"
        (by,) = self._spans([why.excluding_hit], "")
        words = self._words_between(hit, why.excluding_hit)
        how = f"“{by.text}” ({why.source}) stands {words} word{'' if words == 1 else 's'} {why.position} it"
        if why.position == "inside":
            how = f"inside “{by.text}” ({why.source})"
        return f"“{span.text}” in the {span.field} does not count: {how}"

    def _deeper(self, node: nodes.LeafNode) -> list[Hit]:
        """Of a leaf of which nothing stands before the limit: what stands behind it."""
        return node.hits(self.found, self.found.document.text_end)

    def _near(self, condition: Near, node: nodes.NearNode, what: str) -> Step:
        parts = [
            self._leaf(_unwrap_named(each), leaf, leaf.name)
            for each, leaf in zip(condition.conditions, node.nodes, strict=True)
        ]
        holds = node.holds(self.found, self.limit)
        within = f"within {condition.words} words" if condition.words is not None else f"in one {condition.unit}"
        order = ", in this order" if condition.in_order else ""
        said = f"{what}: near, {within}{order}" if what else f"near, {within}{order}"
        chosen = [(start, end, term) for start, end, term, _ in node.evidence(self.found, self.limit)]
        why = "" if holds else self._how_nearly(condition, node, parts)
        return Step(said, holds, why, self._spans(chosen, ""), tuple(parts))

    def _how_nearly(self, condition: Near, node: nodes.NearNode, parts: list[Step]) -> str:
        """`2 of 3: no word of `did what` in the sentence; the nearest was 41 words away`."""
        members = [leaf.hits(self.found, self.limit)[:_ASKED] for leaf in node.nodes]
        holding = [number for number, hits in enumerate(members) if hits]
        names = [_name_member(step, number) for number, step in enumerate(parts)]
        if len(holding) < len(members):
            share = f"{len(holding)} of {len(members)}"
            absent = {name: leaf for name, leaf, hits in zip(names, node.nodes, members, strict=True) if not hits}
            if nowhere := ", ".join(name for name, leaf in absent.items() if not self._deeper(leaf)):
                why_not = (self._spoilt(leaf) or self._of_another_language(leaf) for leaf in absent.values())
                spoilt = next(filter(None, why_not), "")
                told = f"{share}: nothing of {nowhere} in the {node.nodes[0].field or 'article'}"
                return f"{told}; {spoilt}" if spoilt else told
            return f"{share}: deeper than {self.reach} stands {', '.join(absent)}"
        best, missing, anchor = self._best(node, members)
        if not missing:
            return self._all_but(node, members, names, anchor)
        place = f"within {condition.words} words" if condition.words is not None else f"in the {condition.unit}"
        together = node.proximity_test(self.found.document)
        here = [hit for hits in members for hit in hits if hit == anchor or together(*sorted((hit, anchor)))]
        pairs = ((one, other) for one in here for other in members[missing[0]])
        one, other = min(pairs, key=lambda pair: self._words_between(*pair))
        (near,), (far,) = self._spans([one], ""), self._spans([other], "")
        away = f"was {self._words_between(one, other)} words away"
        if near.field is not far.field:
            away = f"stands in the {far.field}"
        return f"{best} of {len(members)}: nothing of {names[missing[0]]} {place}; the nearest {away}"

    def _all_but(self, node: nodes.NearNode, members: Members, names: list[str], anchor: Hit) -> str:
        """Why not, where each of the others is together with one place."""
        document, together = self.found.document, node.proximity_test(self.found.document)
        near = [[hit for hit in hits if hit == anchor or together(*sorted((hit, anchor)))] for hits in members]

        def stand_within(words: int) -> bool:
            wider = nodes.NearNode(node.nodes, words, node.unit)
            return node.choose(near, wider.proximity_test(document)) is not None

        most = len(document.tokens)
        if node.words is not None and stand_within(most):
            words = bisect_left(range(most), True, key=stand_within)
            name = next(name for name, hits in zip(names, members, strict=True) if anchor in hits)
            order = " in this order" if node.in_order else ""
            return f"all stand near {name}; from the first to the last{order} it is {words} words"
        if node.in_order and choose_in_any_order(near, together) is not None:
            return "all stand together, but not in this order"
        for (one, these), (other, those) in combinations(zip(names, near, strict=True), 2):
            if choose_in_any_order([these, those], together) is None:
                (shared, *_) = [hit for hit in these if any(hit[0] < b and a < hit[1] for a, b, _ in those)] or these
                (span,) = self._spans([shared], "")
                return f"{one} and {other} both need “{span.text}”; {_SHARE}"
        return f"some of them need the same words; {_SHARE}"

    def _best(self, node: nodes.NearNode, members: list[list[Hit]]) -> tuple[int, list[int], Hit]:
        """Of all places of members the one with the most others together: how many, which are missing, and which it
        is."""
        together = node.proximity_test(self.found.document)
        best: tuple[int, list[int], Hit] = (0, [], (0, 0, 0))
        for hit in sorted({hit for hits in members for hit in hits}):
            missing = [
                number
                for number, hits in enumerate(members)
                if not any(hit == other or together(*sorted((hit, other))) for other in hits)
            ]
            if len(members) - len(missing) > best[0]:
                best = (len(members) - len(missing), missing, hit)
        return best

    def _words_between(self, one: Hit, other: Hit) -> int:
        first, last = sorted((one, other))
        return max(0, self.found.document.half_words_between(first[1], last[0])) // 2

    def _spans(self, hits: Sequence[Hit], node: str) -> tuple[Span, ...]:
        shown = {(start, end): term for start, end, term in reversed(hits)}
        spans = [
            self.found.document.evidence_span(*place, self.rules.term_text(term), node)
            for place, term in sorted(shown.items())
        ]
        return tuple(spans[:_SHOWN])


def _unwrap_named(condition: Condition) -> Condition:
    return condition.condition if isinstance(condition, Named) else condition


def _name_member(step: Step, number: int) -> str:
    name, _, _ = step.what.partition(":")
    return f"`{name}`" if name else f"member {number + 1}"


def _describe_condition(condition: Condition) -> str:
    """What a condition without parts asks for, in a few words."""
    said = type(condition).__name__.lower()
    match condition:
        case Words(terms):
            some = ", ".join(term.text for term in terms[:_SHOWN])
            said = f"words {some}{f' ... ({len(terms)})' if len(terms) > _SHOWN else ''}"
        case ListNamed(name):
            said = f"list {name}"
        case EntityNamed(name):
            said = f"entity {name}"
        case GroupNamed(kind, group, of):
            said = f"any {kind or 'entity'}{f' in {group}' if group else ''}{f' of {of}' if of else ''}"
        case Pattern() | NumberNamed() | DayNamed():
            said = str(condition)
        case Times(times, inner):
            said = f"{times} times {_describe_condition(inner)}"
        case Ignoring(inner, _) | Named(_, inner) | In(_, inner):
            said = _describe_condition(inner)
        case AnyOf(conditions):
            said = f"any of {len(conditions)}"
        case Near(conditions):
            said = f"{len(conditions)} things near each other"
    return said
