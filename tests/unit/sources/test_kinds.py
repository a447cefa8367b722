"""The registry of kinds of source: what each of them must bring along."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest

from monitor.config.language.base_schema import schema_at
from monitor.config.language.sources import SourceSchema
from monitor.model import DEFAULT_KIND
from monitor.sources.kinds import KINDS, recognize_address
from monitor.sources.kinds.source_kind import AnyKind


def test_the_kind_of_a_source_that_names_none_is_there() -> None:
    """Beside the others, in the order of their names."""
    assert DEFAULT_KIND in KINDS
    assert list(KINDS) == ["feed", "page"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_read_in_a_worker_and_its_settings_are_in_the_schema(kind: AnyKind) -> None:
    """Its reader goes to a worker by its name; the schema of its key has the fields of its settings."""
    assert pickle.loads(pickle.dumps(kind.read)) is kind.read
    if kind.key is not None:
        schema = schema_at(SourceSchema, (kind.key.name,))
        assert schema is not None
        assert schema.keys() == tuple(field.name for field in fields(kind.key.settings))


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://t.me/harbour_news", "https://t.me/s/harbour_news"),
        ("http://www.t.me/s/harbour_news/", "https://t.me/s/harbour_news"),
        ("https://telegram.me/Harbour", "https://t.me/s/Harbour"),
        ("https://t.me/joinchat/AAAA", None),  # a private one
        ("https://t.me/+AAAA", None),
        ("https://t.me/share", None),
        ("https://t.me/", None),
        ("https://t.me.example/harbour", None),
        ("http://[x", None),
    ],
)
def test_a_telegram_channel_is_known_by_its_address(url: str, page: str | None) -> None:
    """Its public page is what is read."""
    found = recognize_address(url)
    assert (found and found.url) == page
