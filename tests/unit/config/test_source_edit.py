"""A source is put into a file and taken out of it: no other byte changes, and no comment is lost."""

from __future__ import annotations

import pytest

from monitor.config.editing.source_files import NewSource, with_sources, without_sources
from monitor.errors import MonitorError

NEW = {"id": "new", "url": "https://new.example/?a=1", "tags": ["a", "b"], "every": "2 minutes"}
ITEM = ["- id: new", "  url: https://new.example/?a=1", "  tags: [a, b]", "  every: 2 minutes"]


def item(indent: int) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in ITEM)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # a file that is not there yet, or holds comments only
        ("", f"sources:\n{item(2)}"),
        ("# mine", f"# mine\nsources:\n{item(2).removesuffix(chr(10))}"),
        # empty lists
        ("sources: []\n", f"sources:\n{item(2)}"),
        ("sources: []  # all\n  # - id: old\n\n# end\n", f"sources:  # all\n  # - id: old\n{item(2)}\n# end\n"),
        ("sources:\n# end\n", f"sources:\n{item(2)}# end\n"),
        # as the last one is indented; comments below it that are its own stay with it
        ("sources:\n- id: a\n  # every: 5 s\n", f"sources:\n- id: a\n  # every: 5 s\n{item(0)}"),
        ("sources:\n    - id: a\n  # end\n", f"sources:\n    - id: a\n{item(4)}  # end\n"),
        # no newline at the end, and none afterwards
        ("sources:\n  - id: a", f"sources:\n  - id: a\n{item(2)[:-1]}"),
        ("sources:\r\n  - id: a\r\n", f"sources:\r\n  - id: a\r\n{item(2)}".replace("\r", "").replace("\n", "\r\n")),
        # the last of several documents
        (
            "sources: [{id: a}]\n---\nsources:\n  - id: b\n",
            f"sources: [{{id: a}}]\n---\nsources:\n  - id: b\n{item(2)}",
        ),
        # a block of text goes on to the next line that is not blank
        ("sources:\n- id: a\n  name: |\n    x\n\n# end\n", f"sources:\n- id: a\n  name: |\n    x\n{item(0)}\n# end\n"),
    ],
)
def test_a_source_comes_at_the_end_of_the_list(before: str, after: str) -> None:
    """It is indented as its neighbours are."""
    assert with_sources(before, "f.yaml", [NEW]) == after


PAGE: NewSource = {
    "id": "p",
    "url": "https://p.example/",
    "kind": "page",
    "select": {"entry": ".a, .b", "link": "a[href]"},
}
FULL: NewSource = {"id": "q", "url": "https://q.example/", "full_text": True, "name": "true"}
IN_BRACES = (
    "{id: p, url: 'https://p.example/', kind: page, select: {entry: '.a, .b', link: 'a[href]'}}",
    "{id: q, url: 'https://q.example/', full_text: true, name: 'true'}",
)
BELOW = """\
sources:
  - id: p
    url: https://p.example/
    kind: page
    select: {entry: '.a, .b', link: 'a[href]'}
  - id: q
    url: https://q.example/
    full_text: true
    name: 'true'
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", BELOW),
        # in brackets
        ("sources: [{id: a}]\n", f"sources: [{{id: a}}, {', '.join(IN_BRACES)}]\n"),
    ],
)
def test_several_sources_come_at_once(before: str, after: str) -> None:
    """In their order, with switches and selectors; words that look like switches are quoted."""
    assert with_sources(before, "f.yaml", [PAGE, FULL]) == after


BRACES = "{id: new, url: 'https://new.example/'}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sources: [{id: a}]  # all", f"sources: [{{id: a}}, {BRACES}]  # all"),
        ("{sources: []}", f"{{sources: [{BRACES}]}}"),
        ("sources: [{id: a},]", f"sources: [{{id: a}}, {BRACES},]"),
        ("sources: [\n  {id: a}  # why\n]\n", f"sources: [\n  {{id: a}}, {BRACES}  # why\n]\n"),
        ("sources: [\n  {id: a},  # why\n]\n", f"sources: [\n  {{id: a}}, {BRACES},  # why\n]\n"),
    ],
)
def test_in_a_list_in_brackets_it_comes_after_the_last(before: str, after: str) -> None:
    """With the comma where it belongs, and in its line: that is right in every layout."""
    assert with_sources(before, "f.yaml", [{"id": "new", "url": "https://new.example/"}]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "sources:\n  - id: a\n  - id: gone  # why\n    # own\n    url: u  # own\n  - id: b\n",
            "sources:\n  - id: a\n  - id: b\n",
        ),
        # a comment below it that is indented as its keys are
        ("sources:\n  - id: a\n  - id: gone\n    # url: u\n  - id: b\n", "sources:\n  - id: a\n  - id: b\n"),
        # a comment above it stays: it may be a heading of several
        (
            "sources:\n  - id: a\n\n  # Japan\n  - id: gone\n  - id: b\n",
            "sources:\n  - id: a\n\n  # Japan\n  - id: b\n",
        ),
        ("sources:\n  # Korea\n  - id: gone\n\n  - id: b\n", "sources:\n  # Korea\n\n  - id: b\n"),
        # a comment that may belong to the one before it stays
        ("sources:\n  - id: a\n  # whose?\n  - id: gone\n", "sources:\n  - id: a\n  # whose?\n"),
        # the last one
        ("sources:\n  - id: gone\n", "sources: []\n"),
        ("sources:  # all\n- id: gone\n# end", "sources: []  # all\n# end"),
        ("sources:\n  - id: gone", "sources: []"),
        ("'sources' :\r\n- id: gone\r\n", "'sources' : []\r\n"),
        # in brackets
        ("sources: [{id: a}, {id: gone}, {id: b}]", "sources: [{id: a}, {id: b}]"),
        ("sources: [{id: gone}, {id: b}]", "sources: [{id: b}]"),
        ("sources: [{id: a}, {id: gone}]", "sources: [{id: a}]"),
        ("sources: [{id: gone}]", "sources: []"),
        ("sources: [\n  {id: a},\n  {id: gone}  # why\n]\n", "sources: [\n  {id: a}  # why\n]\n"),
        # wherever in the file, and with an id in quotes
        ("sources: [{id: gone}]\n---\nsources:\n- id: 'gone'\n- id: a\n", "sources: []\n---\nsources:\n- id: a\n"),
    ],
)
def test_a_source_goes_with_what_is_its_own(before: str, after: str) -> None:
    """And a comment that may speak of others stays."""
    assert without_sources(before, "f.yaml", {"gone"}) == after


@pytest.mark.parametrize("text", ["sources: 1", "? sources\n:\n", "- id: a\n", "hello"])
def test_what_cannot_be_edited_safely_is_refused(text: str) -> None:
    """With the lines to paste, in which no secret is shown."""
    with pytest.raises(MonitorError) as refused:
        with_sources(text, "f.yaml", [{"id": "new", "url": "https://me:s3cr3t@new.example/", "tags": ["a", "b"]}])
    assert "s3cr3t" not in str(refused.value)
    assert str(refused.value).endswith("\n- id: new\n  url: https://new.example/\n  tags: [a, b]")


@pytest.mark.parametrize(
    "text",
    [
        "? sources\n: - id: gone\n  - id: a\n",  # without the line there would be no list
        "sources: [\n  {id: gone},  # whose?\n  {id: b}\n]\n",
        "sources: [{id: b} # whose?\n , {id: gone}]",
        "sources: [{id: gone},]",
    ],
)
def test_a_removal_that_would_lose_something_else_is_refused(text: str) -> None:
    """Another source, a comment, or the whole list: the result is read, and it is not what it should be."""
    with pytest.raises(MonitorError, match="remove by hand: gone"):
        without_sources(text, "f.yaml", {"gone"})
