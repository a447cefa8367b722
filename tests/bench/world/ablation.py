"""Signals of identity that can be switched off by name, to measure what each of them is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from importlib import import_module

from monitor.stories.verdicts import FactComparison, FactKind, Verdict

_ROOM = "monitor.stories"


def _answer(value: object) -> Callable[..., object]:
    """A function that gives this value, whatever it is called with."""
    return lambda *_, **__: value


def _unknown(kind: FactKind) -> Callable[..., object]:
    return _answer(FactComparison(kind, Verdict.UNKNOWN))


# By name: what finds the signal (module, name), and what takes its place.
SIGNALS: dict[str, dict[tuple[str, str], object]] = {
    "places": {("article_comparison", "compare_places"): _unknown(FactKind.PLACE)},
    "names": {("article_comparison", "compare_names"): _unknown(FactKind.NAME)},
    "numbers": {("article_comparison", "_compare_numbers"): _unknown(FactKind.NUMBER)},
    "days": {("article_comparison", "_compare_days"): _unknown(FactKind.DAY)},
    "kinds": {("article_comparison", "compare_happenings"): _unknown(FactKind.HAPPENING)},
    "wording": {("article_comparison", "compare_wording"): _unknown(FactKind.WORDING)},
    "modality": {("template_comparison", "modality_of"): _answer("")},
    "steps": {("template_comparison", "has_step_words"): _answer(False)},
    "reversed-order": {("template_comparison", "_find_reversed_order"): _answer(None)},
    "reordered-words": {("template_comparison", "find_reordered_words"): _answer(None)},
    "next-in-series": {("template_comparison", "find_distinguishing_addition"): _answer(None)},
    "other-modifier": {("template_comparison", "_has_other_modifier"): _answer(False)},
    "sounds": {("name_comparison", "sound_of"): _answer(None)},
    "known-persons": {("name_comparison", "_find_unshared_person"): _answer("")},
    "unshared-names": {("name_comparison", "_find_unshared_name"): _answer("")},
    "unknown-places": {("place_comparison", "find_unknown_place"): _answer("")},
    "second-place": {("place_comparison", "_find_title_only_place"): _answer(None)},
    "one-sided-series": {("article_comparison", "_find_one_sided_series"): _answer(None)},
    "copies": {("article_comparison", "measure_copied_share"): _answer((0.0, 0))},
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
