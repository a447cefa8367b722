"""Sets of words as files write them, and which of their occurrences do not count: shapes, and their way into the model.

What a word meets in an article is decided in `matching`, not here.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from monitor import model
from monitor.config.shape import (
    Id,
    LanguageOfWords,
    Shape,
    TermText,
    is_language,
    kind_of,
    misspelt,
    one_or_list,
    refusal,
)

_SO_MANY_WORDS = r"^(0|[1-9][0-9]?) words?$"
_UNITS = {unit.value: unit for unit in model.Unit}


def _so_many_words(value: object, otherwise: str = "") -> int:
    if not isinstance(value, str) or not (found := re.match(_SO_MANY_WORDS, value)):
        raise refusal("how near is not clear", f"write '20 words' (0 to 99){otherwise}")
    return int(found[1])


def _within(value: object) -> int | model.Unit:
    unit = _UNITS.get(value) if isinstance(value, str) else None
    return _so_many_words(value, ", sentence or paragraph") if unit is None else unit


def _not_in_braces(value: dict[str, object]) -> dict[str, object]:
    """`{missile, rocket}` is a mapping without values to YAML, and a list of words to everybody else."""
    if value and all(each is None for each in value.values()) and not all(map(is_language, value)):
        raise refusal("words stand in { } here", f"write them in [ ]: [{', '.join(value)}]")
    return value


_WORDS_SCHEMA = {"type": "string", "pattern": _SO_MANY_WORDS}
SoManyWords = Annotated[int, PlainValidator(_so_many_words), WithJsonSchema(_WORDS_SCHEMA)]
Within = Annotated[
    int | model.Unit, PlainValidator(_within), WithJsonSchema({"anyOf": [{"enum": [*_UNITS]}, _WORDS_SCHEMA]})
]
Terms = Annotated[list[TermText], Field(min_length=1)]
WordsByLanguage = Annotated[dict[LanguageOfWords, Terms], Field(min_length=1), BeforeValidator(_not_in_braces)]
WordSet = Annotated[
    Annotated[WordsByLanguage, Tag("<mapping>")] | Annotated[Terms, Tag("<list>")], Discriminator(kind_of)
]
Case = Literal["exact", "ignore"]
Forms = Literal["all", "as written"]
Edges = Literal["words", "anywhere"]
_Read = dict[str, list[str]] | list[str]


def terms(
    words: _Read | None, case: Case | None = None, forms: Forms | None = None, edges: Edges | None = None
) -> tuple[model.Term, ...]:
    """Words by language as terms, each once, in the order of the file."""
    by_language = words if isinstance(words, dict) else {"any": words or []}
    exact, inflected, edged = case == "exact", forms == "all", edges == "words"
    return tuple(
        model.Term(text, tag, exact, inflected, edged)
        for tag, texts in by_language.items()
        for text in dict.fromkeys(texts)
    )


# --- occurrences that do not count ------------------------------------------------------------------------------


class ReachShape(Shape):
    """Words that spoil what stands near them, in the same sentence: these, or those of a list."""

    one_of: ClassVar[tuple[str, ...]] = ("words", "list")
    nothing: ClassVar[str] = "there are no words here"

    within: SoManyWords = Field(
        description="How far they reach: at most 'N words' (0 to 99) stand between; '0 words': right beside it.",
        examples=["4 words"],
    )
    words: WordSet | None = Field(None, description="The words that spoil.", examples=[{"en": ["denied", "no"]}])
    list_: Id | None = Field(None, alias="list", description="A list of words that spoil: its id.", examples=["denied"])


BEFORE = Field(
    None,
    description="Words that spoil what comes after them: an occurrence with one of them shortly before it does not "
    "count.",
    examples=[{"within": "4 words", "words": {"en": ["denied", "no"]}}],
)
AFTER = Field(
    None,
    description="Words that spoil what comes before them: an occurrence with one of them shortly after it does not "
    "count.",
    examples=[{"within": "3 words", "words": {"en": ["was denied"]}}],
)


class IgnoreShape(Shape):
    """Which occurrences do not count; the rest of the article still does."""

    called: ClassVar[str] = "ignore"
    some_of: ClassVar[tuple[str, ...]] = ("words", "list", "before", "after")
    nothing: ClassVar[str] = "nothing is ignored here"

    words: WordSet | None = Field(
        None, description="Words inside which an occurrence does not count.", examples=[{"zh": ["朝鲜半岛"]}]
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
        description="Shared lists, with what they say of words inside, before and after: an id, or several.",
        examples=["denials"],
    )
    before: ReachShape | None = BEFORE
    after: ReachShape | None = AFTER


def _whole_or_words(value: Any) -> str:  # noqa: ANN401 - pydantic hands over whatever the file holds
    """Which words are ignored may stand right there, as a list or by language; keys of languages are short."""
    by_language = isinstance(value, dict) and value and all(map(_is_of_language, value))
    return "<words>" if by_language or not isinstance(value, dict) else "<whole>"


def _is_of_language(key: str) -> bool:
    return len(key.partition("-")[0]) <= 3 and not misspelt(key, IgnoreShape.keys())


Ignored = Annotated[
    Annotated[WordSet, Tag("<words>")] | Annotated[IgnoreShape, Tag("<whole>")], Discriminator(_whole_or_words)
]


def reach(shape: ReachShape | None) -> model.Reach | None:
    """The words that spoil, and how far they do."""
    if shape is None:
        return None
    named = model.Words(terms(shape.words)) if shape.list_ is None else model.ListNamed(shape.list_)
    return model.Reach(shape.within, named)


def ignored(shape: IgnoreShape | _Read) -> model.Ignore:
    """Which occurrences do not count."""
    if not isinstance(shape, IgnoreShape):
        return model.Ignore(terms(shape))
    lists = [shape.list_] if isinstance(shape.list_, str) else shape.list_ or ()
    return model.Ignore(terms(shape.words), tuple(dict.fromkeys(lists)), reach(shape.before), reach(shape.after))
