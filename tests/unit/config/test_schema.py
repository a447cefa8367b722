"""The JSON Schemas say what the shapes read, and help whoever types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.config.generated.schema import build_json_schema
from monitor.config.language.file_kinds import KINDS, Kind


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside a schema, itself first."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(part)


def mappings(kind: Kind) -> list[dict[str, Any]]:
    return [
        part for part in parts(build_json_schema(kind)) if isinstance(part.get("properties"), dict) and "type" in part
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_mapping_takes_unknown_keys(kind: Kind) -> None:
    """An editor underlines what reading would refuse."""
    assert mappings(kind)
    assert all(part["additionalProperties"] is False for part in mappings(kind))
    assert all(
        part["additionalProperties"] is False for part in parts(build_json_schema(kind)) if "patternProperties" in part
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_described(kind: Kind) -> None:
    """An editor explains each key where it is typed."""
    bare = [key for part in mappings(kind) for key, value in part["properties"].items() if not value.get("description")]
    assert bare == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_leads_somewhere(kind: Kind) -> None:
    """Draft 7 keeps its definitions under `definitions`; nothing points elsewhere."""
    whole = build_json_schema(kind)
    for part in parts(whole):
        if target := part.get("$ref"):
            assert str(target).removeprefix("#/definitions/") in whole["definitions"]
    assert "null" not in json.dumps(whole)
    assert "$defs" not in json.dumps(whole)


def test_where_a_pattern_is_all_that_is_said_an_example_explains_it() -> None:
    """Nobody is told to read a regular expression."""
    properties = build_json_schema("rule")["properties"]
    assert properties["rule"]["patternErrorMessage"] == "Write it like this: taiwan-drills"
    assert properties["max_age"]["patternErrorMessage"] == "Write it like this: 12 hours"
    limits = build_json_schema("config")["definitions"]["LimitsSchema"]["properties"]
    assert limits["wire_bytes"]["anyOf"][1]["patternErrorMessage"] == "Write it like this: 5 MiB"


def test_the_schema_of_rules_knows_the_language() -> None:
    """The keys of a rule, those that it needs, and that a condition says exactly one thing."""
    whole = build_json_schema("rule")
    assert whole["required"] == ["rule", "title", "match"]
    assert list(whole["properties"]) == [
        *("rule", "title", "level", "status", "owner", "why", "known_false_alarms", "where", "match", "unless"),
        *(
            "news_in",
            "title_has_some",
            "mention",
            "mention_if",
            "raise",
            "lower",
            "full_text",
            "max_age",
            "alert",
            "tests",
        ),
    ]
    condition = whole["definitions"]["ConditionSchema"]
    kinds = ("words", "list", "entity", "pattern", "number", "names", "all", "any", "near", "not")
    assert [choice["required"] for choice in condition["oneOf"]] == [[key] for key in kinds]
    assert {choice["errorMessage"] for choice in condition["oneOf"]} == {f"Write one of: {', '.join(kinds)}."}
    assert condition["properties"]["in"]["enum"] == ["title", "lead", "body", "author", "tags", "url"]


def test_the_schema_knows_what_goes_with_what() -> None:
    """`case` beside an entity is underlined, as reading refuses it."""
    definitions = build_json_schema("rule")["definitions"]
    goes_with = {
        key: value.get("anyOf", [value]) for key, value in definitions["ConditionSchema"]["dependencies"].items()
    }
    assert {key: [choice["required"][0] for choice in choices] for key, choices in goes_with.items()} == {
        "case": ["words", "pattern", "any", "all", "near"],
        "forms": ["words", "any", "all", "near"],
        "edges": ["words", "any", "all", "near"],
        "ignore": ["words", "list", "entity", "pattern", "any", "all", "near"],
        "times": ["words", "list", "entity", "pattern", "any"],
    }
    assert "times" not in definitions["NearPartSchema"]["properties"]


@pytest.mark.parametrize(
    ("kind", "name", "keys"),
    [
        ("rule", "ReachSchema", {"words", "list"}),
        ("rule", "IgnoreSchema", {"words", "list", "before", "after"}),
        ("rule", "GroupSchema", {"kind", "in", "of"}),
        ("rule", "WhereSchema", {"languages", "sources", "tags", "publishers", "not"}),
        ("entity", "CountsIfNearSchema", {"words", "list", "entity"}),
        ("entity", "CountsIfSchema", {"sure_name_seen", "near", "where"}),
        ("list", None, {"words", "lists", "entities", "before", "after"}),
    ],
)
def test_the_schema_asks_for_one_of_the_keys(kind: Kind, name: str | None, keys: set[str]) -> None:
    """A mapping without any of them says nothing."""
    whole = build_json_schema(kind)
    part = whole["definitions"][name] if name else whole
    assert {choice["required"][0] for choice in part.get("oneOf") or part["anyOf"]} == keys
