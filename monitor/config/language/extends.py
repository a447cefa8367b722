"""Documents that add to a shared list or an entity, from a separate file: their shape, and what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import Field, model_validator

from monitor.config.language.base_schema import Id, Schema, validation_error
from monitor.config.language.entities import MaybeSchema, maybe_from_schema
from monitor.config.language.faults import collect_faults, validate_document
from monitor.config.language.leaf_schemas import CASE, EDGES
from monitor.config.language.lists import LISTS, OF_ENTITIES
from monitor.config.language.references import (
    Definition,
    DefinitionRegistry,
    Name,
    References,
    find_references,
    name_of,
)
from monitor.config.language.words import (
    AFTER,
    BEFORE,
    Case,
    Edges,
    Forms,
    ReachSchema,
    WordSet,
    reach_from_schema,
    terms_from_words,
)
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.errors import Fault, InvalidFiles
from monitor.model import Entity, EntityNamed, ListNamed, Place, Reach, WordList

Value = TypeVar("Value")
_OF_ENTITY = ("sure", "maybe", "never", "titles", "in")
_OF_LIST = ("words", "lists", "entities", "before", "after")


class ExtendsSchema(Schema):
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
    maybe: MaybeSchema | None = Field(
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
    before: ReachSchema | None = BEFORE
    after: ReachSchema | None = AFTER
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
            raise validation_error(what, "write two documents", (of_list[0],))
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


def extension_from_document(document: YamlDocument) -> Extension:
    """What the document adds, and to what; raises Faulty."""
    shape, place = validate_document(ExtendsSchema, document), document.place()
    if shape.given_keys.isdisjoint(_OF_ENTITY):
        words = terms_from_words(shape.words, shape.case, shape.forms, shape.edges)
        lists, entities = tuple(shape.lists or ()), tuple(shape.entities or ())
        before, after = reach_from_schema(shape.before), reach_from_schema(shape.after)
        return Extension(WordList(shape.extends, words, before, after, lists=lists, entities=entities), place)
    forms = shape.forms or "all"
    names = (
        terms_from_words(shape.sure, forms=forms),
        maybe_from_schema(shape.maybe, forms),
        terms_from_words(shape.never, forms=forms),
    )
    added = Entity(shape.extends, "", "", *names, titles=terms_from_words(shape.titles), groups=tuple(shape.in_ or ()))
    return Extension(added, place)


@dataclass(frozen=True, slots=True)
class ParsedExtension:
    """An extension, its document and what that names."""

    extension: Extension
    document: YamlDocument
    references: References


def resolve_definitions(
    things: Iterable[Definition],
    additions: Iterable[ParsedExtension],
    documents: Mapping[Place, YamlDocument],
    tried: Mapping[Name, Place],
    faults: list[Fault],
) -> DefinitionRegistry:
    """The names of these, with all that is added to them, in any order of the files. What names in its turn what cannot
    be had, or makes something belong to itself, is left out, and its faults are noted."""
    left, more = {name_of(thing): thing for thing in things}, [*additions]
    named = {name: (documents[thing.place], find_references(documents[thing.place])) for name, thing in left.items()}
    while True:
        known, more = _apply_extensions(DefinitionRegistry(left, tried), more, faults)
        wrong = {name: found for name in left if (found := known.find_faults(*named[name]))}
        wrong_additions = _collect_faults_by_place(more, lambda each: known.find_faults(each.document, each.references))  # noqa: B023
        if not wrong and not wrong_additions:
            wrong_additions = _collect_faults_by_place(more, lambda each: _find_cycle_faults(known, each))  # noqa: B023
        if not wrong and not wrong_additions:
            wrong = {name: found for name in left if (found := known.find_cycle_faults(name, *named[name]))}
        if not wrong and not wrong_additions:
            return known
        faults += chain.from_iterable((*wrong.values(), *wrong_additions.values()))
        left = {name: thing for name, thing in left.items() if name not in wrong}
        more = [each for each in more if each.extension.place not in wrong_additions]


def _collect_faults_by_place(
    additions: Iterable[ParsedExtension], faults_of: Callable[[ParsedExtension], list[Fault]]
) -> dict[Place, list[Fault]]:
    return {each.extension.place: found for each in additions if (found := faults_of(each))}


def _find_cycle_faults(known: DefinitionRegistry, each: ParsedExtension) -> list[Fault]:
    return known.find_cycle_faults(each.extension.target, each.document, each.references)


def _apply_extensions(
    known: DefinitionRegistry, additions: Iterable[ParsedExtension], faults: list[Fault]
) -> tuple[DefinitionRegistry, list[ParsedExtension]]:
    """The names with what is added to them, and the additions that could be made; the faults of others are noted."""
    made = []
    for each in additions:
        with collect_faults(faults):
            known = known.with_definition(_merge_extension(known, each.document, each.extension))
            made.append(each)
    return known, made


def _merge_extension(known: DefinitionRegistry, document: YamlDocument, extension: Extension) -> Entity | WordList:
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
            raise InvalidFiles([Fault(place, f"'{more.id}' is {called}", f"to it can be added: {keys}")])
    raise InvalidFiles([known.make_missing_fault(place, extension.target)])


def _with_names(entity: Entity, more: Entity, document: YamlDocument) -> Entity:
    if entity.maybe is not None and more.maybe is not None:
        what = f"the entity '{entity.id}' has names already that are not enough alone"
        meant = "write these into its own file, beside those"
        raise InvalidFiles([Fault(document.place(("maybe",)), what, meant)])
    return replace(
        entity,
        sure=_drop_duplicates(entity.sure + more.sure),
        maybe=entity.maybe or more.maybe,
        never=_drop_duplicates(entity.never + more.never),
        titles=_drop_duplicates(entity.titles + more.titles),
        groups=_drop_duplicates(entity.groups + more.groups),
    )


def _with_words(words: WordList, more: WordList) -> WordList:
    return replace(
        words,
        terms=_drop_duplicates(words.terms + more.terms),
        lists=_drop_duplicates(words.lists + more.lists),
        entities=_drop_duplicates(words.entities + more.entities),
        more_before=words.more_before + _reach_to_tuple(more.before),
        more_after=words.more_after + _reach_to_tuple(more.after),
    )


def _reach_to_tuple(reach: Reach | None) -> tuple[Reach, ...]:
    return () if reach is None else (reach,)


def _drop_duplicates(values: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))
