"""What pydantic found wrong with a document -> faults in plain English, each at its line and column.

No value is quoted except short plain text that is no address: a fault must never show a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.shape import REFUSED, Shape, shape_at
from monitor.config.unbuilt import ELSEWHERE, KEYS, VALUES, not_yet
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


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """The closest known word as a question; where none is close, all of them as far as they fit."""
    words = list(known)
    if close := get_close_matches(word, words, n=1, cutoff=0.6):
        return f"did you mean '{close[0]}'?"
    if otherwise or not words:
        return otherwise
    return f"known are: {', '.join(words[:20])}" + (" ..." if len(words) > 20 else "")


# --- one error of pydantic --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wrong:
    """One error: its place in the file, the last key or index, and the shape that holds it."""

    detail: ErrorDetails
    where: Where
    key: str
    shape: type[Shape] | None

    @property
    def context(self) -> Mapping[str, object]:
        return self.detail.get("ctx", {})


def _fault(detail: ErrorDetails, shape: type[Shape], document: Document) -> Fault:
    where = _in_file(detail["loc"], document)
    missing = detail["type"] == "missing"
    last = str(detail["loc"][-1] if missing else where[-1]) if where or missing else ""
    around = where if missing and last not in where[-1:] else _holder(where)
    wrong = _Wrong(detail, where, last, shape_at(shape, around))
    at_key = detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",)
    place = document.key_place(where) if at_key else document.place(where)
    if at := detail.get("ctx", {}).get("at"):
        place = document.key_place((*where, *at))
    return Fault(place, *_SAID.get(detail["type"], _said_by_pydantic)(wrong))


def _in_file(loc: Where, document: Document) -> Where:
    """The place in the file, without the parts that pydantic adds (the branch of a union, "[key]")."""
    where: Where = ()
    for part in loc:
        if (*where, part) in document.values:
            where = (*where, part)
    return where


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
    if wrong.key in ELSEWHERE.get(called, ()):
        return f"'{wrong.key}' cannot stand here", ELSEWHERE[called][wrong.key]
    meant = did_you_mean(wrong.key, [*allowed, *unbuilt], did_you_mean(wrong.key, allowed)) or ""
    later = any(f"'{key}'" in meant for key in unbuilt)
    return f"I do not know {shown(wrong.key)}", f"{meant} (it is not built yet)" if later else meant or None


def _missing(wrong: _Wrong) -> _Said:
    return f"'{wrong.key}' is missing", _for_example(wrong)


def _not_one_of(wrong: _Wrong) -> _Said:
    value, allowed = str(wrong.detail["input"]), re.findall(r"'([^']*)'", str(wrong.context["expected"]))
    if not isinstance(wrong.detail["input"], str):
        return _wrong_kind(wrong)
    if wrong.shape and value in VALUES.get((wrong.shape.called, wrong.key), ()):
        return not_yet(value)[0], f"write one of: {', '.join(allowed)}"
    return f"{shown(value)} is not one of: {', '.join(allowed)}", did_you_mean(value, allowed, _for_example(wrong))


def _wrong_kind(wrong: _Wrong) -> _Said:
    value, wanted = wrong.detail["input"], _WANTED.get(wrong.detail["type"], "text")
    what = f"{_kind(value)} stands where {wanted} belongs"
    if wanted == "a list" and isinstance(value, str) and "://" not in value and len(value) <= 40:
        return what, f"write [{value}]"
    if wanted == "text" and isinstance(value, (bool, int, float)):
        return what, "put it in quotes"
    return what, _for_example(wrong)


def _too_few(wrong: _Wrong) -> _Said:
    least = wrong.context["min_length"]
    what = "this is empty" if least == 1 else f"this needs at least {least} items"
    return what, _for_example(wrong)


def _too_many(wrong: _Wrong) -> _Said:
    return f"this takes at most {wrong.context['max_length']} items", None


def _too_small(wrong: _Wrong) -> _Said:
    return f"this must be at least {wrong.context['ge']}", _for_example(wrong)


def _refused(wrong: _Wrong) -> _Said:
    meant = wrong.context["meant"]
    return str(wrong.context["what"]), None if meant is None else str(meant)


def _said_by_pydantic(wrong: _Wrong) -> _Said:
    return wrong.detail["msg"], _for_example(wrong)


_WANTED = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "int_type": "a whole number",
}
_SAID: dict[str, Callable[[_Wrong], _Said]] = {
    **dict.fromkeys(_WANTED, _wrong_kind),
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "literal_error": _not_one_of,
    "too_short": _too_few,
    "too_long": _too_many,
    "greater_than_equal": _too_small,
    REFUSED: _refused,
}


def _kind(value: object) -> str:
    """What a value is, to somebody who does not program."""
    kinds = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return kinds.get(type(value), "a number")


def _for_example(wrong: _Wrong) -> str | None:
    """An example of a right value, from the field's own."""
    key = next((part for part in reversed((*wrong.where, wrong.key)) if isinstance(part, str)), "")
    field = wrong.shape.field_of(wrong.key if wrong.shape.field_of(wrong.key) else key) if wrong.shape else None
    if field is None or not field.examples:
        return None
    name = field.alias or key
    return f"write, for example, '{name}: {_flow(field.examples[0])}'"


def _flow(value: object) -> str:
    """A value as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value)
