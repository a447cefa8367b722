"""Which articles a rule looks at, or a name counts in: the schema, and its conversion to the model."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from monitor import model
from monitor.config.language.base_schema import Id, Language, Schema, Text


class ScopeSchema(Schema):
    """Articles of these languages, sources, tags and publishers."""

    label: ClassVar[str] = "not"
    at_least_one_of: ClassVar[tuple[str, ...]] = ("languages", "sources", "tags", "publishers")
    message_if_none: ClassVar[str] = "no article is meant here"

    languages: Annotated[list[Language], Field(min_length=1)] | None = Field(
        None, description="Articles in one of these languages.", examples=[["ko", "ja"]]
    )
    sources: Annotated[list[Id], Field(min_length=1)] | None = Field(
        None, description="Articles of the sources with these ids.", examples=[["yonhap"]]
    )
    tags: Annotated[list[Text], Field(min_length=1)] | None = Field(
        None, description="Articles of sources with one of these tags.", examples=[["wire"]]
    )
    publishers: Annotated[list[Text], Field(min_length=1)] | None = Field(
        None, description="Articles of sources of one of these publishers.", examples=[["Yonhap"]]
    )


class WhereSchema(ScopeSchema):
    """Articles that fit all given keys, and nothing under `not`."""

    label: ClassVar[str] = "where"
    at_least_one_of: ClassVar[tuple[str, ...]] = (*ScopeSchema.at_least_one_of, "not")

    unknown: Literal["counts", "does not count"] | None = Field(
        None,
        description="Whether an article counts if its language, source, tags or publisher is not known (default: "
        "counts).",
        examples=["does not count"],
    )
    not_: ScopeSchema | None = Field(
        None, alias="not", description="Articles that do not count.", examples=[{"tags": ["opinion"]}]
    )


def where_from_schema(schema: WhereSchema | None) -> model.Where | None:
    """The filter of articles; None: all articles."""
    if schema is None:
        return None
    excluded = None if schema.not_ is None else _where_from_scope(schema.not_)
    return replace(_where_from_scope(schema), unknown=schema.unknown != "does not count", excluded=excluded)


def _where_from_scope(scope: ScopeSchema) -> model.Where:
    languages = [tag.partition("-")[0] for tag in scope.languages or ()]
    return model.Where(
        languages=_drop_duplicates(languages),
        sources=_drop_duplicates(scope.sources),
        tags=_drop_duplicates(scope.tags),
        publishers=_drop_duplicates(scope.publishers),
    )


def _drop_duplicates(values: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values or ()))
