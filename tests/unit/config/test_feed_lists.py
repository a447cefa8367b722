"""What of a list of feeds becomes a source, and what is said of a source in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.editing.feed_lists import ImportOutcome, as_tag, import_outlines, outline_of
from monitor.config.editing.source_files import ListedSource, NewSource, comparable_address
from monitor.model import Outline, Place

STANDING = ListedSource("a-example", "https://www.a.example/feed", Place("f.yaml", 2, 5), Path("f.yaml"))


@pytest.mark.parametrize(
    ("outline", "source"),
    [
        # what other programs write
        (Outline("https://n.example/f"), {"id": "n-example", "url": "https://n.example/f"}),
        (
            Outline("https://n.example/f", 1, " News ", "ko-kr", ("Asia & Pacific", "Politics", "--")),
            {
                "id": "n-example",
                "url": "https://n.example/f",
                "name": "News",
                "language": "ko-KR",
                "tags": ["asia-pacific", "politics"],
            },
        ),
        (Outline("feed://n.example/f"), {"id": "n-example", "url": "http://n.example/f"}),
        (Outline("feed:https://n.example/f"), {"id": "n-example", "url": "https://n.example/f"}),
        # what we wrote: the rest is ours to say
        (
            Outline(
                "https://n.example/f",
                1,
                "Edited elsewhere",
                "fr",
                ("Moved",),
                {
                    "id": "mine",
                    "tags": '["a", "B, c"]',
                    "full_text": "true",
                    "every": "5 s",
                    "url": "http://o.example/",
                },
            ),
            {"id": "mine", "url": "https://n.example/f", "tags": ["a", "B, c"], "full_text": True, "every": "5 s"},
        ),
    ],
)
def test_an_outline_becomes_a_source(outline: Outline, source: NewSource) -> None:
    """With its name, language and tags, or with all that we wrote of it."""
    taken = import_outlines([outline], (), ())
    assert [(each.outcome, each.source) for each in taken] == [(ImportOutcome.ADDED, source)]


@pytest.mark.parametrize(
    ("outlines", "expected"),
    [
        # there already, though written otherwise
        ([Outline("http://a.example/feed/", 3)], [(ImportOutcome.KNOWN, "is there already: a-example, f.yaml:2:5")]),
        # twice in the list
        (
            [Outline("https://n.example/f", 3), Outline("http://www.n.example/f", 4)],
            [(ImportOutcome.ADDED, None), (ImportOutcome.REPEATED, "is already in line 3")],
        ),
        # no address
        (
            [Outline("nowhere"), Outline("ftp://n.example/")],
            [(ImportOutcome.UNUSABLE, "url: this is not a web address; write one that begins with https:// or http://")]
            * 2,
        ),
        # settings that cannot be
        (
            [Outline("https://n.example/f", settings={"every": "1 s"})],
            [(ImportOutcome.UNUSABLE, "every: '1 s' is too short; the shortest is '5 s'")],
        ),
        (
            [Outline("https://n.example/f", settings={"tags": "[1"})],
            [(ImportOutcome.UNUSABLE, "tags: this is not a list of words in JSON")],
        ),
        # what is left out, or changed, is told
        (
            [Outline("https://n.example/f", language="Klingon")],
            [(ImportOutcome.ADDED, "its language 'Klingon' is not known, and is left out")],
        ),
        (
            [Outline("https://n.example/f", settings={"id": "a-example"})],
            [(ImportOutcome.ADDED, "another source has the id a-example")],
        ),
    ],
)
def test_what_becomes_of_outlines_is_told(
    outlines: list[Outline], expected: list[tuple[ImportOutcome, str | None]]
) -> None:
    """Each with its reason."""
    assert [(each.outcome, each.why) for each in import_outlines(outlines, [STANDING], ())] == expected


def test_ids_are_distinct_and_tags_are_for_all() -> None:
    """Beside the tags that an outline has."""
    outlines = [Outline(f"https://a.example/{name}", groups=("desk", "x")) for name in "fg"]
    taken = import_outlines(outlines, [STANDING], ("desk", "new"))
    assert [each.source and (each.source["id"], each.source["tags"]) for each in taken] == [
        ("a-example-f", ["desk", "x", "new"]),
        ("a-example-g", ["desk", "x", "new"]),
    ]


@pytest.mark.parametrize(
    ("group", "tag"),
    [
        ("Hong Kong SAR, China", "hong-kong-sar-china"),
        ("ＮＥＷＳ", "news"),
        ("Новости дня", "новости-дня"),
        ("한국", "한국"),
        ("…", ""),
    ],
)
def test_a_group_becomes_a_tag(group: str, tag: str) -> None:
    """Words of any script, joined."""
    assert as_tag(group) == tag


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://www.a.example/f/", "https://a.example/f", True),
        ("https://a.example/f?utm_source=x", "https://a.example/f", True),
        ("https://a.example", "https://a.example/", True),  # a home page has no canonical address
        ("https://a.example/f?id=1", "https://a.example/f?id=2", False),
        ("https://a.example/f", "https://b.example/f", False),
    ],
)
def test_addresses_of_the_same_feed_are_known(one: str, other: str, same: bool) -> None:
    """However they are written."""
    assert (comparable_address(one) == comparable_address(other)) is same


def test_a_proxy_with_a_password_goes_nowhere() -> None:
    """It is left out and told; one without is kept."""
    outline, secret = outline_of({"id": "a", "url": "https://a.example/", "proxy": "http://me:secret@proxy.example/"})
    assert secret == ["proxy"]
    assert "secret@" not in repr(outline)
    kept, none = outline_of({"id": "a", "url": "https://a.example/", "proxy": "http://proxy.example/"})
    assert (kept.settings["proxy"], none) == ("http://proxy.example/", [])
