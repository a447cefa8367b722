"""The schemas of the conditions of the rule language. `to_model` converts them to the model.

Which words of an article they match is decided in `matching`, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from monitor.config.language.base_schema import Id, Schema, Text, one_or_list, validation_error
from monitor.config.language.leaf_schemas import (
    CASE,
    EDGES,
    ENTITY,
    FORMS,
    LIST,
    NAMES,
    NUMBER,
    PATTERN,
    WORDS,
    EntityOrGroup,
    NumberSchema,
    PatternText,
)
from monitor.config.language.words import Case, Edges, Forms, Ignored, Within, WordSet

_ANY = Field(
    None,
    alias="any",
    description="The article meets at least one of these conditions.",
    examples=[[{"entity": "taiwan"}]],
)
_IGNORE = Field(
    None,
    description="A word or name inside one of these words does not count. In a mapping, you can also exclude words "
    "that come after or before certain other words.",
    examples=[{"zh": ["朝鲜半岛"]}, {"list": "denials"}],
)
_NEAR = Field(
    None,
    description="Things that are close together.",
    examples=[{"within": "20 words", "these": [{"entity": "taiwan"}, {"words": {"en": ["drill"]}}]}],
)
_NAME = Field(
    None, description="The name of the condition, for reports and for `by` (under alert).", examples=["did what"]
)

_EMPTY_CONDITION = "this condition is empty"
_COMBINE_HINT = "put them under all: or any:"
_COMPOUND_KEYS = ("any", "all", "near")
_OPTION_APPLIES_TO = {
    "case": ("words", "pattern"),
    "forms": ("words",),
    "edges": ("words",),
    "ignore": ("words", "list", "entity", "pattern"),
}
"""The options of a condition, and the conditions that each applies to. Given with a compound condition, an option
applies to all of these inside it."""


class _BaseConditionSchema(Schema):
    """A condition with the options `case`, `forms`, `edges` and `ignore`, which apply to all that is inside it."""

    @model_validator(mode="after")
    def _check_options_apply(self) -> Self:
        """Refuses an option that applies to nothing inside: it would silently have no effect."""
        for key in _OPTION_APPLIES_TO.keys() & self.model_fields_set:
            if not _is_key_applicable(self, key):
                raise validation_error(
                    f"nothing here can have '{key}'", f"it is for: {', '.join(_OPTION_APPLIES_TO[key])}", (key,)
                )
        return self


class NearPartSchema(_BaseConditionSchema):
    """One part of `near`. It has exactly one of these keys: `words`, `list`, `entity`, `pattern`, `number`, `names`,
    `any`, `all`, `near`. The parts of `any` and `all` are parts of `near` too. An inner `near` covers the text from its
    first word to its last."""

    label: ClassVar[str] = "condition in near"
    one_of: ClassVar[tuple[str, ...]] = ("words", "list", "entity", "pattern", "number", "names", "any", "all", "near")
    message_if_none: ClassVar[str] = _EMPTY_CONDITION
    message_if_several: ClassVar[str] = _COMBINE_HINT
    allowed_with: ClassVar[dict[str, tuple[str, ...]]] = {
        key: (*others, *_COMPOUND_KEYS) for key, others in _OPTION_APPLIES_TO.items()
    }

    words: WordSet | None = WORDS
    list_: Id | None = LIST
    entity: EntityOrGroup | None = ENTITY
    pattern: PatternText | None = PATTERN
    number: NumberSchema | None = NUMBER
    names: Literal["a day"] | None = NAMES
    any_: Annotated[list[NearPartSchema], Field(min_length=1)] | None = _ANY
    all_: Annotated[list[NearPartSchema], Field(min_length=1)] | None = Field(
        None,
        alias="all",
        description="All of these must be in the text, and near the other parts.",
        examples=[[{"entity": "taiwan"}, {"words": {"en": ["strait"]}}]],
    )
    near: NearSchema | None = _NEAR
    case: Case | None = CASE
    forms: Forms | None = FORMS
    edges: Edges | None = EDGES
    ignore: Ignored | None = _IGNORE
    name: Text | None = _NAME


class NearSchema(Schema):
    """Things that are close together."""

    label: ClassVar[str] = "near"

    within: Within = Field(description="How close: 'N words', sentence or paragraph.", examples=["20 words"])
    in_order: bool | None = Field(
        None,
        description="Whether the parts must come in the order in which the rule lists them (default: false).",
        examples=[True],
    )
    may_share_words: bool | None = Field(
        None,
        description="Whether one word may count for two parts (default: false). For example, 降息 is both a rate "
        "and a cut.",
        examples=[True],
    )
    these: Annotated[list[NearPartSchema], Field(min_length=2, max_length=6)] = Field(
        description="The 2 to 6 things that must be close together.",
        examples=[[{"entity": "taiwan"}, {"words": {"en": ["drill", "drills"]}}]],
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        """With `in_order`, each part begins after the end of the one before, so they cannot share words."""
        if self.in_order and self.may_share_words:
            raise validation_error(
                "'may_share_words' cannot be combined with 'in_order'", "remove one of them", ("may_share_words",)
            )
        return self

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        """Each `all` inside `any` is one more combination that has to be tried."""
        combinations, items = _count_combinations_of_all(self.these)
        if combinations > _MAX_COMBINATIONS:
            raise validation_error(
                f"this near can hold in {combinations} ways, and at most {_MAX_COMBINATIONS} are tried",
                "write fewer 'all' inside 'any', or several conditions",
                ("these",),
            )
        if items > _MAX_ITEMS:
            problem = f"{items} things would have to be together here, and at most {_MAX_ITEMS} can"
            raise validation_error(problem, "leave some out: a sentence with all of them is rare", ("these",))
        return self


_MAX_COMBINATIONS, _MAX_ITEMS = 32, 8


def _count_combinations_of_all(parts: Iterable[NearPartSchema]) -> tuple[int, int]:
    """The number of combinations of these parts, and the number of items in the largest of them."""
    counts = [_count_combinations(part) for part in parts]
    return prod(combinations for combinations, _ in counts), sum(items for _, items in counts)


def _count_combinations(part: NearPartSchema) -> tuple[int, int]:
    if part.all_ is not None:
        return _count_combinations_of_all(part.all_)
    nested = [_count_combinations(choice) for choice in part.any_ or () if _has_nested_all(choice)]
    has_simple_choices = len(nested) < len(part.any_ or (part,))  # these count as one combination
    return sum(combinations for combinations, _ in nested) + has_simple_choices, max(
        (items for _, items in nested), default=1
    )


def _has_nested_all(part: NearPartSchema) -> bool:
    return part.all_ is not None or any(map(_has_nested_all, part.any_ or ()))


class ConditionSchema(_BaseConditionSchema):
    """A condition has exactly one of these keys: `words`, `list`, `entity`, `pattern`, `number`, `names`, `all`, `any`,
    `near`, `not`. The other keys say how, where and how often it must be met."""

    label: ClassVar[str] = "condition"
    one_of: ClassVar[tuple[str, ...]] = (
        *("words", "list", "entity", "pattern", "number", "names"),
        *("all", "any", "near", "not"),
    )
    message_if_none: ClassVar[str] = _EMPTY_CONDITION
    message_if_several: ClassVar[str] = _COMBINE_HINT
    allowed_with: ClassVar[dict[str, tuple[str, ...]]] = {
        **{key: (*keys, *_COMPOUND_KEYS) for key, keys in _OPTION_APPLIES_TO.items()},
        "times": ("words", "list", "entity", "pattern", "any"),
    }

    words: WordSet | None = WORDS
    list_: Id | None = LIST
    entity: EntityOrGroup | None = ENTITY
    pattern: PatternText | None = PATTERN
    number: NumberSchema | None = NUMBER
    names: Literal["a day"] | None = NAMES
    all_: Annotated[list[ConditionSchema], Field(min_length=1)] | None = Field(
        None,
        alias="all",
        description="The article meets all of these conditions.",
        examples=[[{"entity": "taiwan"}, {"entity": "china"}]],
    )
    any_: Annotated[list[ConditionSchema], Field(min_length=1)] | None = _ANY
    near: NearSchema | None = _NEAR
    not_: ConditionSchema | None = Field(
        None,
        alias="not",
        description="The article does not meet this condition anywhere (with `in`: not in that part).",
        examples=[{"words": {"en": ["film", "video game"]}}],
    )
    in_: Literal["title", "lead", "body", "author", "tags", "url"] | None = Field(
        None, alias="in", description="The only part of the article to look at.", examples=["title"]
    )
    times: Annotated[int, Field(ge=2, le=50)] | None = Field(
        None, description="The smallest number of occurrences that is enough, from 2 to 50.", examples=[3]
    )
    case: Case | None = CASE
    forms: Forms | None = FORMS
    edges: Edges | None = EDGES
    ignore: Ignored | None = _IGNORE
    name: Text | None = _NAME

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.times is not None and (path := _find_uncountable(self.any_ or ())):
            key = path[-1]
            raise validation_error(
                f"'{key}' is not allowed here, because 'times' counts words", "count each of them separately", path
            )
        return self

    @model_validator(mode="after")
    def _check_nested_in(self) -> Self:
        if self.in_ is not None and (path := _find_nested_in(self)):
            raise validation_error(
                "'in' is not allowed inside 'in'", "keep one of them, or repeat the outer 'in' in each part", path
            )
        return self


def _is_key_applicable(schema: Schema, key: str) -> bool:
    """Whether the condition, or one inside it, can have this option."""
    if any(
        f"{owner}_" in schema.model_fields_set or owner in schema.model_fields_set for owner in _OPTION_APPLIES_TO[key]
    ):
        return True
    return any(_is_key_applicable(inner, key) for inner in _iter_subconditions(schema))


def _iter_subconditions(schema: Schema) -> Iterator[Schema]:
    """The direct parts of a condition."""
    for key in ("all_", "any_", "these"):
        yield from getattr(schema, key, None) or ()
    if isinstance(near := getattr(schema, "near", None), NearSchema):
        yield from _iter_subconditions(near)
    if isinstance(negated := getattr(schema, "not_", None), ConditionSchema):
        yield negated


def _find_nested_in(outer: ConditionSchema) -> tuple[str | int, ...] | None:
    """The path of an `in` inside a condition that has one itself."""
    for key, conditions in (("all", outer.all_), ("any", outer.any_)):
        for index, condition in enumerate(conditions or ()):
            if condition.in_ is not None:
                return key, index, "in"
            if inner_path := _find_nested_in(condition):
                return key, index, *inner_path
    if outer.not_ is not None:
        inner_path = ("in",) if outer.not_.in_ is not None else _find_nested_in(outer.not_)
        return None if inner_path is None else ("not", *inner_path)
    return None


def find_purely_negative_part(condition: ConditionSchema) -> tuple[str | int, ...] | None:
    """The path of a part by which the condition could hold without any evidence in an article (only `not`); None: there
    is none."""
    if condition.not_ is not None:
        return ("not",)
    within_any = [(number, find_purely_negative_part(part)) for number, part in enumerate(condition.any_ or ())]
    within_all = [(number, find_purely_negative_part(part)) for number, part in enumerate(condition.all_ or ())]
    if any(path is None for _, path in within_all):
        within_all = []
    paths = [
        (key, path) for key, part in (("any", within_any), ("all", within_all)) for path in part if path[1] is not None
    ]
    return next(((key, number, *(inner_path or ())) for key, (number, inner_path) in paths), None)


def _find_uncountable(conditions: Iterable[ConditionSchema]) -> tuple[str | int, ...] | None:
    """The path of something inside `any` that cannot be counted."""
    for index, condition in enumerate(conditions):
        for key in ("all", "near", "not", "in", "times", "number", "names"):
            if f"{key}_" in condition.model_fields_set or key in condition.model_fields_set:
                return "any", index, key
        if inner_path := _find_uncountable(condition.any_ or ()):
            return "any", index, *inner_path
    return None


ConditionOrList = Annotated[
    Annotated[ConditionSchema, Tag("<one>")]
    | Annotated[Annotated[list[ConditionSchema], Field(min_length=1)], Tag("<list>")],
    Discriminator(one_or_list),
]
