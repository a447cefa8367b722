"""Finds out whether a title states a fact, denies it, or calls it possible. Pure.

"Bank lifts rates", "Bank does not lift rates" and "Bank may lift rates" are three reports. The words are a closed class
in each language; a star at the end stands for any ending.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from monitor.stories.steps import pattern_of
from monitor.text.folding import fold

_NOT = {
    "en": "not no never cannot isn't aren't wasn't weren't don't doesn't didn't won't can't couldn't hasn't haven't",
    "de": "nicht kein* nie",
    "fr": "pas ne aucun* jamais",
    "es": "no nunca ningun*",
    "it": "non",
    "pt": "nao",
    "ru": "не нет нельзя",
    "uk": "не немає",
    "pl": "nie",
    "ko": "안 않* 못* 없* 아니* 불발 무산 부결 기각",
    "zh": "不 未能 未获 未經 未经 尚未 并未 並未 没有 沒有 无法 無法 拒绝 拒絕 否认 否認 否决 否決",
    "ja": "ない ません せず 否定 見送* 拒否",
}
_PERHAPS = {
    "en": "may might could would likely expected forecast* planned plans",
    "de": "soll* konnte* durfte* plant",
    "fr": "pourrait pourraient devrait devraient",
    "es": "podria* preve* planea* puede",
    "ru": "может могут мог* ожида* планир* намерен* возможн*",
    "uk": "може* очіку* планує",
    "pl": "moze moga planuje zamierza",
    "ko": "예정 전망 예상 검토 계획 가능성 추진 우려",
    "zh": "将 將 拟 擬 计划 計劃 预计 預計 有望 可能",
    "ja": "見通し 予定 検討 方針 可能性 恐れ おそれ",
}
_NO_MODALITY = re.compile(r"\bMay\b|\b[Nn]o\.? ?(?=\d)")  # the month May, and "No. 5"


class Modality(StrEnum):
    """How a title qualifies what it reports."""

    NOT = "not"
    PERHAPS = "perhaps"


_WORDS = {
    Modality.NOT: {language: pattern_of(words) for language, words in _NOT.items()},
    Modality.PERHAPS: {language: pattern_of(words) for language, words in _PERHAPS.items()},
}


@lru_cache(maxsize=2_000)
def modality_of(title: str, language: str) -> frozenset[Modality]:
    """The modalities of a title. Empty if it states a fact, or if its language is not known or has no words here."""
    folded = fold(_NO_MODALITY.sub(" ", title))
    patterns = ((modality, by_language.get(language)) for modality, by_language in _WORDS.items())
    return frozenset(modality for modality, pattern in patterns if pattern is not None and pattern.search(folded))
