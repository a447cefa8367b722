"""Which days a title or a lead names: reports of today's and of tomorrow's launch may differ only in the day.

`days_named` returns the days as bits of one number, so two texts name the same day if their numbers share a bit. Only
days within a fortnight of the article count, so 32 bits are enough; what is older is background. `find_days` returns
where any day is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

from monitor.text.folding import lower_keeping_length
from monitor.text.months import MONTHS

_MAX_DAYS_AWAY = 14  # days
_DAY = timedelta(days=1)
_CALENDAR = date.min + timedelta(days=60), date.max - timedelta(days=60)  # within it, nearby days exist as well
_WEEKDAYS = {
    "en": "monday mon; tuesday tue; wednesday wed; thursday thu; friday fri; saturday sat; sunday sun",
    "ru": "понедельник понедельника; вторник вторника; среда среду среды; четверг четверга; пятница пятницу пятницы;"
    "суббота субботу субботы; воскресенье воскресенья",
    "uk": "понеділок; вівторок; середа середу; четвер; п'ятницю; суботу; неділю",
    "de": "montag; dienstag; mittwoch; donnerstag; freitag; samstag sonnabend; sonntag",
    "fr": "lundi; mardi; mercredi; jeudi; vendredi; samedi; dimanche",
    "es": "lunes; martes; miércoles; jueves; viernes; sábado; domingo",
    "it": "lunedì; martedì; mercoledì; giovedì; venerdì; sabato; domenica",
    "pt": "segunda; terça; quarta; quinta; sexta; sábado; domingo",
    "pl": "poniedziałek poniedziałku; wtorek wtorku; środa środę środy; czwartek czwartku; piątek piątku;"
    "sobota sobotę soboty; niedziela niedzielę niedzieli",
    "ko": "월요일; 화요일; 수요일; 목요일; 금요일; 토요일; 일요일",
    "zh": "周一 星期一 週一 礼拜一; 周二 星期二 週二 礼拜二; 周三 星期三 週三 礼拜三; 周四 星期四 週四 礼拜四;"
    "周五 星期五 週五 礼拜五; 周六 星期六 週六 礼拜六; 周日 星期日 周天 星期天 週日 礼拜日",
    "ja": "月曜; 火曜; 水曜; 木曜; 金曜; 土曜; 日曜",
}
WEEKDAYS = {
    name: number
    for names in _WEEKDAYS.values()
    for number, of_day in enumerate(names.split(";"))
    for name in of_day.split()
}
"""Names of weekdays in lower case -> 0 (Monday) to 6."""
_WEEKDAY = re.compile(
    "|".join(sorted((name for name in WEEKDAYS if len(name) > 3 or ord(name[0]) > 0x1000), reverse=True))
)
_NUMBER = re.compile(r"(?<![\d.,])\d{1,2}(?!\d)")
_DAY_WITH_SIGN = re.compile(r"(?:(?P<month>\d{1,2})\s?[月월]\s?)?(?P<day>\d{1,2})\s?[日일号號](?![간째間目本])")
_WORD_BEFORE = re.compile(r"\b([^\W\d_]+)\.?\s$")
_MONTH_REACH = max(map(len, MONTHS)) + 3
_DAY_END = re.compile(r"(?:st|nd|rd|th)?\b(?![:.,]?\d)")  # not a time of day, not an amount
_WORD_AFTER = re.compile(r"(?:\.|st|nd|rd|th)?\s(?:de\s)?([^\W\d_]+)\b")


def days_named(text: str, written: datetime) -> int:
    """Return the days that a text names, as bits; 0: none. `written`: when it was written."""
    bits, today = 0, written.date()
    if not _CALENDAR[0] < today < _CALENDAR[1]:  # a feed may date its articles to the year 1
        return bits
    for day in _resolve_named_days(text.lower(), today):
        if abs((day - today).days) <= _MAX_DAYS_AWAY:
            bits |= 1 << day.toordinal() % 32
    return bits


def _resolve_named_days(text: str, today: date) -> Iterator[date]:
    for name in _WEEKDAY.findall(text):
        # The most recent one, or tomorrow: where the news comes from it may be tomorrow already.
        tomorrow = today + _DAY
        yield tomorrow - timedelta(days=(tomorrow.weekday() - WEEKDAYS[name]) % 7)
    for _, month, day in _find_dates(text):
        candidates = [
            candidate for candidate in _list_candidate_dates(today, day) if not month or candidate.month == month
        ]
        if candidates:
            yield min(candidates, key=lambda candidate: abs((candidate - today).days))


def _find_dates(text: str) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Where each date is, its month, and its day. A month of 0 means that no month is named."""
    last_end = 0
    for number in _NUMBER.finditer(text):
        start = number.start()
        if start < last_end:
            continue
        if day_with_sign := _DAY_WITH_SIGN.match(text, start):
            yield day_with_sign.span(), int(day_with_sign["month"] or 0), int(day_with_sign["day"])
            last_end = day_with_sign.end()
        elif word := _month_before(text, max(start - _MONTH_REACH, last_end), number):
            yield (word.start(1), number.end()), MONTHS[word[1]], int(number[0])
            last_end = number.end()
        elif word := _month_after(text, number):
            yield (start, word.end()), MONTHS[word[1]], int(number[0])


# Words for a day or a week relative to today, by language; with the contexts in which a word means something else.
_RELATIVE = {
    "en": r"today|tonight|tomorrow|yesterday|(?:this|next) week(?:end)?",
    "de": r"heute|(?<!am )(?<!guten )morgen|gestern|übermorgen|vorgestern|(?:diese[rn]?|nächste[rn]?|kommende[rn]?) "
    r"(?:woche|wochenende)|am wochenende",
    "fr": r"aujourd'hui|demain|hier|après-demain|avant-hier|ce soir|cette semaine|la semaine prochaine|ce week-end"
    r"|le week-end prochain",
    "es": r"hoy|(?<!la )mañana|ayer|anoche|esta noche|esta semana|la próxima semana|la semana que viene"
    r"|este fin de semana",
    "it": r"oggi|domani|ieri|dopodomani|stasera|questa settimana|la (?:prossima settimana|settimana prossima)",
    "pt": r"hoje|amanhã|ontem|[en]sta semana|(?:na )?(?:próxima semana|semana que vem)|neste fim de semana",
    "pl": r"dziś|dzisiaj|jutro|wczoraj|pojutrze|przedwczoraj|w (?:tym|przyszłym) tygodniu|w weekend",
    "ru": r"сегодня|завтра|вчера|послезавтра|позавчера|на (?:этой|следующей|будущей) неделе"
    r"|в (?:эти |ближайшие )?выходные",
    "uk": r"сьогодні|завтра|вчора|післязавтра|(?:цього|наступного) тижня|на (?:цьому|наступному) тижні",
    "ko": r"오늘|내일|모레|어제|그제|(?:이번|다음)\s?주(?![요자])|내주|금주",
    "zh": r"(?:今|明|昨)(?:天|日|晚)(?!头条|頭條)|[后後前]天|[本这這下]周|[本这這下]週|[本这這下]个?星期|周末|週末",
    "ja": r"今日|本日|明日|昨日|翌日|明後日|きょう|あす|あした|きのう|今週|来週|週末|今夜",
}
_ONLY_IN_CONTEXT = {
    **dict.fromkeys(("segunda", "terça", "quarta", "quinta", "sexta"), r"{}(?=-feira)"),  # they are also ordinals
    # "среда" also means surroundings.
    **dict.fromkeys(("среда", "среду", "среды"), r"(?:(?<=\bв )|(?<=\bна )|(?<=\bдо )|(?<=\bсо )){}"),
}
_MIN_LETTERS = 4  # letters of an alphabet: a shorter name may be another word (sun, mar)
_IN_DIGITS = re.compile(r"(?<!\d)(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([./])\d{1,2}\2\d{4})(?!\d)")
_WITHOUT_WORD_EDGES = ("zh", "ja")


def find_days(text: str, language: str | None) -> list[tuple[int, int]]:
    """Return where a text names a day: a weekday, a date, or a day or week relative to today; in the order of the
    text. `language`: a primary subtag; if it is unknown or not supported, the words of all languages count."""
    lowercase = lower_keeping_length(text).replace("’", "'")
    spans = {span for span, _, _ in _find_dates(lowercase)}
    spans.update(
        match.span() for pattern in (_IN_DIGITS, _words_for_days(language)) for match in pattern.finditer(lowercase)
    )
    return sorted(spans)


@cache
def _words_for_days(language: str | None) -> re.Pattern[str]:
    languages = (language,) if language in _WEEKDAYS else _WEEKDAYS
    return re.compile("|".join(_words_of_language(code) for code in languages))


def _words_of_language(language: str) -> str:
    names = {
        name for name in _WEEKDAYS[language].replace(";", " ").split() if len(name) >= _MIN_LETTERS or name > "\u1100"
    }
    weekdays = "|".join(_ONLY_IN_CONTEXT.get(name, "{}").format(name) for name in sorted(names, reverse=True))
    if language in _WITHOUT_WORD_EDGES:
        return f"{weekdays}|{_RELATIVE[language]}"
    # A weekday may be inflected or joined with the next word (Montagabend, 월요일부터); in Korean every such word may.
    end = "" if language == "ko" else r"(?!\w)"
    return rf"(?<!\w)(?:{weekdays})|(?<!\w)(?:{_RELATIVE[language]}){end}"


def _month_before(text: str, search_start: int, number: re.Match[str]) -> re.Match[str] | None:
    """Matches the month in `Jan. 4`."""
    word = _WORD_BEFORE.search(text, search_start, number.start())
    return word if word and word[1] in MONTHS and _DAY_END.match(text, number.end()) else None


def _month_after(text: str, number: re.Match[str]) -> re.Match[str] | None:
    """Matches the month in `4 January`."""
    word = _WORD_AFTER.match(text, number.end())
    before = text[number.start() - 1 : number.start()]
    return word if word and word[1] in MONTHS and not (before == ":" or before.isalnum()) else None


def _list_candidate_dates(today: date, day: int) -> Iterator[date]:
    """The days with this number in this month, the one before and the one after."""
    middle = today.replace(day=15)
    for date_in_month in (middle - timedelta(days=30), middle, middle + timedelta(days=30)):
        try:
            yield date_in_month.replace(day=day)
        except ValueError:  # the month has no such day
            continue
