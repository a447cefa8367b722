"""Signals of identity that can be switched off by name, to measure what each of them is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from importlib import import_module

from monitor.identity.compare import FactComparison, FactKind, Verdict

_ROOM = "monitor.identity"


def _answer(value: object) -> Callable[..., object]:
    """A function that gives this value, whatever it is called with."""
    return lambda *_, **__: value


def _unknown(kind: FactKind) -> Callable[..., object]:
    return _answer(FactComparison(kind, Verdict.UNKNOWN))


# By name: what finds the signal (module, name), and what takes its place.
SIGNALS: dict[str, dict[tuple[str, str], object]] = {
    "places": {("compare", "compare_places"): _unknown(FactKind.PLACE)},
    "names": {("compare", "compare_names"): _unknown(FactKind.NAME)},
    "numbers": {("compare", "compare_numbers"): _unknown(FactKind.NUMBER)},
    "wording": {("compare", "compare_wording"): _unknown(FactKind.WORDING)},
    "copies": {("compare", "is_copy"): _answer(False)},
    "gaps": {("decide", "_has_gap"): _answer(False)},
    "new-places": {("decide", "find_scenes"): _answer([])},
    "new-series": {("decide", "find_series_number"): _answer(None)},
    "topic-words": {("events", "RuleArticle.has_topic_words"): property(_answer(False))},
    "busy-rules": {("events", "_is_busy"): _answer(False)},
}


def switch_off(signals: Iterable[str]) -> None:
    """Switch these signals off, in this process. Raises AttributeError where the code no longer has one of them."""
    for signal in signals:
        for (module, path), substitute in SIGNALS[signal].items():
            *outer, name = path.split(".")
            owner = reduce(getattr, outer, import_module(f"{_ROOM}.{module}"))
            getattr(owner, name)
            setattr(owner, name, substitute)
