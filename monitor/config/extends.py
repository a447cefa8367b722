"""Documents that add to a shared list or an entity, from a separate file: their shape, and what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import Field, model_validator

from monitor.config.entities import MaybeShape, maybe
from monitor.config.faults import checked, noting
from monitor.config.leaves import CASE, EDGES
from monitor.config.lists import LISTS, OF_ENTITIES
from monitor.config.names import Name, Named, Names, Thing, name_of, names
from monitor.config.shape import Id, Shape, refusal
from monitor.config.words import AFTER, BEFORE, Case, Edges, Forms, ReachShape, WordSet, reach, terms
from monitor.config.yaml12 import Document
from monitor.errors import Fault, Faulty
from monitor.model import Entity, EntityNamed, ListNamed, Place, Reach, WordList

Value = TypeVar("Value")
_OF_ENTITY = ("sure", "maybe", "never", "titles", "in")
_OF_LIST = ("words", "lists", "entities", "before", "after")


class ExtendsShape(Shape):
    """Adds to an entity or a list that is defined elsewhere; several documents may add to one."""

    called: ClassVar[str] = "extends"
    some_of: ClassVar[tuple[str, ...]] = (*_OF_ENTITY, *_OF_LIST)
    nothing: ClassVar[str] = "nothing is added here"
    goes_with: ClassVar[dict[str, tuple[str, ...]]] = {
        "case": ("words",),
        "edges": ("words",),
        "forms": ("words", "sure", "maybe", "never"),
    }

    extends: Id = Field(description="The id of the entity or list.", examples=["denials"])
    sure: WordSet | None = Field(
        None, description="To an entity: names that are enough alone.", examples=[{"en": ["Formosa"]}]
    )
    maybe: MaybeShape | None = Field(
        None,
        description="To an entity that has none: names that are not enough alone, and when they count.",
        examples=[{"words": {"en": ["the island"]}, "counts_if": {"sure_name_seen": "in the article"}}],
    )
    never: WordSet | None = Field(
        None, description="To an entity: names of others.", examples=[{"en": ["Taiwan Street"]}]
    )
    titles: WordSet | None = Field(
        None, description="To an entity: titles of others.", examples=[{"en": ["Foreign Minister"]}]
    )
    in_: Annotated[list[Id], Field(min_length=1)] | None = Field(
        None, alias="in", description="To an entity: groups that it belongs to.", examples=[["my-desk"]]
    )
    words: WordSet | None = Field(None, description="To a list: words.", examples=[{"en": ["dismissed reports"]}])
    lists: Annotated[list[Id], Field(min_length=1)] | None = LISTS
    entities: Annotated[list[Id], Field(min_length=1)] | None = OF_ENTITIES
    before: ReachShape | None = BEFORE
    after: ReachShape | None = AFTER
    case: Case | None = CASE
    forms: Forms | None = Field(
        None,
        description="Whether Russian words and names stand for all of their forms (default: as in entities and lists).",
        examples=["as written"],
    )
    edges: Edges | None = EDGES

    @model_validator(mode="after")
    def _adds_to_one_thing(self) -> Self:
        """An entity has no words of its own, and a list no names."""
        of_entity, of_list = ([key for key in keys if key in self.given_keys] for keys in (_OF_ENTITY, _OF_LIST))
        if of_entity and of_list:
            what = f"'{of_entity[0]}' is added to an entity and '{of_list[0]}' to a list"
            raise refusal(what, "write two documents", (of_list[0],))
        return self

    @property
    def given_keys(self) -> set[str]:
        """The keys that are given, as they are written."""
        return {name.rstrip("_") for name in self.model_fields_set}


@dataclass(frozen=True, slots=True)
class Extension:
    """What is added, as the entity or the list that it would be alone."""

    content: Entity | WordList
    place: Place

    @property
    def target(self) -> Name:
        """What it adds to."""
        return EntityNamed(self.content.id) if isinstance(self.content, Entity) else ListNamed(self.content.id)


def extension(document: Document) -> Extension:
    """What the document adds, and to what; raises Faulty."""
    shape, place = checked(ExtendsShape, document), document.place()
    if shape.given_keys.isdisjoint(_OF_ENTITY):
        words = terms(shape.words, shape.case, shape.forms, shape.edges)
        lists, entities = tuple(shape.lists or ()), tuple(shape.entities or ())
        before, after = reach(shape.before), reach(shape.after)
        return Extension(WordList(shape.extends, words, before, after, lists=lists, entities=entities), place)
    forms = shape.forms or "all"
    names = terms(shape.sure, forms=forms), maybe(shape.maybe, forms), terms(shape.never, forms=forms)
    added = Entity(shape.extends, "", "", *names, titles=terms(shape.titles), groups=tuple(shape.in_ or ()))
    return Extension(added, place)


@dataclass(frozen=True, slots=True)
class Addition:
    """An extension, its document and what that names."""

    extension: Extension
    document: Document
    references: Named


def usable(
    things: Iterable[Thing],
    additions: Iterable[Addition],
    documents: Mapping[Place, Document],
    tried: Mapping[Name, Place],
    faults: list[Fault],
) -> Names:
    """The names of these, with all that is added to them, in any order of the files. What names in its turn what cannot
    be had, or makes something belong to itself, is left out, and its faults are noted."""
    left, more = {name_of(thing): thing for thing in things}, [*additions]
    named = {name: (documents[thing.place], names(documents[thing.place])) for name, thing in left.items()}
    while True:
        known, more = _extended(Names(left, tried), more, faults)
        wrong = {name: found for name in left if (found := known.find_faults(*named[name]))}
        wrong_additions = _wrong(more, lambda each: known.find_faults(each.document, each.references))  # noqa: B023
        if not wrong and not wrong_additions:
            wrong_additions = _wrong(more, lambda each: _circle(known, each))  # noqa: B023
        if not wrong and not wrong_additions:
            wrong = {name: found for name in left if (found := known.find_cycle_faults(name, *named[name]))}
        if not wrong and not wrong_additions:
            return known
        faults += chain.from_iterable((*wrong.values(), *wrong_additions.values()))
        left = {name: thing for name, thing in left.items() if name not in wrong}
        more = [each for each in more if each.extension.place not in wrong_additions]


def _wrong(additions: Iterable[Addition], faults_of: Callable[[Addition], list[Fault]]) -> dict[Place, list[Fault]]:
    return {each.extension.place: found for each in additions if (found := faults_of(each))}


def _circle(known: Names, each: Addition) -> list[Fault]:
    return known.find_cycle_faults(each.extension.target, each.document, each.references)


def _extended(known: Names, additions: Iterable[Addition], faults: list[Fault]) -> tuple[Names, list[Addition]]:
    """The names with what is added to them, and the additions that could be made; the faults of others are noted."""
    made = []
    for each in additions:
        with noting(faults):
            known = known.with_definition(_together(known, each.document, each.extension))
            made.append(each)
    return known, made


def _together(known: Names, document: Document, extension: Extension) -> Entity | WordList:
    """What it adds to, with what it adds; raises Faulty."""
    more, there, place = extension.content, known.get(extension.target), document.place(("extends",))
    if isinstance(more, Entity) and isinstance(there, Entity):
        return _with_names(there, more, document)
    if isinstance(more, WordList) and isinstance(there, WordList):
        return _with_words(there, more)
    others = ("an entity", EntityNamed(more.id), _OF_ENTITY), ("a list", ListNamed(more.id), _OF_LIST)
    for called, name, takes in others:
        if known.get(name) is not None:
            keys = ", ".join(takes)
            raise Faulty([Fault(place, f"'{more.id}' is {called}", f"to it can be added: {keys}")])
    raise Faulty([known.make_missing_fault(place, extension.target)])


def _with_names(entity: Entity, more: Entity, document: Document) -> Entity:
    if entity.maybe is not None and more.maybe is not None:
        what = f"the entity '{entity.id}' has names already that are not enough alone"
        meant = "write these into its own file, beside those"
        raise Faulty([Fault(document.place(("maybe",)), what, meant)])
    return replace(
        entity,
        sure=_each_once(entity.sure + more.sure),
        maybe=entity.maybe or more.maybe,
        never=_each_once(entity.never + more.never),
        titles=_each_once(entity.titles + more.titles),
        groups=_each_once(entity.groups + more.groups),
    )


def _with_words(words: WordList, more: WordList) -> WordList:
    return replace(
        words,
        terms=_each_once(words.terms + more.terms),
        lists=_each_once(words.lists + more.lists),
        entities=_each_once(words.entities + more.entities),
        more_before=words.more_before + _given(more.before),
        more_after=words.more_after + _given(more.after),
    )


def _given(reach: Reach | None) -> tuple[Reach, ...]:
    return () if reach is None else (reach,)


def _each_once(values: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))
