"""Documents that add to a shared list or an entity from a separate file: their schema, and how they are applied."""

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
_ENTITY_KEYS = ("sure", "maybe", "never", "titles", "in")
_LIST_KEYS = ("words", "lists", "entities", "before", "after")


class ExtendsSchema(Schema):
    """Adds to an entity or a list that another file defines. Several documents may add to the same one."""

    label: ClassVar[str] = "extends"
    at_least_one_of: ClassVar[tuple[str, ...]] = (*_ENTITY_KEYS, *_LIST_KEYS)
    message_if_none: ClassVar[str] = "nothing is added here"
    allowed_with: ClassVar[dict[str, tuple[str, ...]]] = {
        "case": ("words",),
        "edges": ("words",),
        "forms": ("words", "sure", "maybe", "never"),
    }

    extends: Id = Field(description="The id of the entity or list.", examples=["denials"])
    sure: WordSet | None = Field(
        None, description="More names under `sure`, for an entity.", examples=[{"en": ["Formosa"]}]
    )
    maybe: MaybeSchema | None = Field(
        None,
        description="Names under `maybe`, for an entity without such names, and when they count.",
        examples=[{"words": {"en": ["the island"]}, "counts_if": {"sure_name_seen": "in the article"}}],
    )
    never: WordSet | None = Field(
        None, description="More names under `never`, for an entity.", examples=[{"en": ["Taiwan Street"]}]
    )
    titles: WordSet | None = Field(
        None,
        description="More `titles` for an entity: titles of other people.",
        examples=[{"en": ["Foreign Minister"]}],
    )
    in_: Annotated[list[Id], Field(min_length=1)] | None = Field(
        None, alias="in", description="More groups for an entity.", examples=[["my-desk"]]
    )
    words: WordSet | None = Field(None, description="More words for a list.", examples=[{"en": ["dismissed reports"]}])
    lists: Annotated[list[Id], Field(min_length=1)] | None = LISTS
    entities: Annotated[list[Id], Field(min_length=1)] | None = OF_ENTITIES
    before: ReachSchema | None = BEFORE
    after: ReachSchema | None = AFTER
    case: Case | None = CASE
    forms: Forms | None = Field(
        None,
        description="Whether Russian words and names match in all of their forms (default: as in entities and lists).",
        examples=["as written"],
    )
    edges: Edges | None = EDGES

    @model_validator(mode="after")
    def _check_one_target(self) -> Self:
        """Refuses keys of an entity together with keys of a list."""
        of_entity, of_list = ([key for key in keys if key in self.given_keys] for keys in (_ENTITY_KEYS, _LIST_KEYS))
        if of_entity and of_list:
            problem = f"'{of_entity[0]}' is added to an entity and '{of_list[0]}' to a list"
            raise validation_error(problem, "write two documents", (of_list[0],))
        return self

    @property
    def given_keys(self) -> set[str]:
        """The keys that are given, as the file writes them."""
        return {name.rstrip("_") for name in self.model_fields_set}


@dataclass(frozen=True, slots=True)
class Extension:
    """An addition to an entity or a list. `content`: what is added, as an entity or a list of its own."""

    content: Entity | WordList
    place: Place

    @property
    def target(self) -> Name:
        """The name of the entity or list that it adds to."""
        return EntityNamed(self.content.id) if isinstance(self.content, Entity) else ListNamed(self.content.id)


def extension_from_document(document: YamlDocument) -> Extension:
    """The extension of the document. Raises InvalidFiles."""
    schema, place = validate_document(ExtendsSchema, document), document.place()
    if schema.given_keys.isdisjoint(_ENTITY_KEYS):
        words = terms_from_words(schema.words, schema.case, schema.forms, schema.edges)
        lists, entities = tuple(schema.lists or ()), tuple(schema.entities or ())
        before, after = reach_from_schema(schema.before), reach_from_schema(schema.after)
        return Extension(WordList(schema.extends, words, before, after, lists=lists, entities=entities), place)
    forms = schema.forms or "all"
    names = (
        terms_from_words(schema.sure, forms=forms),
        maybe_from_schema(schema.maybe, forms),
        terms_from_words(schema.never, forms=forms),
    )
    added = Entity(
        schema.extends, "", "", *names, titles=terms_from_words(schema.titles), groups=tuple(schema.in_ or ())
    )
    return Extension(added, place)


@dataclass(frozen=True, slots=True)
class ParsedExtension:
    """An extension, its document, and the references in it."""

    extension: Extension
    document: YamlDocument
    references: References


def resolve_definitions(
    definitions: Iterable[Definition],
    extensions: Iterable[ParsedExtension],
    documents: Mapping[Place, YamlDocument],
    declared: Mapping[Name, Place],
    faults: list[Fault],
) -> DefinitionRegistry:
    """A registry of these definitions with all extensions applied; the order of the files does not matter.

    Definitions and extensions are left out if they refer to something that cannot be used, or form a cycle. Their
    faults are added to `faults`. `documents`: of the definitions, by place; `declared`: the places of all definitions
    in the files, also of faulty ones.
    """
    remaining, pending = {name_of(definition): definition for definition in definitions}, [*extensions]
    references = {
        name: (documents[definition.place], find_references(documents[definition.place]))
        for name, definition in remaining.items()
    }
    while True:
        registry, pending = _apply_extensions(DefinitionRegistry(remaining, declared), pending, faults)
        faulty = {name: problems for name in remaining if (problems := registry.find_faults(*references[name]))}
        faulty_extensions = _collect_faults_by_place(
            pending,
            lambda extension: registry.find_faults(extension.document, extension.references),  # noqa: B023
        )
        if not faulty and not faulty_extensions:
            faulty_extensions = _collect_faults_by_place(
                pending,
                lambda extension: _find_cycle_faults(registry, extension),  # noqa: B023
            )
        if not faulty and not faulty_extensions:
            faulty = {
                name: problems
                for name in remaining
                if (problems := registry.find_cycle_faults(name, *references[name]))
            }
        if not faulty and not faulty_extensions:
            return registry
        faults += chain.from_iterable((*faulty.values(), *faulty_extensions.values()))
        remaining = {name: definition for name, definition in remaining.items() if name not in faulty}
        pending = [extension for extension in pending if extension.extension.place not in faulty_extensions]


def _collect_faults_by_place(
    extensions: Iterable[ParsedExtension], find_faults: Callable[[ParsedExtension], list[Fault]]
) -> dict[Place, list[Fault]]:
    return {extension.extension.place: faults for extension in extensions if (faults := find_faults(extension))}


def _find_cycle_faults(registry: DefinitionRegistry, extension: ParsedExtension) -> list[Fault]:
    return registry.find_cycle_faults(extension.extension.target, extension.document, extension.references)


def _apply_extensions(
    registry: DefinitionRegistry, extensions: Iterable[ParsedExtension], faults: list[Fault]
) -> tuple[DefinitionRegistry, list[ParsedExtension]]:
    """The registry with the extensions applied, and the extensions that could be applied. The faults of the others are
    added to `faults`."""
    applied = []
    for extension in extensions:
        with collect_faults(faults):
            registry = registry.with_definition(_merge_extension(registry, extension.document, extension.extension))
            applied.append(extension)
    return registry, applied


def _merge_extension(registry: DefinitionRegistry, document: YamlDocument, extension: Extension) -> Entity | WordList:
    """The target of the extension with the extension applied. Raises InvalidFiles."""
    addition, target, place = extension.content, registry.get(extension.target), document.place(("extends",))
    if isinstance(addition, Entity) and isinstance(target, Entity):
        return _add_names(target, addition, document)
    if isinstance(addition, WordList) and isinstance(target, WordList):
        return _add_words(target, addition)
    alternatives = ("an entity", EntityNamed(addition.id), _ENTITY_KEYS), ("a list", ListNamed(addition.id), _LIST_KEYS)
    for label, name, allowed in alternatives:
        if registry.get(name) is not None:
            keys = ", ".join(allowed)
            raise InvalidFiles([Fault(place, f"'{addition.id}' is {label}", f"to it can be added: {keys}")])
    raise InvalidFiles([registry.make_missing_fault(place, extension.target)])


def _add_names(entity: Entity, addition: Entity, document: YamlDocument) -> Entity:
    if entity.maybe is not None and addition.maybe is not None:
        problem = f"the entity '{entity.id}' has names already that are not enough alone"
        hint = "write these into its own file, beside those"
        raise InvalidFiles([Fault(document.place(("maybe",)), problem, hint)])
    return replace(
        entity,
        sure=_drop_duplicates(entity.sure + addition.sure),
        maybe=entity.maybe or addition.maybe,
        never=_drop_duplicates(entity.never + addition.never),
        titles=_drop_duplicates(entity.titles + addition.titles),
        groups=_drop_duplicates(entity.groups + addition.groups),
    )


def _add_words(word_list: WordList, addition: WordList) -> WordList:
    return replace(
        word_list,
        terms=_drop_duplicates(word_list.terms + addition.terms),
        lists=_drop_duplicates(word_list.lists + addition.lists),
        entities=_drop_duplicates(word_list.entities + addition.entities),
        more_before=word_list.more_before + _reach_to_tuple(addition.before),
        more_after=word_list.more_after + _reach_to_tuple(addition.after),
    )


def _reach_to_tuple(reach: Reach | None) -> tuple[Reach, ...]:
    return () if reach is None else (reach,)


def _drop_duplicates(values: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))
