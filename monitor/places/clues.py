"""Words next to a name that show that it is a place, or that it is none, in several languages."""

from __future__ import annotations

import re

from monitor.languages import LANGUAGES, join_patterns
from monitor.text.attribution import SAYS

KANA, HAN, HANGUL, THAI = "\u3040-\u30ff", "\u3400-\u9fff", "\uac00-\ud7a3", "\u0e00-\u0e7f"


def _build_alternation(words: str, *, between: str = "/") -> str:
    """A pattern for any of the words between the slashes. The words may contain patterns."""
    return "(?:" + "|".join(word.strip() for word in words.replace("\n", between).split(between) if word.strip()) + ")"


BEFORE_PLACE = re.compile(rf"(?:^|\W)(?:{join_patterns(lambda language: language.places.before)})\s+$", re.IGNORECASE)
AFTER_PLACE = re.compile(
    rf"\s+(?:{join_patterns(lambda language: language.places.after if language.has_word_edges else '')})\b"
)
WHERE_IT_IS = re.compile(r"(?:,| \() ?([A-Z][\w-]+)")  # Mobile, Alabama

_KOREAN = LANGUAGES["ko"].places
DENSE_AFTER_PLACE = re.compile(
    rf"(?:·[{HANGUL}]+)?=|(?:{_KOREAN.after})(?![{HANGUL}])|[시군구도][{HANGUL} ]"
    "|[県市府都州省沖冲港区町村郡で発駅]|地裁|地検|空港|知事|近郊"
)

# A capital before one of these words means its government: verbs of speech and policy in headlines.
_GOVERNS = join_patterns(lambda language: language.places.governs)
# The same at the end of a sentence: ", says Tokyo"; and after another place: "North Korea fires missile - Tokyo".
SAID_BY = re.compile(rf"[,;]\s+(?:(?x:{SAYS})|{_GOVERNS})\s+$", re.IGNORECASE)
SIGN_BEFORE = re.compile(r"(?:\s(?:--?|[–—])|:)\s+$")
ENDS_THERE = re.compile(r"\s*(?:$|[.;\n])")
GOVERNS = re.compile(rf"\s+(?:{_GOVERNS})(?!\w)", re.IGNORECASE)
MODALS = frozenset(["Will", "May"])
"""Verbs that begin a question or a wish, and are also given names: Will Tehran answer?"""

# An organisation with the name of a city is not that place: a club, a newspaper, a university.
_CLUBS_BEFORE = """
Real/FC/AC/AS/SC/SV/VfB/VfL/CF/CD/CA/RC/RB/BK/IF/FK/HC/HK/KK/TSG/Atl[eé]tico/Sporting/Dynamo/Dinamo/Spartak/Lokomotiv
Borussia/Bayer/Eintracht/Hertha/Olympique/Olympiakos/Inter/Racing/Deportivo/Athletic/Legia/Lech/Slavia/Sparta
University of/Bank of/Universit(?:y|é|à|ät) (?:de|di|of)/Динамо/Спартак/Локомотив/Зенит/Шахт[её]р
"""
_ORGANISATIONS_AFTER = """
United/Wanderers/Rovers/Albion/Hotspur/Athletic/FC/CF/SC/Rangers/Celtic/Times/Post/Tribune/Herald/Journal/Chronicle/Globe
Gazette/Examiner/Inquirer/Daily/Mail/Marathon/University/College/Orchestra/Philharmonic/Symphony
"""
# Nor is a building or a street with the name of a city: Hyderabad House is in Delhi, Oxford Street in London. Before
# another capital, "House" is a common word: Boston House Fire.
AFTER_BUILDING = re.compile(r"\s+(?:House|Street|Road|Avenue|Boulevard)\b(?![ \u00a0][A-ZÀ-Þ])")
# A city has no article. With an article before and a plural after, it is part of a club's name (the Chicago Bulls).
ARTICLE_BEFORE = re.compile(r"\b(?:the|die|les|los|gli)[ \u00a0]$", re.IGNORECASE)
PLURAL_AFTER = re.compile(r"[ \u00a0][A-ZÀ-Þ][^\W\d_]+(?<!s)s\b")
BEFORE_ORGANISATION = re.compile(rf"\b{_build_alternation(_CLUBS_BEFORE)}\s+$")
AFTER_ORGANISATION = re.compile(rf"\s+{_build_alternation(_ORGANISATIONS_AFTER)}\b")

# What Korean attaches to a place that is still a place: an office, a building, a part and so on. One syllable counts
# only at the end of a word, or before a particle.
KOREAN_ENDS = frozenset(_KOREAN.endings)
KOREAN_HEADS = re.compile(_KOREAN.heads)

# A state as one character: before an office (美防长, 米大統領), as a side (泰方), or alone in Hangul (美 국방부).
_OFFICES = """
总统/副总统/大统领/大統領/副大統領/首相/总理/总書記/外长/外相/防长/防卫/防衛/财长/财政/財務/国防/国务/国務/外交/外务/外務
政府/当局/军/軍/海军/空军/陆军/海警/海岸/警方/警察/检方/法院/法务/官员/高官/议员/议会/国会/上院/下院/参议/众议/媒/メディア
紙/大使/使馆/特使/央行/专家/智库/战机/舰/潜艇/航母/企业/企業/公司/股/商务/司法/男子/女子/公民/国家/联邦/連邦/中央银行
连任/大选/大選/州/国債/国债/中銀/連銀/情报/中情局
"""
OFFICE = re.compile(_build_alternation(_OFFICES))
SIDE = re.compile("方(?![面便式向案法才可能程位块针言])")
SURE_SIDES = frozenset("澳美韩俄菲越泰乌缅柬")
"""States with which 方 has no other meaning. Others have: 其中方, 近日方, 立法方, 以方."""
ONLY_KOREAN = frozenset("青")  # the Blue House
CLAUSE = frozenset("与和同对遭向访驻由及获前新让令受被是据")  # a word begins after these
KOREAN_OFFICE = re.compile(f",? ?(?:{_KOREAN.offices})")

DATELINE = re.compile(r",? *\(|, [A-Z][a-z]+\.? \d|, [A-Z][a-z]+ [(—–-]|/[A-Z]{4,}| [—–-]")
KOREAN_DATELINE = re.compile(f"(?:·[{HANGUL}·]+)?=")
AGENCY_BEFORE = re.compile("(?:【|新华社|中新社|中新网|人民网|中央社)$")
