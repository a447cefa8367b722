"""Whether a title says that something is so, that it is not, or that it may come to be. Pure.

"Bank lifts rates", "Bank does not lift rates" and "Bank may lift rates" are three reports. The words are a closed class
in each language; a star at the end stands for all endings.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from monitor.stories.steps import pattern_of
from monitor.text.folding import fold

_NOT = """
not no never cannot "n't" nicht kein* nie pas ne aucun* jamais nunca ningun* non nao не нет нельзя ні немає
nie bez 안 않* 못* 없* 아니* 불발 무산 부결 기각 不 未 没 沒 拒 否 ない ません せず 否定 見送* 拒否
"""
_PERHAPS = """
may might could would likely expected forecast* planned plans soll* konnte* durfte* plant plane pourrait pourraient
devrait devraient podria* preve* planea* puede может могут мог* ожида* планир* намерен* возможн* може* очіку* планує
moze moga planuje zamierza 예정 전망 예상 검토 계획 가능성 추진 전망* 우려 将 將 或 拟 擬 计划 計劃 预计 預計 有望
可能 料 見通し 予定 検討 方針 可能性 恐れ おそれ
"""
_NEGATES, _EXPECTS = pattern_of(_NOT), pattern_of(_PERHAPS)


class Modality(StrEnum):
    """What a title says of what it reports beside that it is so."""

    NOT = "not"
    PERHAPS = "perhaps"


@lru_cache(maxsize=2_000)
def modality_of(title: str) -> frozenset[Modality]:
    """What a title says; nothing: that it is so."""
    folded = fold(title)
    found = ((Modality.NOT, _NEGATES), (Modality.PERHAPS, _EXPECTS))
    return frozenset(each for each, pattern in found if pattern.search(folded))
