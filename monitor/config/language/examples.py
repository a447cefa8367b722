"""The tests that rules and entities carry: articles that must hit, must be mentions, and must not hit.

They are read here. `check` runs them with the live matcher.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from monitor.config.language.base_schema import Language, Schema, Text, mapping_or_one, validation_error
from monitor.config.yaml.yaml12 import YamlDocument, quote_text
from monitor.model import Place, RuleTest


def _parse_date(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        quoted = quote_text(value) if isinstance(value, str) else "this"
        raise validation_error(f"{quoted} is not a date", "write '2026-01-05' or '2026-01-05T14:30:00+09:00'")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Date = Annotated[datetime, PlainValidator(_parse_date), WithJsonSchema({"type": "string"})]


class ExampleSchema(Schema):
    """An article for a test."""

    label: ClassVar[str] = "test"
    at_least_one_of: ClassVar[tuple[str, ...]] = ("title", "text")
    message_if_none: ClassVar[str] = "this test has neither a title nor a text"

    title: Text | None = Field(
        None, description="The title of the article.", examples=["Live-fire drills around Taiwan"]
    )
    text: Text | None = Field(None, description="The text of the article.", examples=["The drills began on Monday."])
    lang: Language | None = Field(
        None, description="The language of the article. If it is missing, the program detects it.", examples=["zh"]
    )
    date: Date | None = Field(None, description="When the article was published.", examples=["2026-01-05"])
    source: Text | None = Field(None, description="The id of the article's source.", examples=["xinhua"])
    url: Text | None = Field(None, description="The address of the article.", examples=["https://news.example/1"])
    authors: list[Text] | None = Field(None, description="The authors of the article.", examples=[["Kim Min-ji"]])
    tags: list[Text] | None = Field(
        None, description="The tags that the source gives the article.", examples=[["politics"]]
    )


AnyExample = Annotated[
    Annotated[ExampleSchema, Tag("<mapping>")] | Annotated[Text, Tag("<one>")],
    Discriminator(mapping_or_one),
]


class ExamplesSchema(Schema):
    """Articles that the rule must hit as news, must hit as mentions, or must not hit. For an entity: articles that name
    it, or do not. Plain text is the title of an article without text."""

    label: ClassVar[str] = "tests"

    fires: list[AnyExample] | None = Field(
        None,
        description="Articles that the rule must hit as news. For an entity: articles that name it.",
        examples=[["Live-fire drills around Taiwan"]],
    )
    mentions: list[AnyExample] | None = Field(
        None,
        description="Articles that the rule must hit as mentions, and not as news.",
        examples=[["Summit opens in the shadow of drills around Taiwan"]],
    )
    silent: list[AnyExample] | None = Field(
        None,
        description="Articles that the rule must not hit as news. For an entity: articles that do not name it.",
        examples=[["Taiwan held an earthquake drill"]],
    )


def rule_tests_from_schema(schema: ExamplesSchema | None, document: YamlDocument) -> tuple[RuleTest, ...]:
    """The tests under `tests:` of a document in file order: first `fires`, then `mentions`, then `silent`."""
    return () if schema is None else read_examples(schema, document.subdocument("tests"))


def read_examples(schema: ExamplesSchema, document: YamlDocument) -> tuple[RuleTest, ...]:
    """The tests that the document consists of, in the same order."""
    lists = {"fires": schema.fires or (), "mentions": schema.mentions or (), "silent": schema.silent or ()}
    return tuple(
        _rule_test_from_example(example, key, place)
        for key, examples in lists.items()
        for place, example in zip(document.item_places((key,)), examples, strict=True)
    )


def _rule_test_from_example(example: ExampleSchema | str, key: str, place: Place) -> RuleTest:
    fires, mentions = key == "fires", key == "mentions"
    if isinstance(example, str):
        return RuleTest(fires, example, place=place, mentions=mentions)
    return RuleTest(
        fires,
        example.title or "",
        example.text or "",
        language=example.lang,
        date=example.date,
        source=example.source,
        url=example.url,
        authors=tuple(example.authors or ()),
        tags=tuple(example.tags or ()),
        place=place,
        mentions=mentions,
    )
