"""Which days a title or a lead names: tomorrow's launch is told in the words of today's, but for the day.

Days are kept as the bits of one number, so that two texts name the same day if their numbers share a bit. Only days
within a fortnight of the article count, so that 32 bits are enough: what is older is background.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.text.months import MONTHS

_FAR = 14  # days
_DAY = timedelta(days=1)
_CALENDAR = date.min + timedelta(days=60), date.max - timedelta(days=60)  # within it, days near one are days too
_WEEKDAYS = """
monday mon понедельник понедельника montag lundi lunes lunedì segunda poniedziałek понеділок 월요일 周一 星期一 週一
月曜 礼拜一;
tuesday tue вторник вторника dienstag mardi martes martedì terça wtorek вівторок 화요일 周二 星期二 週二 火曜 礼拜二;
wednesday wed среда среду среды mittwoch mercredi miércoles mercoledì quarta środa środę середа середу 수요일 周三
星期三 週三 水曜 礼拜三;
thursday thu четверг четверга donnerstag jeudi jueves giovedì quinta czwartek четвер 목요일 周四 星期四 週四 木曜
礼拜四;
friday fri пятница пятницу пятницы freitag vendredi viernes venerdì sexta piątek п'ятницю 금요일 周五 星期五 週五
金曜 礼拜五;
saturday sat суббота субботу субботы samstag sonnabend samedi sábado sabato sobota sobotę суботу 토요일 周六 星期六
週六 土曜 礼拜六;
sunday sun воскресенье воскресенья sonntag dimanche domingo domenica niedziela niedzielę неділю 일요일 周日 星期日
周天 星期天 週日 日曜 礼拜日
"""
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAYS.split(";")) for name in names.split()}
"""Names of weekdays in small letters -> 0 (Monday) to 6."""
_NAMED = re.compile(
    "|".join(sorted((name for name in WEEKDAYS if len(name) > 3 or ord(name[0]) > 0x1000), reverse=True))
)
_NUMBER = re.compile(r"(?<![\d.,])\d{1,2}(?!\d)")
_SIGNED = re.compile(r"(?:(?P<month>\d{1,2})\s?[月월]\s?)?(?P<day>\d{1,2})\s?[日일号號](?![간째間目本])")
_WORD_BEFORE = re.compile(r"\b([^\W\d_]+)\.?\s$")
_LONGEST = max(map(len, MONTHS)) + 3
_ENDS = re.compile(r"(?:st|nd|rd|th)?\b(?![:.,]?\d)")  # and is no time of day, and no amount
_WORD_BEHIND = re.compile(r"(?:\.|st|nd|rd|th)?\s(?:de\s)?([^\W\d_]+)\b")


def days_named(text: str, written: datetime) -> int:
    """The days that a text names, as bits; `written`: when. 0: it names none."""
    bits, today = 0, written.date()
    if not _CALENDAR[0] < today < _CALENDAR[1]:  # a feed may date its articles to the year 1
        return bits
    for day in _days(text.lower(), today):
        if abs((day - today).days) <= _FAR:
            bits |= 1 << day.toordinal() % 32
    return bits


def _days(text: str, today: date) -> Iterator[date]:
    for name in _NAMED.findall(text):
        # The last one, or tomorrow: where the news is from it is tomorrow already.
        ahead = today + _DAY
        yield ahead - timedelta(days=(ahead.weekday() - WEEKDAYS[name]) % 7)
    for month, day in _dates(text):
        candidates = [each for each in _around(today, day) if not month or each.month == month]
        if candidates:
            yield min(candidates, key=lambda each: abs((each - today).days))


def _dates(text: str) -> Iterator[tuple[int, int]]:
    """Month and day of each date; a month of 0 is not named."""
    taken = 0
    for number in _NUMBER.finditer(text):
        at = number.start()
        if at < taken:
            continue
        if signed := _SIGNED.match(text, at):
            yield int(signed["month"] or 0), int(signed["day"])
            taken = signed.end()
        elif month := _month_before(text, max(at - _LONGEST, taken), number):
            yield month, int(number[0])
            taken = number.end()
        elif month := _month_behind(text, number):
            yield month, int(number[0])


def _month_before(text: str, begin: int, number: re.Match[str]) -> int:
    """Jan. 4"""
    word = _WORD_BEFORE.search(text, begin, number.start())
    return MONTHS.get(word[1], 0) if word and _ENDS.match(text, number.end()) else 0


def _month_behind(text: str, number: re.Match[str]) -> int:
    """4 January"""
    word = _WORD_BEHIND.match(text, number.end())
    before = text[number.start() - 1 : number.start()]
    return MONTHS.get(word[1], 0) if word and not (before == ":" or before.isalnum()) else 0


def _around(today: date, day: int) -> Iterator[date]:
    """The days of that number in this month, the one before and the one after."""
    middle = today.replace(day=15)
    for near in (middle - timedelta(days=30), middle, middle + timedelta(days=30)):
        try:
            yield near.replace(day=day)
        except ValueError:  # the month has no such day
            continue
