"""The conditions of the rule language: their shapes, and their way into the model.

Which words of an article they meet is decided in `matching`, not here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from monitor import model
from monitor.config.quantities import NumberShape, number
from monitor.config.shape import Id, Shape, Text, kind_of, one_or_list, refusal, seen
from monitor.config.words import Case, Edges, Forms, Ignored, Within, WordSet, ignored, terms
from monitor.text.patterns import compiled, finds_no_word

EntityKind = Literal["person", "organisation", "place", "country", "weapon", "ship", "event", "role"]


def _pattern(text: str) -> str:
    seen(text)
    try:
        pattern = compiled(text)
    except ValueError as wrong:
        raise refusal(f"this pattern cannot be used: {wrong}") from None
    if any(pattern.finditer("")):
        raise refusal("this pattern matches where nothing stands", "make a part of it needed: 'x+' in place of 'x*'")
    if finds_no_word(text):
        raise refusal(
            "this pattern matches only signs between words, of which nothing is found",
            "add letters or digits beside them",
        )
    return text


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]


class GroupShape(Shape):
    """All entities of a kind, or in a group, or both."""

    called: ClassVar[str] = "group of entities"
    some_of: ClassVar[tuple[str, ...]] = ("kind", "in")
    nothing: ClassVar[str] = "no entity is meant here"

    kind: EntityKind | None = Field(None, description="Those of this kind.", examples=["country"])
    in_: Id | None = Field(None, alias="in", description="Those in this group.", examples=["east-asia"])


EntityOrGroup = Annotated[
    Annotated[GroupShape, Tag("<mapping>")] | Annotated[Id, Tag("<list>")], Discriminator(kind_of)
]

WORDS = Field(
    None,
    description="One of these words or phrases stands in the text: a list, or lists by language "
    "(any, en, ko, zh, ja, ru ...). A '*' at an end of a word opens it.",
    examples=[{"en": ["drill", "war game*"]}],
)
LIST = Field(
    None, alias="list", description="One of the words of a shared list stands in the text: its id.", examples=["drills"]
)
ENTITY = Field(
    None,
    description="An entity is named in the text: its id; or a mapping, for one of many.",
    examples=["taiwan", {"kind": "country", "in": "east-asia"}],
)
_PATTERN = Field(None, description="This regular expression (RE2) matches the text.", examples=[r"KN-?\d\d"])
_NUMBER = Field(
    None,
    description="A number of this stands in the text, in digits or words, within the bounds that there are.",
    examples=[{"of": "magnitude", "at_least": 6}],
)
_NAMES = Field(
    None,
    description="The text names a day: a date, a weekday, or a day or week seen from today.",
    examples=["a day"],
)
_ANY = Field(None, alias="any", description="At least one of these holds.", examples=[[{"entity": "taiwan"}]])
CASE = Field(None, description="Whether capitals must be as they are written (default: ignore).", examples=["exact"])
FORMS = Field(
    None,
    description="Whether Russian words stand for all of their forms (default: as written).",
    examples=["all"],
)
EDGES = Field(
    None,
    description="Where words in katakana may begin and end: 'words': only where a run of katakana does "
    "(default: anywhere).",
    examples=["words"],
)
_IGNORE = Field(
    None,
    description="Which occurrences do not count: those inside these words; or a mapping, for more.",
    examples=[{"zh": ["朝鲜半岛"]}, {"list": "denials"}],
)
_NAME = Field(None, description="What reports and `by` (under alert) call it.", examples=["did what"])

_SAYS_NOTHING = "this condition says nothing"
_SEVERAL = "put them under all: or any:"
_GOES_WITH = {
    "case": ("words", "pattern"),
    "forms": ("words",),
    "edges": ("words",),
    "ignore": ("words", "list", "entity", "pattern"),
}


class Piece(Shape):
    """What `near` brings together: exactly one of words, list, entity, pattern, number, names, and any of
    those."""

    called: ClassVar[str] = "condition in near"
    one_of: ClassVar[tuple[str, ...]] = ("words", "list", "entity", "pattern", "number", "names", "any")
    nothing: ClassVar[str] = _SAYS_NOTHING
    several: ClassVar[str] = _SEVERAL
    goes_with: ClassVar[dict[str, tuple[str, ...]]] = _GOES_WITH

    words: WordSet | None = WORDS
    list_: Id | None = LIST
    entity: EntityOrGroup | None = ENTITY
    pattern: Pattern | None = _PATTERN
    number: NumberShape | None = _NUMBER
    names: Literal["a day"] | None = _NAMES
    any_: Annotated[list[Piece], Field(min_length=1)] | None = _ANY
    case: Case | None = CASE
    forms: Forms | None = FORMS
    edges: Edges | None = EDGES
    ignore: Ignored | None = _IGNORE
    name: Text | None = _NAME


class Near(Shape):
    """Things that stand close together."""

    called: ClassVar[str] = "near"

    within: Within = Field(description="How close: 'N words', sentence or paragraph.", examples=["20 words"])
    in_order: bool | None = Field(
        None, description="Whether they stand in the order of the file (default: false).", examples=[True]
    )
    these: Annotated[list[Piece], Field(min_length=2, max_length=6)] = Field(
        description="The 2 to 6 things that stand together.",
        examples=[[{"entity": "taiwan"}, {"words": {"en": ["drill", "drills"]}}]],
    )


class Condition(Shape):
    """Exactly one of words, list, entity, pattern, number, names, all, any and near; beside it, how, where and how
    often."""

    called: ClassVar[str] = "condition"
    one_of: ClassVar[tuple[str, ...]] = ("words", "list", "entity", "pattern", "number", "names", "all", "any", "near")
    nothing: ClassVar[str] = _SAYS_NOTHING
    several: ClassVar[str] = _SEVERAL
    goes_with: ClassVar[dict[str, tuple[str, ...]]] = {
        **_GOES_WITH,
        "times": ("words", "list", "entity", "pattern", "any"),
    }

    words: WordSet | None = WORDS
    list_: Id | None = LIST
    entity: EntityOrGroup | None = ENTITY
    pattern: Pattern | None = _PATTERN
    number: NumberShape | None = _NUMBER
    names: Literal["a day"] | None = _NAMES
    all_: Annotated[list[Condition], Field(min_length=1)] | None = Field(
        None, alias="all", description="All of these hold.", examples=[[{"entity": "taiwan"}, {"entity": "china"}]]
    )
    any_: Annotated[list[Condition], Field(min_length=1)] | None = _ANY
    near: Near | None = Field(
        None,
        description="Things that stand close together.",
        examples=[{"within": "20 words", "these": [{"entity": "taiwan"}, {"words": {"en": ["drill"]}}]}],
    )
    in_: Literal["title", "lead", "body", "author", "tags", "url"] | None = Field(
        None, alias="in", description="Only in this part of the article.", examples=["title"]
    )
    times: Annotated[int, Field(ge=2, le=50)] | None = Field(
        None, description="At least so many times, from 2 to 50.", examples=[3]
    )
    case: Case | None = CASE
    forms: Forms | None = FORMS
    edges: Edges | None = EDGES
    ignore: Ignored | None = _IGNORE
    name: Text | None = _NAME

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        if self.times is not None and (wrong := _not_counted(self.any_ or ())):
            key = wrong[-1]
            raise refusal(f"'{key}' cannot stand here, for 'times' counts words", "count each by itself", wrong)
        return self

    @model_validator(mode="after")
    def _is_in_one_part(self) -> Self:
        if self.in_ is not None and (wrong := _in_part(self)):
            raise refusal("'in' cannot stand inside 'in'", "keep one of them, or say the outer 'in' of each", wrong)
        return self


def _in_part(outer: Condition) -> tuple[str | int, ...] | None:
    """Where, inside a condition that has one, another `in` stands."""
    for key, conditions in (("all", outer.all_), ("any", outer.any_)):
        for index, each in enumerate(conditions or ()):
            if each.in_ is not None:
                return key, index, "in"
            if deeper := _in_part(each):
                return key, index, *deeper
    return None


def _not_counted(conditions: Iterable[Condition]) -> tuple[str | int, ...] | None:
    """Where, inside `any`, something stands of which there is no number."""
    for index, each in enumerate(conditions):
        for key in ("all", "near", "in", "times"):
            if f"{key}_" in each.model_fields_set or key in each.model_fields_set:
                return "any", index, key
        if deeper := _not_counted(each.any_ or ()):
            return "any", index, *deeper
    return None


ConditionOrList = Annotated[
    Annotated[Condition, Tag("<one>")] | Annotated[Annotated[list[Condition], Field(min_length=1)], Tag("<list>")],
    Discriminator(one_or_list),
]


# --- into the model ---------------------------------------------------------------------------------------------


def condition(shape: Condition | Piece) -> model.Condition:
    """The condition that the shape writes down."""
    said = _bare(shape)
    if shape.ignore is not None:
        said = model.Ignoring(said, ignored(shape.ignore))
    if isinstance(shape, Condition):
        said = _counted(shape, said)
    return said if shape.name is None else model.Named(shape.name, said)


def any_of(shape: Condition | list[Condition] | None) -> model.Condition | None:
    """What holds where the condition does, or one of the list."""
    if isinstance(shape, list):
        return model.AnyOf(tuple(map(condition, shape)))
    return None if shape is None else condition(shape)


def near(within: int | model.Unit, these: Collection[model.Condition], *, in_order: bool = False) -> model.Near:
    """Conditions that stand together."""
    if isinstance(within, model.Unit):
        return model.Near(tuple(these), unit=within, in_order=in_order)
    return model.Near(tuple(these), words=within, in_order=in_order)


def named(shape: GroupShape | str) -> model.EntityNamed | model.GroupNamed:
    """The entity, or one of the group."""
    return model.EntityNamed(shape) if isinstance(shape, str) else model.GroupNamed(shape.kind, shape.in_)


def _counted(shape: Condition, said: model.Condition) -> model.Condition:
    if shape.times is not None:
        said = model.Times(shape.times, said)
    if shape.in_ is not None:
        said = model.In(model.Field.TEXT if shape.in_ == "body" else model.Field(shape.in_), said)
    return said


def _bare(shape: Condition | Piece) -> model.Condition:
    if shape.words is not None:
        return model.Words(terms(shape.words, shape.case, shape.forms, shape.edges))
    if shape.list_ is not None:
        return model.ListNamed(shape.list_)
    if shape.entity is not None:
        return named(shape.entity)
    return _beyond_words(shape) or _of_several(shape)


def _beyond_words(shape: Condition | Piece) -> model.Condition | None:
    """What finds something that is no word."""
    if shape.pattern is not None:
        return model.Pattern(shape.pattern, exact=shape.case == "exact")
    if shape.number is not None:
        return number(shape.number)
    return None if shape.names is None else model.DayNamed()


def _of_several(shape: Condition | Piece) -> model.Condition:
    if shape.any_ is not None:
        return model.AnyOf(tuple(map(condition, shape.any_)))
    assert isinstance(shape, Condition)
    if shape.all_ is not None:
        return model.AllOf(tuple(map(condition, shape.all_)))
    assert shape.near is not None
    return near(shape.near.within, [*map(condition, shape.near.these)], in_order=bool(shape.near.in_order))
