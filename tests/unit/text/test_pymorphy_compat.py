"""The dictionary of pymorphy3 is freed without the garbage collector, and would not be without our help."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import ref

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


def test_that_is_still_needed() -> None:
    """The words of an analyzer that nobody refers to live until garbage is collected."""
    with no_collector():
        analyzer = MorphAnalyzer(lang="ru")
        words = ref(analyzer.dictionary.words)
        del analyzer
        kept = words() is not None
    assert kept, "pymorphy3 frees its dictionaries by itself: remove release_russian_analyzer"
