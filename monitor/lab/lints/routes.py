"""Lints of routes: levels that a route sends to nobody, now or at some time of the week, steps that add nothing, and
routes that no rule names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.alerting.hours import is_within_hours, list_intervals
from monitor.config.language.faults import find_close_word
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import DEFAULT_ROUTE, Hours, Level, Outside, RouteStep, Rule

_ANY_MONDAY = date(2026, 1, 5)  # gaps are looked for in a week without a change of the clock
_LEVELS = list(Level)
_Finding = tuple[str, str]
"""The problem, and what to do."""


def lint_routes(routes: Mapping[str, Sequence[RouteStep]], document: YamlDocument) -> Iterator[Lint]:
    """What is no fault in the routes of a monitor.yaml, and probably a mistake."""
    for name, steps in routes.items():
        path = ("routes", name)
        for problem, hint in (*_find_untaken_levels(name, steps), *_find_unsent_times(name, steps)):
            place = document.key_place(path)
            yield Lint(place, LintKind.UNSENT_LEVEL, problem, hint, place)
        for index, step in enumerate(steps):
            for problem, hint in (*_find_useless_hours(step), *_find_repetition(index, steps)):
                place = document.place((*path, index))
                yield Lint(place, LintKind.IDLE_STEP, problem, hint, place)


def lint_unused_routes(
    routes: Mapping[str, Sequence[RouteStep]], rules: Iterable[Rule], document: YamlDocument
) -> Iterator[Lint]:
    """The routes that no rule names, so that nothing goes there; probably the name is misspelt, here or in a rule. The
    route `default` is needed in any case."""
    used = {name for rule in rules for name in (*rule.alert.to, rule.owner)} | {DEFAULT_ROUTE}
    for name in routes:
        if name in used:
            continue
        place = document.key_place(("routes", name))
        similar = find_close_word(name, [other for other in routes if other in used])
        meant = f"did you mean '{similar}'? If not, " if similar else ""
        hint = f"{meant}name it in a rule, `to: [{name}]`, or remove it"
        yield Lint(place, LintKind.UNUSED_ROUTE, f"no rule names the route {name}: nothing goes there", hint, place)


def _find_untaken_levels(route: str, steps: Sequence[RouteStep]) -> Iterator[_Finding]:
    floor = min((step.lowest for step in steps), key=lambda level: level.rank, default=Level.INFO)
    if floor is not Level.INFO:
        problem = f"alerts below {floor} go nowhere on route {route}: no step takes them"
        yield problem, f"add a channel for them, for example '- {{channel: {steps[0].channel}, hours: office hours}}'"


def _find_unsent_times(route: str, steps: Sequence[RouteStep]) -> Iterator[_Finding]:
    """Of the highest level that is not sent at some time, the time when that begins."""
    for level in reversed(_LEVELS[: Level.CRITICAL.rank]):  # critical alerts are sent at any time
        taking = [step for step in steps if step.lowest.rank <= level.rank]
        only = [step.hours for step in taking if step.hours is not None and step.outside is Outside.CRITICAL_ONLY]
        if taking and len(only) == len(taking) and (gap := _find_gap(only)) is not None:
            above = _LEVELS[level.rank + 1]
            problem = f"alerts below {above} go nowhere on route {route} at some times, such as {gap:%A %H:%M}"
            yield problem, "write `outside: hold` for one of its steps, or add a channel that always takes them"
            return


def _find_gap(hours: Sequence[Hours]) -> datetime | None:
    """The local time at which a gap between all of these hours begins; None if they cover the week."""
    plain = [replace(each, holidays=frozenset(), yearly_holidays=frozenset()) for each in hours]
    ends = ((end, each.zone) for each in plain for _, end in list_intervals(each, _ANY_MONDAY, 7))
    gaps = ((end, zone) for end, zone in ends if not any(is_within_hours(each, end) for each in plain))
    first = min(gaps, default=None)
    return None if first is None else first[0].astimezone(ZoneInfo(first[1]))


def _find_useless_hours(step: RouteStep) -> Iterator[_Finding]:
    if step.hours is None and step.outside is not Outside.HOLD:
        yield "this step sends always, so `outside` does nothing", "name other hours, or remove `outside`"
    goes_at_once = step.outside in (Outside.HOLD, Outside.CRITICAL_ONLY)
    if step.hours is not None and step.lowest is Level.CRITICAL and goes_at_once:
        problem = "these hours do nothing: critical alerts are sent at once in any case"
        yield problem, "remove `hours`, or write `outside: hold all` if it is to wait too"


def _find_repetition(index: int, steps: Sequence[RouteStep]) -> Iterator[_Finding]:
    """A step whose channel gets all of it at once by another step."""
    step = steps[index]
    for other_index, other in enumerate(steps):
        takes_all = other.hours is None and other.channel == step.channel and other.lowest.rank <= step.lowest.rank
        is_other = other_index != index and (other != step or other_index < index)
        if takes_all and is_other and step.outside is not Outside.TO:
            problem = f"this step adds nothing: step {other_index + 1} sends all of it to {step.channel} at once"
            yield problem, "remove one of the two"
            return
