"""The JSON Schemas say what the shapes read, and help whoever types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.config.kinds import KINDS, Kind
from monitor.config.schema import schema


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside a schema, itself first."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(part)


def mappings(kind: Kind) -> list[dict[str, Any]]:
    return [part for part in parts(schema(kind)) if isinstance(part.get("properties"), dict) and "type" in part]


@pytest.mark.parametrize("kind", KINDS)
def test_no_mapping_takes_unknown_keys(kind: Kind) -> None:
    """An editor underlines what reading would refuse."""
    assert mappings(kind)
    assert all(part["additionalProperties"] is False for part in mappings(kind))
    assert all(part["additionalProperties"] is False for part in parts(schema(kind)) if "patternProperties" in part)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described(kind: Kind) -> None:
    """An editor explains each key where it is typed."""
    bare = [key for part in mappings(kind) for key, value in part["properties"].items() if not value.get("description")]
    assert bare == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_leads_somewhere(kind: Kind) -> None:
    """Draft 7 keeps its definitions under `definitions`; nothing points elsewhere."""
    whole = schema(kind)
    for part in parts(whole):
        if target := part.get("$ref"):
            assert str(target).removeprefix("#/definitions/") in whole["definitions"]
    assert "null" not in json.dumps(whole)
    assert "$defs" not in json.dumps(whole)


def test_where_a_pattern_is_all_that_is_said_an_example_explains_it() -> None:
    """Nobody is told to read a regular expression."""
    properties = schema("rule")["properties"]
    assert properties["rule"]["patternErrorMessage"] == "Write it like this: taiwan-drills"
    assert properties["max_age"]["patternErrorMessage"] == "Write it like this: 12 hours"
    limits = schema("config")["definitions"]["LimitsShape"]["properties"]
    assert limits["wire_bytes"]["anyOf"][1]["patternErrorMessage"] == "Write it like this: 5 MiB"


def test_the_schema_of_rules_knows_the_language() -> None:
    """The keys of a rule, those that it needs, and that a condition says exactly one thing."""
    whole = schema("rule")
    assert whole["required"] == ["rule", "title", "level", "match"]
    assert list(whole["properties"]) == [
        *("rule", "title", "level", "status", "match", "unless", "max_age", "alert", "tests")
    ]
    condition = whole["definitions"]["Condition"]
    told = "Write one of: words, entity, all, any, near."
    keys = ("words", "entity", "all", "any", "near")
    assert condition["oneOf"] == [{"required": [key], "errorMessage": told} for key in keys]
    assert condition["properties"]["in"]["const"] == "title"


@pytest.mark.parametrize(
    ("key", "properties"),
    [
        ("publisher", schema("sources")["definitions"]["SourceShape"]["properties"]),
        ("wire", schema("sources")["definitions"]["SourceShape"]["properties"]),
    ],
)
def test_what_nothing_uses_yet_says_so(key: str, properties: dict[str, Any]) -> None:
    """A key that is accepted and does nothing misleads nobody."""
    assert "Nothing uses it yet" in properties[key]["description"]
