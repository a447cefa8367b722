"""docs/cookbook.md and docs/README.md tell the truth: its rules pass their tests, one is the one that `rules import`
writes; the index has every page, and each link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from monitor.config.editing.boolean_query import QueryDialect, QueryProblem, parse_query
from monitor.config.language.rules import rule_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.lab.expectations import find_test_failures
from monitor.services.commands.rule_import import import_rules
from tests.support.doc_commands import ROOT

DOCS = ROOT / "docs"
PAGE = (DOCS / "cookbook.md").read_text(encoding="utf-8")
RULES = re.findall(r"^```yaml\n(rule: .*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
IMPORTED = next(text for text in RULES if text.startswith("rule: busan-strike-walkout-baseball"))
NOW = datetime(2026, 1, 5, tzinfo=UTC)
TABLE = PAGE.partition("| in a query |")[2].partition("\n\n")[0]
QUERIES = sorted(
    {
        query.replace("\\|", "|")
        for row in re.findall(r"^\| (`.*?) \| ", TABLE, re.MULTILINE)
        for query in re.findall(r"`([^`]+)`", row)
    }
)


def test_the_rule_of_the_page_is_the_one_that_is_imported() -> None:
    """Word for word."""
    (query,) = re.findall(r"^`(.+)` becomes:$", PAGE, re.MULTILINE)
    done = import_rules(query.encode(), "queries.txt", None, frozenset(), NOW)
    assert IMPORTED in done.document


@pytest.mark.parametrize("text", RULES)
def test_its_rules_pass_their_tests(text: str) -> None:
    """By the live matcher; there are ten to copy."""
    rules = [rule_from_document(document) for document in parse_yaml_text(text, "cookbook.md")]
    assert find_test_failures(rules, {}, {}, {}, NOW) == ()


@pytest.mark.parametrize("query", QUERIES)
def test_its_table_has_what_is_understood(query: str) -> None:
    """An operator of the table is one."""
    text = f"{query}yna.co.kr" if query.endswith(":") else query
    assert parse_query(text, QueryDialect.STRICT)


@pytest.mark.parametrize("query", ["a AND b OR c", "NOT film AND", "~strike", "lang:ko a", "source:x", "location:x"])
def test_what_it_says_cannot_be_said_is_refused(query: str) -> None:
    """With a hint."""
    with pytest.raises(QueryProblem):
        parse_query(query, QueryDialect.STRICT)


def test_the_index_has_every_page() -> None:
    """And no page that is not there."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    named = {target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", index)}
    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} - named == set()
    assert [target for target in named if not (DOCS / target).exists()] == []


def test_each_link_leads_somewhere() -> None:
    """To a file that is there, and to a heading of it."""
    pages = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *DOCS.glob("decisions/*.md"), ROOT / "systemd" / "README.md"]
    texts = {page.resolve(): _FENCES.sub("", page.read_text(encoding="utf-8")) for page in pages}
    broken = []
    for page, text in texts.items():
        for link in re.findall(r"\]\(([^)\s`]+)\)", _CODE.sub("", text)):
            file, _, heading = link.partition("#")
            target = (page.parent / file).resolve() if file else page
            known = heading in set(_anchors(texts[target])) if heading and target in texts else target.exists()
            broken += [] if ":" in link or known else [f"{page.relative_to(ROOT)}: {link}"]
    assert broken == []


_FENCES = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")


def _anchors(text: str) -> Iterator[str]:
    """The names of its headings, as GitHub makes them."""
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
