"""What `check` advises about routes: levels that reach nobody, and steps that do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.language.settings import routes_of
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.lab.annotated_document import LintKind
from monitor.lab.lints.newsroom import lint_routes
from tests.support.commands import run

CHANNELS = "channels: {desk: {url: 'console://'}, phone: {url: 'console://'}}\n"
HOURS = "hours: {days: {from: 06:00, to: 22:00}, sundays: {weekdays: sun}}\n"


def find_lints(steps: str) -> list[str]:
    [document] = parse_yaml_text(f"{CHANNELS}{HOURS}routes:\n  default: [{steps}]\n", "monitor.yaml")
    routes, _ = routes_of(document, Path(), [])
    assert routes
    return [f"{lint.kind} {lint.place.line}: {lint.problem}" for lint in lint_routes(routes, document)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("desk", []),
        ("{channel: phone, from: high}, desk", []),
        ("{channel: desk, hours: office hours}, {channel: phone, from: high, hours: nights}", []),
        (
            "{channel: phone, from: high}",
            ["unsent-level 4: alerts below high go nowhere on route default: no step takes them"],
        ),
        (
            "{channel: desk, hours: days, outside: critical only}",
            ["unsent-level 4: alerts below critical go nowhere on route default at some times, such as Monday 22:00"],
        ),
        (
            "{channel: desk, hours: days, outside: critical only}, {channel: phone, from: medium}",
            ["unsent-level 4: alerts below medium go nowhere on route default at some times, such as Monday 22:00"],
        ),
        # together they cover the week
        (
            (
                "{channel: desk, hours: days, outside: critical only}, "
                "{channel: phone, hours: nights, outside: critical only}"
            ),
            [],
        ),
        ("{channel: desk, hours: days, outside: {to: phone}}", []),
        ("desk, desk", ["idle-step 4: this step adds nothing: step 1 sends all of it to desk at once"]),
        (
            "{channel: desk, from: high, hours: days}, {channel: desk, from: low}, phone",
            ["idle-step 4: this step adds nothing: step 2 sends all of it to desk at once"],
        ),
        ("{channel: desk, hours: days}, {channel: desk, from: high}", []),  # what is high does not wait
        (
            "desk, {channel: phone, from: critical, hours: days}",
            ["idle-step 4: these hours do nothing: critical alerts are sent at once in any case"],
        ),
        ("desk, {channel: phone, from: critical, hours: days, outside: hold all}", []),
        (
            "{channel: desk, hours: always, outside: hold all}",
            ["idle-step 4: this step sends always, so `outside` does nothing"],
        ),
    ],
)
def test_routes_are_advised_on(steps: str, expected: list[str]) -> None:
    """Each with its place."""
    assert find_lints(steps) == expected


def test_a_route_that_no_rule_names_gets_advice(tmp_path: Path) -> None:
    """The route `default` is needed, and an owner's route gets notices. With no rules there is another advice."""
    file, rules = tmp_path / "monitor.yaml", tmp_path / "rules.yaml"
    routes = "routes: {default: [desk], nigth: [phone], night: [phone], ann: [desk], spare: [desk]}\n"
    file.write_text(f"{CHANNELS}rules: [rules.yaml]\n{routes}", encoding="utf-8")
    rule = "rule: drills\ntitle: Drills\nlevel: low\nowner: ann\nmatch: {words: {en: [drill]}}\nalert: {to: [night]}\n"
    rules.write_text(rule, encoding="utf-8")
    said = [line.partition(": advice: ")[2] for line in run("check", "-c", str(file)).output.splitlines()]
    hint = "name it in a rule, `to: [{0}]`, or remove it [unused-route]"
    line = f"no rule names the route {{0}}: nothing goes there; {{1}}{hint}"
    expected = [line.format("nigth", "did you mean 'night'? If not, "), line.format("spare", "")]
    assert [line for line in said if "[unused-route]" in line] == expected
    rules.write_text("", encoding="utf-8")
    assert LintKind.UNUSED_ROUTE not in run("check", "-c", str(file)).output


def test_check_prints_the_advice_and_a_comment_silences_it(tmp_path: Path) -> None:
    """It is advice: the exit code is 0."""
    file = tmp_path / "monitor.yaml"
    text = f"{CHANNELS}routes:\n  default:\n    - {{channel: phone, from: high}}\n"
    file.write_text(text, encoding="utf-8")
    ended = run("check", "-c", str(file))
    assert ended.exit_code == 0, ended.output
    assert "alerts below high go nowhere on route default" in ended.output
    file.write_text(text.replace("default:", "default:  # lint: ignore unsent-level"), encoding="utf-8")
    assert LintKind.UNSENT_LEVEL not in run("check", "-c", str(file)).output
