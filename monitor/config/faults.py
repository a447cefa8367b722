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

from monitor.config.shape import REFUSED, Shape, is_language, misspelt, shape_at
from monitor.config.syntax import FULL_WIDTH, wide_colon
from monitor.config.unbuilt import ELSEWHERE, KEYS, not_yet
from monitor.config.yaml12 import Document, Where, shown
from monitor.errors import Fault, Faulty

AnyShape = TypeVar("AnyShape", bound=Shape)
_Said = tuple[str, str | None]


def checked(shape: type[AnyShape], document: Document) -> AnyShape:
    """The document in its shape; raises Faulty with all that is wrong with it."""
    try:
        return shape.model_validate(document.data)
    except ValidationError as wrong:
        details = wrong.errors(include_url=False)
    raise Faulty([_fault(detail, shape, document) for detail in details])


@contextmanager
def noting(faults: list[Fault]) -> Iterator[None]:
    """What the body finds faulty is noted, and the others go on."""
    try:
        yield
    except Faulty as found:
        faults.extend(found.faults)
        found.__traceback__ = None  # else it and the frames that it passed hold each other, with all that was read


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """The closest known word as a question; where none is close, all of them as far as they fit."""
    words = list(known)
    if close := get_close_matches(word, words, n=1, cutoff=0.6):
        return _meant(close[0])
    return otherwise or _known_are(words)


def _meant(word: str) -> str:
    return f"did you mean '{word}'?"


def _known_are(words: Sequence[str]) -> str | None:
    return f"known are: {', '.join(words[:20])}" + (" ..." if len(words) > 20 else "") if words else None


# --- one error of pydantic --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wrong:
    """One error: its place in the file, the last key or index, the shape that holds it, and that of the document;
    `beside`: all keys of the mapping in which it stands."""

    detail: ErrorDetails
    path: Where
    key: str
    shape: type[Shape] | None
    document_schema: type[Shape]
    sibling_keys: Collection[str]

    @property
    def context(self) -> Mapping[str, object]:
        return self.detail.get("ctx", {})


def _fault(detail: ErrorDetails, shape: type[Shape], document: Document) -> Fault:
    where = _in_file(detail["loc"], document)
    missing = detail["type"] == "missing"
    last = str(detail["loc"][-1] if missing else where[-1]) if where or missing else ""
    around = where if missing and last not in where[-1:] else _holder(where)
    wrong = _Wrong(detail, where, last, shape_at(shape, around), shape, _keys_at(around, document))
    at_key = detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",)
    place = document.key_place(where) if at_key else document.place(where)
    if isinstance(inside := wrong.context.get("at"), tuple) and inside:
        place = document.key_place((*where, *inside))
    elif (colon := _colon_in_text(detail)) is not None:
        return Fault(replace(place, col=place.col + colon), *FULL_WIDTH)
    return Fault(place, *_SAID.get(detail["type"], _said_by_pydantic)(wrong))


def _colon_in_text(detail: ErrorDetails) -> int | None:
    """Where in a text that stands for a mapping, because its colon is none, that colon is."""
    is_text = isinstance(detail["input"], str) and _WANTED.get(detail["type"], "text") != "text"
    return wide_colon(detail["input"]) if is_text else None


def _in_file(loc: Where, document: Document) -> Where:
    """The place in the file, without the parts that pydantic adds (the branch of a union, "[key]")."""
    where: Where = ()
    for part in loc:
        if (*where, part) in document.value_positions:
            where = (*where, part)
    return where


def _keys_at(where: Where, document: Document) -> Collection[str]:
    data = document.data
    for part in where:
        data = data[part]  # type: ignore[index]  # it is a place of the document
    return data.keys() if isinstance(data, dict) else ()


def _holder(where: Where) -> Where:
    """The mapping that holds the value: items of lists belong to their list's key."""
    while where and isinstance(where[-1], int):
        where = where[:-1]
    return where[:-1]


def _unknown_key(wrong: _Wrong) -> _Said:
    called, allowed = (wrong.shape.called, wrong.shape.keys()) if wrong.shape else ("", ())
    unbuilt = KEYS.get(called, ())
    if wrong.key in unbuilt:
        return not_yet(wrong.key)
    if elsewhere := ELSEWHERE.get(called, {}).get(wrong.key) or _further_in(wrong) or _further_out(wrong):
        return f"'{wrong.key}' cannot stand here", elsewhere
    otherwise = None if re.fullmatch("[a-z_]*", wrong.key) else "text that holds ': ' goes in quotes"
    free = [key for key in (*allowed, *unbuilt) if key not in wrong.sibling_keys]
    meant = _nearest_key(wrong.key, free) or otherwise or _known_are(allowed) or ""
    later = any(f"'{key}'" in meant for key in unbuilt)
    return f"I do not know {shown(wrong.key)}", f"{meant} (it is not built yet)" if later else meant or None


def _nearest_key(key: str, free: Sequence[str]) -> str | None:
    """What a key that nobody knows was to be. Keys are few and short, and by chance as near as names may be: it must be
    nearer, or one begin the other (lang for language)."""
    close = get_close_matches(key, free, n=1, cutoff=0.7)
    begun = [each for each in free if min(len(each), len(key)) > 2 and (each.startswith(key) or key.startswith(each))]
    return next(map(_meant, [*close, *begun]), None)


def _further_in(wrong: _Wrong) -> str | None:
    """The mapping inside this one to which the key belongs."""
    if wrong.shape is None:
        return None
    if is_language(wrong.key) and wrong.shape.field_of("words") and not misspelt(wrong.key, wrong.shape.keys()):
        return "it belongs under words:"
    keys, shape = wrong.shape.keys(), wrong.shape
    under = (key for key in keys if (inside := shape_at(shape, (key,))) and inside.field_of(wrong.key))
    return next((f"it belongs under {key}:" for key in under), None)


def _further_out(wrong: _Wrong) -> str | None:
    """The mapping around this one to which the key belongs."""
    where = _holder(wrong.path)
    while where:
        beside, where = where[-1], where[:-1]
        shape = shape_at(wrong.document_schema, where)
        if isinstance(beside, str) and shape and shape.field_of(wrong.key):
            return f"it belongs beside {beside}:, not inside it"
    return None


def _missing(wrong: _Wrong) -> _Said:
    return f"'{wrong.key}' is missing", _for_example(wrong)


def _not_one_of(wrong: _Wrong) -> _Said:
    value, allowed = str(wrong.detail["input"]), re.findall(r"'([^']*)'", str(wrong.context["expected"]))
    if not isinstance(wrong.detail["input"], str):
        return _wrong_kind(wrong)
    return f"{shown(value)} is not one of: {', '.join(allowed)}", did_you_mean(value, allowed, _for_example(wrong))


def _wrong_kind(wrong: _Wrong) -> _Said:
    value, wanted = wrong.detail["input"], _WANTED.get(wrong.detail["type"], "text")
    meant = None if _of_mappings(wrong) else _as_wanted(value, wanted)
    if wrong.key == "ignore" and isinstance(value, str) and meant == f"write [{value}]":
        meant = f"write [{value}], or, if it is a shared list, {{list: {value}}}"
    return f"{_kind(value)} stands where {wanted} belongs", meant or _for_example(wrong)


def _of_mappings(wrong: _Wrong) -> bool:
    """Whether the list that belongs there is one of mappings, where text would be wrong too."""
    field = wrong.shape.field_of(wrong.key) if wrong.shape else None
    return field is not None and shape_at(field.annotation, (0,)) is not None


def _as_wanted(value: object, wanted: str) -> str | None:
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


def _too_few(wrong: _Wrong) -> _Said:
    least = wrong.context["min_length"]
    if least == 1:
        return "this is empty", _for_example(wrong)
    return f"at least {least} things must stand here", "add another, or write this one without near"


def _empty(wrong: _Wrong) -> _Said:
    return "this text is empty", _for_example(wrong)


def _too_many(wrong: _Wrong) -> _Said:
    return f"this takes at most {wrong.context['max_length']} items", None


def _too_small(wrong: _Wrong) -> _Said:
    return f"this must be at least {wrong.context['ge']}", _for_example(wrong)


def _too_big(wrong: _Wrong) -> _Said:
    return f"this must be at most {wrong.context['le']}", _for_example(wrong)


def _refused(wrong: _Wrong) -> _Said:
    meant = wrong.context["meant"]
    return str(wrong.context["what"]), None if meant is None else str(meant)


def _said_by_pydantic(wrong: _Wrong) -> _Said:
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
_SAID: dict[str, Callable[[_Wrong], _Said]] = {
    **dict.fromkeys(_WANTED, _wrong_kind),
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _not_one_of,
    "string_too_short": _empty,
    "too_short": _too_few,
    "too_long": _too_many,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_big,
    REFUSED: _refused,
}


def _kind(value: object) -> str:
    """What a value is, to somebody who does not program."""
    kinds = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return kinds.get(type(value), "a number")


def _for_example(wrong: _Wrong) -> str | None:
    """An example of a right value, from the field's own."""
    key = next((part for part in reversed((*wrong.path, wrong.key)) if isinstance(part, str)), "")
    field = wrong.shape.field_of(wrong.key if wrong.shape.field_of(wrong.key) else key) if wrong.shape else None
    if field is None or not field.examples:
        return None
    name = field.alias or key
    return f"write, for example, '{name}: {flow(field.examples[0])}'"


def flow(value: object) -> str:
    """A value as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
