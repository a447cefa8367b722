"""The dictionary of pymorphy3 is freed without the garbage collector, and would not be without our help."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import ref

import pytest
from pymorphy3 import MorphAnalyzer

from monitor.text.pymorphy_compat import load_russian_analyzer, release_russian_analyzer


@contextmanager
def no_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_what_was_released_is_gone() -> None:
    """What is big in it: the words, how they are inflected, and the endings of words that it does not know."""
    release_russian_analyzer()
    with no_collector():
        dictionary = load_russian_analyzer().dictionary
        parts = [ref(dictionary.words), ref(dictionary.paradigms[0]), ref(dictionary.prediction_suffixes_dawgs[0])]
        del dictionary
        release_russian_analyzer()
        kept = [part() for part in parts if part() is not None]
    assert kept == [], "pymorphy3 keeps these in another way: see pymorphy_compat.py"


def test_another_one_works_after_that() -> None:
    """Nothing that two analyzers share is emptied."""
    load_russian_analyzer()
    release_russian_analyzer()
    assert load_russian_analyzer().parse("ракеты")[0].normal_form == "ракета"


@pytest.mark.parametrize(
    "word", ["ракеты", "Ким", "Чен-Ын", "что-нибудь", "по-корейски", "ракетоносцы-невидимки", "25-й"]
)
def test_results_are_cached_and_cannot_be_changed(word: str) -> None:
    """They are those of pymorphy3: all readings of a word, and all forms of each."""
    plain, cached = MorphAnalyzer(lang="ru"), load_russian_analyzer()
    readings = cached.parse(word)
    assert readings is cached.parse(word)
    assert isinstance(readings, tuple)
    assert list(map(str, readings)) == list(map(str, plain.parse(word)))
    for reading, expected in zip(readings, plain.parse(word), strict=True):
        assert isinstance(reading.lexeme, tuple)
        assert list(map(str, reading.lexeme)) == list(map(str, expected.lexeme))
        assert str(reading.inflect({"gent"})) == str(expected.inflect({"gent"}))


def test_that_is_still_needed() -> None:
    """The words of an analyzer that nobody refers to live until garbage is collected."""
    with no_collector():
        analyzer = MorphAnalyzer(lang="ru")
        words = ref(analyzer.dictionary.words)
        del analyzer
        kept = words() is not None
    assert kept, "pymorphy3 frees its dictionaries by itself: remove release_russian_analyzer"
