"""Parses a date as a feed wrote it.

feedparser is not used for this: it reads KST and JST as UTC, 2026/01/05 and 2026年1月5日 as the first of November, and
epoch seconds as a year. Dates never identify an entry, and never decide whether it is new. A date that may mean two
days (05/01/2026) counts as none. The parser first cuts out the time, then the day, and then finds the zone in the rest.
The two usual spellings of nearly all feeds have a faster way with the same result.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from monitor.ingest.time_of_day import TIME_OF_DAY, parse_time_of_day, validate_time
from monitor.languages import LANGUAGES, collect_words
from monitor.sanitize import sanitize_text
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.months import MONTHS

_ZONES = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2,
    "sast": 2, "eet": 2, "eest": 3, "msk": 3, "мск": 3, "trt": 3, "idt": 3, "pkt": 5, "ist": 5.5, "ict": 7, "wib": 7,
    "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "kst": 9, "jst": 9, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9,
    "akdt": -8, "hst": -10, "brt": -3,
}  # fmt: skip
_IGNORED_WORDS = {*collect_words(lambda language: language.calendar.date_fillers), *_ZONES}
_ZONES_BY_LANGUAGE = {code: language.calendar.time_zones for code, language in LANGUAGES.items()}
_ZONES_BY_LANGUAGE["iw"] = _ZONES_BY_LANGUAGE["he"]  # the old code of Hebrew
"""Hours of zones whose names mean something else in a language: CST is China's time as well as that of Chicago."""

# RFC 822 and ISO 8601 in full with a zone, as in nearly all feeds.
_TIME_FORM = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_OFFSET_FORM = r"(?P<sign>[+-])(?P<h>\d\d):?(?P<m>\d\d)"
_USUAL_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        (
            r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?"
            r"(?P<d>\d\d?) (?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?P<y>[12]\d{3})"
            rf" {_TIME_FORM} (?:GMT|UTC|UT|Z|{_OFFSET_FORM})"
        ),
        rf"(?P<y>[12]\d{{3}})-(?P<month>\d\d)-(?P<d>\d\d)[T ]{_TIME_FORM}(?:\.\d{{1,9}})?(?:Z|{_OFFSET_FORM})",
    )
)

_EPOCH = re.compile(r"(\d{10})(?:\.\d+|\d{3})?")
_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d{6})(\d{6}|\d{4})(?!\d)")
_TO_MINUS = str.maketrans("\u2212\u2010\u2011", "---")
_MAX_LENGTH = 200  # characters; a longer text is prose, not a date

_BY_YEAR = (
    re.compile(r"(?<![\d.])(?P<y>\d{4})\s*[-/.年년]\s*(?P<m>\d{1,2})\s*[-/.月월]\s*(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
)
_ERAS = {era: year for language in LANGUAGES.values() for era, year in language.calendar.eras.items()}
_BY_ERA = re.compile(
    f"(?P<era>{'|'.join(_ERAS)})"
    r"\s*(?P<y>\d{1,3}|元)\s*[年/.-]\s*(?P<m>\d{1,2})\s*[月/.-]\s*(?P<d>\d{1,2})(?!\d)"
    # A year of three digits is one of the Republic of China: nobody else writes such years.
    r"|(?<![\d./-])(?P<y3>1[0-4]\d)\s*[年/.-]\s*(?P<m3>\d{1,2})\s*[月/.-]\s*(?P<d3>\d{1,2})(?!\d)"
)
_BY_WEEK = re.compile(r"(?<!\d)(?P<y>\d{4})-?W(?P<w>\d{2})-?(?P<d>[1-7])(?!\d)")
_BY_DAY = re.compile(r"(?<![\d./-])(\d{1,2})(?P<sign>[./-])\s?(\d{1,2})(?P=sign)\s?(\d{4})(?!\d)")
_WORDS = re.compile(r"[^\W\d_]+|\d+")

_TIME_MARKER, _DAY_MARKER = "\x1f", "\x1e"
_OFFSET = re.compile(
    rf"(?:\b(?:GMT|UTC|UT)\s?|[{_TIME_MARKER}{_DAY_MARKER}]\s*\(?)(?P<sign>[+-])(?P<h>\d\d?)(?::?(?P<m>\d\d))?(?!\d)",
    re.IGNORECASE,
)
# A zone that is not in the table ("CLST", "ET", "Europe/Moscow"): without it the date would be hours wrong.
_UNKNOWN_ZONE = re.compile(
    rf"{_TIME_MARKER}\s*\(?(?!(?:MON|TUE|WED|THU|FRI|SAT|SUN|HRS|UHR)\b)(?:[A-Z]{{2,5}}\b|\w+/[A-Z])"
)
_SECOND_DATE = re.compile(r"\d\s*[:./年月日년월일시時时-]\s*\d|\d{4}")  # a second date or time makes the text ambiguous

_DAY = timedelta(days=1)
_MAX_OFFSET = timedelta(hours=14)  # of any zone from UTC
_PLAUSIBLE_AHEAD = timedelta(minutes=10)  # servers' clocks differ; without its zone a date may be hours ahead
_PLAUSIBLE_SINCE = datetime(1995, 1, 1, tzinfo=UTC)  # no news feed is older; excludes an epoch of 0 and a year 1


@dataclass(frozen=True, slots=True)
class _ParsedDate:
    """The parts of a date: its day; hour, minute and second; and how far its zone is ahead of UTC."""

    day: date
    time: tuple[int, int, int] | None
    utc_offset: timedelta | None

    def to_utc(self, zone: tzinfo) -> datetime:
        hour, minute, second = self.time or (0, 0, 0)
        day = self.day + _DAY if hour == 24 else self.day
        local = datetime(day.year, day.month, day.day, hour % 24, minute, second, tzinfo=UTC)
        return local - self.utc_offset if self.utc_offset is not None else local.replace(tzinfo=zone).astimezone(UTC)


def parse_date(raw: str | None, *, zone: tzinfo = UTC, language: str | None = None) -> datetime | None:
    """A feed's date in UTC. None if it is not a date ("yesterday", 25:61) or ambiguous.

    `zone`: for a date without a zone. `language`: of the source, for zone names with several meanings.
    """
    return _parse_with_precision(raw, zone, language)[0]


def parse_latest_date(
    raw: str | None, seen_at: datetime, *, zone: tzinfo = UTC, language: str | None = None
) -> datetime | None:
    """The latest time in UTC that a feed's date can mean: for a day without a time its end, but not after `seen_at`.

    If a ministry writes only the day, its news of the afternoon must not count as twelve hours old.
    """
    moment, is_day_only = _parse_with_precision(raw, zone, language)
    if moment is None or not is_day_only:
        return moment
    # East of Greenwich a day begins earlier: without a zone, the day may have begun already.
    return min(moment + _DAY, seen_at) if moment <= seen_at + _MAX_OFFSET else moment


def _parse_with_precision(raw: str | None, zone: tzinfo, language: str | None) -> tuple[datetime | None, bool]:
    """The time in UTC, and whether the date is a day without a time."""
    try:
        parsed = _parse_usual_form(raw or "")
        if parsed is None:
            text = _normalize_text(raw)
            if epoch := _EPOCH.fullmatch(text):
                return datetime.fromtimestamp(int(epoch.group(1)), UTC), False
            parsed = _parse_any_form(text, language)
        return (parsed.to_utc(zone), parsed.time is None) if parsed else (None, False)
    except (ValueError, OverflowError):  # month 0, 25:61, year 0
        return None, False


def is_plausible(claimed: datetime | None, now: datetime) -> bool:
    """Whether a claimed date can be true: not in the future, and not before news feeds existed."""
    return claimed is not None and _PLAUSIBLE_SINCE <= claimed <= now + _PLAUSIBLE_AHEAD


def _parse_usual_form(raw: str) -> _ParsedDate | None:
    """As `_parse_any_form`, but for the usual spellings only and much faster. Raises ValueError likewise."""
    match = next(filter(None, (form.fullmatch(raw) for form in _USUAL_FORMS)), None)
    if match is None:
        return None
    month = MONTHS.get(match["month"].lower()) or int(match["month"])
    offset = _parse_offset(match["sign"], match["h"], match["m"]) if match["sign"] else timedelta(0)
    time = validate_time(int(match["hour"]), int(match["minute"]), int(match["second"]))
    return _ParsedDate(date(int(match["y"]), month, int(match["d"])), time, offset)


def _normalize_text(raw: str | None) -> str:
    """The text in plain digits and signs: 2026/01/05 in full-width characters is a date too."""
    text = sanitize_text(unicodedata.normalize("NFKC", (raw or "")[: _MAX_LENGTH + 1])).translate(_TO_MINUS).strip()
    return _DIGITS.sub(r"\1T\2", text) if len(text) <= _MAX_LENGTH else ""


def _parse_any_form(text: str, language: str | None) -> _ParsedDate | None:
    """The date in any known spelling; None if there is none. Raises ValueError if a part of it is out of range."""
    time = parse_time_of_day(text)
    if time:
        text = TIME_OF_DAY.sub(_TIME_MARKER, text, count=1)
    offset, text = _extract_offset(text)
    if offset is None:
        offset = _named_zone(text, language)
    found = _find_day(text)
    if found is None:
        return None
    day, (start, end) = found
    text = f"{text[:start]}{_DAY_MARKER}{text[end:]}"
    if offset is None:
        offset, text = _extract_offset(text)
    if _SECOND_DATE.search(text) or (offset is None and _UNKNOWN_ZONE.search(text)):
        return None
    return _ParsedDate(day, time, offset)


def _find_day(text: str) -> tuple[date, tuple[int, int]] | None:
    """The day, and its position in the text."""
    for pattern in _BY_YEAR:
        if match := pattern.search(text):
            return date(int(match["y"]), int(match["m"]), int(match["d"])), match.span()
    if match := _BY_ERA.search(text):
        year_before_era = _ERAS[match["era"] or "民國"]
        year = 1 if match["y"] == "元" else int(match["y"] or match["y3"])
        return date(
            year_before_era + year, int(match["m"] or match["m3"]), int(match["d"] or match["d3"])
        ), match.span()
    if match := _BY_WEEK.search(text):
        return date.fromisocalendar(int(match["y"]), int(match["w"]), int(match["d"])), match.span()
    if match := _BY_DAY.search(text):
        day = _day_first(int(match[1]), int(match[3]), int(match[4]), certain=match["sign"] == ".")
        return (day, match.span()) if day else None
    return next(_worded_days(text), None)


def _day_first(first: int, second: int, year: int, *, certain: bool) -> date | None:
    """The date; None if either number may be the day. With dots (`certain`) the day comes first."""
    if certain or first > 12 or first == second:
        return date(year, second, first)
    return date(year, first, second) if second > 12 else None


def _worded_days(text: str) -> Iterator[tuple[date, tuple[int, int]]]:
    """Dates with a month name: day, month, year; month, day, year; or year, month, day."""
    words = [word for word in _WORDS.finditer(text) if word.group().lower() not in _IGNORED_WORDS]
    for i, word in enumerate(words):
        month = MONTHS.get(word.group().lower())
        if month is None:  # "mar" may be a Tuesday too: then it has no two numbers next to it
            continue
        before = words[i - 1 : i] if i and words[i - 1].group().isdecimal() else []
        numbers = (before + words[i + 1 : i + 3])[:2]
        if len(numbers) < 2 or not all(number.group().isdecimal() for number in numbers):
            continue
        day, year = (number.group() for number in numbers)
        if len(day) == 4:
            day, year = year, day
        if len(day) > 2 or len(year) not in {2, 4}:
            continue
        start, end = min(word.start(), numbers[0].start()), max(word.end(), numbers[1].end())
        yield date(_expand_year(int(year)), month, int(day)), (start, end)


def _expand_year(year: int) -> int:
    return year + (2000 if year < 70 else 1900 if year < 100 else 0)


def _extract_offset(text: str) -> tuple[timedelta | None, str]:
    """The offset from UTC, and the text without it. Raises ValueError if it is too large."""
    match = _OFFSET.search(text)
    if match is None:
        return None, text
    return _parse_offset(match["sign"], match["h"], match["m"]), f"{text[: match.start()]} {text[match.end() :]}"


def _parse_offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset > _MAX_OFFSET:
        raise ValueError
    return offset if sign == "+" else -offset


def _named_zone(text: str, language: str | None) -> timedelta | None:
    """The offset of a named zone: after the time in any letters, elsewhere only in capitals."""
    zones = {**_ZONES, **_ZONES_BY_LANGUAGE.get(parse_primary_subtag(language or "") or "", {})}
    before, _, behind = text.rpartition(_TIME_MARKER)
    words = [word.group() for word in _WORDS.finditer(before) if word.group().isupper()]
    words += [word.group() for word in _WORDS.finditer(behind)]
    hours = next((zones[word.lower()] for word in reversed(words) if word.lower() in zones), None)
    return None if hours is None else timedelta(hours=hours)
