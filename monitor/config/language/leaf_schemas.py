"""The schemas and keys of conditions without parts: words, a list, an entity, a pattern, a number, a day.

Where an article has them is decided in `matching`, not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from monitor import model
from monitor.config.language.base_schema import Id, Schema, mapping_or_one, reject_control_characters, validation_error
from monitor.model import COUNTABLE
from monitor.text.patterns import compile_regex, finds_no_word

EntityKind = Literal["person", "organisation", "place", "country", "weapon", "ship", "event", "role"]


def _validate_pattern(text: str) -> str:
    reject_control_characters(text)
    try:
        pattern = compile_regex(text)
    except ValueError as error:
        raise validation_error(f"this pattern cannot be used: {error}") from None
    if any(pattern.finditer("")):
        raise validation_error(
            "this pattern also matches empty text", "make a part of it needed: 'x+' in place of 'x*'"
        )
    if finds_no_word(text):
        raise validation_error(
            "this pattern matches only punctuation between words, so it never finds anything",
            "add letters or digits beside them",
        )
    return text


PatternText = Annotated[str, Field(min_length=1), AfterValidator(_validate_pattern)]


class GroupSchema(Schema):
    """Several entities at once, chosen by kind, by group, or by the entity that they belong to. With several of
    these keys, an entity must fit all of them."""

    label: ClassVar[str] = "group of entities"
    at_least_one_of: ClassVar[tuple[str, ...]] = ("kind", "in", "of")
    message_if_none: ClassVar[str] = "no entity is meant here"

    kind: EntityKind | None = Field(None, description="Entities of this kind.", examples=["country"])
    in_: Id | None = Field(None, alias="in", description="Entities in this group.", examples=["east-asia"])
    of: Id | None = Field(
        None,
        description="Entities that belong to the entity with this id, such as the people and weapons of a country.",
        examples=["china"],
    )


EntityOrGroup = Annotated[
    Annotated[GroupSchema, Tag("<mapping>")] | Annotated[Id, Tag("<one>")], Discriminator(mapping_or_one)
]

WORDS = Field(
    None,
    description="One of these words or phrases is in the text: a list, or lists by language "
    "(any, en, ko, zh, ja, ru ...). With a '*' at the beginning or end of a word, more letters may be there.",
    examples=[{"en": ["drill", "war game*"]}],
)
LIST = Field(
    None,
    alias="list",
    description="One of the words of a shared list is in the text. Give the id of the list.",
    examples=["drills"],
)
ENTITY = Field(
    None,
    description="The text names an entity. Give the id of the entity, or a mapping that chooses several entities: "
    "then one of them is enough.",
    examples=["taiwan", {"kind": "country", "in": "east-asia"}],
)
PATTERN = Field(None, description="This regular expression (RE2) matches the text.", examples=[r"KN-?\d\d"])
NUMBER = Field(
    None,
    description="The text has a number of this kind, in digits or words, within the given bounds.",
    examples=[{"of": "magnitude", "at_least": 6}],
)
NAMES = Field(
    None,
    description="The text names a day: a date, a weekday, or a day or week relative to today.",
    examples=["a day"],
)
CASE = Field(
    None, description="Whether capital letters must be the same as in the rule (default: ignore).", examples=["exact"]
)
FORMS = Field(
    None,
    description="Whether Russian words match in all of their forms (default: as written).",
    examples=["all"],
)
EDGES = Field(
    None,
    description="Where words in katakana may begin and end, and where Korean words may begin (default: anywhere). "
    "'words': only where a run of katakana begins and ends, so that スト is not found in コスト; a Korean word only "
    "where a word begins, so that 훈련 is not found in 포위훈련.",
    examples=["words"],
)

Bound = Annotated[float, Field(allow_inf_nan=False)]
if TYPE_CHECKING:
    CountedUnit = str
else:
    CountedUnit = Literal[tuple(COUNTABLE)]


class NumberSchema(Schema):
    """A number in the article, chosen by the thing that it counts or measures."""

    label: ClassVar[str] = "number"

    of: CountedUnit = Field(
        description="The thing that the number counts, or the quantity that it measures.", examples=["magnitude"]
    )
    at_least: Bound | None = Field(None, description="The number is this, or greater.", examples=[6])
    more_than: Bound | None = Field(None, description="The number is greater than this.", examples=[100])
    below: Bound | None = Field(None, description="The number is less than this.", examples=[4.5])
    at_most: Bound | None = Field(None, description="The number is this, or less.", examples=[50])

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        for low, high in (("at_least", "more_than"), ("at_most", "below")):
            if getattr(self, low) is not None and getattr(self, high) is not None:
                raise validation_error(f"{low} and {high} cannot be combined", "keep one of them", (high,))
        lower = max(bound for bound in (self.at_least, self.more_than, float("-inf")) if bound is not None)
        upper = min(bound for bound in (self.at_most, self.below, float("inf")) if bound is not None)
        if lower > upper or (lower == upper and (self.more_than is not None or self.below is not None)):
            raise validation_error(
                "no number lies between these bounds", "the lower one must be less than the upper one"
            )
        return self


def number_from_schema(schema: NumberSchema) -> model.NumberNamed:
    """The number condition of the model."""
    return model.NumberNamed(schema.of, schema.at_least, schema.more_than, schema.below, schema.at_most)


def entity_or_group_from_schema(schema: GroupSchema | str) -> model.EntityNamed | model.GroupNamed:
    """The condition that the entity, or one of the group, is named."""
    return (
        model.EntityNamed(schema) if isinstance(schema, str) else model.GroupNamed(schema.kind, schema.in_, schema.of)
    )
