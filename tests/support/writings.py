"""Words in many scripts, and the guises in which texts have them: what generated rules and articles are made of.

The words are few and alike: they overlap, touch, and nearly are each other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Writing:
    """How texts are written in one script: words as rules have them, small words for all else, and what joins them.

    `heads` and `tails` are what is glued to a word now and then.
    """

    languages: tuple[str, ...]
    words: tuple[str, ...]
    small: tuple[str, ...]
    gap: str = " "
    ends: tuple[str, ...] = (". ", "! ", "? ", ".” ", "… ")
    heads: tuple[str, ...] = ("anti", "x")
    tails: tuple[str, ...] = ("s", "x")


def listed(words: str) -> tuple[str, ...]:
    """The words between the commas."""
    return tuple(words.split(", "))


_WIDE_ENDS = ("。", "！", "？", "。」", "!")
WRITINGS = {
    "Latin": Writing(
        listed("en, de, any"),
        listed(
            "missile, missile*, North Korea, Korea, north, fired, *fire, live-fire, Café, Łódź, U.S., US, Straße, Lee, "
            "President Lee, naïve, İzmir, launch*, Sea of Japan, ﬁle*, don't"
        ),
        listed("the, not, said, minister, denied, Town, of, us, a, 2026, naive, izmir, no, Seoul"),
    ),
    "Cyrillic": Writing(
        listed("ru, uk, any"),
        listed(
            "ракета, ракет*, Северн* Коре*, Северная Корея, Корея, КНДР, запуст*, ещё, Сеул, *пуск, Ли, президент Ли, "
            "С-300, Йемен, *ядерн*"
        ),
        listed("не, и, в, министр, город, сказал, отрицает, ли, еще, это, из, КНДР-1"),
        tails=("ы", "у"),
    ),
    "Simplified": Writing(
        listed("zh, zh-Hans, any, ja"),
        listed("朝鲜, 导弹, 弹道导弹, 发射, 朝鲜半岛, 台湾, 北, 平壤, 军演, 李, 李总统, THAAD, 后"),
        listed("未, 不, 的, 在, 部长, 了, 说, 岛, 城, 一, 半, 美国, 总, 鲜"),
        gap="",
        ends=_WIDE_ENDS,
        tails=("的", "A"),
    ),
    "Traditional": Writing(
        listed("zh, zh-Hant, any, ja"),
        listed("朝鮮, 北韓, 飛彈, 彈道飛彈, 發射, 臺灣, 台灣, 軍演, 李, 總統, 李總統, THAAD, 後, 環台"),
        listed("未, 不, 的, 在, 部長, 了, 說, 島, 城, 一, 灣, 美國, 總, 鮮"),
        gap="",
        ends=_WIDE_ENDS,
        tails=("的", "A"),
    ),
    "Japanese": Writing(
        listed("ja, any, zh"),
        listed("北朝鮮, 朝鮮, ミサイル, 弾道ミサイル, 発射, カフェ, サイル, 李, 李大統領, ソウル, ｶﾞｽ, 京都, 防衛*"),
        listed("の, が, を, 東, 都, しない, 大臣, は, と, で, 市, ・, ー, 府"),
        gap="",
        ends=_WIDE_ENDS,
        tails=("の", "A"),
    ),
    "Hangul": Writing(
        listed("ko, any"),
        listed("북한, 북, 미사일, *미사일, 탄도미사일, 발사*, 이 대통령, 대통령, 김정은, 사드, THAAD 배치, 서울"),
        listed("안, 장관, 말했다, 시, 이, 북한산, 그, 등, 않았다, 아니다, 미국이, 탄도, 은"),
        tails=("이", "은", "을", "에서는", "의", "산", "했다", "로의"),
    ),
    "Thai": Writing(
        listed("th, any"),
        listed("เกาหลี, เกาหลีเหนือ, ขีปนาวุธ, ยิง, โซล, ลี, ประธานาธิบดีลี, ไทย, F-16, เหนือ"),
        listed("ไม่, ที่, ใน, รัฐมนตรี, เมือง, และ, ว่า, ของ, นี้, ใต้"),
        gap="",
        ends=(" ", ". ", "\n"),
        tails=("ๆ", "A"),
    ),
    "Arabic": Writing(
        listed("ar, fa, any"),
        listed("صاروخ, كوريا, كوريا الشمالية, أطلق*, سيول, لي, الرئيس لي, صواريخ, إيران, نووي*"),
        listed("لا, في, من, وزير, قال, مدينة, هذا, على, نفى, ايران"),
        heads=("ال", "و", "بال", "ات"),
        tails=("ات", "ي"),
    ),
    "letters": Writing(  # no script at all: so few that everything is inside, beside and near everything
        listed("any, en"),
        listed("a, b, c, a b, b c, c a, a b c, c b a, a a b b, 北, 北南, a 北, 北 a b c, 南 b, b c 北 a b, a*, *b"),
        listed("a, b, c, d, 北, 南"),
    ),
}

_INVISIBLE = "\u00ad\u200b\u2060"
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code).isalnum()}
_SWAPS = str.maketrans("朝鲜鮮导彈弹飞發发湾灣台臺军軍", "朝鮮鲜導弹彈飛发發灣湾臺台軍军")


def _seamed(text: str, chance: Random) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + chance.choice(_INVISIBLE) + text[place:]


GUISES: tuple[Callable[[str, Random], str], ...] = (
    lambda text, _: text.upper(),
    lambda text, _: text.lower(),
    lambda text, _: text.title(),
    lambda text, _: text.translate(_WIDE),
    lambda text, _: text.translate(_SWAPS),
    lambda text, _: unicodedata.normalize("NFD", text),
    lambda text, _: "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f"),
    lambda text, chance: "".join(chance.choice([c.upper(), c.lower()]) for c in text),
    _seamed,
    lambda text, _: f"“{text}”",
)
