"""Finds words that make a report another step: a further happening of the same kind, or its end. Pure.

"Declares outbreak" and "declares end of outbreak" differ by a small word, and so do "fires missile" and "fires new
missile". The words are a closed class in each language; a star at the end stands for any ending.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.languages import collect_words
from monitor.text.folding import fold
from monitor.text.record import normalize_text

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # kana and Han


def compile_words(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the words. In Hangul any ending may follow, because particles are attached."""
    forms = []
    for word in map(fold, words):
        escaped = re.escape(word.rstrip("*"))
        any_ending = word.endswith("*") or "가" <= word[0] <= "힣"
        forms.append(escaped if _UNSPACED.match(word) else rf"\b{escaped}" + ("" if any_ending else r"\b"))
    return re.compile("|".join(forms))


_STEP_WORD = compile_words(collect_words(lambda language: (*language.further_steps, *language.last_steps)))


def has_step_words(text: str) -> bool:
    """Whether a text has words for a further or a last step. Capitalised words are names: New York, Neustadt."""
    without_names = " ".join(word for word in normalize_text(text).split() if not word[0].isupper())
    return _STEP_WORD.search(fold(without_names)) is not None
