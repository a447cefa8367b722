"""Builds the JSON Schema of each kind of file, so that editors complete, explain and underline while somebody types.

It is made from the same schemas that read the files. It is a little stricter (an empty value is underlined) and a
little looser (only reading the files shows whether names exist). It is draft 7, which every editor supports.
`errorMessage` and `patternErrorMessage` are not part of the standard; an editor that knows them shows them instead of
its own words.
"""

from __future__ import annotations

from typing import Any

from monitor.config.language.base_schema import Schema
from monitor.config.language.entities import EntitySchema
from monitor.config.language.extends import ExtendsSchema
from monitor.config.language.file_kinds import Kind
from monitor.config.language.lists import ListSchema
from monitor.config.language.rules import RuleSchema
from monitor.config.language.settings import SettingsSchema
from monitor.config.language.sources import SourcesSchema

_SCHEMAS: dict[Kind, type[Schema]] = {
    "config": SettingsSchema,
    "sources": SourcesSchema,
    "entity": EntitySchema,
    "rule": RuleSchema,
    "list": ListSchema,
    "extends": ExtendsSchema,
}


def build_json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind of file."""
    json_schema = _SCHEMAS[kind].model_json_schema(ref_template="#/definitions/{model}")
    definitions = json_schema.pop("$defs", {})
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **_simplify_schema(json_schema),
        "definitions": _simplify_schema(definitions),
    }


def _simplify_schema(part: Any) -> Any:  # noqa: ANN401 - JSON
    """Removes what only reflects how pydantic works: generated titles, and null where a key may be absent."""
    if isinstance(part, list):
        return [_simplify_schema(item) for item in part]
    if not isinstance(part, dict):
        return part
    simplified = {
        key: {name: _simplify_schema(item) for name, item in value.items()}
        if key in ("properties", "definitions")
        else _simplify_schema(value)
        for key, value in part.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }
    choices = [choice for choice in simplified.pop("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        simplified = {**choices[0], **simplified}
    elif choices:
        simplified["anyOf"] = choices
    return {**simplified, **_build_extra_keywords(simplified)}


def _build_extra_keywords(part: dict[str, Any]) -> dict[str, Any]:
    """Adds what pydantic leaves out: that only keys of a certain pattern are allowed, and error messages in words."""
    keywords: dict[str, Any] = {"additionalProperties": False} if "patternProperties" in part else {}
    example = next((candidate for candidate in part.get("examples", ()) if isinstance(candidate, str)), None)
    message = {} if example is None else {"patternErrorMessage": f"Write it like this: {example}"}
    for union in part.keys() & {"anyOf", "oneOf"}:
        keys = ", ".join(choice["required"][0] for choice in part[union] if choice.keys() == {"required"})
        requirement = {"errorMessage": f"Write one of: {keys}."} if keys else {}
        keywords[union] = [
            {**choice, **requirement, **(message if "pattern" in choice else {})} for choice in part[union]
        ]
    return {**keywords, **message} if "pattern" in part else keywords
