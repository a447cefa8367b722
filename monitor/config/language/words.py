"""Sets of words, and which of their occurrences do not count: the schemas, and their conversion to the model.

What a word matches in an article is decided in `matching`, not here.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from monitor import model
from monitor.config.language.base_schema import (
    Id,
    LanguageOfWords,
    Schema,
    TermText,
    is_language,
    is_misspelt_key,
    mapping_or_list,
    one_or_list,
    validation_error,
)

_WORD_COUNT_PATTERN = r"^(0|[1-9][0-9]?) words?$"
_UNITS = {unit.value: unit for unit in model.Unit}


def _parse_word_count(value: object, otherwise: str = "") -> int:
    if not isinstance(value, str) or not (match := re.match(_WORD_COUNT_PATTERN, value)):
        raise validation_error("how near is not clear", f"write '20 words' (0 to 99){otherwise}")
    return int(match[1])


def _parse_distance(value: object) -> int | model.Unit:
    unit = _UNITS.get(value) if isinstance(value, str) else None
    return _parse_word_count(value, ", sentence or paragraph") if unit is None else unit


def _reject_braces(value: dict[str, object]) -> dict[str, object]:
    """Refuses `{missile, rocket}`: people mean a list of words, but YAML reads a mapping without values."""
    if value and all(item is None for item in value.values()) and not all(map(is_language, value)):
        raise validation_error("these words are in { }", f"write them in [ ]: [{', '.join(value)}]")
    return value


_WORDS_SCHEMA = {"type": "string", "pattern": _WORD_COUNT_PATTERN}
WordCount = Annotated[int, PlainValidator(_parse_word_count), WithJsonSchema(_WORDS_SCHEMA)]
Within = Annotated[
    int | model.Unit, PlainValidator(_parse_distance), WithJsonSchema({"anyOf": [{"enum": [*_UNITS]}, _WORDS_SCHEMA]})
]
Terms = Annotated[list[TermText], Field(min_length=1)]
WordsByLanguage = Annotated[dict[LanguageOfWords, Terms], Field(min_length=1), BeforeValidator(_reject_braces)]
WordSet = Annotated[
    Annotated[WordsByLanguage, Tag("<mapping>")] | Annotated[Terms, Tag("<list>")], Discriminator(mapping_or_list)
]
Case = Literal["exact", "ignore"]
Forms = Literal["all", "as written"]
Edges = Literal["words", "anywhere"]
_WordData = dict[str, list[str]] | list[str]


def terms_from_words(
    words: _WordData | None, case: Case | None = None, forms: Forms | None = None, edges: Edges | None = None
) -> tuple[model.Term, ...]:
    """Words by language as terms, in the order of the file, without duplicates."""
    by_language = words if isinstance(words, dict) else {"any": words or []}
    exact, inflected, edged = case == "exact", forms == "all", edges == "words"
    return tuple(
        model.Term(text, tag, exact, inflected, edged)
        for tag, texts in by_language.items()
        for text in dict.fromkeys(texts)
    )


# --- occurrences that do not count ------------------------------------------------------------------------------


class ReachSchema(Schema):
    """Words that exclude an occurrence near them, in the same sentence."""

    one_of: ClassVar[tuple[str, ...]] = ("words", "list")
    message_if_none: ClassVar[str] = "there are no words here"

    within: WordCount = Field(
        description="How near they must be: at most 'N words' (0 to 99) between one of them and the occurrence. '0 "
        "words': directly beside it.",
        examples=["4 words"],
    )
    words: WordSet | None = Field(
        None, description="The words that exclude the occurrence.", examples=[{"en": ["denied", "no"]}]
    )
    list_: Id | None = Field(None, alias="list", description="The id of a list with these words.", examples=["denied"])


BEFORE = Field(
    None,
    description="If one of these words comes shortly before an occurrence, the occurrence does not count.",
    examples=[{"within": "4 words", "words": {"en": ["denied", "no"]}}],
)
AFTER = Field(
    None,
    description="If one of these words comes shortly after an occurrence, the occurrence does not count.",
    examples=[{"within": "3 words", "words": {"en": ["was denied"]}}],
)


class IgnoreSchema(Schema):
    """Says which occurrences of a word do not count. The rest of the article still counts."""

    label: ClassVar[str] = "ignore"
    at_least_one_of: ClassVar[tuple[str, ...]] = ("words", "list", "before", "after")
    message_if_none: ClassVar[str] = "nothing is ignored here"

    words: WordSet | None = Field(
        None,
        description="Longer words or phrases: an occurrence inside one of them does not count.",
        examples=[{"zh": ["朝鲜半岛"]}],
    )
    list_: (
        Annotated[
            Annotated[Annotated[list[Id], Field(min_length=1)], Tag("<list>")] | Annotated[Id, Tag("<one>")],
            Discriminator(one_or_list),
        ]
        | None
    ) = Field(
        None,
        alias="list",
        description="The id of a shared list, or several ids. Their words, `before` and `after` all apply.",
        examples=["denials"],
    )
    before: ReachSchema | None = BEFORE
    after: ReachSchema | None = AFTER


def _words_or_mapping(value: Any) -> str:  # noqa: ANN401 - pydantic hands over whatever the file holds
    """The tag of a union: words (a list, or a mapping by language), or the whole mapping of `ignore`. Keys that are
    languages are short."""
    by_language = isinstance(value, dict) and value and all(map(_is_language_key, value))
    return "<words>" if by_language or not isinstance(value, dict) else "<whole>"


def _is_language_key(key: str) -> bool:
    return len(key.partition("-")[0]) <= 3 and not is_misspelt_key(key, IgnoreSchema.keys())


Ignored = Annotated[
    Annotated[WordSet, Tag("<words>")] | Annotated[IgnoreSchema, Tag("<whole>")], Discriminator(_words_or_mapping)
]


def reach_from_schema(schema: ReachSchema | None) -> model.Reach | None:
    """The words that spoil others, and how far they reach; None: none are given."""
    if schema is None:
        return None
    condition = model.Words(terms_from_words(schema.words)) if schema.list_ is None else model.ListNamed(schema.list_)
    return model.Reach(schema.within, condition)


def ignore_from_schema(schema: IgnoreSchema | _WordData) -> model.Ignore:
    """The model of which occurrences do not count."""
    if not isinstance(schema, IgnoreSchema):
        return model.Ignore(terms_from_words(schema))
    lists = [schema.list_] if isinstance(schema.list_, str) else schema.list_ or ()
    return model.Ignore(
        terms_from_words(schema.words),
        tuple(dict.fromkeys(lists)),
        reach_from_schema(schema.before),
        reach_from_schema(schema.after),
    )
