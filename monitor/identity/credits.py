"""Separates a report from what agencies and aggregators add to it: publisher, wire agency, and which update it is.

"[속보] 북, 미사일 발사(2보) - 연합뉴스" and "북, 미사일 발사" have the same title. Text that may not be a credit
stays in the title: "Two dead in blast - police" has no publisher.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.languages import LANGUAGES, join_patterns, join_tables
from monitor.model import Article

LEAD = 900  # characters of a text that are searched for credits
_LEAD = 400  # characters of a lead without credits: enough to say what a report is about
_TRAILING_NUMBER = re.compile(r"\d[\d.,-]*(?<![.,])(?:\.{3}|…)?\s*$")
# A word that is cut in two; in text without spaces, only Latin letters and digits are cut off.
_CUT_WORD = re.compile(r"(?:(?<=\s)\S{1,30}|[A-Za-z\d][\w.,-]*)$")


class WireStatus(StrEnum):
    """Which update of a wire's story an article is."""

    FLASH = "flash"
    NUMBERED = "numbered"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a report comes from, and its title and lead without credits and marks."""

    publisher: str | None
    wire: str | None
    wire_status: WireStatus | None
    title: str
    lead: str


# --- agencies ---------------------------------------------------------------------------------------------------------

_AGENCIES = {
    "AFP": "AFP, Agence France-Presse, 法新社, 아에프페, АФП, フランス通信, AFP=時事, AFP 연합뉴스",
    "ANI": "ANI",
    "AP": "AP, Associated Press, The Associated Press, 美联社, 美聯社, AP通信, AP 연합뉴스",
    "Bloomberg": "Bloomberg, Bloomberg News, 彭博社, ブルームバーグ",
    "CNA": "CNA, 中央社, 中央通訊社",
    "CNS": "中新社, 中新网, 中国新闻社, 中國新聞社, 中通社",
    "dpa": "dpa, DPA, 德新社",
    "EFE": "EFE",
    "IANS": "IANS",
    "Interfax": "Interfax, Интерфакс, INTERFAX.RU",
    "Jiji": "Jiji, Jiji Press, 時事, 時事通信, 时事社",
    "KCNA": "KCNA, 朝中社, 조선중앙통신, 朝鮮中央通信, ЦТАК",
    "Kyodo": "Kyodo, Kyodo News, 共同, 共同通信, 共同社",
    "Newsis": "Newsis, 뉴시스",
    "News1": "News1, 뉴스1",
    "PA": "PA Media, Press Association",
    "PAP": "PAP",
    "PTI": "PTI",
    "Reuters": "Reuters, Thomson Reuters, Thomson Reuters Foundation, 路透社, 路透, ロイター, 로이터, Рейтер",
    "RIA": "РИА Новости, RIA Novosti, RIA",
    "TASS": "TASS, ТАСС, ITAR-TASS, ИТАР-ТАСС, 塔斯社, タス通信",
    "Ukrinform": "Ukrinform, Укринформ",
    "UPI": "UPI",
    "Xinhua": "Xinhua, 新华社, 新華社, 新华网, Синьхуа",
    "Yonhap": "Yonhap, Yonhap News, Yonhap News Agency, 연합뉴스, 聯合報道, 韩联社, 韓聯社, 聯合ニュース, 연합, Ренхап",
}
AGENCY_OF = {name.strip().lower(): agency for agency, names in _AGENCIES.items() for name in names.split(",")}
"""Names of agencies in small letters -> the agency."""
_AGENCY = "|".join(  # the longest first
    re.escape(name) for name in sorted(", ".join(_AGENCIES.values()).split(", "), key=len, reverse=True)
)

# --- marks of updates -------------------------------------------------------------------------------------------------

_ORDER = (WireStatus.WITHDRAWN, WireStatus.CORRECTED, WireStatus.NUMBERED, WireStatus.FLASH)
_KIND = join_tables(lambda language: language.credits.marks, _ORDER)
_ASIDE = join_patterns(lambda language: language.credits.item_labels)  # they say nothing of an update
# Atomic and possessive: a mark that is repeated can be taken apart in very many ways, and one is enough.
_INSIDE = rf"\s*+(?:(?>{_KIND}|{_ASIDE})[\s,·]*+)++"
_HEAD = re.compile(
    rf"^\s*(?:[\[【［(（<〈＜]{_INSIDE}[\]】］)）>〉＞][\s:：]*"
    rf"|(?:{_KIND.replace('(?P<', '(?P<bare_')})\s*[:：｜|]\s*)",
    re.IGNORECASE,
)
_DASHED = re.compile(  # "UPDATE 1-", "CORRECTED-": in capitals, or it is a word
    r"^\s*(?:(?P<numbered>(?:UPDATE|WRAPUP|RPT|RECAP|ROUNDUP)(?: \d+)?)"
    r"|(?P<corrected>CORRECTED|CORRECTION(?=\s?[-–—])|REFILE)"
    r"|(?P<withdrawn>WITHDRAWN|RETRACTED|KILL(?=\s?[-–—]))|(?P<flash>FLASH|URGENT|BREAKING))(?:\s?[-–—]\s?|\s+)(?=\S)"
)
_TAIL = re.compile(rf"\s*[\[【［(（<〈＜]{_INSIDE}[\]】］)）>〉＞]\s*$", re.IGNORECASE)
_STARTS = re.compile(rf"^(?:{join_patterns(lambda language: language.credits.bare_marks)})\s+(?=\S)")
# The number of an agency's report, with a word before it or without: (Zusammenfassung 1020), [ID: 12345], [JP-2026-05]
_REFERENCE = r"[\[(]\s*(?:[^\W\d_]+[\s:#.-]*\d{3,}(?:[-/]\d+)*|#?\d{3,})\s*[\])]"
_REFERENCES = re.compile(rf"^\s*{_REFERENCE}\s*(?=\S)|(?<=\S)\s*{_REFERENCE}\s*$")
_MARK_IN = re.compile(rf"(?:{_KIND})", re.IGNORECASE)

# --- publishers ------------------------------------------------------------------------------------------------------

_OUTLET_NAMES = (
    "bbc|cnn|nbc|cbs|abc|fox|npr|nhk|kbs|sbs|mbc|ytn|jtbc|dw|rfa|voa|al jazeera|euronews|yahoo|msn|bloomberg|politico"
    "|axios|huffpost|huffington post|nikkei|asahi|mainichi|yomiuri|sankei|forbes|newsweek|spiegel|monde|figaro|welt"
    "|zeit|bild|országos"
)
_OUTLET = re.compile(
    rf"\b(?:{_OUTLET_NAMES})\b|{join_patterns(lambda language: language.credits.outlets)}"
    rf"|^(?:{_AGENCY})$"
    r"|(?:^|\s)[\w-]{3,}(?:\.[\w-]+)*\.[a-z]{2,4}$",  # an address
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s+(?:-{1,2}|–|—|\||｜|::|»|_)\s*(?P<name>[^|｜]{2,40}?)\s*$|[-—_｜|](?P<tight>[^\s|｜_—-]{2,12})$"
)
_MAX_OUTLET_WORDS = 5

# --- credits, datelines, captions -------------------------------------------------------------------------------------


def _compile_datelines(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    return [re.compile(pattern.replace("AGENCY", _AGENCY)) for pattern in patterns if pattern]


_DATELINES = _compile_datelines(language.credits.datelines for language in LANGUAGES.values())
_OPENING_DATELINES = _compile_datelines(language.credits.opening_datelines for language in LANGUAGES.values())
_REPORTER = re.compile(
    rf"[\[(【][^\]\[)(】]{{0,40}}(?:{join_patterns(lambda language: language.credits.reporters)})"
    r"[^\]\[)(】]{0,40}[\])】]"
    rf"|[\w.+-]+@[\w-]+\.[\w.]+|{join_patterns(lambda language: language.credits.bylines)}"
)
_BYLINE = re.compile(
    rf"^\s*(?:{join_patterns(lambda language: language.credits.byline_openings)})\s+[A-ZА-Я][\w.'’-]+"
    r"(?:\s+(?:and\s+)?[A-ZА-Я][\w.'’-]+){1,4}(?:,\s*\w+)?\s*[|\n]\s*"
)
_CAPTION_WORDS = join_patterns(lambda language: language.credits.captions)
_CAPTION_OPENINGS = join_patterns(lambda language: language.credits.caption_openings)
_CAPTION = re.compile(
    rf"[\[(（【][^\])）】]{{0,160}}(?:{_CAPTION_WORDS}|Getty|Reuters/|AP Photo)[^\])）】]{{0,120}}[\])）】]"
    rf"|^(?:{_CAPTION_OPENINGS})\s?[:=]\s?(?:iStock|Getty Images|\S+\s?/\s?\S+)?\s*|▲",
    re.IGNORECASE,
)
_MACHINE = re.compile(r"https?://\S+|\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?")  # addresses and times
_BLANK = re.compile(r"\s+")
_MAX_DATELINE_START = 250  # characters: what looks like a dateline further in is a quotation


def extract_provenance(
    article: Article, source_publisher: str | None = None, source_wire: str | None = None
) -> Provenance:
    """Extract the provenance of an article. What the article does not say comes from its source: `source_publisher`,
    `source_wire`."""
    title, publisher = _without_outlet(article.title, source_publisher)
    title, statuses = _without_wire_status(_REFERENCES.sub("", title))
    lead, wire = _without_credits(article.text[:LEAD])
    lead, lead_statuses = _without_wire_status(lead)
    # Without a word that is cut in two, or a number at the end: many feeds cut their texts, and a cut 2025 is 20.
    lead = _TRAILING_NUMBER.sub("", lead) if len(lead) <= _LEAD else _CUT_WORD.sub("", lead[:_LEAD])
    wire = wire or AGENCY_OF.get((publisher or "").lower()) or source_wire
    status = next((status for status in _ORDER if status in statuses | lead_statuses), None)
    # A title that is nothing but marks stays as it is.
    return Provenance(publisher or source_publisher, wire, status, title or article.title.strip(), lead)


def _without_outlet(title: str, source_publisher: str | None) -> tuple[str, str | None]:
    """A title without the name of the outlet that aggregators append, and that name."""
    found = _SUFFIX.search(title)
    if not found or not title[: found.start()].strip():
        return title, None
    name = (found["name"] or found["tight"]).strip()
    is_source = source_publisher is not None and name.lower() == source_publisher.lower()
    is_outlet = is_source or (len(name.split()) <= _MAX_OUTLET_WORDS and _OUTLET.search(name))
    return (title[: found.start()].rstrip(), name) if is_outlet else (title, None)


def _without_wire_status(text: str) -> tuple[str, set[WireStatus]]:
    """A text without the marks of its wire at both ends, and what the marks mean."""
    marks: set[WireStatus] = set()
    while True:
        found = _HEAD.search(text) or _DASHED.search(text) or _TAIL.search(text) or _STARTS.search(text)
        if found is None or not found.group():
            return text.strip(), marks
        marks |= {mark for match in _MARK_IN.finditer(found.group()) for mark in _ORDER if match[mark]}
        marks |= {mark for mark in _ORDER if found.re is _DASHED and found[mark]}
        text = f"{text[: found.start()]}{text[found.end() :]}"


def _without_credits(text: str) -> tuple[str, str | None]:
    """A text without dateline, byline and caption, and the agency that they credit."""
    text = _BLANK.sub(" ", _CAPTION.sub(" ", _MACHINE.sub(" ", _BYLINE.sub("", text)))).strip()
    wire = None
    for dateline in _DATELINES:
        if found := dateline.search(text, 0, _MAX_DATELINE_START):
            wire, text = wire or AGENCY_OF.get(found["wire"].strip().lower()), text[found.end() :]
    for start in _OPENING_DATELINES:
        if (found := start.match(text)) and found.group().strip():
            agency = next(filter(None, found.groups()), "").strip().lower()
            wire, text = wire or AGENCY_OF.get(agency), text[found.end() :]
    return _REPORTER.sub(" ", text).strip(), wire
