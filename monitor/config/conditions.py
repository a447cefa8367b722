"""The conditions of the rule language: their shapes, and their way into the model.

Which words of an article they meet is decided in `matching`, not here.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema, model_validator

from monitor import model
from monitor.config.shape import Id, LanguageOfWords, Shape, TermText, kind_of, refusal
from monitor.config.unbuilt import VALUES, not_yet

_WITHIN = r"^([1-9][0-9]?) words?$"


def _within(value: object) -> int | Literal["sentence"]:
    if isinstance(value, str) and value in VALUES["near", "within"]:
        raise refusal(not_yet(value)[0], "write '20 words' or sentence")
    if value == "sentence":
        return "sentence"
    if not isinstance(value, str) or not (found := re.match(_WITHIN, value)):
        raise refusal("how near is not clear", "write '20 words' (1 to 99) or sentence")
    return int(found[1])


Within = Annotated[
    int | Literal["sentence"],
    PlainValidator(_within),
    WithJsonSchema({"anyOf": [{"const": "sentence"}, {"type": "string", "pattern": _WITHIN}]}),
]
Terms = Annotated[list[TermText], Field(min_length=1)]
WordsByLanguage = Annotated[dict[LanguageOfWords, Terms], Field(min_length=1)]
WordSet = Annotated[
    Annotated[WordsByLanguage, Tag("<mapping>")] | Annotated[Terms, Tag("<list>")], Discriminator(kind_of)
]

_WORDS = Field(
    None,
    description="One of these words or phrases stands in the text: a list, or lists by language "
    "(any, en, ko, zh, ja, ru ...). A '*' at an end of a word opens it.",
    examples=[{"en": ["drill", "war game*"]}],
)
_ENTITY = Field(None, description="A sure name of this entity stands in the text: its id.", examples=["taiwan"])


class _OneOf(Shape):
    """A mapping with exactly one of the words that say what must hold."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        kinds = {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}
        kinds.pop("in", None)
        given = [key for key, value in kinds.items() if value is not None]
        if len(given) > 1:
            raise refusal(f"{' and '.join(given)} stand together in one condition", "put them under all: or any:")
        if not given:
            raise refusal("this condition says nothing", f"write one of: {', '.join(kinds)}")
        return self


class Piece(_OneOf):
    """What `near` brings together: words, an entity, or any of those."""

    called: ClassVar[str] = "piece"

    words: WordSet | None = _WORDS
    entity: Id | None = _ENTITY
    any_: Annotated[list[Piece], Field(min_length=1)] | None = Field(
        None, alias="any", description="At least one of these holds.", examples=[[{"entity": "taiwan"}]]
    )


class Near(Shape):
    """Things that stand close together."""

    called: ClassVar[str] = "near"

    within: Within = Field(description="How close: 'N words', or sentence.", examples=["20 words"])
    these: Annotated[list[Piece], Field(min_length=2, max_length=6)] = Field(
        description="The 2 to 6 things that stand together.",
        examples=[[{"entity": "taiwan"}, {"words": {"en": ["drill", "drills"]}}]],
    )


class Condition(_OneOf):
    """Exactly one of words, entity, all, any and near; `in: title` beside it keeps it to the title."""

    called: ClassVar[str] = "condition"

    words: WordSet | None = _WORDS
    entity: Id | None = _ENTITY
    all_: Annotated[list[Condition], Field(min_length=1)] | None = Field(
        None, alias="all", description="All of these hold.", examples=[[{"entity": "taiwan"}, {"entity": "china"}]]
    )
    any_: Annotated[list[Condition], Field(min_length=1)] | None = Field(
        None, alias="any", description="At least one of these holds.", examples=[[{"entity": "taiwan"}]]
    )
    near: Near | None = Field(
        None,
        description="Things that stand close together.",
        examples=[{"within": "20 words", "these": [{"entity": "taiwan"}, {"words": {"en": ["drill"]}}]}],
    )
    in_: Literal["title"] | None = Field(
        None, alias="in", description="Only in this part of the article.", examples=["title"]
    )


def terms(words: dict[str, list[str]] | list[str]) -> tuple[model.Term, ...]:
    """Words by language as terms, each once, in the order of the file."""
    by_language = words if isinstance(words, dict) else {"any": words}
    return tuple(dict.fromkeys(model.Term(text, tag) for tag, texts in by_language.items() for text in texts))


def condition(shape: Condition | Piece) -> model.Condition:
    """The condition that the shape writes down."""
    if isinstance(shape, Condition) and shape.in_ is not None:
        return model.In(model.Field(shape.in_), _bare(shape))
    return _bare(shape)


def _bare(shape: Condition | Piece) -> model.Condition:
    if shape.words is not None:
        return model.Words(terms(shape.words))
    if shape.entity is not None:
        return model.EntityNamed(shape.entity)
    if shape.any_ is not None:
        return model.AnyOf(tuple(map(condition, shape.any_)))
    assert isinstance(shape, Condition)
    if shape.all_ is not None:
        return model.AllOf(tuple(map(condition, shape.all_)))
    assert shape.near is not None
    words = None if shape.near.within == "sentence" else shape.near.within
    return model.Near(tuple(map(condition, shape.near.these)), words)
