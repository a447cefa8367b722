"""Compiles rules, entities and lists into one set. Pure. Faults in rules were reported when their files were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from itertools import chain
from types import MappingProxyType

from monitor.matching import finders, nodes, value_finders
from monitor.matching.compiled_rule import CompiledChange, CompiledRule
from monitor.matching.finders import CompiledIgnore, CompiledMaybe, ContextWords, Finder, IgnoreContext, TermFinder
from monitor.matching.groups import NestedNearFinder
from monitor.matching.number_finders import DayFinder, NumberFinder, NumberValues
from monitor.matching.possible_terms import PossibleTerms
from monitor.matching.ruleset import Lookup, RuleSet
from monitor.matching.scope import WhereTest
from monitor.matching.terms import TermPattern, compile_term
from monitor.matching.value_finders import NamedLeaf
from monitor.model import (
    AllOf,
    AnyOf,
    Article,
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

_NONE: frozenset[str] = frozenset()
_NearMember = tuple[nodes.NearNode, int] | None
_METADATA = {Field.AUTHOR, Field.TAGS, Field.URL}


def compile_rules(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList] = MappingProxyType({}),
    sources: Mapping[str, Source] = MappingProxyType({}),
    known: Mapping[str, Entity] = MappingProxyType({}),
    *,
    article: Article | None = None,
) -> RuleSet:
    """Compile all rules into one set. Every entity and list that a rule names must be given (KeyError otherwise).
    `sources`: those whose tags and publishers are known. `known`: further entities, whose names are known when
    articles are compared. `article`: the set is for this article alone: what cannot occur in it is left out, so that
    compiling takes a fraction of the time."""
    compiler = _Compiler(entities, lists, sources, {**known, **entities}, PossibleTerms(article) if article else None)
    compiled_rules = [compiler.compile_rule(rule) for rule in rules]
    return RuleSet(compiled_rules, compiler.build_lookup())


class _Compiler:
    """Assigns indices to terms and literals, so that rules share them and their hits."""

    def __init__(
        self,
        entities: Mapping[str, Entity],
        lists: Mapping[str, WordList],
        sources: Mapping[str, Source],
        known: Mapping[str, Entity],
        possible_terms: PossibleTerms | None,
    ) -> None:
        self._known_entities = known
        self._entities = entities
        self._lists = lists
        self._sources = sources
        self._possible_terms = possible_terms
        self._patterns: dict[TermPattern, int] = {}
        self._term_texts: list[str] = []
        self._patterns_by_term: list[tuple[int, ...]] = []
        self._names: dict[Term, int] = {}
        self._words: dict[Term, int] = {}
        self._term_finders: dict[tuple[int, ...], TermFinder] = {}
        self._shared: dict[object, Finder] = {}
        self._uses_metadata = False

    def build_lookup(self) -> Lookup:
        return Lookup(
            patterns=tuple(self._patterns),
            uses_metadata=self._uses_metadata,
            entities=self._known_entities,
            sources=self._sources,
        )

    def compile_rule(self, rule: Rule) -> CompiledRule:
        raises = sorted(rule.raises, key=lambda change: -change.to.rank)
        lowers = sorted(rule.lowers, key=lambda change: change.to.rank)
        node = self._compile_node(rule.condition)
        return CompiledRule(
            rule=rule,
            node=node,
            unless=self._compile_optional(rule.unless),
            mention_if=self._compile_optional(rule.mention_if),
            mention=self._compile_optional(rule.mention),
            where=None if rule.where is None else WhereTest(rule.where, self._sources),
            changes=tuple(
                CompiledChange(change.to, change.condition, self._compile_node(change.condition))
                for change in (*raises, *lowers)
            ),
            by_leaves=tuple(self._find_named_leaves(rule.condition, node, frozenset(rule.alert.by)))
            if rule.alert.by
            else (),
        )

    def _compile_optional(self, condition: Condition | None) -> nodes.Node | None:
        return None if condition is None else self._compile_node(condition)

    # --- conditions ---------------------------------------------------------------------------------------------

    def _compile_node(self, condition: Condition, field: Field | None = None, name: str = "") -> nodes.Node:
        match condition:
            case Named():
                return self._compile_node(condition.condition, field, condition.name)
            case In():
                self._uses_metadata = self._uses_metadata or condition.field in _METADATA
                return self._compile_node(condition.condition, condition.field, name)
            case AllOf() | AnyOf():
                node_type = nodes.AllOfNode if isinstance(condition, AllOf) else nodes.AnyOfNode
                return node_type([self._compile_node(child, field, name) for child in condition.conditions], name)
            case Not():
                return nodes.NotNode(self._compile_node(condition.condition, field, name), name)
            case Near():
                return self._compile_near(expand_all_in_near(condition), field, name)
            case _:
                return self._compile_leaf(condition, field, name)

    def _compile_near(self, condition: Near | AnyOf, field: Field | None, name: str) -> nodes.Node:
        if isinstance(condition, AnyOf):
            return self._compile_node(condition, field, name)
        return self._compile_single_near(condition, field, name)

    def _compile_single_near(self, condition: Near, field: Field | None, name: str) -> nodes.NearNode:
        members = [self._compile_leaf(member, field, "") for member in condition.conditions]
        options = {"in_order": condition.in_order, "may_share_words": condition.may_share_words}
        return nodes.NearNode(members, condition.words, condition.unit, **options, name=name)

    def _compile_leaf(self, condition: Condition, field: Field | None, name: str) -> nodes.LeafNode:
        if isinstance(condition, Named):
            return self._compile_leaf(condition.condition, field, condition.name)
        if isinstance(condition, Times):
            return nodes.LeafNode(self._compile_finder(condition.condition), field, name, condition.times)
        return nodes.LeafNode(self._compile_finder(condition), field, name)

    # --- what is found at places --------------------------------------------------------------------------------

    def _compile_finder(self, condition: Condition) -> Finder:
        finder: Finder
        match condition:
            case Words():
                finder = self._compile_terms(condition.terms)
            case ListNamed():
                finder = self._get_or_make(condition, lambda: self._compile_list(self._lists[condition.list]))
            case EntityNamed():
                finder = self._get_or_make(condition, lambda: self._compile_entity(self._entities[condition.entity]))
            case GroupNamed():
                finder = self._get_or_make(condition, lambda: self._compile_group(condition))
            case Pattern() | NumberNamed() | DayNamed():
                finder = self._get_or_make(condition, lambda: self._compile_expression(condition))
            case Ignoring():
                finder = finders.IgnoringFinder(
                    self._compile_finder(condition.condition), self._compile_ignore(condition.ignore)
                )
            case AnyOf():
                finder = finders.AnyFinder(map(self._compile_finder, condition.conditions))
            case Near():
                finder = self._get_or_make(condition, lambda: self._compile_nested_near(expand_all_in_near(condition)))
            case Named():
                finder = self._compile_finder(condition.condition)
            case _:
                raise TypeError(f"only words, entities, patterns and any of those have places, not {condition!r}")
        return finder

    def _compile_list(self, named: WordList) -> Finder:
        words, entities = self._compile_terms(terms_within(named, self._lists)), entities_within(named, self._lists)
        return (
            finders.AnyFinder([words, *(self._compile_finder(EntityNamed(entity)) for entity in entities)])
            if entities
            else words
        )

    def _compile_nested_near(self, condition: Near | AnyOf) -> Finder:
        if isinstance(condition, AnyOf):
            return finders.AnyFinder(map(self._compile_finder, condition.conditions))
        return NestedNearFinder(self._compile_single_near(condition, None, ""))

    def _get_or_make(self, key: object, make: Callable[[], Finder]) -> Finder:
        if key not in self._shared:
            self._shared[key] = make()
        return self._shared[key]

    def _compile_expression(self, condition: Pattern | NumberNamed | DayNamed) -> Finder:
        """The finder for something that is not given as words."""
        if isinstance(condition, Pattern):
            return finders.RegexFinder(condition)
        return DayFinder(condition) if isinstance(condition, DayNamed) else NumberFinder(condition)

    def _compile_terms(self, terms: Iterable[Term], *, names: bool = False) -> TermFinder:
        """The finder of these terms. The same terms share one finder, so an article is searched for them once.
        `names`: they are names of an entity."""
        indices = tuple([self._index_term(term, name=names) for term in terms])
        finder = self._term_finders.get(indices)
        if finder is None:
            finder = self._term_finders[indices] = TermFinder(
                (pattern, self._term_texts[index]) for index in indices for pattern in self._patterns_by_term[index]
            )
        return finder

    def _index_term(self, term: Term, *, name: bool = False) -> int:
        """The index of the term; its text and patterns are stored with it."""
        known = self._names if name else self._words
        index = known.get(term)
        if index is None:
            patterns, possible = self._patterns, self._possible_terms
            compiled = compile_term(term, name=name) if possible is None or possible.may_occur(term) else ()
            own_patterns = [patterns.setdefault(pattern, len(patterns)) for pattern in compiled]
            index = known[term] = len(self._term_texts)
            self._term_texts.append(term.text)
            self._patterns_by_term.append(tuple(own_patterns))
        return index

    # --- what `by` names ----------------------------------------------------------------------------------------

    def _find_named_leaves(
        self,
        condition: Condition,
        node: nodes.Node,
        by: AbstractSet[str],
        names: AbstractSet[str] = _NONE,
        near: _NearMember = None,
    ) -> Iterator[NamedLeaf]:
        """The leaves that `by` names, in a condition (with its node). `names`: the names of the conditions around
        it."""
        if isinstance(condition, Named):
            yield from self._find_named_leaves(condition.condition, node, by, names | (by & {condition.name}), near)
        elif isinstance(condition, In):
            yield from self._find_named_leaves(condition.condition, node, by, names, near)
        elif isinstance(condition, Near) and (expanded := expand_all_in_near(condition)) is not condition:
            yield from self._find_named_leaves(expanded, node, by, names, near)
        elif isinstance(node, nodes.LeafNode):
            if value_finders_of_leaf := tuple(self._find_value_finders(condition, by, names)):
                yield NamedLeaf(node, value_finders_of_leaf, near)
        elif isinstance(condition, AllOf | AnyOf | Near) and isinstance(
            node, nodes.AllOfNode | nodes.AnyOfNode | nodes.NearNode
        ):
            for index, (child, child_node) in enumerate(zip(condition.conditions, node.nodes, strict=True)):
                member = (node, index) if isinstance(node, nodes.NearNode) else near
                yield from self._find_named_leaves(child, child_node, by, names, member)

    def _find_value_finders(
        self, condition: Condition, by: AbstractSet[str], names: AbstractSet[str]
    ) -> Iterator[tuple[str, value_finders.ValueFinder]]:
        """For each name the finders of its values, in a condition that is found at places."""
        match condition:
            case Named(name, inner):
                yield from self._find_value_finders(inner, by, names | (by & {name}))
            case Times(_, inner):
                yield from self._find_value_finders(inner, by, names)
            case AnyOf(conditions):
                for child in conditions:
                    yield from self._find_value_finders(child, by, names)
            case Near():
                yield from self._find_nested_value_finders(expand_all_in_near(condition), by, names)
            case Ignoring(inner, ignore):
                compiled_ignore = self._compile_ignore(ignore)
                for name, value_finder in self._find_value_finders(inner, by, names):
                    yield (
                        name,
                        replace(value_finder, finder=finders.IgnoringFinder(value_finder.finder, compiled_ignore)),
                    )
            case _:
                own_finders = self._compile_values(condition) if names else ()
                yield from ((name, finder) for name in sorted(names) for finder in own_finders)

    def _find_nested_value_finders(
        self, condition: Near | AnyOf, by: AbstractSet[str], names: AbstractSet[str]
    ) -> Iterator[tuple[str, value_finders.ValueFinder]]:
        """The same in a near that is a member of another near."""
        if isinstance(condition, AnyOf):
            yield from self._find_value_finders(condition, by, names)
            return
        near = self._compile_finder(condition)
        for member in condition.conditions:
            for name, value_finder in self._find_value_finders(member, by, names):
                yield name, value_finders.NestedValues(near, value_finder)

    def _compile_values(self, condition: Condition) -> tuple[value_finders.ValueFinder, ...]:
        """The finders of the values of words, an entity, entities or a pattern."""
        match condition:
            case Words(terms):
                return (self._compile_term_values(condition, terms),)
            case ListNamed(name):
                named = self._lists[name]
                parts: list[Condition] = [Words(terms_within(named, self._lists))]
                parts += map(EntityNamed, entities_within(named, self._lists))
                return tuple(chain.from_iterable(map(self._compile_values, parts)))
            case GroupNamed():
                members = [member.id for member in self._entities.values() if condition.includes(member)]
                return tuple(
                    value_finders.EntityValues(self._compile_finder(EntityNamed(member)), member) for member in members
                )
            case EntityNamed(entity):
                return (value_finders.EntityValues(self._compile_finder(condition), entity),)
            case NumberNamed():
                numbers = self._compile_finder(condition)
                assert isinstance(numbers, NumberFinder)
                return (NumberValues(numbers, numbers),)
            case _:
                return (value_finders.PatternValues(self._compile_finder(condition)),)

    def _compile_term_values(self, condition: Condition, terms: Iterable[Term]) -> value_finders.ValueFinder:
        return value_finders.TermValues(self._compile_finder(condition), value_finders.values_of_terms(terms))

    # --- entities -----------------------------------------------------------------------------------------------

    def _compile_entity(self, entity: Entity) -> Finder:
        compile_terms = partial(self._compile_terms, names=True)
        never = compile_terms(entity.never) if entity.never else None
        maybe = None
        if entity.maybe is not None:
            terms, titles = compile_terms(entity.maybe.terms), compile_terms(entity.titles) if entity.titles else None
            maybe = self._compile_maybe(terms, titles, entity.maybe.counts_if)
        return finders.EntityFinder(compile_terms(entity.sure), never, maybe)

    def _compile_maybe(self, terms: TermFinder, titles: TermFinder | None, counts_if: CountsIf) -> CompiledMaybe:
        near = None
        if counts_if.near is not None:
            finder = finders.AnyFinder(map(self._compile_finder, counts_if.near.conditions))
            near = ContextWords(finder, counts_if.near.words, counts_if.near.unit)
        where: Where | None = counts_if.where
        test = None if where is None else WhereTest(where, self._sources)
        return CompiledMaybe(terms, titles, counts_if.sure_seen, counts_if.earlier, near, test)

    def _compile_group(self, group: GroupNamed) -> Finder:
        members = [EntityNamed(entity.id) for entity in self._entities.values() if group.includes(entity)]
        return finders.AnyFinder(map(self._compile_finder, members))

    # --- what does not count ------------------------------------------------------------------------------------

    def _compile_ignore(self, ignore: Ignore) -> CompiledIgnore:
        inside = [IgnoreContext(self._compile_terms(ignore.terms), "ignore")] if ignore.terms else []
        lists = [self._lists[list_id] for list_id in ignore.lists]
        inside += [
            IgnoreContext(self._compile_finder(ListNamed(word_list.id)), f"list {word_list.id}")
            for word_list in lists
            if self._has_words(word_list)
        ]
        before = self._compile_reaches([ignore.before], "ignore")
        after = self._compile_reaches([ignore.after], "ignore")
        for word_list in (inner for outer in lists for inner in lists_within(outer, self._lists)):
            before += self._compile_reaches([word_list.before, *word_list.more_before], f"list {word_list.id}")
            after += self._compile_reaches([word_list.after, *word_list.more_after], f"list {word_list.id}")
        return CompiledIgnore(tuple(inside), tuple(before), tuple(after))

    def _has_words(self, named: WordList) -> bool:
        return any(one.terms or one.entities for one in lists_within(named, self._lists))

    def _compile_reaches(self, reaches: Iterable[Reach | None], source: str) -> list[IgnoreContext]:
        """`source`: where these words are written, unless they are those of a list."""
        contexts = []
        for reach in (reach for reach in reaches if reach is not None):
            reach_source = f"list {reach.condition.list}" if isinstance(reach.condition, ListNamed) else source
            contexts.append(IgnoreContext(self._compile_finder(reach.condition), reach_source, reach.words))
        return contexts
