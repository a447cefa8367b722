"""Sources files: the shape, and its way into the model."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from monitor.config.faults import checked
from monitor.config.shape import Id, Interval, Language, Shape, Text, WebAddress
from monitor.config.yaml12 import Document
from monitor.model import Place, Source


class SourceShape(Shape):
    """One source that is polled."""

    called: ClassVar[str] = "source"

    id: Id = Field(description="Its id, unique over all files.", examples=["yonhap-en"])
    url: WebAddress = Field(
        description="The address of its feed: https:// or http://.", examples=["https://news.example/feed.xml"]
    )
    name: Text | None = Field(None, description="Its name, as messages show it (default: the id).", examples=["Yonhap"])
    language: Language | None = Field(None, description="The language of its articles.", examples=["ko"])
    publisher: Text | None = Field(
        None,
        description="Who publishes it; rules can look at the articles of some publishers only.",
        examples=["Yonhap News Agency"],
    )
    wire: Text | None = Field(
        None,
        description="The agency whose texts it carries as its own; meant for telling reprints from reports. "
        "Nothing uses it yet.",
        examples=["Yonhap"],
    )
    tags: list[Text] | None = Field(
        None,
        description="Words of your own to group sources by; rules can look at some groups only.",
        examples=[["korea"]],
    )
    every: Interval | None = Field(
        None, description="How often it is polled, at best: '5 s' or more.", examples=["5 minutes"]
    )


class SourcesShape(Shape):
    """A file of sources."""

    called: ClassVar[str] = "sources file"

    sources: list[SourceShape] | None = Field(
        None,
        description="The sources that are polled.",
        examples=[[{"id": "yonhap-en", "url": "https://news.example/feed.xml"}]],
    )


def sources(document: Document, every: timedelta) -> tuple[tuple[Place, Source], ...]:
    """The sources of a document, each with its place; `every` is the default interval. Raises Faulty."""
    shape = checked(SourcesShape, document)
    return tuple(
        (document.place(("sources", index)), _source(each, every)) for index, each in enumerate(shape.sources or ())
    )


def _source(shape: SourceShape, every: timedelta) -> Source:
    return Source(
        shape.id,
        shape.url,
        shape.name or shape.id,
        shape.every or every,
        language=shape.language,
        publisher=shape.publisher,
        wire=shape.wire,
        tags=tuple(dict.fromkeys(shape.tags or ())),
    )
