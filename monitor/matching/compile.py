"""Rules, entities and lists -> one compiled set. Pure; what is wrong with a rule was told when its file was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from itertools import chain
from types import MappingProxyType

from monitor.matching import finders, nodes, value_finders
from monitor.matching.finders import CompiledIgnore, CompiledMaybe, ContextWords, Finder, IgnoreContext, TermFinder
from monitor.matching.groups import NestedNearFinder
from monitor.matching.number_finders import DayFinder, NumberFinder, NumberValues
from monitor.matching.rule_plan import CompiledChange, CompiledRule
from monitor.matching.ruleset import Lookup, RuleSet
from monitor.matching.scope import WhereTest
from monitor.matching.terms import TermPattern as TermPattern
from monitor.matching.terms import compile_term
from monitor.matching.value_finders import NamedLeaf
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    CountsIf,
    DayNamed,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    Ignore,
    Ignoring,
    In,
    ListNamed,
    Named,
    Near,
    Not,
    NumberNamed,
    Pattern,
    Reach,
    Rule,
    Source,
    Term,
    Times,
    Where,
    WordList,
    Words,
    entities_within,
    expand_all_in_near,
    lists_within,
    terms_within,
)
from monitor.text.patterns import compile_regex

_NONE: frozenset[str] = frozenset()
_Member = tuple[nodes.NearNode, int] | None
_BESIDE = {Field.AUTHOR, Field.TAGS, Field.URL}


def compile_rules(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList] = MappingProxyType({}),
    sources: Mapping[str, Source] = MappingProxyType({}),
    known: Mapping[str, Entity] = MappingProxyType({}),
) -> RuleSet:
    """One set of all rules. Every entity and list that a rule names must be there (KeyError otherwise); `sources` are
    those whose tags and publishers are known; `known`: further entities, whose names identity knows."""
    compiler = _Compiler(entities, lists, sources, {**known, **entities})
    compiled_rules = [compiler.compile_rule(rule) for rule in rules]
    return RuleSet(compiled_rules, compiler.build_lookup())


class _Compiler:
    """Numbers terms and literals, so that rules share them, and what they find."""

    def __init__(
        self,
        entities: Mapping[str, Entity],
        lists: Mapping[str, WordList],
        sources: Mapping[str, Source],
        known: Mapping[str, Entity],
    ) -> None:
        self._known_entities = known
        self._entities = entities
        self._lists = lists
        self._sources = sources
        self._patterns: dict[TermPattern, int] = {}
        self._texts: list[str] = []
        self._terms: dict[tuple[Term, bool], list[tuple[int, int]]] = {}
        self._known: dict[tuple[tuple[int, int], ...], TermFinder] = {}
        self._shared: dict[object, Finder] = {}
        self._beside = False
        self._expressions: set[str] = set()

    def build_lookup(self) -> Lookup:
        return Lookup(
            patterns=tuple(self._patterns),
            texts=tuple(self._texts),
            uses_metadata=self._beside,
            expressions=frozenset(self._expressions),
            entities=self._known_entities,
            sources=self._sources,
        )

    def compile_rule(self, rule: Rule) -> CompiledRule:
        raises = sorted(rule.raises, key=lambda change: -change.to.rank)
        lowers = sorted(rule.lowers, key=lambda change: change.to.rank)
        node = self._node(rule.condition)
        return CompiledRule(
            rule=rule,
            node=node,
            unless=self._optional(rule.unless),
            mention_if=self._optional(rule.mention_if),
            mention=self._optional(rule.mention),
            where=None if rule.where is None else WhereTest(rule.where, self._sources),
            changes=tuple(
                CompiledChange(change.to, change.condition, self._node(change.condition))
                for change in (*raises, *lowers)
            ),
            by_leaves=tuple(self._named_leaves(rule.condition, node, frozenset(rule.alert.by)))
            if rule.alert.by
            else (),
        )

    def _optional(self, condition: Condition | None) -> nodes.Node | None:
        return None if condition is None else self._node(condition)

    # --- conditions ---------------------------------------------------------------------------------------------

    def _node(self, condition: Condition, field: Field | None = None, name: str = "") -> nodes.Node:
        match condition:
            case Named():
                return self._node(condition.condition, field, condition.name)
            case In():
                self._beside = self._beside or condition.field in _BESIDE
                return self._node(condition.condition, condition.field, name)
            case AllOf() | AnyOf():
                several = nodes.AllOfNode if isinstance(condition, AllOf) else nodes.AnyOfNode
                return several([self._node(each, field, name) for each in condition.conditions], name)
            case Not():
                return nodes.NotNode(self._node(condition.condition, field, name), name)
            case Near():
                return self._near(expand_all_in_near(condition), field, name)
            case _:
                return self._leaf(condition, field, name)

    def _near(self, condition: Near | AnyOf, field: Field | None, name: str) -> nodes.Node:
        if isinstance(condition, AnyOf):
            return self._node(condition, field, name)
        return self._one_near(condition, field, name)

    def _one_near(self, condition: Near, field: Field | None, name: str) -> nodes.NearNode:
        members = [self._leaf(each, field, "") for each in condition.conditions]
        how = {"in_order": condition.in_order, "may_share_words": condition.may_share_words}
        return nodes.NearNode(members, condition.words, condition.unit, **how, name=name)

    def _leaf(self, condition: Condition, field: Field | None, name: str) -> nodes.LeafNode:
        if isinstance(condition, Named):
            return self._leaf(condition.condition, field, condition.name)
        if isinstance(condition, Times):
            return nodes.LeafNode(self._finder(condition.condition), field, name, condition.times)
        return nodes.LeafNode(self._finder(condition), field, name)

    # --- what stands somewhere ----------------------------------------------------------------------------------

    def _finder(self, condition: Condition) -> Finder:
        finder: Finder
        match condition:
            case Words():
                finder = self._words(condition.terms)
            case ListNamed():
                finder = self._once(condition, lambda: self._list(self._lists[condition.list]))
            case EntityNamed():
                finder = self._once(condition, lambda: self._entity(self._entities[condition.entity]))
            case GroupNamed():
                finder = self._once(condition, lambda: self._group(condition))
            case Pattern() | NumberNamed() | DayNamed():
                finder = self._once(condition, lambda: self._beyond_words(condition))
            case Ignoring():
                finder = finders.IgnoringFinder(self._finder(condition.condition), self._spoiling(condition.ignore))
            case AnyOf():
                finder = finders.AnyFinder(map(self._finder, condition.conditions))
            case Near():
                finder = self._once(condition, lambda: self._place_of_near(expand_all_in_near(condition)))
            case Named():
                finder = self._finder(condition.condition)
            case _:
                raise TypeError(f"words, entities, patterns and any of those stand somewhere, not {condition!r}")
        return finder

    def _list(self, named: WordList) -> Finder:
        words, entities = self._words(terms_within(named, self._lists)), entities_within(named, self._lists)
        return (
            finders.AnyFinder([words, *(self._finder(EntityNamed(each)) for each in entities)]) if entities else words
        )

    def _place_of_near(self, condition: Near | AnyOf) -> Finder:
        if isinstance(condition, AnyOf):
            return finders.AnyFinder(map(self._finder, condition.conditions))
        return NestedNearFinder(self._one_near(condition, None, ""), self._number("near"))

    def _once(self, key: object, make: Callable[[], Finder]) -> Finder:
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]

    def _beyond_words(self, condition: Pattern | NumberNamed | DayNamed) -> Finder:
        """What finds something by a text that is none of the article's words."""
        text = condition.pattern if isinstance(condition, Pattern) else str(condition)
        self._expressions.add(text)
        number = self._number(text)
        if isinstance(condition, Pattern):
            return finders.RegexFinder(number, compile_regex(condition.pattern, exact=condition.exact))
        return DayFinder(number) if isinstance(condition, DayNamed) else NumberFinder(number, condition)

    def _words(self, terms: Iterable[Term], *, names: bool = False) -> TermFinder:
        """Those of the same terms are one, so that of an article they are looked for once. `names`: of an entity."""
        numbers = tuple(numbers for term in terms for numbers in self._numbered(term, name=names))
        known = self._known.get(numbers)
        if known is None:
            known = self._known[numbers] = TermFinder(numbers)
        return known

    def _numbered(self, term: Term, *, name: bool = False) -> list[tuple[int, int]]:
        """The number of each of the term's patterns, and that of its text."""
        known = self._terms.get((term, name))
        if known is None:
            text = self._number(term.text)
            compiled_term = compile_term(term, name=name)
            patterns = [self._patterns.setdefault(each, len(self._patterns)) for each in compiled_term]
            known = self._terms[term, name] = [(pattern, text) for pattern in patterns]
        return known

    def _number(self, text: str) -> int:
        self._texts.append(text)
        return len(self._texts) - 1

    # --- what `by` names ----------------------------------------------------------------------------------------

    def _named_leaves(
        self,
        condition: Condition,
        node: nodes.Node,
        by: AbstractSet[str],
        names: AbstractSet[str] = _NONE,
        near: _Member = None,
    ) -> Iterator[NamedLeaf]:
        """The leaves that `by` names, in a condition (with its node) that lies inside those of `names`."""
        if isinstance(condition, Named):
            yield from self._named_leaves(condition.condition, node, by, names | (by & {condition.name}), near)
        elif isinstance(condition, In):
            yield from self._named_leaves(condition.condition, node, by, names, near)
        elif isinstance(condition, Near) and (other := expand_all_in_near(condition)) is not condition:
            yield from self._named_leaves(other, node, by, names, near)
        elif isinstance(node, nodes.LeafNode):
            if found_by := tuple(self._value_finders(condition, by, names)):
                yield NamedLeaf(node, found_by, near)
        elif isinstance(condition, AllOf | AnyOf | Near) and isinstance(
            node, nodes.AllOfNode | nodes.AnyOfNode | nodes.NearNode
        ):
            for number, (each, of) in enumerate(zip(condition.conditions, node.nodes, strict=True)):
                within = (node, number) if isinstance(node, nodes.NearNode) else near
                yield from self._named_leaves(each, of, by, names, within)

    def _value_finders(
        self, condition: Condition, by: AbstractSet[str], names: AbstractSet[str]
    ) -> Iterator[tuple[str, value_finders.ValueFinder]]:
        """For each name what finds its values, of what stands somewhere."""
        match condition:
            case Named(name, inner):
                yield from self._value_finders(inner, by, names | (by & {name}))
            case Times(_, inner):
                yield from self._value_finders(inner, by, names)
            case AnyOf(conditions):
                for each in conditions:
                    yield from self._value_finders(each, by, names)
            case Near():
                yield from self._value_finders_inside(expand_all_in_near(condition), by, names)
            case Ignoring(inner, ignore):
                spoiling = self._spoiling(ignore)
                for name, found_by in self._value_finders(inner, by, names):
                    yield name, replace(found_by, finder=finders.IgnoringFinder(found_by.finder, spoiling))
            case _:
                own = self._values(condition) if names else ()
                yield from ((name, each) for name in sorted(names) for each in own)

    def _value_finders_inside(
        self, condition: Near | AnyOf, by: AbstractSet[str], names: AbstractSet[str]
    ) -> Iterator[tuple[str, value_finders.ValueFinder]]:
        """The same of what stands in a near that is a member of another one."""
        if isinstance(condition, AnyOf):
            yield from self._value_finders(condition, by, names)
            return
        place = self._finder(condition)
        for each in condition.conditions:
            for name, found_by in self._value_finders(each, by, names):
                yield name, value_finders.NestedValues(place, found_by)

    def _values(self, condition: Condition) -> tuple[value_finders.ValueFinder, ...]:
        """What finds the values of words, an entity, entities or a pattern."""
        match condition:
            case Words(terms):
                return (self._values_of_terms(condition, terms),)
            case ListNamed(name):
                named = self._lists[name]
                parts: list[Condition] = [Words(terms_within(named, self._lists))]
                parts += map(EntityNamed, entities_within(named, self._lists))
                return tuple(chain.from_iterable(map(self._values, parts)))
            case GroupNamed():
                members = [each.id for each in self._entities.values() if condition.includes(each)]
                return tuple(value_finders.EntityValues(self._finder(EntityNamed(each)), each) for each in members)
            case EntityNamed(entity):
                return (value_finders.EntityValues(self._finder(condition), entity),)
            case NumberNamed():
                numbers = self._finder(condition)
                assert isinstance(numbers, NumberFinder)
                return (NumberValues(numbers, numbers),)
            case _:
                return (value_finders.PatternValues(self._finder(condition)),)

    def _values_of_terms(self, condition: Condition, terms: Iterable[Term]) -> value_finders.ValueFinder:
        numbered = [(text, term) for term in terms for _, text in self._numbered(term)]
        return value_finders.TermValues(self._finder(condition), value_finders.values_of_terms(numbered))

    # --- entities -----------------------------------------------------------------------------------------------

    def _entity(self, entity: Entity) -> Finder:
        words = partial(self._words, names=True)
        never = words(entity.never) if entity.never else None
        maybe = None
        if entity.maybe is not None:
            terms, titles = words(entity.maybe.terms), words(entity.titles) if entity.titles else None
            maybe = self._maybe(terms, titles, entity.maybe.counts_if)
        return finders.EntityFinder(words(entity.sure), never, maybe)

    def _maybe(self, terms: TermFinder, titles: TermFinder | None, counts_if: CountsIf) -> CompiledMaybe:
        near = None
        if counts_if.near is not None:
            finder = finders.AnyFinder(map(self._finder, counts_if.near.conditions))
            near = ContextWords(finder, counts_if.near.words, counts_if.near.unit)
        where: Where | None = counts_if.where
        test = None if where is None else WhereTest(where, self._sources)
        return CompiledMaybe(terms, titles, counts_if.sure_seen, counts_if.earlier, near, test)

    def _group(self, group: GroupNamed) -> Finder:
        members = [EntityNamed(entity.id) for entity in self._entities.values() if group.includes(entity)]
        return finders.AnyFinder(map(self._finder, members))

    # --- what does not count ------------------------------------------------------------------------------------

    def _spoiling(self, ignore: Ignore) -> CompiledIgnore:
        inside = [IgnoreContext(self._words(ignore.terms), "ignore")] if ignore.terms else []
        named = [self._lists[each] for each in ignore.lists]
        inside += [
            IgnoreContext(self._finder(ListNamed(each.id)), f"list {each.id}")
            for each in named
            if self._has_words(each)
        ]
        before, after = self._spoilers([ignore.before], "ignore"), self._spoilers([ignore.after], "ignore")
        for each in (one for words in named for one in lists_within(words, self._lists)):
            before += self._spoilers([each.before, *each.more_before], f"list {each.id}")
            after += self._spoilers([each.after, *each.more_after], f"list {each.id}")
        return CompiledIgnore(tuple(inside), tuple(before), tuple(after))

    def _has_words(self, named: WordList) -> bool:
        return bool(terms_within(named, self._lists) or entities_within(named, self._lists))

    def _spoilers(self, reaches: Iterable[Reach | None], source: str) -> list[IgnoreContext]:
        """`source`: where they are written, unless they are those of a list."""
        found = []
        for reach in (reach for reach in reaches if reach is not None):
            named = f"list {reach.condition.list}" if isinstance(reach.condition, ListNamed) else source
            found.append(IgnoreContext(self._finder(reach.condition), named, reach.words))
        return found
