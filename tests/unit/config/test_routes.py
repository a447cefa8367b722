"""Steps of routes, and hours: what people write, and what is wrong with it."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest

from monitor.config.language.hours import PRESETS
from monitor.config.language.settings import settings_from_document
from monitor.config.loading.load import list_configured_paths
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import ClockSpan, Hours, Level, Outside, RouteStep

CHANNELS = "channels: {desk: {url: 'console://'}, phone: {url: 'console://'}, duty: {url: 'console://'}}\n"
DAILY, WORKDAYS = frozenset(range(7)), frozenset(range(5))
STEP = "routes: {default: [{channel: desk, hours: shift}]}\n"


def read_routes(text: str, folder: Path = Path("/srv/news")) -> dict[str, tuple[RouteStep, ...]]:
    [document] = parse_yaml_text(CHANNELS + text, "monitor.yaml")
    return dict(settings_from_document(document, {}, folder)[0].routes)


def read_faults(text: str, folder: Path = Path("/srv/news")) -> list[str]:
    with pytest.raises(InvalidFiles) as refused:
        read_routes(text, folder)
    return [str(fault).removeprefix("monitor.yaml:") for fault in refused.value.faults]


def read_hours(text: str, folder: Path = Path("/srv/news")) -> Hours:
    """Those of the name `shift`."""
    (step,) = read_routes(f"timezone: Asia/Seoul\nhours:\n  shift: {text}\n{STEP}", folder)["default"]
    assert step.hours is not None
    return step.hours


def test_a_step_is_a_channel_or_a_mapping() -> None:
    """All of its keys count."""
    text = (
        "timezone: Asia/Seoul\nroutes:\n  default:\n    - {channel: desk}\n"
        "    - {channel: phone, from: high, hours: office hours, outside: critical only}\n"
        "    - {channel: phone, hours: always}\n"
        "    - {channel: desk, hours: weekends, outside: {to: duty}}\n"
    )
    office = Hours("office hours", "Asia/Seoul", (ClockSpan(WORKDAYS, time(9), time(18)),))
    weekends = Hours("weekends", "Asia/Seoul", (ClockSpan(frozenset({5, 6}), time(), time()),))
    assert read_routes(text)["default"] == (
        RouteStep("desk"),
        RouteStep("phone", Level.HIGH, office, Outside.CRITICAL_ONLY),
        RouteStep("phone"),
        RouteStep("desk", hours=weekends, outside=Outside.TO, other="duty"),
    )


@pytest.mark.parametrize("name", ["always", *PRESETS])
def test_presets_need_no_definition(name: str) -> None:
    """They are of the config's time zone."""
    (step,) = read_routes(f"timezone: Asia/Seoul\nroutes: {{default: [{{channel: desk, hours: {name}}}]}}\n")["default"]
    assert step.hours is None if name == "always" else step.hours == Hours(name, "Asia/Seoul", PRESETS[name])


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("{weekdays: [mon-fri], from: 09:00, to: 18:00}", [ClockSpan(WORKDAYS, time(9), time(18))]),
        ("{weekdays: mon-fri, from: 9:00, to: '24:00'}", [ClockSpan(WORKDAYS, time(9), time())]),
        ("{from: 22:00, to: 06:30}", [ClockSpan(DAILY, time(22), time(6, 30))]),
        ("{weekdays: [sat, Sunday]}", [ClockSpan(frozenset({5, 6}), time(), time())]),
        ("{weekdays: 'fri-mon, wed'}", [ClockSpan(frozenset({4, 5, 6, 0, 2}), time(), time())]),
        (
            "{spans: [{weekdays: [mon-fri], from: 07:00, to: 12:00}, {weekdays: [sat], from: 10:00, to: 14:00}]}",
            [ClockSpan(WORKDAYS, time(7), time(12)), ClockSpan(frozenset({5}), time(10), time(14))],
        ),
    ],
)
def test_hours_are_one_span_or_several(text: str, spans: list[ClockSpan]) -> None:
    """Weekdays by name or from one to another, the time by the clock."""
    assert read_hours(text) == Hours("shift", "Asia/Seoul", tuple(spans))


def test_hours_may_have_a_zone_and_holidays_of_their_own(tmp_path: Path) -> None:
    """Dates of one year and of every year, in the file itself or in another, which is watched as well."""
    written = read_hours("{weekdays: mon-fri, zone: Europe/Berlin, holidays: [2026-12-24, 12-25]}")
    dates, yearly = frozenset({date(2026, 12, 24)}), frozenset({(12, 25)})
    assert (written.zone, written.holidays, written.yearly_holidays) == ("Europe/Berlin", dates, yearly)
    (tmp_path / "holidays.txt").write_text("# of the desk\n2026-12-24  # we are closed\n\n12-25\n", encoding="utf-8")
    text = "{weekdays: mon-fri, zone: Europe/Berlin, holidays: holidays.txt}"
    assert read_hours(text, tmp_path) == written
    (tmp_path / "monitor.yaml").write_text(f"hours: {{shift: {text}}}\n", encoding="utf-8")
    assert list_configured_paths(tmp_path / "monitor.yaml") == [tmp_path / "holidays.txt"]


def test_a_definition_takes_the_place_of_a_preset() -> None:
    """So that a desk has its own office hours."""
    text = (
        "hours: {office hours: {from: 06:00, to: 22:00}}\nroutes: {default: [{channel: desk, hours: office hours}]}\n"
    )
    (step,) = read_routes(text)["default"]
    assert step.hours == Hours("office hours", "UTC", (ClockSpan(DAILY, time(6), time(22)),))


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("{channel: desc}", "3:11: there is no channel 'desc'; did you mean 'desk'?"),
        ("{channel: desk, hours: ofice hours}", "there are no hours 'ofice hours'; did you mean 'office hours'?"),
        ("{channel: desk, hours: shft}", "there are no hours 'shft'; did you mean 'shift'?"),
        ("{channel: desk, hours: nights, outside: {to: dutty}}", "there is no channel 'dutty'; did you mean 'duty'?"),
        ("{channel: desk, hours: nights, outside: {to: desk}}", "'desk' is the channel of this step itself"),
        ("{channel: desk, outside: hold}", "'outside' needs 'hours'; write, for example, hours: office hours"),
        (
            "{channel: desk, hours: nights, outside: critical}",
            "'critical' is not one of: hold, hold all, critical only",
        ),
        (
            "{channel: desk, from: hihg}",
            "'hihg' is not one of: info, low, medium, high, critical; did you mean 'high'?",
        ),
        ("{chanel: desk}", "'channel' is missing"),
        ("{from: high}", "'channel' is missing"),
    ],
)
def test_a_step_with_a_fault_names_it(step: str, fault: str) -> None:
    """Where it is, what it is, and what was probably meant."""
    found = read_faults(f"hours: {{shift: {{weekdays: sat}}}}\nroutes:\n  default:\n    - desk\n    - {step}\n")
    assert any(fault.removeprefix("3:11: ") in line and line.startswith("6:") for line in found), found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{weekdays: []}", "this is empty: these hours would never begin; write, for example, [mon-fri]"),
        ("{spans: []}", "these hours never begin: they have no time and no weekday"),
        ("{zone: Asia/Seoul}", "these hours never begin: they have no time and no weekday"),
        ("{spans: [{}]}", "a span has no time and no weekday"),
        ("{from: 09:00, to: 09:00}", "these hours end when they begin, so they never begin"),
        ("{from: 09:00}", "'from' needs 'to'; write both, or neither for whole days"),
        ("{to: 09:00, weekdays: mon}", "'to' needs 'from'"),
        ("{from: 24:00, to: 06:00}", "'24:00' is not a time of day; write it like '00:00', '09:00' or '18:30'"),
        ("{from: 09:00, to: 26:00}", "'26:00' is not a time of day; write it like '09:00', '18:30' or '24:00'"),
        ("{from: 9, to: 18}", "this is not a time of day"),
        ("{weekdays: [mo]}", "'mo' is not a weekday; write mon, tue, wed, thu, fri, sat, sun, or mon-fri"),
        ("{weekdays: [5]}", "this is not a weekday"),
        ("{weekdays: sat, zone: Europe/Berln}", "'Europe/Berln' is not a time zone; did you mean 'Europe/Berlin'?"),
        ("{weekdays: sat, holidays: [2026-02-30]}", "'2026-02-30' is not a date; write 2026-12-24, or 12-24"),
        ("{weekdays: sat, holidays: nosuch.txt}", "nosuch.txt' cannot be read: No such file or directory"),
        ("{weekdays: sat, spans: [{weekdays: mon}]}", "'weekdays' cannot be combined with spans; put it into a span"),
    ],
)
def test_hours_with_a_fault_name_it(text: str, fault: str) -> None:
    """Above all those that would never begin: what waits for them would wait for ever."""
    found = read_faults(f"hours: {{shift: {text}}}\n{STEP}")
    assert any(fault in line and line.startswith("2:") for line in found), found


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("always", "'always' cannot be defined; choose another name"),
        ("Office", "'Office' is not a name of hours; write lower-case letters, digits, blanks and hyphens"),
    ],
)
def test_a_name_of_hours_is_in_lower_case(name: str, fault: str) -> None:
    """And always is always."""
    assert any(
        fault in line for line in read_faults(f"hours: {{{name}: {{weekdays: sat}}}}\nroutes: {{default: [desk]}}\n")
    )


def test_a_file_of_holidays_names_the_line_that_is_no_date(tmp_path: Path) -> None:
    """At the key that names the file."""
    (tmp_path / "days.txt").write_text("2026-12-24\nChristmas\n", encoding="utf-8")
    (found,) = read_faults(f"hours: {{shift: {{weekdays: sat, holidays: days.txt}}}}\n{STEP}", tmp_path)
    assert found.startswith("2:")
    assert f"line 2 of '{tmp_path / 'days.txt'}', 'Christmas', is not a date" in found


def test_the_page_about_routes_is_true() -> None:
    """Its example has no fault, and its table has the presets."""
    page = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text(encoding="utf-8").partition("## Where and")[2]
    example = page.partition("```yaml\n")[2].partition("```")[0]
    [document] = parse_yaml_text(example, "alerts.md")
    settings, _ = settings_from_document(document, {"MAIL_PASSWORD": "x"}, Path("/srv/news"))
    assert settings.routes["night"][1].outside is Outside.TO
    table = page.partition("Presets")[2].partition("Under `hours`")[0]
    assert re.findall(r"^\| `([a-z ]+)` \|", table, re.MULTILINE) == ["always", *PRESETS]
