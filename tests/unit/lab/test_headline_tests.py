"""Headlines run through all rules, and each that is not as expected is told with its place and the reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import InvalidFiles
from monitor.lab.expectations import (
    Expectation,
    ExpectedArticle,
    HeadlinesReport,
    expected_of_yaml,
    find_unknown_rules,
    parse_expected,
    run_expected,
    usable_expectations,
)
from monitor.lab.recorded import UnusableLine
from monitor.model import Level, NewsIn, Rule, RuleStatus, Term, Words
from tests.support.building import NOON, read_as

LONG = "The committee spoke of rowing and of gardens. " * 30
RULES = {
    "flood": Rule("flood", "Floods", Level.LOW, Words((Term("flood", "en"),)), "v"),
    "strike": Rule("strike", "Strikes", Level.LOW, Words((Term("strike", "en"), Term("walk out", "en"))), "v"),
}


def run(folder: Path, text: str, rules: dict[str, Rule] = RULES) -> HeadlinesReport:
    file = folder / "h.yaml"
    file.write_text(text, encoding="utf-8")
    expected = expected_of_yaml(file, NOON)
    assert list(find_unknown_rules(expected, rules.keys())) == []
    return run_expected(expected, rules, {}, {}, {})


def failures(folder: Path, text: str, rules: dict[str, Rule] = RULES) -> list[str]:
    """As people read them, without the folder."""
    return [str(failure).removeprefix(f"{folder}/") for failure in run(folder, text, rules).failures]


def test_what_holds_is_counted_by_rule(tmp_path: Path) -> None:
    """A headline, or an article with its text and language; a mention is silent."""
    report = run(
        tmp_path,
        f"""\
strike:
  fires: [A strike, {{title: News, text: Dockers walk out., lang: en}}]
  mentions: [{{title: Gardens, text: "{LONG}A strike."}}]
  silent: [A flood, {{title: Gardens, text: "{LONG}A strike."}}]
any:
  fires: [A flood]
  mentions: [{{title: Gardens, text: "{LONG}A strike."}}]
  silent: [Rain, {{title: Gardens, text: "{LONG}A strike."}}]
""",
    )
    assert report.failures == []
    assert report.asked == {
        ("strike", Expectation.FIRES): 2,
        ("strike", Expectation.MENTIONS): 1,
        ("strike", Expectation.SILENT): 2,
        ("any", Expectation.FIRES): 1,
        ("any", Expectation.MENTIONS): 1,
        ("any", Expectation.SILENT): 2,
    }


NEAREST = "the nearest is flood: no match: words flood: not there"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("strike: {fires: [Rain]}", "h.yaml:1:18: strike must fire, and does not: words strike, walk out: not there"),
        (
            f'strike: {{fires: [{{title: Gardens, text: "{LONG}A strike."}}]}}',
            "h.yaml:1:18: strike must fire, and is only a mention: complete only outside title and lead",
        ),
        ("strike: {silent: [A strike]}", "h.yaml:1:19: strike must stay silent, and fires on “strike”"),
        ("strike: {mentions: [A strike]}", "h.yaml:1:21: strike must be a mention, and fires on “strike”"),
        (
            "strike: {mentions: [Rain]}",
            "h.yaml:1:21: strike must be a mention, and is not: words strike, walk out: not there",
        ),
        (
            "any: {silent: [A flood ends a strike]}",
            "h.yaml:1:16: every rule must stay silent, and flood fires on “flood”; strike fires on “strike”",
        ),
        (
            "any: {fires: [Rain]}",
            f"h.yaml:1:15: some rule must fire, and does not: {NEAREST}",
        ),
        ("any: {mentions: [A flood]}", "h.yaml:1:18: some rule must be a mention, and flood fires on “flood”"),
        ("any: {mentions: [Rain]}", f"h.yaml:1:18: some rule must be a mention, and is not: {NEAREST}"),
    ],
)
def test_what_does_not_hold_is_told_with_its_reason(text: str, told: str, tmp_path: Path) -> None:
    """At the place of the headline."""
    assert failures(tmp_path, text) == [told]


def test_failures_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Whatever kind they are of; and they are counted by rule and kind."""
    report = run(tmp_path, "strike:\n  silent: [A strike]\n  fires: [Rain, A strike]\n")
    assert [failure.expected.place.line for failure in report.failures] == [2, 3]
    assert report.failed == {("strike", Expectation.SILENT): 1, ("strike", Expectation.FIRES): 1}


def test_a_rule_that_is_off_is_tested_where_it_is_named(tmp_path: Path) -> None:
    """And is none of the rules of which none may fire."""
    off = {**RULES, "flood": replace(RULES["flood"], status=RuleStatus.OFF)}
    assert failures(tmp_path, "flood: {fires: [A flood]}\nany: {silent: [A flood]}\n", off) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("strike: {fire: [A strike]}", "1:10: I do not know 'fire'; did you mean 'fires'?"),
        (
            "flood: {fires: [a]}\nstrike: {fires: A strike}",
            "2:17: expected a list, found text; write, for example, 'fires: [Live-fire",
        ),
        ("[A strike]", "1:1: ids of rules, each with its headlines, belong here; write, for example, 'taiwan-drills: "),
        (
            "rule: strikes\ntitle: Strikes",
            "1:1: this is a rule, and a file of headlines belongs here; `news-monitor ",
        ),
    ],
)
def test_faults_of_the_file_have_their_places(text: str, fault: str, tmp_path: Path) -> None:
    """As in the files of rules."""
    with pytest.raises(InvalidFiles) as faulty:
        run(tmp_path, text)
    assert str(faulty.value).startswith(f"{tmp_path}/h.yaml:{fault}")


def test_a_rule_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    """With what was meant."""
    file = tmp_path / "h.yaml"
    file.write_text("flod: {fires: [a]}\n", encoding="utf-8")
    (fault,) = find_unknown_rules(expected_of_yaml(file, NOON), RULES.keys())
    assert str(fault) == f"{file}:1:1: there is no rule 'flod'; did you mean 'flood'?"


def test_lines_of_json_say_the_same() -> None:
    """One article, and what several rules must make of it; it needs no id."""
    lines = [
        '{"title": "A strike", "fires": ["strike"], "silent": ["flood", "any"]}\n',
        "\n",
        '{"id": "a", "title": "Rain", "lang": "en", "fires": ["strike"]}\n',
        "A bare headline\n",
        '{"title": "Rain", "fires": "strike"}\n',
        "{\n",
    ]
    found = read_as(lines, lambda each: parse_expected(each, "h.jsonl"), needs_ids=False)
    assert [str(each) for each in found if isinstance(each, UnusableLine)] == [
        "line 4: it expects nothing: give it one of fires, mentions, silent",
        "line 5: fires must be a list of ids of rules",
        "line 6: not JSON: Expecting property name enclosed in double quotes at column 2; write one object on a line",
    ]
    report = run_expected([each for each in found if isinstance(each, ExpectedArticle)], RULES, {}, {}, {})
    assert [str(failure) for failure in report.failures] == [
        "h.jsonl:1:1: every rule must stay silent, and strike fires on “strike”",
        "h.jsonl:3:1: strike must fire, and does not: words strike, walk out: not there",
    ]


def test_a_rule_in_shadow_is_no_other_matter_of_a_title(tmp_path: Path) -> None:
    """As live: only live rules say what a title is about."""
    about = replace(RULES["strike"], news_in=NewsIn.ABOUT)
    shadow = replace(RULES["flood"], status=RuleStatus.SHADOW)
    text = "strike:\n  fires: [{title: A flood, text: A strike began.}]\n"
    assert failures(tmp_path, text, {"strike": about, "flood": shadow}) == []
    assert len(failures(tmp_path, text, {"strike": about, "flood": RULES["flood"]})) == 1


def test_where_no_rule_runs_none_is_the_nearest(tmp_path: Path) -> None:
    """A rule that is off is asked only by its name."""
    off = replace(RULES["flood"], status=RuleStatus.OFF)
    (said,) = failures(tmp_path, "any:\n  fires: [Rain]\nflood:\n  fires: [A flood]\n", {"flood": off})
    assert said == "h.yaml:2:11: some rule must fire, and does not: there is no rule that runs"


def test_a_line_may_end_in_any_blank() -> None:
    """As `match` takes it."""
    (found,) = read_as(
        ['{"title": "Rain", "silent": ["any"]}\u3000\n'], lambda each: parse_expected(each, "h"), needs_ids=False
    )
    assert isinstance(found, ExpectedArticle)


def test_rules_that_cannot_be_used_are_left_out(tmp_path: Path) -> None:
    """Each is named once; what is expected of others is tested."""
    file = tmp_path / "h.yaml"
    file.write_text("flood:\n  fires: [A flood]\nbroken:\n  fires: [One, Two]\n", encoding="utf-8")
    usable, left_out = usable_expectations(expected_of_yaml(file, NOON), RULES)
    assert [each.wanted for each in usable] == [(("flood", Expectation.FIRES),)]
    assert [each.problem for each in left_out] == ["the rule 'broken' cannot be used: its headlines are left out"]
