"""Reads files of headlines with the results that rules must have: by the id of a rule, or `any` for all rules."""

from __future__ import annotations

from monitor.config.language.examples import ExamplesSchema, read_examples
from monitor.config.language.faults import collect_faults, validate_document
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.errors import Fault, InvalidFiles
from monitor.model import Place, RuleTest

ANY_RULE = "any"
_EXAMPLE = "write, for example, 'taiwan-drills: {fires: [Live-fire drills around Taiwan]}'"


def read_expectations(document: YamlDocument) -> list[tuple[str, Place, RuleTest]]:
    """For each test the id of the rule (or `ANY_RULE`) that must pass it, and where that is written. Raises
    InvalidFiles."""
    if not isinstance(document.data, dict):
        raise InvalidFiles([Fault(document.place(), "ids of rules, each with its headlines, belong here", _EXAMPLE)])
    if isinstance(document.data.get("rule"), str):
        hint = f"`news-monitor check {document.file}` runs the tests that rules have themselves; {_EXAMPLE}"
        raise InvalidFiles([Fault(document.place(), "this is a rule, and a file of headlines belongs here", hint)])
    faults: list[Fault] = []
    found: list[tuple[str, Place, RuleTest]] = []
    for rule in document.data:
        with collect_faults(faults):
            subdocument = document.subdocument(rule)
            tests = read_examples(validate_document(ExamplesSchema, subdocument), subdocument)
            found += ((rule, document.key_place((rule,)), test) for test in tests)
    if faults:
        raise InvalidFiles(faults)
    return found
