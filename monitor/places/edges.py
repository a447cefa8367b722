"""Where a name may begin and end in a text, by script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.text.scripts import SCRIPTS

_PARTICLES = next(script.tails for script in SCRIPTS if script.name == "Hangul")
_ARABIC = ["و", "ف", "ب", "ك", "ل", "ال", "وال", "فال", "بال", "كال", "لل", "ول"]
# Word beginnings, and in scripts without spaces each letter (of katakana, where a run of it begins).
_STARTS = re.compile(
    "(?<![^\\W\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\uac00-\ud7a3])[^\\W\\d_\u0600-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
    "|(?<![0-9\uac00-\ud7a3])[\uac00-\ud7a3]"
    "|[\u3400-\u9fff\u0e00-\u0e7f]"
    "|(?<![\u30a1-\u30fa\u30fc])[\u30a1-\u30fa]"
    "|(?<![\u0600-\u06ff])(?:[وف]?(?:ال|لل|ب|ك|ل)?)(?=[\u0600-\u06ff])"
)
_SHOUTED = re.compile("(?<![^\\W\\d_])[A-ZА-ЯЁÀ-Þ]{4,}(?![^\\W\\d_])")
_WORD = re.compile("[^\\W_]")
_LATIN_GENITIVE = {"de", "nl", "sv", "da", "no", "nb"}
# What Korean writes together with a place and leaves it one: an office, a building, a people ...
_ENDS = frozenset("시군구도주현성항역만섬발산행형전인어계측해서체민식제왕군강".strip())
_HEADS = re.compile(
    "(?:인들|시장|시청|시의회|시민|시당|시내|도지사|도청|도민|도당|군수|구청|지사|지역|지방|지검|지법|경찰|공항|대교|에서|정부|대통령|총리|외무|외교|국방|당국|대사|"
    "대사관|국적|남부|북부|동부|서부|중부|앞바다|인근|근처|일대|도심|출신|주재|소방|해경|세관|시립|대학|국립|노동|민족|법원|교도소|병원|고속도로|항만|산업|공단|"
    "시교육|교육청|도교육|본부|고법|서부|신항|북항|해역)"
)


def without_shouting(text: str) -> str:
    """Words in capitals as other words: headlines and datelines shout. A short one may be an acronym, unless the whole text
    shouts."""
    shouts = text.isupper()
    return _SHOUTED.sub(lambda found: found[0].capitalize() if shouts or _no_acronym(found) else found[0], text)


def _no_acronym(word: re.Match[str]) -> bool:
    return len(word[0]) > 5 or _DATELINE.match(word.string, word.end()) is not None


_DATELINE = re.compile(r",? *\(|, [A-Z][a-z]+\.? \d|, [A-Z][a-z]+ [(—–-]|/[A-Z]{4,}| [—–-]")


def starts(text: str) -> Iterator[int]:
    """Where a name may begin."""
    for found in _STARTS.finditer(text):
        yield found.end() if found[0] in _ARABIC else found.start()


# A state in one character: before an office (美防长, 米大統領), as a side (泰方), alone among Hangul (美 국방부).
_OFFICES = re.compile(
    "(?:总统|大统领|大統領|首相|总理|总書記|外长|外相|防长|防卫|防衛|财长|财政|財務|国防|国务|国務|外交|外务|外務|政府|当局|军|軍|海军|空军|陆军|海警|海岸|"
    "警方|警察|检方|法院|法务|官员|高官|议员|议会|国会|上院|下院|参议|众议|媒体|媒|メディア|紙|大使|使馆|特使|央行|专家|智库|战机|军机|军舰|舰|潜艇|"
    "航母|企业|企業|公司|股|商务|司法|男子|女子|公民|副总统|副大統領|国家|联邦|連邦|中央银行|连任|大选|大選|州|国債|国债|中銀|連銀|情报|中情局)"
)
_SIDE = re.compile("方(?![面便式向案法才可能程位块针针言])")
_KOREAN_OFFICES = re.compile(
    ",? ?(?:국방|외교|외무|외상|대통령|총리|정부|의회|상원|하원|연준|재무|국무|백악관|법무|언론|매체|해군|공군|육군|군 |당국|법원|대법|증시|경찰|상무|"
    "관세|특사|정상|탄도|미사일|핵|도발|발사|동해|서해|노동신문|매체|주민|병사|해킹|무인기|군인|총격|항모|전문가|하원의장|연방|민주당|공화당|대선|협상|제재|압박|자위대)"
)
_NOT_BEFORE_SHORT = re.compile("[0-9\u3040-\u30ff\uac00-\ud7a3A-Za-z]")
_CLAUSE = frozenset("与和同对遭向访驻由及获前新让令受被是据")
_SIDES_ANYWHERE = "澳美韩俄菲越泰乌缅柬"  # 其中方, 近日方, 立法方, 以方 are other words
_KOREAN_ONLY = "青"  # the Blue House
_HAN = re.compile("[\u3400-\u9fff]")


def may_end(text: str, end: int) -> bool:
    """Whether a word may end there: in Hangul and in scripts without spaces, anywhere."""
    last, after = text[end - 1], text[end : end + 1]
    return not after or _dense(last) or _WORD.match(after) is None


def _dense(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7a3" or "\u0e00" <= character <= "\u0e7f"


def fits(text: str, start: int, end: int, language: str, *, short: bool = False, sure: bool = False) -> bool:
    """Whether a name may stand at text[start:end]; `short`: it is one character for a state; `sure`:
    a state's, which anything may follow."""
    last, after = text[end - 1], text[end : end + 1]
    if short and end - start == 1:
        return _short_fits(text, start, end)
    if not after:
        return True
    if after == "-" and text[end + 1 : end + 2].isdigit():  # 화성-17
        return False
    if "\uac00" <= last <= "\ud7a3":
        return _hangul_fits(text, start, end, sure=sure)
    if "\u30a1" <= last <= "\u30fc":
        return not "\u30a1" <= after <= "\u30fc"
    if _dense(last) or _WORD.match(after) is None or _dense(after):
        return True
    return after == "s" and language in _LATIN_GENITIVE and _WORD.match(text[end + 1 : end + 2]) is None


def _short_fits(text: str, start: int, end: int) -> bool:
    before = text[start - 1 : start]
    if _NOT_BEFORE_SHORT.match(before):
        return False
    if "\uac00" <= text[start] <= "\ud7a3":
        return text[end : end + 1] in {" ", ","} and _KOREAN_OFFICES.match(text, end) is not None
    if text[start] in _SIDES_ANYWHERE and _SIDE.match(text, end):
        return True
    han_before = _HAN.match(before) is not None and before not in _CLAUSE
    if text[start] not in _KOREAN_ONLY and (_SIDE.match(text, end) or _OFFICES.match(text, end)):
        return not han_before
    among_hangul = re.search("[\uac00-\ud7a3]", text[max(0, start - 12) : end + 12])
    return among_hangul is not None and not han_before and not _HAN.match(text[end : end + 1])


def _hangul_fits(text: str, start: int, end: int, *, sure: bool) -> bool:
    rest = re.match("[\uac00-\ud7a3]*", text[end:])
    tail = rest[0] if rest else ""
    if sure or tail in _PARTICLES or _HEADS.match(tail):
        return True
    return tail[:1] in _ENDS and tail[1:] in _PARTICLES


_AGENCY_BEFORE = re.compile("(?:【|新华社|中新社|中新网|人民网|中央社|新華社)$")
_KOREAN_DATELINE = re.compile("(?:·[\uac00-\ud7a3·]+)?=")


def is_dateline(record: str, start: int, end: int) -> bool:
    """Whether a place is where the reporter sits: SEOUL, Nov. 27 (Yonhap); (서울=연합뉴스); 新华社北京."""
    if _KOREAN_DATELINE.match(record, end) or _AGENCY_BEFORE.search(record[max(0, start - 3) : start]):
        return True
    return record[start:end].isupper() and _DATELINE.match(record, end) is not None
