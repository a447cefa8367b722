"""Rules and articles for tests of what improves rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from textwrap import dedent

from monitor.config.language.lists import word_list_from_document
from monitor.config.language.rules import rule_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.lab.annotated_document import AnnotatedDocument
from monitor.lab.improving.examples import Example, ExampleVerdict
from monitor.lab.improving.relaxing import Definitions
from monitor.model import Article, Rule, WordList
from tests.building import NOON

WANTED, UNWANTED, UNKNOWN = ExampleVerdict.WANTED, ExampleVerdict.UNWANTED, ExampleVerdict.UNKNOWN


def annotate_rule(text: str) -> AnnotatedDocument:
    """The rule of a YAML text, with its document."""
    (document,) = parse_yaml_text(dedent(text), "rule.yaml")
    return AnnotatedDocument(rule_from_document(document), document)


def rule_of(annotated: AnnotatedDocument) -> Rule:
    """The rule itself."""
    assert isinstance(annotated.definition, Rule)
    return annotated.definition


def define(*lists: str, rules: Mapping[str, Rule] | None = None) -> Definitions:
    """Definitions with the lists of YAML texts."""
    parsed = [word_list_from_document(parse_yaml_text(dedent(text), "lists.yaml")[0]) for text in lists]
    by_id: dict[str, WordList] = {each.id: each for each in parsed}
    return Definitions({}, by_id, {}, rules or {})


_count = 0


def example(
    title: str, verdict: ExampleVerdict = UNKNOWN, text: str = "", *, language: str = "en", week: int = 0, by: str = ""
) -> Example:
    """An article with its verdict. Each is of a publisher of its own, unless `by` names one; `week`: so many weeks
    later."""
    global _count  # noqa: PLW0603 - ids must differ
    _count += 1
    host = by or f"paper{_count}.example"
    at = NOON + timedelta(weeks=week)
    article = Article(
        host, str(_count), title, text, at, at, dated=True, url=f"https://{host}/{_count}", language=language
    )
    return Example(str(_count), article, verdict)
