"""Which languages a text clearly is not, judged from the text itself.

Only languages that share a script need telling apart; in doubt nothing is ruled out, because a wrong guess must never
silence a rule. What a feed declares is not asked here.
"""

from __future__ import annotations

from monitor.text.scripts import HAN, KANA

_JAPANESE_SHARE = 0.10  # kana among Han and kana; Chinese prose quotes a brand or a の now and then, Japanese has > 0.3
_CHINESE_LENGTH = 40  # so many Han characters without a single kana are not Japanese prose


def ruled_out(text: str) -> frozenset[str]:
    """The languages (primary subtags) that `text` clearly is not, among those that share its script."""
    kana = len(KANA.findall(text))
    han = len(HAN.findall(text))
    if kana and kana >= _JAPANESE_SHARE * (han + kana):
        return frozenset({"zh"})
    if not kana and han >= _CHINESE_LENGTH:
        return frozenset({"ja"})
    return frozenset()
