"""Entity documents: the shape, and its way into the model."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from monitor.config.conditions import WordSet, terms
from monitor.config.examples import Examples, tests
from monitor.config.faults import checked
from monitor.config.shape import Id, Shape, Text
from monitor.config.yaml12 import Document
from monitor.model import Entity

Kind = Literal["person", "organisation", "place", "country", "weapon", "ship", "event", "role"]


class EntityShape(Shape):
    """An entity: somebody or something that news names, and the names that are enough to know it by."""

    called: ClassVar[str] = "entity"

    entity: Id = Field(description="Its id, by which rules name it.", examples=["taiwan"])
    kind: Kind = Field(description="What it is.", examples=["place"])
    name: Text = Field(description="Its name, as messages show it.", examples=["Taiwan"])
    sure: WordSet = Field(
        description="Names that are enough alone: a list, or lists by language (any, en, ko, zh, ja, ru ...).",
        examples=[{"en": ["Taiwan"], "zh": ["台湾"]}],
    )
    tests: Examples | None = Field(
        None, description="Articles that name it, and articles that do not.", examples=[{"fires": ["Taiwan votes"]}]
    )


def entity(document: Document) -> Entity:
    """The entity that the document describes; raises Faulty."""
    shape = checked(EntityShape, document)
    return Entity(
        shape.entity,
        shape.kind,
        shape.name,
        terms(shape.sure),
        tests=tests(shape.tests, document),
        place=document.place(),
    )
