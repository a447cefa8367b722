"""Files of headlines with what rules must make of them: by the id of a rule, or by `any` for all rules."""

from __future__ import annotations

from monitor.config.examples import Examples, examples_at
from monitor.config.faults import checked, noting
from monitor.config.yaml12 import Document
from monitor.errors import Fault, Faulty
from monitor.model import RuleTest

ANY_RULE = "any"


def read_expectations(document: Document) -> list[tuple[str, RuleTest]]:
    """The id of a rule, or `ANY_RULE`, and what it must make of an article, as the tests of a rule say it. Raises
    Faulty."""
    if not isinstance(document.data, dict):
        meant = "write, for example, 'taiwan-drills: {fires: [Live-fire drills around Taiwan]}'"
        raise Faulty([Fault(document.place(), "a mapping of ids of rules belongs here", meant)])
    faults: list[Fault] = []
    found: list[tuple[str, RuleTest]] = []
    for rule in document.data:
        with noting(faults):
            part = document.subdocument(rule)
            found += ((rule, test) for test in examples_at(checked(Examples, part), part, ()))
    if faults:
        raise Faulty(faults)
    return found
