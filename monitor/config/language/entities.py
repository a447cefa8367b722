"""Entity documents: the schema, and its conversion to the model."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from monitor import model
from monitor.config.language.base_schema import Id, Schema, Text, validation_error
from monitor.config.language.conditions_to_model import make_near_condition
from monitor.config.language.examples import ExamplesSchema, rule_tests_from_schema
from monitor.config.language.faults import validate_document
from monitor.config.language.leaf_schemas import CASE, EntityKind
from monitor.config.language.region import Region
from monitor.config.language.scope import WhereSchema, where_from_schema
from monitor.config.language.words import Case, Forms, Within, WordSet, terms_from_words
from monitor.config.yaml.yaml12 import YamlDocument


class CountsIfNearSchema(Schema):
    """The words or the entity that must be near the name. Give exactly one of these keys: `words`, `list`, `entity`."""

    label: ClassVar[str] = "near"
    one_of: ClassVar[tuple[str, ...]] = ("words", "list", "entity")
    message_if_none: ClassVar[str] = "this does not say what must be near"

    within: Within = Field(description="How close: 'N words', sentence or paragraph.", examples=["12 words"])
    words: WordSet | None = Field(
        None, description="One of these words must be near.", examples=[{"en": ["Seoul", "Blue House"]}]
    )
    list_: Id | None = Field(
        None, alias="list", description="A word of the list with this id must be near.", examples=["korean-places"]
    )
    entity: Id | None = Field(
        None, description="A name of the entity with this id must be near.", examples=["south-korea"]
    )


class CountsIfSchema(Schema):
    """When a name under `maybe` counts. One of these conditions is enough."""

    label: ClassVar[str] = "counts_if"
    at_least_one_of: ClassVar[tuple[str, ...]] = ("sure_name_seen", "near", "where")
    message_if_none: ClassVar[str] = "this does not say when the name counts"

    sure_name_seen: Literal["in the article", "earlier in the article"] | None = Field(
        None,
        description="A name under `sure` must be in the article (anywhere, or before this name).",
        examples=["in the article"],
    )
    near: CountsIfNearSchema | None = Field(
        None,
        description="Something must be near the name.",
        examples=[{"within": "12 words", "words": {"en": ["Seoul", "Blue House"]}}],
    )
    where: WhereSchema | None = Field(
        None, description="The article must meet these conditions.", examples=[{"sources": ["yonhap"]}]
    )


class MaybeSchema(Schema):
    """Names that are not enough alone."""

    label: ClassVar[str] = "maybe"

    words: WordSet = Field(
        description="The names: a list, or lists by language.",
        examples=[{"en": ["President Lee"], "ko": ["이 대통령"]}],
    )
    case: Case | None = CASE
    counts_if: CountsIfSchema = Field(
        description="The conditions under which these names count. One is enough.",
        examples=[{"sure_name_seen": "in the article"}],
    )


class EntitySchema(Schema):
    """An entity: a person, organisation, place or thing, with all its names."""

    label: ClassVar[str] = "entity"

    entity: Id = Field(description="The id of the entity. Rules use it.", examples=["taiwan"])
    kind: EntityKind = Field(description="The kind of the entity.", examples=["place"])
    name: Text = Field(description="The name of the entity, as messages show it.", examples=["Taiwan"])
    in_: list[Id] | None = Field(
        None,
        alias="in",
        description="Groups to which the entity belongs. A rule can ask for any member of a group.",
        examples=[["east-asia"]],
    )
    lies_in: Region | None = Field(
        None,
        description="The larger place in which a place lies: the id of an entity, or the ISO code of a country or "
        "division.",
        examples=["KP"],
    )
    of: Id | None = Field(
        None,
        description="The country to which a person, organisation or weapon belongs: the id of an entity.",
        examples=["china"],
    )
    sure: WordSet = Field(
        description="Names that are enough alone: a list, or lists by language (any, en, ko, zh, ja, ru ...).",
        examples=[{"en": ["Taiwan"], "zh": ["台湾"]}],
    )
    maybe: MaybeSchema | None = Field(
        None,
        description="Names that are not enough alone, and when they count.",
        examples=[{"words": {"en": ["President Lee"]}, "counts_if": {"sure_name_seen": "in the article"}}],
    )
    never: WordSet | None = Field(
        None,
        description="Other names that contain a name of this entity. Inside them, the name does not count.",
        examples=[{"en": ["Bruce Lee"]}],
    )
    titles: WordSet | None = Field(
        None,
        description="Titles of other people. A name under `maybe` directly beside one of them does not count.",
        examples=[{"en": ["Foreign Minister"]}],
    )
    forms: Forms | None = Field(
        None,
        description="Whether Russian names match in all of their forms (default: all). Names with '*' match as "
        "written.",
        examples=["as written"],
    )
    tests: ExamplesSchema | None = Field(
        None,
        description="Articles that name the entity, and articles that do not.",
        examples=[{"fires": ["Taiwan votes"]}],
    )

    @model_validator(mode="after")
    def _check_place_keys(self) -> Self:
        """`lies_in` is for places only, and `of` for everything else."""
        is_place = self.kind in model.PLACE_KINDS
        if self.lies_in is not None and not is_place:
            raise validation_error(
                f"'lies_in' is only for places, not for a {self.kind}",
                "leave it out, or write 'kind: place'",
                ("lies_in",),
            )
        if self.of is not None and is_place:
            raise validation_error(f"'of' is not for a {self.kind}", "say what contains it: 'lies_in'", ("of",))
        return self


def entity_from_document(document: YamlDocument) -> model.Entity:
    """The entity of the document. Raises InvalidFiles."""
    schema = validate_document(EntitySchema, document)
    forms = schema.forms or "all"
    return model.Entity(
        schema.entity,
        schema.kind,
        schema.name,
        terms_from_words(schema.sure, forms=forms),
        maybe=maybe_from_schema(schema.maybe, forms),
        never=terms_from_words(schema.never, forms=forms),
        titles=terms_from_words(schema.titles),
        groups=tuple(dict.fromkeys(schema.in_ or ())),
        tests=rule_tests_from_schema(schema.tests, document),
        place=document.place(),
        lies_in=schema.lies_in,
        of=schema.of,
    )


def maybe_from_schema(schema: MaybeSchema | None, forms: Forms) -> model.Maybe | None:
    """The names that are not enough alone, and when they count."""
    if schema is None:
        return None
    counts_if = schema.counts_if
    return model.Maybe(
        terms_from_words(schema.words, schema.case, forms),
        model.CountsIf(
            sure_seen=counts_if.sure_name_seen is not None,
            earlier=counts_if.sure_name_seen == "earlier in the article",
            near=None
            if counts_if.near is None
            else make_near_condition(counts_if.near.within, [_near_condition_from_schema(counts_if.near)]),
            where=where_from_schema(counts_if.where),
        ),
    )


def _near_condition_from_schema(schema: CountsIfNearSchema) -> model.Condition:
    if schema.words is not None:
        return model.Words(terms_from_words(schema.words))
    if schema.list_ is not None:
        return model.ListNamed(schema.list_)
    assert schema.entity is not None
    return model.EntityNamed(schema.entity)
