"""A date as a feed wrote it -> a moment, or None.

feedparser is not asked: it reads KST and JST as UTC, 2026/01/05 and 2026年1月5日 as the first of November, and epoch
seconds as a year. A date is never a key and never a test of newness.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january янв января январь janv janvier ene enero januar jänner",
            "feb february фев февр февраля февраль févr février fevr febrero februar",
            "mar march мар марта март mars marzo märz",
            "apr april апр апреля апрель avr avril abr abril",
            "may мая май mai mayo",
            "jun june июн июня июнь juin junio juni",
            "jul july июл июля июль juil juillet julio juli",
            "aug august авг августа август août aout ago agosto",
            "sep sept september сен сент сентября сентябрь septembre septiembre",
            "oct october окт октября октябрь octobre octubre okt oktober",
            "nov november ноя нояб ноября ноябрь novembre noviembre",
            "dec december дек декабря декабрь déc décembre dic diciembre dez dezember",
        ),
        1,
    )
    for name in names.split()
}
_ZONES = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3,
    "мск": 3, "ist": 5.5, "ict": 7, "hkt": 8, "sgt": 8, "pht": 8, "kst": 9, "jst": 9, "aest": 10, "aedt": 11,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_EPOCH = re.compile(r"(\d{10})(\d{3})?")
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*[-/.年년]\s*(?P<m>\d{1,2})\s*[-/.月월]\s*(?P<d>\d{1,2})"),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),  # dots: the day first
)
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_TIME = re.compile(
    r"(?:(?P<before>오전|오후|上午|下午|午前|午後)\s*|T|\b|\D)(?P<h>\d{1,2})(?::|\s*[시時时点點]\s*)(?P<m>\d{1,2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"|T(?P<h2>\d{2})(?P<m2>\d{2})(?P<s2>\d{2})?"
)
_AFTERNOON = ("p", "오후", "下午", "午後")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<h>\d{2})(?::?(?P<m>\d{2}))?\b")  # PostgreSQL prints +09
_DAY = timedelta(days=1)
_SANE_AHEAD = timedelta(minutes=10)  # clocks of servers differ; a zone left out puts a date hours ahead
_SANE_SINCE = datetime(1995, 1, 1, tzinfo=UTC)  # no news feed is older: an epoch of 0, a year 1


def moment_of(raw: str | None) -> datetime | None:
    """The moment that a feed's date means, in UTC; without a zone: UTC. None if it is no date ("yesterday", 25:61)."""
    text = (raw or "").strip()
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch.group(1)), UTC)
    found = _date(text)
    if found is None:
        return None
    (year, month, day), rest = found
    time = _TIME.search(rest)
    try:
        local = datetime(year, month, day, *_clock(time), tzinfo=UTC)
        return local - _zone(rest[time.end() :] if time else rest)
    except (ValueError, OverflowError):  # month 0, 25:61, year 0
        return None


def latest_of(raw: str | None, seen: datetime) -> datetime | None:
    """The latest moment that a feed's date can mean: of a day without a time its end, but not after we saw it.

    A ministry that writes only the day must not have its news of the afternoon called twelve hours old.
    """
    moment = moment_of(raw)
    if moment is None or _has_time((raw or "").strip()):
        return moment
    return max(moment, min(moment + _DAY, seen))


def _has_time(text: str) -> bool:
    found = _date(text)
    return found is None or _TIME.search(found[1]) is not None


def sane(claimed: datetime | None, now: datetime) -> bool:
    """Whether a claimed date can be true: not ahead of us, and of the time of news feeds."""
    return claimed is not None and _SANE_SINCE <= claimed <= now + _SANE_AHEAD


def _date(text: str) -> tuple[tuple[int, int, int], str] | None:
    for pattern in _DATES:
        if match := pattern.search(text):
            return (int(match["y"]), int(match["m"]), int(match["d"])), text[match.end() :]
    return _worded_date(text)


def _worded_date(text: str) -> tuple[tuple[int, int, int], str] | None:
    """Day, month name and year, or month name, day and year."""
    words = list(_WORDS.finditer(text))
    for i, word in enumerate(words):
        month = _MONTHS.get(word.group().lower())
        if month is None:
            continue
        before = words[i - 1] if i and words[i - 1].group().isdigit() else None
        numbers = [w for w in ([before] if before else []) + words[i + 1 : i + 3] if w.group().isdigit()]
        if len(numbers) < 2:
            return None
        day, year = int(numbers[0].group()), int(numbers[1].group())
        return (year + (2000 if year < 70 else 1900 if year < 100 else 0), month, day), text[numbers[1].end() :]
    return None


def _clock(time: re.Match[str] | None) -> tuple[int, int, int]:
    if time is None:
        return 0, 0, 0
    hour, minute, second = (int(time[a] or time[b] or 0) for a, b in (("h", "h2"), ("m", "m2"), ("s", "s2")))
    if half := (time["before"] or time["half"] or "").lower():
        hour = hour % 12 + (12 if half.startswith(_AFTERNOON) else 0)
    return hour, minute, second


def _zone(rest: str) -> timedelta:
    if offset := _OFFSET.search(rest):
        ahead = timedelta(hours=int(offset["h"]), minutes=int(offset["m"] or 0))
        return ahead if offset["sign"] == "+" else -ahead
    words = [w.group().lower() for w in _WORDS.finditer(rest)]
    hours = next((_ZONES[w] for w in reversed(words) if w in _ZONES), 0)
    return timedelta(hours=hours)
