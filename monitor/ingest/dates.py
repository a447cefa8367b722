"""A date as a feed wrote it -> a moment, or None.

feedparser is not asked: it reads KST and JST as UTC, 2026/01/05 and 2026年1月5日 as the first of November, and epoch
seconds as a year. A date is never a key and never a test of newness; one that may mean two days (05/01/2026) means
none. It is read by taking apart: the time is cut out first, then the day, then the zone from what is left. The two
spellings of nearly all feeds are known by one look, to the same end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from monitor.ingest.time_of_day import CLOCK, parse_time_of_day, validate_time
from monitor.sanitize import sanitize_text
from monitor.text.language import parse_primary_subtag
from monitor.text.months import MONTHS

_BETWEEN = {
    "de",
    "del",
    "do",
    "of",
    "the",
    "th",
    "st",
    "nd",
    "rd",
    "er",
    "o",
    "го",
    "г",
}  # 5 de enero, 5th of May, 1er août
_ZONES = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2,
    "sast": 2, "eet": 2, "eest": 3, "msk": 3, "мск": 3, "trt": 3, "idt": 3, "pkt": 5, "ist": 5.5, "ict": 7, "wib": 7,
    "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "kst": 9, "jst": 9, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9,
    "akdt": -8, "hst": -10, "brt": -3,
}  # fmt: skip
_NO_NUMBERS = _BETWEEN | _ZONES.keys()
_OF_LANGUAGES = {"zh": {"cst": 8}, "he": {"ist": 2}, "iw": {"ist": 2}}
"""What a zone's name means to those who write the language: CST is China's time as well as that of Chicago."""

# RFC 822 and ISO 8601, written out in full with their zones: as nearly all feeds do.
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_AHEAD = r"(?P<sign>[+-])(?P<h>\d\d):?(?P<m>\d\d)"
_USUAL = tuple(
    re.compile(form, re.ASCII)
    for form in (
        (
            r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?"
            r"(?P<d>\d\d?) (?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?P<y>[12]\d{3})"
            rf" {_TIME} (?:GMT|UTC|UT|Z|{_AHEAD})"
        ),
        rf"(?P<y>[12]\d{{3}})-(?P<month>\d\d)-(?P<d>\d\d)[T ]{_TIME}(?:\.\d{{1,9}})?(?:Z|{_AHEAD})",
    )
)

_EPOCH = re.compile(r"(\d{10})(?:\.\d+|\d{3})?")
_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d{6})(\d{6}|\d{4})(?!\d)")
_MINUS = str.maketrans("\u2212\u2010\u2011", "---")
_LONGEST = 200  # characters; what is longer is prose, not a date

_BY_YEAR = (
    re.compile(r"(?<![\d.])(?P<y>\d{4})\s*[-/.年년]\s*(?P<m>\d{1,2})\s*[-/.月월]\s*(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?!\d)"),
)
_BY_ERA = re.compile(
    r"(?P<era>民國|民国|令和|平成)\s*(?P<y>\d{1,3}|元)\s*[年/.-]\s*(?P<m>\d{1,2})\s*[月/.-]\s*(?P<d>\d{1,2})(?!\d)"
    # Three digits are a year of the Republic of China: nobody else writes them.
    r"|(?<![\d./-])(?P<y3>1[0-4]\d)\s*[年/.-]\s*(?P<m3>\d{1,2})\s*[月/.-]\s*(?P<d3>\d{1,2})(?!\d)"
)
_ERAS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}  # the year before the first
_BY_WEEK = re.compile(r"(?<!\d)(?P<y>\d{4})-?W(?P<w>\d{2})-?(?P<d>[1-7])(?!\d)")
_BY_DAY = re.compile(r"(?<![\d./-])(\d{1,2})(?P<sign>[./-])\s?(\d{1,2})(?P=sign)\s?(\d{4})(?!\d)")
_WORDS = re.compile(r"[^\W\d_]+|\d+")

_TIME_WAS, _DAY_WAS = "\x1f", "\x1e"
_OFFSET = re.compile(
    rf"(?:\b(?:GMT|UTC|UT)\s?|[{_TIME_WAS}{_DAY_WAS}]\s*\(?)(?P<sign>[+-])(?P<h>\d\d?)(?::?(?P<m>\d\d))?(?!\d)",
    re.IGNORECASE,
)
# A zone that the table does not have ("CLST", "ET", "Europe/Moscow"): taken for none it would be hours wrong.
_UNKNOWN_ZONE = re.compile(
    rf"{_TIME_WAS}\s*\(?(?!(?:MON|TUE|WED|THU|FRI|SAT|SUN|HRS|UHR)\b)(?:[A-Z]{{2,5}}\b|\w+/[A-Z])"
)
_MORE = re.compile(r"\d\s*[:./年月日년월일시時时-]\s*\d|\d{4}")  # a second date or time: which is meant?

_DAY = timedelta(days=1)
_FARTHEST = timedelta(hours=14)  # no zone is farther from UTC
_SANE_AHEAD = timedelta(minutes=10)  # clocks of servers differ; a zone left out puts a date hours ahead
_SANE_SINCE = datetime(1995, 1, 1, tzinfo=UTC)  # no news feed is older: an epoch of 0, a year 1


@dataclass(frozen=True, slots=True)
class _ParsedDate:
    """What a date says: its day; hour, minute and second; and how far its zone is ahead of UTC."""

    day: date
    time: tuple[int, int, int] | None
    utc_offset: timedelta | None

    def to_utc(self, zone: tzinfo) -> datetime:
        hour, minute, second = self.time or (0, 0, 0)
        day = self.day + _DAY if hour == 24 else self.day
        local = datetime(day.year, day.month, day.day, hour % 24, minute, second, tzinfo=UTC)
        return local - self.utc_offset if self.utc_offset is not None else local.replace(tzinfo=zone).astimezone(UTC)


def parse_date(raw: str | None, *, zone: tzinfo = UTC, language: str | None = None) -> datetime | None:
    """The moment that a feed's date means, in UTC. None if it is no date ("yesterday", 25:61), or may be two.

    `zone`: of a date that names none. `language`: the source's, for names of zones that several have.
    """
    return _parse_with_precision(raw, zone, language)[0]


def parse_latest_date(
    raw: str | None, seen: datetime, *, zone: tzinfo = UTC, language: str | None = None
) -> datetime | None:
    """The latest moment that a feed's date can mean: of a day without a time its end, but not after we saw it.

    A ministry that writes only the day must not have its news of the afternoon called twelve hours old.
    """
    moment, bare = _parse_with_precision(raw, zone, language)
    if moment is None or not bare:
        return moment
    # East of Greenwich a day begins earlier: where no zone is told, it may have begun already.
    return min(moment + _DAY, seen) if moment - _FARTHEST <= seen else moment


def _parse_with_precision(raw: str | None, zone: tzinfo, language: str | None) -> tuple[datetime | None, bool]:
    """The moment, and whether it is that of a day without a time."""
    try:
        read = _parse_usual_form(raw or "")
        if read is None:
            text = _normalize_text(raw)
            if epoch := _EPOCH.fullmatch(text):
                return datetime.fromtimestamp(int(epoch.group(1)), UTC), False
            read = _parse_any_form(text, language)
        return (read.to_utc(zone), read.time is None) if read else (None, False)
    except (ValueError, OverflowError):  # month 0, 25:61, year 0
        return None, False


def is_plausible(claimed: datetime | None, now: datetime) -> bool:
    """Whether a claimed date can be true: not ahead of us, and of the time of news feeds."""
    return claimed is not None and _SANE_SINCE <= claimed <= now + _SANE_AHEAD


def _parse_usual_form(raw: str) -> _ParsedDate | None:
    """What `_read` reads in the usual spellings, at a fraction of its cost. Raises ValueError as it does."""
    said = next(filter(None, (form.fullmatch(raw) for form in _USUAL)), None)
    if said is None:
        return None
    month = MONTHS.get(said["month"].lower()) or int(said["month"])
    ahead = _parse_offset(said["sign"], said["h"], said["m"]) if said["sign"] else timedelta(0)
    clock = validate_time(int(said["hour"]), int(said["minute"]), int(said["second"]))
    return _ParsedDate(date(int(said["y"]), month, int(said["d"])), clock, ahead)


def _normalize_text(raw: str | None) -> str:
    """In plain digits and signs: 2026/01/05 in letters of full width is a date too."""
    text = sanitize_text(unicodedata.normalize("NFKC", (raw or "")[: _LONGEST + 1])).translate(_MINUS).strip()
    return _DIGITS.sub(r"\1T\2", text) if len(text) <= _LONGEST else ""


def _parse_any_form(text: str, language: str | None) -> _ParsedDate | None:
    """Raises ValueError if a part of it is out of range."""
    clock = parse_time_of_day(text)
    if clock:
        text = CLOCK.sub(_TIME_WAS, text, count=1)
    ahead, text = _extract_offset(text)
    if ahead is None:
        ahead = _named_zone(text, language)
    found = _find_day(text)
    if found is None:
        return None
    day, (start, end) = found
    text = f"{text[:start]}{_DAY_WAS}{text[end:]}"
    if ahead is None:
        ahead, text = _extract_offset(text)
    if _MORE.search(text) or (ahead is None and _UNKNOWN_ZONE.search(text)):
        return None
    return _ParsedDate(day, clock, ahead)


def _find_day(text: str) -> tuple[date, tuple[int, int]] | None:
    """The day, and where it stands."""
    for pattern in _BY_YEAR:
        if match := pattern.search(text):
            return date(int(match["y"]), int(match["m"]), int(match["d"])), match.span()
    if match := _BY_ERA.search(text):
        before = _ERAS[match["era"] or "民國"]
        year = 1 if match["y"] == "元" else int(match["y"] or match["y3"])
        return date(before + year, int(match["m"] or match["m3"]), int(match["d"] or match["d3"])), match.span()
    if match := _BY_WEEK.search(text):
        return date.fromisocalendar(int(match["y"]), int(match["w"]), int(match["d"])), match.span()
    if match := _BY_DAY.search(text):
        day = _day_first(int(match[1]), int(match[3]), int(match[4]), sure=match["sign"] == ".")
        return (day, match.span()) if day else None
    return next(_worded_days(text), None)


def _day_first(one: int, other: int, year: int, *, sure: bool) -> date | None:
    """With dots the day comes first; with other signs only if it must."""
    if sure or one > 12 or one == other:
        return date(year, other, one)
    return date(year, one, other) if other > 12 else None


def _worded_days(text: str) -> Iterator[tuple[date, tuple[int, int]]]:
    """Day, month name and year; month name, day and year; or year, month name and day."""
    words = [word for word in _WORDS.finditer(text) if word.group().lower() not in _NO_NUMBERS]
    for i, word in enumerate(words):
        month = MONTHS.get(word.group().lower())
        if month is None:  # "mar" is a Tuesday too: then no two numbers stand beside it
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
    """How far ahead of UTC, and the text without it. Raises ValueError if it is too far."""
    match = _OFFSET.search(text)
    if match is None:
        return None, text
    return _parse_offset(match["sign"], match["h"], match["m"]), f"{text[: match.start()]} {text[match.end() :]}"


def _parse_offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if ahead > _FARTHEST:
        raise ValueError
    return ahead if sign == "+" else -ahead


def _named_zone(text: str, language: str | None) -> timedelta | None:
    """Behind the time in any letters, elsewhere in capitals."""
    zones = _ZONES | _OF_LANGUAGES.get(parse_primary_subtag(language or "") or "", {})
    before, _, behind = text.rpartition(_TIME_WAS)
    words = [word.group() for word in _WORDS.finditer(before) if word.group().isupper()]
    words += [word.group() for word in _WORDS.finditer(behind)]
    hours = next((zones[word.lower()] for word in reversed(words) if word.lower() in zones), None)
    return None if hours is None else timedelta(hours=hours)
