"""docs/rules.md and docs/reference.md tell the truth: the tables are those of the shapes, and every example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.tools.rules_doc import PAGE, page
from monitor.config.generated.reference import build_reference_tables
from monitor.config.language.durations import parse_duration
from monitor.config.loading.load import load_rules
from monitor.lab.expectations import find_test_failures
from monitor.matching import compile_rules
from monitor.model import AlertPolicy, Level, Rule, Term, UpdateTrigger, Words
from tests.support.building import NOON, article

ROOT = Path(__file__).parents[2]
REFERENCE = PAGE.read_text(encoding="utf-8")
TEXT = PAGE.with_name("rules.md").read_text(encoding="utf-8") + REFERENCE
EXAMPLES = re.findall(r"^```yaml\n(?!port-strike)(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


def cells(head: str) -> list[tuple[str, ...]]:
    """The rows of the table that begins so."""
    rows = TEXT.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


WORDS = cells("| word | finds |")


def test_the_tables_are_those_of_the_shapes() -> None:
    """`python -m docs.tools.rules_doc` writes them again."""
    assert page() == REFERENCE


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_is_without_fault_and_passes_its_own_tests(example: str, tmp_path: Path) -> None:
    """A reader may copy it as it stands, beside the shipped entities; each of its rules but the first has tests."""
    file = tmp_path / "example.yaml"
    file.write_text(example, encoding="utf-8")
    loaded = load_rules([file, ROOT / "seeds" / "entities"])
    assert loaded.faults == ()
    assert all(rule.tests for rule in loaded.rules.values()) is (example != EXAMPLES[0])
    assert loaded.rules
    own = [entity for entity in loaded.entities.values() if entity.place.file == str(file)]
    assert find_test_failures([*loaded.rules.values(), *own], loaded.entities, loaded.lists, {}, NOON) == ()


def test_it_begins_with_a_rule_of_three_lines(tmp_path: Path) -> None:
    """Which does what the text below it says of two headlines."""
    first = [line for line in EXAMPLES[0].splitlines() if not line.startswith("#")]
    assert len(first) == 3
    file = tmp_path / "first.yaml"
    file.write_text("\n".join(first), encoding="utf-8")
    rules = compile_rules(load_rules([file]).rules.values(), {})
    hit, missed = "Busan dockers walk out", "Dockers in Busan walk out"
    assert f'"{hit}" matches; "{missed}" does not' in " ".join(TEXT.split())
    assert rules.match(article(title=hit))
    assert not rules.match(article(title=missed))


@pytest.mark.parametrize(("word", "finds", "misses", "because"), WORDS, ids=[row[0] for row in WORDS])
def test_each_word_finds_what_the_table_says(word: str, finds: str, misses: str, because: str) -> None:
    """And does not find what it says that it does not."""
    assert because
    condition = Words((Term(word.strip("`")),))
    compiled = compile_rules([Rule("r", "R", Level.LOW, condition, "v")], {})
    assert compiled.match(article(title=finds))
    assert not compiled.match(article(title=misses))


def test_how_often_it_tells_is_told_whole() -> None:
    """Each key under `alert` but whom it tells, with the default that the reference gives; and each reason."""
    [alert] = (table for table in build_reference_tables() if table.name == "alert")
    told = [(key.strip("`"), default.strip("`")) for key, default, _ in cells("| key | default |")]
    assert told == [(row.key, row.requirement) for row in alert.rows if row.key != "to"]
    assert parse_duration(dict(told)["cooldown"]) == AlertPolicy().cooldown
    reasons = {reason.strip("`") for reason, _ in cells("| reason | it sends again")}
    assert {re.sub(r"^\d+ ", "", reason) for reason in reasons} == {each.value for each in UpdateTrigger}


def test_there_are_examples_of_every_kind() -> None:
    """From the first rule to lists and entities."""
    starts = {line.partition(":")[0] for example in EXAMPLES for line in example.splitlines()}
    assert {"rule", "list", "entity"} <= starts
    assert len(EXAMPLES) >= 7
    assert len(WORDS) >= 6
