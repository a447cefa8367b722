"""Words next to a name that show that it is a place, or that it is none, in several languages."""

from __future__ import annotations

import re

from monitor.text.attribution import SAYS

KANA, HAN, HANGUL, THAI = "\u3040-\u30ff", "\u3400-\u9fff", "\uac00-\ud7a3", "\u0e00-\u0e7f"


def _build_alternation(words: str, *, between: str = "/") -> str:
    """A pattern for any of the words between the slashes. The words may contain patterns."""
    return "(?:" + "|".join(word.strip() for word in words.replace("\n", between).split(between) if word.strip()) + ")"


_BEFORE = """
in/near/off/outside/around/across/from/to/at/of/toward/towards/over
city of/town of/port of/province of/state of/county of
bei/nahe/aus/nach/Stadt/près de/à/de/dans/vers/ville de/en/cerca de/desde/hacia/ciudad de/a/vicino a
da/nel/nella/città di/em/perto de/cidade de/w/we/pod/koło/z/do
"""
_AFTER = """
city/town/province/state/county/district/region/prefecture/airport/port/harbou?r/island/bay/beach/valley/suburb/area
metro/police/mayor/residents?/hospital/court/zoo/officials
"""
BEFORE_PLACE = re.compile(rf"(?:^|\W){_build_alternation(_BEFORE)}\s+$", re.IGNORECASE)
AFTER_PLACE = re.compile(rf"\s+{_build_alternation(_AFTER)}\b")
WHERE_IT_IS = re.compile(r"(?:,| \() ?([A-Z][\w-]+)")  # Mobile, Alabama

_DENSE = """
시/군/구/도/항/역/섬/에서/서/에/시장/시청/군수/경찰/소방/해경/지검/지법/지역/공항/앞바다/북쪽/남쪽/동쪽/서쪽
"""
DENSE_AFTER_PLACE = re.compile(
    rf"(?:·[{HANGUL}]+)?=|{_build_alternation(_DENSE)}(?![{HANGUL}])|[시군구도][{HANGUL} ]"
    "|[県市府都州省沖冲港区町村郡で発駅]|地裁|地検|空港|知事|近郊"
)

# A capital before one of these words means its government: verbs of speech and policy in headlines.
_GOVERNS = """
says/rejects/vows/urges/warns/condemns/denies/accuses/demands/threatens/insists/summons/calls for/calls on/agrees
refuses/slams/blames/pledges/recogni[sz]es/retaliates/imposes/expels/backs/seeks/wants/considers
warnt/fordert/droht/verurteilt/kritisiert/weist/lehnt/begrüßt/bestreitet/dementiert/beschuldigt/verspricht
dit/condamne/rejette/menace/accuse/exige/appelle/dément/refuse/avertit/dénonce/promet
dice/rechaza/condena/advierte/amenaza/acusa/exige/niega/pide/denuncia/promete
заявляет/заявила/заявил/заявило/призвала?/призывает/обвинила?/обвиняет/отвергла?/отвергает/осудила?/осуждает
предупредила?/предупреждает/пригрозила?/грозит/требует/потребовала?/опровергла?/опровергает/отказалась/отказался
mówi/odrzuca/potępia/ostrzega/grozi/oskarża/żąda/wzywa/zaprzecza/odmawia
"""
# The same at the end of a sentence: ", says Tokyo".
SAID_BY = re.compile(rf"[,;]\s+(?:(?x:{SAYS})|{_build_alternation(_GOVERNS)})\s+$", re.IGNORECASE)
ENDS_THERE = re.compile(r"\s*(?:$|[.;\n])")
GOVERNS = re.compile(rf"\s+{_build_alternation(_GOVERNS)}(?!\w)", re.IGNORECASE)
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
# A city has no article. With an article before and a plural after, it is part of a club's name (the Chicago Bulls).
ARTICLE_BEFORE = re.compile(r"\b(?:the|die|les|los|gli)[ \u00a0]$", re.IGNORECASE)
PLURAL_AFTER = re.compile(r"[ \u00a0][A-ZÀ-Þ][^\W\d_]+(?<!s)s\b")
BEFORE_ORGANISATION = re.compile(rf"\b{_build_alternation(_CLUBS_BEFORE)}\s+$")
AFTER_ORGANISATION = re.compile(rf"\s+{_build_alternation(_ORGANISATIONS_AFTER)}\b")

# What Korean attaches to a place that is still a place: an office, a building, a part and so on. One syllable counts
# only at the end of a word, or before a particle.
KOREAN_ENDS = frozenset("시군구도주현성항역만섬발산행형전인어계측해서체민식제왕군강")
_KOREAN_HEADS = """
인들/시장/시청/시의회/시민/시당/시내/도지사/도청/도민/도당/군수/구청/지사/지역/지방/지검/지법/경찰/공항/대교/에서/정부/대통령
총리/외무/외교/국방/당국/대사/국적/남부/북부/동부/서부/중부/앞바다/인근/근처/일대/도심/출신/주재/소방/해경/세관/시립/대학
국립/노동/민족/법원/교도소/병원/공장/사업장/물류센터/발전소/원전/캠퍼스/본사/고속도로/항만/산업/공단/시교육/교육청/도교육/본부/고법/신항/북항/해역
"""
KOREAN_HEADS = re.compile(_build_alternation(_KOREAN_HEADS))

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
_KOREAN_OFFICES = """
국방/외교/외무/외상/대통령/총리/정부/의회/상원/하원/연준/재무/국무/백악관/법무/언론/매체/해군/공군/육군/군
당국/법원/대법/증시/경찰/상무/관세/특사/정상/탄도/미사일/핵/도발/발사/동해/서해/노동신문/주민/병사/해킹/무인기/군인/총격/항모/전문가
연방/민주당/공화당/대선/협상/제재/압박/자위대
"""
KOREAN_OFFICE = re.compile(f",? ?{_build_alternation(_KOREAN_OFFICES)}")

DATELINE = re.compile(r",? *\(|, [A-Z][a-z]+\.? \d|, [A-Z][a-z]+ [(—–-]|/[A-Z]{4,}| [—–-]")
KOREAN_DATELINE = re.compile(f"(?:·[{HANGUL}·]+)?=")
AGENCY_BEFORE = re.compile("(?:【|新华社|中新社|中新网|人民网|中央社)$")
