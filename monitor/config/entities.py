"""Entity documents: the shape, and its way into the model."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from monitor import model
from monitor.config.conditions import CASE, EntityKind, near
from monitor.config.examples import Examples, tests
from monitor.config.faults import checked
from monitor.config.shape import Id, Region, Shape, Text, refusal
from monitor.config.where import WhereShape, where
from monitor.config.words import Case, Forms, Within, WordSet, terms
from monitor.config.yaml12 import Document


class Beside(Shape):
    """What must stand near a name so that it counts: exactly one of words, a list and an entity."""

    called: ClassVar[str] = "near"
    one_of: ClassVar[tuple[str, ...]] = ("words", "list", "entity")
    nothing: ClassVar[str] = "it is not said what stands near"

    within: Within = Field(description="How close: 'N words', sentence or paragraph.", examples=["12 words"])
    words: WordSet | None = Field(None, description="One of these words.", examples=[{"en": ["Seoul", "Blue House"]}])
    list_: Id | None = Field(
        None, alias="list", description="One of the words of this list: its id.", examples=["korean-places"]
    )
    entity: Id | None = Field(None, description="This entity: its id.", examples=["south-korea"])


class CountsIfShape(Shape):
    """When a name that is not enough alone counts: one of these is enough."""

    called: ClassVar[str] = "counts_if"
    some_of: ClassVar[tuple[str, ...]] = ("sure_name_seen", "near", "where")
    nothing: ClassVar[str] = "it is not said when the name counts"

    sure_name_seen: Literal["in the article", "earlier in the article"] | None = Field(
        None, description="A sure name stands in the article, or stands before this one.", examples=["in the article"]
    )
    near: Beside | None = Field(
        None,
        description="Something stands near it.",
        examples=[{"within": "12 words", "words": {"en": ["Seoul", "Blue House"]}}],
    )
    where: WhereShape | None = Field(
        None, description="The article is one of these.", examples=[{"sources": ["yonhap"]}]
    )


class MaybeShape(Shape):
    """Names that are not enough alone."""

    called: ClassVar[str] = "maybe"

    words: WordSet = Field(
        description="The names: a list, or lists by language.",
        examples=[{"en": ["President Lee"], "ko": ["이 대통령"]}],
    )
    case: Case | None = CASE
    counts_if: CountsIfShape = Field(
        description="When they count; one of these is enough.", examples=[{"sure_name_seen": "in the article"}]
    )


class EntityShape(Shape):
    """An entity: somebody or something that news names, and the names to know it by."""

    called: ClassVar[str] = "entity"

    entity: Id = Field(description="Its id, by which rules name it.", examples=["taiwan"])
    kind: EntityKind = Field(description="What it is.", examples=["place"])
    name: Text = Field(description="Its name, as messages show it.", examples=["Taiwan"])
    in_: list[Id] | None = Field(
        None,
        alias="in",
        description="Groups that it belongs to, by which rules name it together with others.",
        examples=[["east-asia"]],
    )
    lies_in: Region | None = Field(
        None,
        description="What contains it, if it is a place: the id of an entity, or an ISO code of a country or division.",
        examples=["KP"],
    )
    sure: WordSet = Field(
        description="Names that are enough alone: a list, or lists by language (any, en, ko, zh, ja, ru ...).",
        examples=[{"en": ["Taiwan"], "zh": ["台湾"]}],
    )
    maybe: MaybeShape | None = Field(
        None,
        description="Names that are not enough alone, and when they count.",
        examples=[{"words": {"en": ["President Lee"]}, "counts_if": {"sure_name_seen": "in the article"}}],
    )
    never: WordSet | None = Field(
        None, description="Names of others: what stands inside one does not count.", examples=[{"en": ["Bruce Lee"]}]
    )
    titles: WordSet | None = Field(
        None,
        description="Titles of others: a maybe name right beside one does not count.",
        examples=[{"en": ["Foreign Minister"]}],
    )
    forms: Forms | None = Field(
        None,
        description="Whether its Russian names stand for all of their forms, where they have no '*' (default: all).",
        examples=["as written"],
    )
    tests: Examples | None = Field(
        None, description="Articles that name it, and articles that do not.", examples=[{"fires": ["Taiwan votes"]}]
    )

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        """Only places are."""
        if self.lies_in is not None and self.kind not in model.PLACE_KINDS:
            raise refusal(f"a {self.kind} lies nowhere", "leave it out, or write 'kind: place'", ("lies_in",))
        return self


def entity(document: Document) -> model.Entity:
    """The entity that the document describes; raises Faulty."""
    shape = checked(EntityShape, document)
    forms = shape.forms or "all"
    return model.Entity(
        shape.entity,
        shape.kind,
        shape.name,
        terms(shape.sure, forms=forms),
        maybe=maybe(shape.maybe, forms),
        never=terms(shape.never, forms=forms),
        titles=terms(shape.titles),
        groups=tuple(dict.fromkeys(shape.in_ or ())),
        tests=tests(shape.tests, document),
        place=document.place(),
        lies_in=shape.lies_in,
    )


def maybe(shape: MaybeShape | None, forms: Forms) -> model.Maybe | None:
    """The names that are not enough alone, and when they count."""
    if shape is None:
        return None
    when = shape.counts_if
    return model.Maybe(
        terms(shape.words, shape.case, forms),
        model.CountsIf(
            sure_seen=when.sure_name_seen is not None,
            earlier=when.sure_name_seen == "earlier in the article",
            near=None if when.near is None else near(when.near.within, [_beside(when.near)]),
            where=where(when.where),
        ),
    )


def _beside(shape: Beside) -> model.Condition:
    if shape.words is not None:
        return model.Words(terms(shape.words))
    if shape.list_ is not None:
        return model.ListNamed(shape.list_)
    assert shape.entity is not None
    return model.EntityNamed(shape.entity)
