"""What pydantic found wrong with a document -> faults in plain English, each at its line and column.

No value is quoted except short plain text that is no address: a fault must never show a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.language.base_schema import REFUSED, Schema, is_language, is_misspelt_key, schema_at
from monitor.config.language.reserved_keywords import ELSEWHERE, KEYS, explain_reserved_keyword
from monitor.config.yaml.syntax import FULL_WIDTH, wide_colon
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument, quote_text
from monitor.errors import Fault, InvalidFiles

AnySchema = TypeVar("AnySchema", bound=Schema)
_Explanation = tuple[str, str | None]


def validate_document(shape: type[AnySchema], document: YamlDocument) -> AnySchema:
    """The document in its shape; raises Faulty with all that is wrong with it."""
    try:
        return shape.model_validate(document.data)
    except ValidationError as wrong:
        details = wrong.errors(include_url=False)
    raise InvalidFiles([_fault_from_error(detail, shape, document) for detail in details])


@contextmanager
def collect_faults(faults: list[Fault]) -> Iterator[None]:
    """What the body finds faulty is noted, and the others go on."""
    try:
        yield
    except InvalidFiles as found:
        faults.extend(found.faults)
        found.__traceback__ = None  # else it and the frames that it passed hold each other, with all that was read


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """The closest known word as a question; where none is close, all of them as far as they fit."""
    words = list(known)
    if close := get_close_matches(word, words, n=1, cutoff=0.6):
        return _format_suggestion(close[0])
    return otherwise or _format_known_words(words)


def _format_suggestion(word: str) -> str:
    return f"did you mean '{word}'?"


def _format_known_words(words: Sequence[str]) -> str | None:
    return f"known are: {', '.join(words[:20])}" + (" ..." if len(words) > 20 else "") if words else None


# --- one error of pydantic --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ValidationIssue:
    """One error: its place in the file, the last key or index, the shape that holds it, and that of the document;
    `beside`: all keys of the mapping in which it stands."""

    detail: ErrorDetails
    path: ValuePath
    key: str
    shape: type[Schema] | None
    document_schema: type[Schema]
    sibling_keys: Collection[str]

    @property
    def context(self) -> Mapping[str, object]:
        return self.detail.get("ctx", {})


def _fault_from_error(detail: ErrorDetails, shape: type[Schema], document: YamlDocument) -> Fault:
    where = _find_path_in_file(detail["loc"], document)
    missing = detail["type"] == "missing"
    last = str(detail["loc"][-1] if missing else where[-1]) if where or missing else ""
    around = where if missing and last not in where[-1:] else _find_parent_mapping(where)
    wrong = _ValidationIssue(detail, where, last, schema_at(shape, around), shape, _keys_at(around, document))
    at_key = detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",)
    place = document.key_place(where) if at_key else document.place(where)
    if isinstance(inside := wrong.context.get("at"), tuple) and inside:
        place = document.key_place((*where, *inside))
    elif (colon := _colon_in_text(detail)) is not None:
        return Fault(replace(place, col=place.col + colon), *FULL_WIDTH)
    return Fault(place, *_SAID.get(detail["type"], _explain_other_error)(wrong))


def _colon_in_text(detail: ErrorDetails) -> int | None:
    """Where in a text that stands for a mapping, because its colon is none, that colon is."""
    is_text = isinstance(detail["input"], str) and _WANTED.get(detail["type"], "text") != "text"
    return wide_colon(detail["input"]) if is_text else None


def _find_path_in_file(loc: ValuePath, document: YamlDocument) -> ValuePath:
    """The place in the file, without the parts that pydantic adds (the branch of a union, "[key]")."""
    where: ValuePath = ()
    for part in loc:
        if (*where, part) in document.value_positions:
            where = (*where, part)
    return where


def _keys_at(where: ValuePath, document: YamlDocument) -> Collection[str]:
    data = document.data
    for part in where:
        data = data[part]  # type: ignore[index]  # it is a place of the document
    return data.keys() if isinstance(data, dict) else ()


def _find_parent_mapping(where: ValuePath) -> ValuePath:
    """The mapping that holds the value: items of lists belong to their list's key."""
    while where and isinstance(where[-1], int):
        where = where[:-1]
    return where[:-1]


def _explain_unknown_key(wrong: _ValidationIssue) -> _Explanation:
    called, allowed = (wrong.shape.called, wrong.shape.keys()) if wrong.shape else ("", ())
    unbuilt = KEYS.get(called, ())
    if wrong.key in unbuilt:
        return explain_reserved_keyword(wrong.key)
    if (
        elsewhere := ELSEWHERE.get(called, {}).get(wrong.key)
        or _suggest_inner_mapping(wrong)
        or _suggest_outer_mapping(wrong)
    ):
        return f"'{wrong.key}' is not allowed here", elsewhere
    otherwise = None if re.fullmatch("[a-z_]*", wrong.key) else "text that holds ': ' goes in quotes"
    free = [key for key in (*allowed, *unbuilt) if key not in wrong.sibling_keys]
    meant = _nearest_key(wrong.key, free) or otherwise or _format_known_words(allowed) or ""
    later = any(f"'{key}'" in meant for key in unbuilt)
    return f"I do not know {quote_text(wrong.key)}", f"{meant} (it is not built yet)" if later else meant or None


def _nearest_key(key: str, free: Sequence[str]) -> str | None:
    """What a key that nobody knows was to be. Keys are few and short, and by chance as near as names may be: it must be
    nearer, or one begin the other (lang for language)."""
    close = get_close_matches(key, free, n=1, cutoff=0.7)
    begun = [each for each in free if min(len(each), len(key)) > 2 and (each.startswith(key) or key.startswith(each))]
    return next(map(_format_suggestion, [*close, *begun]), None)


def _suggest_inner_mapping(wrong: _ValidationIssue) -> str | None:
    """The mapping inside this one to which the key belongs."""
    if wrong.shape is None:
        return None
    if is_language(wrong.key) and wrong.shape.field_of("words") and not is_misspelt_key(wrong.key, wrong.shape.keys()):
        return "it belongs under words:"
    keys, shape = wrong.shape.keys(), wrong.shape
    under = (key for key in keys if (inside := schema_at(shape, (key,))) and inside.field_of(wrong.key))
    return next((f"it belongs under {key}:" for key in under), None)


def _suggest_outer_mapping(wrong: _ValidationIssue) -> str | None:
    """The mapping around this one to which the key belongs."""
    where = _find_parent_mapping(wrong.path)
    while where:
        beside, where = where[-1], where[:-1]
        shape = schema_at(wrong.document_schema, where)
        if isinstance(beside, str) and shape and shape.field_of(wrong.key):
            return f"it belongs beside {beside}:, not inside it"
    return None


def _explain_missing_key(wrong: _ValidationIssue) -> _Explanation:
    return f"'{wrong.key}' is missing", _for_example(wrong)


def _explain_not_one_of(wrong: _ValidationIssue) -> _Explanation:
    value, allowed = str(wrong.detail["input"]), re.findall(r"'([^']*)'", str(wrong.context["expected"]))
    if not isinstance(wrong.detail["input"], str):
        return _explain_wrong_kind(wrong)
    return f"{quote_text(value)} is not one of: {', '.join(allowed)}", did_you_mean(value, allowed, _for_example(wrong))


def _explain_wrong_kind(wrong: _ValidationIssue) -> _Explanation:
    value, wanted = wrong.detail["input"], _WANTED.get(wrong.detail["type"], "text")
    meant = None if _is_list_of_mappings(wrong) else _suggest_value(value, wanted)
    if wrong.key == "ignore" and isinstance(value, str) and meant == f"write [{value}]":
        meant = f"write [{value}], or, if it is a shared list, {{list: {value}}}"
    return f"expected {wanted}, found {_describe_kind(value)}", meant or _for_example(wrong)


def _is_list_of_mappings(wrong: _ValidationIssue) -> bool:
    """Whether the list that belongs there is one of mappings, where text would be wrong too."""
    field = wrong.shape.field_of(wrong.key) if wrong.shape else None
    return field is not None and schema_at(field.annotation, (0,)) is not None


def _suggest_value(value: object, wanted: str) -> str | None:
    """The value as it was probably meant, if it can be told."""
    match wanted, value:
        case "a list", str() if "://" not in value and len(value) <= 40:
            each = ", or write a '-' before each" if " " in value and "," not in value else ""
            return "write a blank after each '-'" if value.startswith("-") else f"write [{value}]{each}"
        case "text", bool() | int() | float():
            return "put it in quotes"
        case "text", dict() if len(value) == 1:
            return "text that holds ': ' goes in quotes"
        case "text", [str(only)] if "://" not in only and len(only) <= 40:
            return f"write {only}, and no list"
    return None


def _explain_too_few(wrong: _ValidationIssue) -> _Explanation:
    least = wrong.context["min_length"]
    if least == 1:
        return "this is empty", _for_example(wrong)
    return f"at least {least} things belong here", "add another, or write this one without near"


def _explain_empty_text(wrong: _ValidationIssue) -> _Explanation:
    return "this text is empty", _for_example(wrong)


def _explain_too_many(wrong: _ValidationIssue) -> _Explanation:
    return f"this takes at most {wrong.context['max_length']} items", None


def _explain_too_small(wrong: _ValidationIssue) -> _Explanation:
    return f"this must be at least {wrong.context['ge']}", _for_example(wrong)


def _explain_too_big(wrong: _ValidationIssue) -> _Explanation:
    return f"this must be at most {wrong.context['le']}", _for_example(wrong)


def _explain_refusal(wrong: _ValidationIssue) -> _Explanation:
    meant = wrong.context["meant"]
    return str(wrong.context["what"]), None if meant is None else str(meant)


def _explain_other_error(wrong: _ValidationIssue) -> _Explanation:
    return wrong.detail["msg"], _for_example(wrong)


_WANTED = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping",
    "float_type": "a number",
    "model_type": "a mapping",
    "int_type": "a whole number",
    "bool_type": "true or false",
}
_SAID: dict[str, Callable[[_ValidationIssue], _Explanation]] = {
    **dict.fromkeys(_WANTED, _explain_wrong_kind),
    "extra_forbidden": _explain_unknown_key,
    "missing": _explain_missing_key,
    "literal_error": _explain_not_one_of,
    "string_too_short": _explain_empty_text,
    "too_short": _explain_too_few,
    "too_long": _explain_too_many,
    "greater_than_equal": _explain_too_small,
    "less_than_equal": _explain_too_big,
    REFUSED: _explain_refusal,
}


def _describe_kind(value: object) -> str:
    """What a value is, to somebody who does not program."""
    kinds = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return kinds.get(type(value), "a number")


def _for_example(wrong: _ValidationIssue) -> str | None:
    """An example of a right value, from the field's own."""
    key = next((part for part in reversed((*wrong.path, wrong.key)) if isinstance(part, str)), "")
    field = wrong.shape.field_of(wrong.key if wrong.shape.field_of(wrong.key) else key) if wrong.shape else None
    if field is None or not field.examples:
        return None
    name = field.alias or key
    return f"write, for example, '{name}: {format_flow_yaml(field.examples[0])}'"


def format_flow_yaml(value: object) -> str:
    """A value as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {format_flow_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(format_flow_yaml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
