"""Rules of the model, written into files as people write them: so many documents in each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from monitor.model import AllOf, Condition, Near, Rule, Term, Words


def write_rules(folder: Path, rules: Sequence[Rule], files: int) -> list[Path]:
    """The files, in order."""
    folder.mkdir(parents=True)
    each = -(-len(rules) // files)
    paths = []
    for number in range(files):
        paths.append(folder / f"rules-{number:05}.yaml")
        documents = (document(rule) for rule in rules[number * each : (number + 1) * each])
        paths[-1].write_text("---\n".join(documents), encoding="utf-8")
    return paths


def document(rule: Rule, title: str | None = None) -> str:
    """A rule in YAML, laid out over lines, with a test of each kind."""
    lines = [f"rule: {rule.id}", f"title: {title or rule.title}", f"level: {rule.level.value}", "match:"]
    lines += _condition(rule.condition, 1)
    if rule.unless is not None:
        lines += ["unless:", *_condition(rule.unless, 1)]
    lines += ["alert: {once_per: story}", "tests:", "  fires:", f"    - {_quoted(_example(rule.condition))}"]
    lines += ["  silent:", f"    - {_quoted('Nothing of ' + rule.id)}"]
    return "\n".join(lines) + "\n"


def _condition(condition: Condition, depth: int) -> list[str]:
    inside = "  " * depth
    if isinstance(condition, Words):
        return [f"{inside}words:", *_words(condition.terms, depth + 1)]
    if isinstance(condition, AllOf):
        return [f"{inside}all:", *_items(condition.conditions, depth + 1)]
    assert isinstance(condition, Near)
    return [
        f"{inside}near:",
        f"{inside}  within: {condition.words} words",
        f"{inside}  these:",
        *_items(condition.conditions, depth + 2),
    ]


def _items(conditions: Sequence[Condition], depth: int) -> list[str]:
    lines: list[str] = []
    for condition in conditions:
        first, *others = _condition(condition, depth + 1)
        lines += [f"{'  ' * depth}- {first.strip()}", *others]
    return lines


def _words(terms: Sequence[Term], depth: int) -> list[str]:
    by_language = groupby(terms, key=lambda term: term.language)
    return [
        f"{'  ' * depth}{language}: [{', '.join(_quoted(term.text) for term in some)}]"
        for language, some in by_language
    ]


def _quoted(text: str) -> str:
    return (
        text
        if text.replace(" ", "").isalpha() and text.isascii() and len(text) > 5
        else json.dumps(text, ensure_ascii=False)
    )


def _example(condition: Condition) -> str:
    """A title that the condition's first words stand in."""
    if isinstance(condition, Words):
        return condition.terms[0].text.strip("*")
    assert isinstance(condition, (AllOf, Near))
    return " ".join(_example(each) for each in condition.conditions)
