"""Lists and entities that a rule could name where it has some of their words.

What a person writes for one idea shares words with the list or entity that others have written for it: with the other
forms, synonyms and languages. That it has the same words is only a hint: each is tried, and a person decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain

from monitor.lab.annotated_document import AnnotatedDocument, ConditionPart
from monitor.lab.improving.effect import Effect, measure_effect
from monitor.lab.improving.examples import MIN_SUPPORT, Example
from monitor.lab.improving.relaxing import Definitions, RulePart, list_parts
from monitor.lab.improving.rule_changes import AddReference
from monitor.lab.lints.languages import parse_subtag
from monitor.lab.lints.words import WordIndex
from monitor.model import (
    AllOf,
    AnyOf,
    EntityNamed,
    GroupNamed,
    ListNamed,
    Near,
    Not,
    Place,
    Term,
    Words,
    entities_within,
    lists_within,
    terms_within,
)

_LEAST_SHARED = 2  # words: one alone may mean something else there
_MIN_SHARE = Fraction(1, 2)  # of the words of one that must be in the other: else they are about different things
_PLAIN_KEYS = {"words", "case", "forms", "edges"}  # of a condition that is only words
_MOST = 3  # for the words of one condition: more is not read

Leaf = ListNamed | EntityNamed
_Word = tuple[str, str]
"""A word, and the primary subtag of its language."""


@dataclass(frozen=True)
class MissingReference:
    """A list or an entity for the words of a condition. `place`: where it is defined; `shared`: those of the words that
    it has; `words`: how many words the condition has; `more`: how many others it has, by language, and `lacking`: those
    of these languages in which the condition has none."""

    change: AddReference
    place: Place
    shared: tuple[str, ...]
    words: int
    more: Mapping[str, int]
    lacking: frozenset[str]
    effect: Effect = field(default_factory=Effect)

    @property
    def is_supported(self) -> bool:
        """Whether two or more independent articles support it. Otherwise only the shared words do."""
        return self.effect.net >= MIN_SUPPORT


@dataclass(frozen=True)
class _Definition:
    """A list or an entity with all of its words."""

    leaf: Leaf
    place: Place
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class _Candidate:
    """A definition that shares words with a condition. `shared`: words of the condition that the definition has;
    `covered`: words of the definition that the condition has; `around`: the conditions around it, the outermost
    first."""

    at: RulePart
    definition: _Definition
    shared: frozenset[Term]
    covered: frozenset[Term]
    around: tuple[RulePart, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        assert isinstance(self.at.part.condition, Words)
        return self.at.part.condition.terms


def find_missing_references(
    annotated: AnnotatedDocument, examples: Sequence[Example], definitions: Definitions
) -> list[MissingReference]:
    """The lists and entities that have words of the rule's conditions and are not named there, those with most support
    first. Each was tried on the articles."""
    found = [_describe_candidate(one, annotated, definitions) for one in _choose_candidates(annotated, definitions)]
    variants = [one.change.apply(annotated.rule) for one in found]
    assert None not in variants
    compiled = definitions.compile_variants([annotated.rule, *filter(None, variants)])
    news = compiled.find_news_of(examples)
    tried = [replace(one, effect=measure_effect(news, number)) for number, one in enumerate(found, 1)]
    return sorted(tried, key=lambda one: (-one.effect.net, -len(one.shared)))


def _choose_candidates(annotated: AnnotatedDocument, definitions: Definitions) -> list[_Candidate]:
    conditions = list(_list_words(annotated))
    known = list(_list_definitions(definitions)) if conditions else []
    index = WordIndex({term for one in known for term in one.terms})
    owners: defaultdict[_Word, list[_Definition]] = defaultdict(list)
    for one in known:
        for word in dict.fromkeys((term.text, parse_subtag(term.language)) for term in one.terms):
            owners[word].append(one)
    excluded = _list_negative(annotated, definitions)
    found = [
        candidate
        for at, around in conditions
        for candidate in _rank_candidates(_share_words(at, around, index, owners))
        if candidate.definition.leaf not in excluded | _list_named_nearby(at, around, definitions)
    ]
    return list(_keep_best_place(found))


def _list_definitions(definitions: Definitions) -> Iterator[_Definition]:
    names = {
        id_: (*entity.sure, *(entity.maybe.terms if entity.maybe else ()))
        for id_, entity in definitions.entities.items()
    }
    for id_, one in definitions.lists.items():
        inner = (names[entity] for entity in entities_within(one, definitions.lists))
        terms = dict.fromkeys((*terms_within(one, definitions.lists), *chain.from_iterable(inner)))
        yield _Definition(ListNamed(id_), one.place, tuple(terms))
    for id_, entity in definitions.entities.items():
        yield _Definition(EntityNamed(id_), entity.place, names[id_])


def _list_words(annotated: AnnotatedDocument) -> Iterator[tuple[RulePart, tuple[RulePart, ...]]]:
    """The conditions of `match` that have words, each with the conditions around it, the outermost first."""
    parts = {at.position: at for at in list_parts(annotated)}
    for position, at in parts.items():
        if isinstance(at.part.condition, Words):
            yield at, tuple(parts[position[:length]] for length in range(len(position)))


def _share_words(
    at: RulePart,
    around: tuple[RulePart, ...],
    index: WordIndex,
    owners: Mapping[_Word, Sequence[_Definition]],
) -> Iterator[_Candidate]:
    """The definitions that share words with a condition: a word of one is found wherever a word of the other is."""
    assert isinstance(at.part.condition, Words)
    terms = at.part.condition.terms
    shared: defaultdict[Leaf, set[Term]] = defaultdict(set)
    covered: defaultdict[Leaf, set[Term]] = defaultdict(set)
    by_leaf = {one.leaf: one for found in owners.values() for one in found}
    for term in terms:
        for word in _find_covering(index, term):
            for one in owners.get(word, ()):
                shared[one.leaf].add(term)
    words = WordIndex(terms)
    for one in by_leaf.values():
        for term in one.terms:
            if found := words.terms_implied_by(term, whole=True):
                covered[one.leaf].add(term)
                shared[one.leaf].update(own for own in terms if own.text in found and _is_of_language(own, term))
    for leaf in shared:
        candidate = _Candidate(at, by_leaf[leaf], frozenset(shared[leaf]), frozenset(covered[leaf]), around)
        if _is_alike(candidate):
            yield candidate


def _is_of_language(term: Term, other: Term) -> bool:
    return parse_subtag(term.language) in ("any", parse_subtag(other.language))


def _find_covering(index: WordIndex, term: Term) -> Iterator[_Word]:
    """The words of the index that are found wherever the term is. A term of no language may be of any."""
    for language in index.languages if term.language == "any" else (term.language,):
        for text in index.terms_implied_by(replace(term, language=language), whole=True):
            yield from ((text, parse_subtag(language)), (text, "any"))


def _is_alike(candidate: _Candidate) -> bool:
    """Whether the two share enough words to be about the same."""
    shared, covered = len(candidate.shared), len(candidate.covered)
    languages = _list_languages(candidate)
    comparable = sum(parse_subtag(term.language) in languages for term in candidate.definition.terms)
    has_enough = shared >= _LEAST_SHARED or shared == len(candidate.terms)
    return has_enough and (shared >= _MIN_SHARE * len(candidate.terms) or covered >= _MIN_SHARE * max(comparable, 1))


def _list_languages(candidate: _Candidate) -> frozenset[str]:
    """The languages of the condition's words; where they are of no language, those of the same words in the
    definition."""
    written = {parse_subtag(term.language) for term in candidate.terms} - {"any"}
    return frozenset(written or {parse_subtag(term.language) for term in candidate.covered})


def _rank_candidates(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Those that share most words. What another shares too, which has no more words, is left out; and so is a single
    word that several have."""
    found = sorted(candidates, key=lambda one: (-len(one.shared), len(one.definition.terms), str(one.definition.leaf)))
    if len(found) > 1 and all(len(one.shared) < _LEAST_SHARED for one in found):
        return []
    kept: list[_Candidate] = []
    for one in sorted(found, key=lambda one: len(one.definition.terms)):
        if not any(one.shared <= narrower.shared for narrower in kept):
            kept.append(one)
    return [one for one in found if one in kept][:_MOST]


def _keep_best_place(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Each definition once for the things that must be together: where it shares most words. As two of them it would
    be found twice in one place."""
    best: dict[object, _Candidate] = {}
    for one in candidates:
        group = next((at.position for at in reversed(one.around) if isinstance(at.part.condition, AllOf | Near)), ())
        known = best.setdefault((group, one.definition.leaf), one)
        if len(one.shared) > len(known.shared):
            best[group, one.definition.leaf] = one
    return (one for one in candidates if one in best.values())


# --- what the rule names already ---------------------------------------------------------------------------------


def _list_negative(annotated: AnnotatedDocument, definitions: Definitions) -> frozenset[Leaf]:
    """What the rule names as not meant: it ignores it, or must not find it."""
    found: set[Leaf] = set()
    for key, roots in annotated.conditions.items():
        for part in (part for root in roots for part in root.walk()):
            named = [ListNamed(name) for ignore in part.ignores for name in ignore.lists]
            found.update(*(_expand_leaf(leaf, definitions) for leaf in named))
            if key in ("unless", "mention_if") or isinstance(part.condition, Not):
                found |= _list_named(part, definitions)
    return frozenset(found)


def _list_named_nearby(at: RulePart, around: Sequence[RulePart], definitions: Definitions) -> frozenset[Leaf]:
    """The lists and entities that the rule already names beside these words, or as another part that must be together
    with them."""
    found: set[Leaf] = set()
    is_beside = True
    for outer in reversed(around):
        if not isinstance(outer.part.condition, AnyOf):
            is_beside = False
            own = at.position[len(outer.position)]
            for number, member in enumerate(outer.part.parts):
                found |= _list_named(member, definitions) if number != own else frozenset()
        elif is_beside:
            found |= _list_named(outer.part, definitions)
    return frozenset(found)


def _list_named(part: ConditionPart, definitions: Definitions) -> frozenset[Leaf]:
    found: set[Leaf] = set()
    for inner in part.walk():
        match inner.condition:
            case ListNamed() | EntityNamed() as leaf:
                found |= _expand_leaf(leaf, definitions)
            case GroupNamed() as group:
                found |= {EntityNamed(one.id) for one in definitions.entities.values() if group.includes(one)}
            case _:
                pass
    return frozenset(found)


def _expand_leaf(leaf: Leaf, definitions: Definitions) -> frozenset[Leaf]:
    """The list or entity, and those that the list includes."""
    if isinstance(leaf, EntityNamed):
        return frozenset((leaf,))
    one = definitions.lists[leaf.list]
    lists = (ListNamed(inner.id) for inner in lists_within(one, definitions.lists))
    return frozenset((*lists, *map(EntityNamed, entities_within(one, definitions.lists))))


# --- the change that is proposed ---------------------------------------------------------------------------------


def _describe_candidate(
    candidate: _Candidate, annotated: AnnotatedDocument, definitions: Definitions
) -> MissingReference:
    one, has = candidate.definition, _list_languages(candidate)
    more = Counter(parse_subtag(term.language) for term in one.terms if term not in candidate.covered)
    return MissingReference(
        change=_make_change(candidate, annotated, definitions),
        place=one.place,
        shared=tuple(term.text for term in candidate.terms if term in candidate.shared),
        words=len(candidate.terms),
        more=dict(sorted(more.items())),
        lacking=frozenset(more) - has - {"any"},
    )


def _make_change(candidate: _Candidate, annotated: AnnotatedDocument, definitions: Definitions) -> AddReference:
    """Replace the words if it is found wherever one of them is. Otherwise add it to the `any` that has the words, or to
    a new `any`, so that `ignore` applies to both."""
    at, leaf = candidate.at, candidate.definition.leaf
    sure = WordIndex(_list_unconditional_terms(leaf, definitions))
    if all(sure.term_implied_by(term, whole=True) is not None for term in candidate.terms):
        return AddReference(at, at, leaf, in_place=True)
    outer = candidate.around[-1] if candidate.around else None
    written = annotated.value_at(at.part.path)
    is_plain = isinstance(written, dict) and written.keys() <= _PLAIN_KEYS and not at.part.ignores
    if outer is not None and isinstance(outer.part.condition, AnyOf) and is_plain:
        return AddReference(outer, at, leaf)
    return AddReference(at, at, leaf)


def _list_unconditional_terms(leaf: Leaf, definitions: Definitions) -> Iterator[Term]:
    """The words that count wherever they are: not those of an entity with `never`."""
    entities: Iterable[str] = (leaf.entity,) if isinstance(leaf, EntityNamed) else ()
    if isinstance(leaf, ListNamed):
        one = definitions.lists[leaf.list]
        yield from terms_within(one, definitions.lists)
        entities = entities_within(one, definitions.lists)
    for entity in map(definitions.entities.__getitem__, entities):
        yield from () if entity.never else entity.sure
