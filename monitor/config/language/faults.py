"""Turns pydantic's errors about a document into faults in plain English, with line and column.

A fault must never show a secret. So it quotes only short plain text, and never an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.language.base_schema import CUSTOM_ERROR, Schema, is_language, is_misspelt_key, schema_at
from monitor.config.language.reserved_keywords import ELSEWHERE, KEYS, explain_reserved_keyword
from monitor.config.yaml.syntax import FULL_WIDTH, KEYS_WITH_VALUES, wide_colon
from monitor.config.yaml.yaml12 import MORE_FAULTS, MOST_FAULTS, ValuePath, YamlDocument, quote_text
from monitor.errors import Fault, InvalidFiles

AnySchema = TypeVar("AnySchema", bound=Schema)
_Explanation = tuple[str, str | None]
_PLAIN_WORDS = re.compile(r"\w[\w *-]{0,40}")  # that need no quotes, and are no address with a password
_CANDIDATES = 5  # similar words that are compared letter by letter


def validate_document(schema: type[AnySchema], document: YamlDocument) -> AnySchema:
    """The document as an instance of the schema. Raises InvalidFiles with all faults of the document."""
    try:
        return schema.model_validate(document.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    faults = [_fault_from_error(detail, schema, document) for detail in details[:MOST_FAULTS]]
    if len(details) > MOST_FAULTS:
        next_place = _fault_from_error(details[MOST_FAULTS], schema, document).place
        faults.append(Fault(next_place, *MORE_FAULTS))
    raise InvalidFiles(faults)


def sort_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each of these faults once, in the order of the files, follow-ups last."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.is_follow_up, fault.place, fault.problem)))


def mark_hiding(faults: Iterable[Fault]) -> list[Fault]:
    """These faults, of files that could not be read: nobody knows which names such a file has."""
    return [replace(fault, hides_names=True) for fault in faults]


def mark_follow_ups(faults: Iterable[Fault], of_files: Iterable[Fault]) -> list[Fault]:
    """The faults, where each one about an unknown name says that it may follow from another fault. `of_files`: the
    faults of the files in which the names are looked for. If one of these hides names, the unknown name may be right,
    and advice to change it would do harm."""
    cause = min((fault.place for fault in of_files if fault.hides_names), default=None)
    if cause is None:
        return [*faults]
    hint = f"this may follow from the fault at {cause}; correct that one first"
    return [
        replace(fault, hint=hint, is_follow_up=True) if fault.names_unknown and not fault.is_follow_up else fault
        for fault in faults
    ]


@contextmanager
def collect_faults(faults: list[Fault]) -> Iterator[None]:
    """Adds the faults of an InvalidFiles raised in the body to the list, and continues after the body."""
    try:
        yield
    except InvalidFiles as error:
        faults.extend(error.faults)
        error.__traceback__ = None  # else error and frames form a cycle, which keeps all that was read in memory


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """A hint with the closest known word. Where none is close: `otherwise`, or a list of the known words (at most 20);
    None where none is known."""
    words = list(known)
    if (close := find_close_word(word, words)) is not None:
        return _format_suggestion(close)
    return otherwise or _format_known_words(words)


def find_close_word(word: str, known: Sequence[str]) -> str | None:
    """The known word that this one was probably meant to be: the most similar one, if it is close. Capital letters do
    not matter."""
    by_folded = {each.casefold(): each for each in reversed(known)}
    folded = word.casefold()
    candidates = get_close_matches(folded, by_folded, n=_CANDIDATES, cutoff=0.6)
    return next((by_folded[each] for each in candidates if _is_close(folded, each)), None)


def _is_close(word: str, known: str) -> bool:
    """Whether at most a third of the letters is wrong, only their order is, or the word is a part of an id: asia of
    east-asia. Alike is not close: hamas is not bahamas."""
    steps = SequenceMatcher(None, word, known).get_opcodes()
    wrong = sum(max(end - begin, to - from_) for tag, begin, end, from_, to in steps if tag != "equal")
    return wrong <= max(1, len(word) // 3) or sorted(word) == sorted(known) or word in known.split("-")


def _format_suggestion(word: str) -> str:
    return f"did you mean '{word}'?"


def _format_known_words(words: Sequence[str]) -> str | None:
    return f"known are: {', '.join(words[:20])}" + (" ..." if len(words) > 20 else "") if words else None


# --- one error of pydantic --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ValidationIssue:
    """One error of pydantic. `path`: its place in the file; `key`: the last key or index of it; `schema`: the schema of
    the mapping around it; `document_schema`: that of the whole document; `sibling_keys`: all keys of the mapping."""

    detail: ErrorDetails
    path: ValuePath
    key: str
    schema: type[Schema] | None
    document_schema: type[Schema]
    sibling_keys: Collection[str]

    @property
    def context(self) -> Mapping[str, object]:
        return self.detail.get("ctx", {})


def _fault_from_error(detail: ErrorDetails, schema: type[Schema], document: YamlDocument) -> Fault:
    path = _find_path_in_file(detail["loc"], document)
    missing = detail["type"] == "missing"
    last = str(detail["loc"][-1] if missing else path[-1]) if path or missing else ""
    parent = path if missing and last not in path[-1:] else _find_parent_mapping(path)
    issue = _ValidationIssue(detail, path, last, schema_at(schema, parent), schema, _get_keys_at(parent, document))
    at_key = detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",)
    place = document.key_place(path) if at_key else document.place(path)
    if isinstance(inner_path := issue.context.get("at"), tuple) and inner_path:
        place = document.key_place((*path, *inner_path))
    elif (colon := _colon_in_text(detail)) is not None:
        return Fault(replace(place, col=place.col + colon), *FULL_WIDTH)
    return Fault(place, *_EXPLAINERS.get(detail["type"], _explain_other_error)(issue))


def _colon_in_text(detail: ErrorDetails) -> int | None:
    """The offset of a full-width colon, in a text that was meant as a mapping."""
    is_text = isinstance(detail["input"], str) and _EXPECTED_KINDS.get(detail["type"], "text") != "text"
    return wide_colon(detail["input"]) if is_text else None


def _find_path_in_file(loc: ValuePath, document: YamlDocument) -> ValuePath:
    """The path in the file, without the parts that pydantic adds (the branch of a union, "[key]")."""
    path: ValuePath = ()
    for part in loc:
        if (*path, part) in document.value_positions:
            path = (*path, part)
    return path


def _get_keys_at(path: ValuePath, document: YamlDocument) -> Collection[str]:
    data = document.data
    for part in path:
        data = data[part]  # type: ignore[index]  # the path exists in the document
    return data.keys() if isinstance(data, dict) else ()


def _find_parent_mapping(path: ValuePath) -> ValuePath:
    """The path of the mapping that holds the value. Items of a list belong to the key of their list."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return path[:-1]


def _explain_unknown_key(issue: _ValidationIssue) -> _Explanation:
    label, allowed = (issue.schema.label, issue.schema.keys()) if issue.schema else ("", ())
    reserved = KEYS.get(label, ())
    if issue.key in reserved:
        return explain_reserved_keyword(issue.key)
    key, colon, value = issue.key.partition(":")
    if colon and value and key in allowed:  # it is not quoted: it may be an address with a password
        return f"a blank is missing after the ':' of '{key}'", f"write '{key}: ...'"
    if (
        placement := ELSEWHERE.get(label, {}).get(issue.key)
        or _suggest_inner_mapping(issue)
        or _suggest_outer_mapping(issue)
    ):
        return f"'{issue.key}' is not allowed here", placement
    otherwise = None if re.fullmatch("[a-z_]*", issue.key) else "text that holds ': ' goes in quotes"
    free = [key for key in (*allowed, *reserved) if key not in issue.sibling_keys]
    hint = _nearest_key(issue.key, free) or otherwise or _format_known_words(allowed) or ""
    is_reserved = any(f"'{key}'" in hint for key in reserved)
    return f"I do not know {quote_text(issue.key)}", f"{hint} (it is not built yet)" if is_reserved else hint or None


def _nearest_key(key: str, free: Sequence[str]) -> str | None:
    """A hint with the key that an unknown key was probably meant to be. Keys are few and short, so two of them look
    alike by chance more often than names do. Hence a higher cutoff, or one key must begin with the other (lang for
    language)."""
    key = key.casefold()
    close = get_close_matches(key, free, n=1, cutoff=0.7)
    prefixes = [
        candidate
        for candidate in free
        if min(len(candidate), len(key)) > 2 and (candidate.startswith(key) or key.startswith(candidate))
    ]
    return next(map(_format_suggestion, [*close, *prefixes]), None)


def _suggest_inner_mapping(issue: _ValidationIssue) -> str | None:
    """A hint that the key belongs to a mapping inside this one."""
    if issue.schema is None:
        return None
    if (
        is_language(issue.key)
        and issue.schema.field_of("words")
        and not is_misspelt_key(issue.key, issue.schema.keys())
    ):
        return "it belongs under words:"
    keys, schema = issue.schema.keys(), issue.schema
    inner_keys = (key for key in keys if (inside := schema_at(schema, (key,))) and inside.field_of(issue.key))
    return next((f"it belongs under {key}:" for key in inner_keys), None)


def _suggest_outer_mapping(issue: _ValidationIssue) -> str | None:
    """A hint that the key belongs to a mapping around this one."""
    path = _find_parent_mapping(issue.path)
    while path:
        neighbor, path = path[-1], path[:-1]
        schema = schema_at(issue.document_schema, path)
        if isinstance(neighbor, str) and schema and schema.field_of(issue.key):
            return f"it belongs beside {neighbor}:, not inside it"
    return None


def _explain_missing_key(issue: _ValidationIssue) -> _Explanation:
    return f"'{issue.key}' is missing", _suggest_example(issue)


def _explain_not_one_of(issue: _ValidationIssue) -> _Explanation:
    value, allowed = str(issue.detail["input"]), re.findall(r"'([^']*)'", str(issue.context["expected"]))
    if not isinstance(issue.detail["input"], str):
        return _explain_wrong_kind(issue)
    return f"{quote_text(value)} is not one of: {', '.join(allowed)}", did_you_mean(
        value, allowed, _suggest_example(issue)
    )


def _explain_wrong_kind(issue: _ValidationIssue) -> _Explanation:
    value, expected = issue.detail["input"], _EXPECTED_KINDS.get(issue.detail["type"], "text")
    hint = None if _is_list_of_mappings(issue) else _suggest_value(value, expected)
    if issue.key == "ignore" and isinstance(value, str) and hint == f"write [{value}]":
        hint = f"write [{value}], or, if it is a shared list, {{list: {value}}}"
    hint = hint or _suggest_condition(issue) or _suggest_example(issue)
    return f"expected {expected}, found {_describe_kind(value)}", hint


def _is_list_of_mappings(issue: _ValidationIssue) -> bool:
    """Whether a list of mappings is expected, where text would be wrong too."""
    field = issue.schema.field_of(issue.key) if issue.schema else None
    return field is not None and schema_at(field.annotation, (0,)) is not None


def _suggest_condition(issue: _ValidationIssue) -> str | None:
    """A hint for words, or for a list of conditions, in the place of a condition."""
    path, value = issue.path, issue.detail["input"]
    is_list = issue.detail["type"] == "list_type"
    schema = schema_at(issue.document_schema, (*path, 0) if is_list else path)
    if schema is None or not schema.field_of("words") or not schema.field_of("any"):
        return None
    name = f"{issue.key}: " if isinstance(path[-1], str) else ""
    words = value if isinstance(value, list) else [value]
    if all(isinstance(word, str) for word in words):
        shown = ", ".join(words) if all(map(_PLAIN_WORDS.fullmatch, words)) else "..."
        condition = f"{{words: [{shown}]}}"
        return f"write {name}[{condition}]" if is_list else f"write {name}{condition}"
    if isinstance(value, list) and not is_list:
        return f"write {name}{{all: [...]}} if all of these must be met, or {name}{{any: [...]}} if one is enough"
    return None


def _suggest_value(value: object, expected: str) -> str | None:
    """A hint with the value that was probably meant, if it can be guessed."""
    match expected, value:
        case "a list", str() if "://" not in value and len(value) <= 40:
            dash_hint = ", or write a '-' before each" if " " in value and "," not in value else ""
            return "write a blank after each '-'" if value.startswith("-") else f"write [{value}]{dash_hint}"
        case "text", bool() | int() | float():
            return "put it in quotes"
        case "text", dict() if len(value) == 1:
            return "text that holds ': ' goes in quotes"
        case "text", [str()]:  # it is not quoted: it may be an address with a password
            return "write the text alone, not a list"
    return None


def _explain_too_few(issue: _ValidationIssue) -> _Explanation:
    minimum = issue.context["min_length"]
    if minimum == 1:
        return "this is empty", _suggest_example(issue)
    return f"at least {minimum} things belong here", "add another, or write this one without near"


def _explain_empty_text(issue: _ValidationIssue) -> _Explanation:
    return "this text is empty", _suggest_example(issue)


def _explain_too_many(issue: _ValidationIssue) -> _Explanation:
    return f"this takes at most {issue.context['max_length']} items", None


def _explain_too_small(issue: _ValidationIssue) -> _Explanation:
    return f"this must be at least {issue.context['ge']}", _suggest_example(issue)


def _explain_too_big(issue: _ValidationIssue) -> _Explanation:
    return f"this must be at most {issue.context['le']}", _suggest_example(issue)


def _explain_refusal(issue: _ValidationIssue) -> _Explanation:
    hint = issue.context["hint"]
    return str(issue.context["problem"]), None if hint is None else str(hint)


def _explain_other_error(issue: _ValidationIssue) -> _Explanation:
    return issue.detail["msg"], _suggest_example(issue)


_EXPECTED_KINDS = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": KEYS_WITH_VALUES,
    "float_type": "a number",
    "model_type": KEYS_WITH_VALUES,
    "int_type": "a whole number",
    "bool_type": "true or false",
}
_EXPLAINERS: dict[str, Callable[[_ValidationIssue], _Explanation]] = {
    **dict.fromkeys(_EXPECTED_KINDS, _explain_wrong_kind),
    "extra_forbidden": _explain_unknown_key,
    "missing": _explain_missing_key,
    "literal_error": _explain_not_one_of,
    "string_too_short": _explain_empty_text,
    "too_short": _explain_too_few,
    "too_long": _explain_too_many,
    "greater_than_equal": _explain_too_small,
    "less_than_equal": _explain_too_big,
    CUSTOM_ERROR: _explain_refusal,
}


def _describe_kind(value: object) -> str:
    """The type of a value, in words for somebody who does not program."""
    kinds = {dict: KEYS_WITH_VALUES, list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return kinds.get(type(value), "a number")


def _suggest_example(issue: _ValidationIssue) -> str | None:
    """A hint with the field's own example."""
    key = next((part for part in reversed((*issue.path, issue.key)) if isinstance(part, str)), "")
    field = issue.schema.field_of(issue.key if issue.schema.field_of(issue.key) else key) if issue.schema else None
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
