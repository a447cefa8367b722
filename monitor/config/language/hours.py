"""`hours:` of monitor.yaml: the hours in which steps of routes send, and the ones that every config knows.

The schema, and its conversion to the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema, model_validator

from monitor.config.language.base_schema import Schema, Text, one_or_list, validation_error
from monitor.config.language.faults import did_you_mean
from monitor.config.language.zones import Zone
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument, quote_text
from monitor.errors import Fault
from monitor.model import ClockSpan, Hours

ALWAYS = "always"
_NAME_PATTERN = r"^[a-z0-9]+([ -][a-z0-9]+)*$"
_LONGEST_NAME = 40
_TIME_PATTERN = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
_END_PATTERN = rf"{_TIME_PATTERN}|^24:00$"
_YEARLY_PATTERN = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALL_DAYS = frozenset(range(7))
_MIDNIGHT = time()
_LEAP_YEAR = 2024
_LARGEST_FILE = 2**20  # bytes: thousands of dates


def _span(weekdays: frozenset[int], begin: int, end: int) -> tuple[ClockSpan, ...]:
    return (ClockSpan(weekdays, time(begin), time(end % 24)),)


_WORKDAYS, _WEEKEND = frozenset(range(5)), frozenset({5, 6})
PRESETS: Mapping[str, tuple[ClockSpan, ...]] = {
    "office hours": _span(_WORKDAYS, 9, 18),
    "waking hours": _span(_ALL_DAYS, 7, 23),
    "early bird": _span(_ALL_DAYS, 5, 21),
    "night owl": _span(_ALL_DAYS, 12, 4),
    "evenings": _span(_ALL_DAYS, 18, 23),
    "nights": _span(_ALL_DAYS, 22, 6),
    "weekdays": _span(_WORKDAYS, 0, 24),
    "weekends": _span(_WEEKEND, 0, 24),
}
"""Hours that need not be defined, beside ALWAYS. A definition of the same name takes their place."""


def _validate_hours_name(name: str) -> str:
    if not re.match(_NAME_PATTERN, name) or len(name) > _LONGEST_NAME:
        form = f"write lower-case letters, digits, blanks and hyphens, at most {_LONGEST_NAME} of them"
        raise validation_error(f"{quote_text(name)} is not a name of hours", form)
    if name == ALWAYS:
        raise validation_error(f"'{ALWAYS}' cannot be defined", "choose another name")
    return name


def _parse_begin(value: object) -> time:
    return _parse_clock_time(value, _TIME_PATTERN, "write it like '00:00', '09:00' or '18:30'")


def _parse_end(value: object) -> time:
    """The time; 24:00 is the midnight at the end of the day."""
    return _parse_clock_time(value, _END_PATTERN, "write it like '09:00', '18:30' or '24:00'")


def _parse_clock_time(value: object, pattern: str, hint: str) -> time:
    if not isinstance(value, str) or not re.match(pattern, value):
        quoted = quote_text(value) if isinstance(value, str) else "this"
        raise validation_error(f"{quoted} is not a time of day", hint)
    hour, _, minute = value.partition(":")
    return time(int(hour) % 24, int(minute))


def _parse_weekdays(value: object) -> frozenset[int]:
    """The numbers of the weekdays (0: Monday) of texts such as 'mon' and 'mon-fri'."""
    items = value if isinstance(value, list) else [value]
    words = [word for item in items for word in (item.split(",") if isinstance(item, str) else [item])]
    found = frozenset(number for word in words for number in _parse_weekday_range(word))
    if not found:
        raise validation_error("this is empty: these hours would never begin", "write, for example, [mon-fri]")
    return found


def _parse_weekday_range(word: object) -> Iterator[int]:
    ends = word.strip().lower().split("-") if isinstance(word, str) else []
    numbers = [_find_weekday(end.strip()) for end in ends]
    if not 1 <= len(numbers) <= 2 or None in numbers:
        quoted = quote_text(word) if isinstance(word, str) else "this"
        raise validation_error(f"{quoted} is not a weekday", "write mon, tue, wed, thu, fri, sat, sun, or mon-fri")
    first, last = numbers[0] or 0, numbers[-1] or 0
    return ((first + step) % 7 for step in range((last - first) % 7 + 1))


def _find_weekday(word: str) -> int | None:
    return next((number for number, name in enumerate(_WEEKDAYS) if len(word) >= 3 and name.startswith(word)), None)


Holiday = date | tuple[int, int]
"""A date, or a month and day of every year."""


def _parse_holiday(value: object) -> Holiday:
    """The holiday. Raises the validation error."""
    try:
        if isinstance(value, str) and (yearly := re.match(_YEARLY_PATTERN, value)):
            day = date(_LEAP_YEAR, int(yearly[1]), int(yearly[2]))
            return day.month, day.day
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    quoted = quote_text(value) if isinstance(value, str) else "this"
    raise validation_error(f"{quoted} is not a date", "write 2026-12-24, or 12-24 for every year")


HoursName = Annotated[
    str, AfterValidator(_validate_hours_name), WithJsonSchema({"type": "string", "pattern": _NAME_PATTERN})
]
BeginTime = Annotated[time, PlainValidator(_parse_begin), WithJsonSchema({"type": "string", "pattern": _TIME_PATTERN})]
EndTime = Annotated[time, PlainValidator(_parse_end), WithJsonSchema({"type": "string", "pattern": _END_PATTERN})]
Weekdays = Annotated[
    frozenset[int],
    PlainValidator(_parse_weekdays),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
HolidayDate = Annotated[Holiday, PlainValidator(_parse_holiday), WithJsonSchema({"type": "string"})]


class SpanSchema(Schema):
    """A time of day on some weekdays; it may cross midnight, and then belongs to the day on which it begins."""

    label: ClassVar[str] = "span"

    weekdays: Weekdays | None = Field(
        None, description="The weekdays on which it begins (default: all).", examples=[["mon-fri"]]
    )
    from_: BeginTime | None = Field(None, alias="from", description="When it begins.", examples=["09:00"])
    to: EndTime | None = Field(
        None, description="When it ends; if that is not after `from`, on the next day.", examples=["18:00"]
    )

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if (self.from_ is None) != (self.to is None):
            missing, given = ("to", "from") if self.to is None else ("from", "to")
            raise validation_error(f"'{given}' needs '{missing}'", "write both, or neither for whole days", (given,))
        if self.from_ is not None and self.from_ == self.to and self.from_ != _MIDNIGHT:
            hint = "for whole days leave out both; else write when they end"
            raise validation_error("these hours end when they begin, so they never begin", hint, ("to",))
        return self

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said of days and times."""
        return self.weekdays is None and self.from_ is None

    def to_span(self) -> ClockSpan:
        """As the model has it."""
        days = _ALL_DAYS if self.weekdays is None else self.weekdays
        return ClockSpan(days, self.from_ or _MIDNIGHT, self.to or _MIDNIGHT)


class HoursSchema(SpanSchema):
    """Hours of the week: one span, or several under `spans`."""

    label: ClassVar[str] = "hours"

    spans: list[SpanSchema] | None = Field(
        None,
        description="Several times, in place of `weekdays`, `from` and `to`.",
        examples=[[{"weekdays": ["mon-fri"], "from": "09:00", "to": "18:00"}]],
    )
    zone: Zone | None = Field(
        None, description="Their time zone (default: `timezone` of monitor.yaml).", examples=["Europe/Berlin"]
    )
    holidays: (
        Annotated[
            Annotated[list[HolidayDate], Tag("<list>")] | Annotated[Text, Tag("<one>")], Discriminator(one_or_list)
        ]
        | None
    ) = Field(
        None,
        description="Dates on which no span begins: 2026-12-24, or 12-24 for every year; or a file with one date in "
        "each line, relative to monitor.yaml.",
        examples=[["2026-12-24", "12-25"]],
    )

    @model_validator(mode="after")
    def _check_spans(self) -> Self:
        example = "write, for example, {weekdays: [mon-fri], from: '09:00', to: '18:00'}"
        if self.spans is not None and not self.is_empty:
            key = "weekdays" if self.weekdays is not None else "from"
            raise validation_error(f"'{key}' cannot be combined with spans", "put it into a span", (key,))
        if self.spans == [] or (self.spans is None and self.is_empty):
            raise validation_error("these hours never begin: they have no time and no weekday", example)
        if any(span.is_empty for span in self.spans or ()):
            raise validation_error("a span has no time and no weekday", example, ("spans",))
        return self


@dataclass(frozen=True, slots=True)
class NamedHours:
    """The hours that steps may name: those of the config, and the presets. `timezone`: of monitor.yaml."""

    defined: Mapping[str, Hours]
    timezone: str

    def find(self, name: str) -> Hours | None:
        """The hours of this name; None: always."""
        if name in self.defined:
            return self.defined[name]
        return None if name == ALWAYS else Hours(name, self.timezone, PRESETS[name])

    @property
    def names(self) -> list[str]:
        """All names that a step may use."""
        return list(dict.fromkeys([*self.defined, ALWAYS, *PRESETS]))

    def find_unknown(self, name: str, document: YamlDocument, path: ValuePath) -> Iterator[Fault]:
        """The fault of a name that does not exist. `path`: where it is."""
        if name not in self.names:
            hint = did_you_mean(name, self.names)
            yield Fault(document.place(path), f"there are no hours {quote_text(name)}", hint)


def build_hours(
    schemas: Mapping[str, HoursSchema], timezone: str, folder: Path, document: YamlDocument, faults: list[Fault]
) -> NamedHours:
    """The hours of a config; faults of their files of holidays are added to `faults`. `folder`: of monitor.yaml."""
    defined = {}
    for name, schema in schemas.items():
        found = [schema] if schema.spans is None else schema.spans
        hours = Hours(name, schema.zone or timezone, tuple(span.to_span() for span in found))
        holidays = schema.holidays or []
        if isinstance(holidays, str):
            holidays = _read_holidays(folder / holidays, document, ("hours", name, "holidays"), faults)
        dates = frozenset(day for day in holidays if isinstance(day, date))
        yearly = frozenset(day for day in holidays if not isinstance(day, date))
        defined[name] = replace(hours, holidays=dates, yearly_holidays=yearly)
    return NamedHours(defined, timezone)


def list_holiday_files(data: object, folder: Path) -> list[Path]:
    """The files of holidays that the data of a monitor.yaml names, whatever else is wrong in it."""
    hours = data.get("hours") if isinstance(data, dict) else None
    definitions = hours.values() if isinstance(hours, dict) else ()
    named = (definition.get("holidays") for definition in definitions if isinstance(definition, dict))
    return [folder / name for name in named if isinstance(name, str)]


def _read_holidays(file: Path, document: YamlDocument, path: ValuePath, faults: list[Fault]) -> list[Holiday]:
    """The dates of a file: one a line; what follows a '#' is a comment."""
    place = document.place(path)
    try:
        if file.exists() and not file.is_file():  # reading a pipe would block the start
            faults.append(Fault(place, f"'{file}' is not a file", "name a file with one date in each line"))
            return []
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            problem, hint = f"'{file}' is too big for a file of holidays", "it needs only one date in each line"
            faults.append(Fault(place, problem, hint))
            return []
        lines = content.decode().splitlines()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path, or no UTF-8
        reason = (isinstance(error, OSError) and error.strerror) or "it holds no text"
        faults.append(Fault(place, f"the file of holidays '{file}' cannot be read: {reason}"))
        return []
    found = []
    for number, line in enumerate(lines, 1):
        if text := line.partition("#")[0].strip():
            try:
                found.append(_parse_holiday(text))
            except ValueError:
                problem = f"line {number} of '{file}', {quote_text(text)}, is not a date"
                faults.append(Fault(place, problem, "write 2026-12-24, or 12-24 for every year"))
    return found
