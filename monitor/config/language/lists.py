"""List documents, the words that rules share: the schema, and its conversion to the model."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from monitor.config.language.base_schema import Id, Schema, Text
from monitor.config.language.faults import validate_document
from monitor.config.language.leaf_schemas import CASE, EDGES, FORMS
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
from monitor.model import WordList

LISTS = Field(
    None,
    description="Ids of other lists. Their words, `before` and `after` belong to this list too.",
    examples=[["denials", "plans"]],
)
OF_ENTITIES = Field(None, description="Ids of entities. Their names belong to this list too.", examples=[["taiwan"]])


class ListSchema(Schema):
    """Words that rules share. A rule can search for them, or ignore occurrences inside or near them."""

    label: ClassVar[str] = "list"
    at_least_one_of: ClassVar[tuple[str, ...]] = ("words", "lists", "entities", "before", "after")
    message_if_none: ClassVar[str] = "this list has no words"
    allowed_with: ClassVar[dict[str, tuple[str, ...]]] = dict.fromkeys(("case", "forms", "edges"), ("words",))

    list_: Id = Field(alias="list", description="The id of the list. Rules use it.", examples=["denials"])
    title: Text | None = Field(None, description="The purpose of the list.", examples=["It did not happen"])
    words: WordSet | None = Field(
        None,
        description="The words: a list, or lists by language (any, en, ko, zh, ja, ru ...). If a condition ignores "
        "this list, an occurrence inside one of the words does not count.",
        examples=[{"en": ["missile test", "test launch"]}],
    )
    lists: Annotated[list[Id], Field(min_length=1)] | None = LISTS
    entities: Annotated[list[Id], Field(min_length=1)] | None = OF_ENTITIES
    before: ReachSchema | None = BEFORE
    after: ReachSchema | None = AFTER
    case: Case | None = CASE
    forms: Forms | None = FORMS
    edges: Edges | None = EDGES


def word_list_from_document(document: YamlDocument) -> WordList:
    """The word list of the document. Raises InvalidFiles."""
    schema = validate_document(ListSchema, document)
    words = terms_from_words(schema.words, schema.case, schema.forms, schema.edges)
    return WordList(
        schema.list_,
        words,
        reach_from_schema(schema.before),
        reach_from_schema(schema.after),
        place=document.place(),
        lists=tuple(dict.fromkeys(schema.lists or ())),
        entities=tuple(dict.fromkeys(schema.entities or ())),
        title=schema.title or "",
    )
