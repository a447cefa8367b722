"""Files of headlines with what rules must make of them: by the id of a rule, or by `any` for all rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from monitor.config.examples import AnyExample, rule_test
from monitor.config.faults import checked, noting
from monitor.config.shape import Shape
from monitor.config.yaml12 import Document
from monitor.errors import Fault, Faulty
from monitor.model import RuleTest

ANY_RULE = "any"
KEYS = ("fires", "mentions", "silent")


class Expectations(Shape):
    """Headlines, or articles as tests have them, and what a rule must make of them."""

    called: ClassVar[str] = "expectations"
    some_of: ClassVar[tuple[str, ...]] = KEYS
    nothing: ClassVar[str] = "no headlines stand here"

    fires: list[AnyExample] | None = Field(
        None, description="It must hit these as news.", examples=[["Live-fire drills around Taiwan"]]
    )
    mentions: list[AnyExample] | None = Field(
        None, description="It must hit these, but not as news.", examples=[["Ten years after the drills"]]
    )
    silent: list[AnyExample] | None = Field(
        None, description="It must not hit these as news.", examples=[["Taiwan held an earthquake drill"]]
    )


def read_expectations(document: Document) -> list[tuple[str, str, RuleTest]]:
    """The id of a rule, or `ANY_RULE`; one of `KEYS`; and the article, at its place. Raises Faulty."""
    if not isinstance(document.data, dict):
        meant = "write, for example, 'taiwan-drills: {fires: [Live-fire drills around Taiwan]}'"
        raise Faulty([Fault(document.place(), "a mapping of ids of rules belongs here", meant)])
    faults: list[Fault] = []
    found: list[tuple[str, str, RuleTest]] = []
    for rule in document.data:
        with noting(faults):
            found += _of_rule(rule, document.part(rule))
    if faults:
        raise Faulty(faults)
    return found


def _of_rule(rule: str, document: Document) -> Iterator[tuple[str, str, RuleTest]]:
    shape = checked(Expectations, document)
    for key in KEYS:
        for index, example in enumerate(getattr(shape, key) or ()):
            yield rule, key, rule_test(example, fires=key == "fires", place=document.place((key, index)))
