"""`search`, `articles list|show|export`, and a query for `matches list`: pages, forms, and what leads on."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.lab.recorded import RecordedArticle, read_recorded
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from monitor.store.search.index import switch_index
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit
from tests.support.commands import run_in
from tests.support.terminal import on_terminal
from tests.support.whole import Ended

pytestmark = pytest.mark.usefixtures("lived_in")


def run(folder: Path, *arguments: str) -> Ended:
    return run_in(folder, *arguments)


def rows(ended: Ended) -> list[dict[str, object]]:
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


@pytest.fixture(params=["indexed", "not indexed"])
def archive(lived_in: Database, request: pytest.FixtureRequest) -> Database:
    """Two articles of launches, and three of ferries, with an index or without one."""
    if request.param == "indexed":
        switch_index(lived_in, wanted=True)
    claims, section, at = Claims(lived_in, "here:1"), SerialSection(lived_in), NOON + HOUR
    ferries = [
        replace(article(f"f{n}", f"Ferry {n} is late", "=1+1 ferries sail. Later.", seen=at), language="en")
        for n in range(3)
    ]
    commit(section, claimed(claims, at=at), *ferries, at=at)
    edited = replace(ferries[0], title="Ferry 0 sails", version=2)
    commit(section, claimed(claims, at=at + MINUTE), edited, at=at + MINUTE)
    return lived_in


@pytest.mark.usefixtures("archive")
def test_a_hit_has_its_sentence_and_the_places_in_it(tmp_path: Path) -> None:
    shown = run(tmp_path, "search", "missiles seoul")
    assert "  Seoul says so." in shown.out  # marks are for people: a file or a program gets the text
    seen = on_terminal(200, "-m", "monitor", "search", "missiles seoul", folder=tmp_path)
    assert any("**Seoul** says so." in line for line in seen)
    (found,) = rows(run(tmp_path, "search", "missiles seoul", "--json"))
    assert (found["uid"], found["source"], found["url"]) == ("a", "wire", "https://x.test/1")
    assert found["sentences"] == [
        {"field": "text", "sentence": "Seoul says so.", "marks": [[0, 5]]},
        {"field": "text", "sentence": "Missiles flew.", "marks": [[0, 8]]},
    ]


@pytest.mark.usefixtures("archive")
def test_an_article_with_hits_in_its_title_alone_has_its_first_sentence(tmp_path: Path) -> None:
    """Without stars; for programs, only sentences with hits are sentences."""
    shown = run(tmp_path, "search", "title:late", "--csv")
    assert [row["sentence"] for row in csv.DictReader(io.StringIO(shown.out))] == ["'=1+1 ferries sail."] * 2
    seen = "\n".join(on_terminal(200, "-m", "monitor", "articles", "list", "title:late", folder=tmp_path))
    assert "=1+1 ferries sail." in seen
    assert "**" not in seen
    found = rows(run(tmp_path, "search", "title:late", "--json"))
    assert [[quote["field"] for quote in row["sentences"]] for row in found] == [["title"]] * 2  # type: ignore[attr-defined]


@pytest.mark.usefixtures("lived_in")
def test_a_sentence_that_repeats_the_title_is_not_shown(lived_in: Database, tmp_path: Path) -> None:
    claims, section, at = Claims(lived_in, "here:1"), SerialSection(lived_in), NOON + HOUR
    repeated = article("r", "Cranes stop in Busan", "Cranes stop in Busan. Drivers left. They want more.", seen=at)
    commit(section, claimed(claims, at=at), repeated, at=at)
    for query, sentence in (("busan", "Drivers left."), ("more", "They want more.")):
        shown = run(tmp_path, "search", query, "--csv")
        assert [row["sentence"] for row in csv.DictReader(io.StringIO(shown.out))] == [sentence]
    (found,) = rows(run(tmp_path, "search", "busan", "--json"))
    assert [quote["field"] for quote in found["sentences"]] == ["title", "text"]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("archive")
def test_pages_lead_to_the_next_one(tmp_path: Path) -> None:
    """The last line says how; the last page says nothing."""
    first = run(tmp_path, "search", "ferry", "--limit", "2", "--json")
    assert [row["uid"] for row in rows(first)] == ["f2", "f1"]
    option, number = first.err.split("the next page: ")[1].split()[:2]
    second = run(tmp_path, "articles", "list", "ferry", "--limit", "2", "--json", option, number)
    assert [row["uid"] for row in rows(second)] == ["f0"]
    assert "the next page" not in second.err


@pytest.mark.usefixtures("archive")
def test_without_the_index_a_line_says_so(tmp_path: Path) -> None:
    run(tmp_path, "db", "index")
    indexed = run(tmp_path, "search", "ferry", "--json")
    config = tmp_path / "monitor.yaml"
    config.write_text(f"{config.read_text(encoding='utf-8')}archive: {{search: off}}\n", encoding="utf-8")
    assert (run(tmp_path, "db", "index")).out == "the search index is off, and was deleted\n"
    assert (run(tmp_path, "db", "index")).out == "the search index is off, and there is none\n"
    off = run(tmp_path, "search", "ferry", "--json")
    assert off.out == indexed.out
    assert "not all articles are in the search index" in off.err
    assert indexed.err == ""


@pytest.mark.usefixtures("archive")
def test_an_existing_archive_is_added_by_a_command(tmp_path: Path) -> None:
    added = run(tmp_path, "db", "index")
    assert added.out in {
        "5 articles added; all are in the search index\n",
        "2 articles added; all are in the search index\n",
    }
    assert (run(tmp_path, "db", "index")).out == "0 articles added; all are in the search index\n"
    assert (run(tmp_path, "search", "seoul")).err == ""


@pytest.mark.usefixtures("archive")
def test_spreadsheets_take_no_text_for_a_formula(tmp_path: Path) -> None:
    ended = run(tmp_path, "articles", "search", "ferries", "--csv")
    heads, *lines = csv.reader(io.StringIO(ended.out))
    assert heads[-1] == "sentence"
    assert [line[-1] for line in lines] == ["'=1+1 ferries sail."] * 3


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("query", "hints"),
    [
        ("lang:ru", []),
        ("title:harbou*", []),
        ("harbour", ["a * at the end of a word finds its other endings: flood*"]),
        ("harbou* ferr*", ["an article must have all words, so leave some out"]),
        (
            "ferry OR harbour",
            [
                "OR: searched for as a word, because a query has no operators",
                "an article must have all words, so leave some out",
                "a * at the end of a word finds its other endings: flood*",
            ],
        ),
    ],
)
def test_where_nothing_is_found_it_says_what_may_find_more(tmp_path: Path, query: str, hints: list[str]) -> None:
    ended = run(tmp_path, "search", query)
    assert (ended.code, ended.out) == (0, "")
    assert ended.told[0].split("; ") == ["nothing was found", *hints]


def test_no_cell_begins_like_a_formula(lived_in: Database, tmp_path: Path) -> None:
    """Wide signs count as well: spreadsheets in East Asia take them. Other texts stay as they are."""
    formulas, at = ("=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM(1)", "\u3000=1"), NOON + HOUR
    titles = [*formulas, *(f"a{text}" for text in formulas)]
    stored = [article(f"t{number}", title, "", seen=at) for number, title in enumerate(titles)]
    commit(SerialSection(lived_in), claimed(Claims(lived_in, "here:1"), at=at), *stored, at=at)
    ended = run(tmp_path, "articles", "list", "source:wire", "--since", "2026-01-05 21:30", "--csv")
    shown = [row["title"] for row in csv.DictReader(io.StringIO(ended.out))][::-1]
    assert [title[0] for title in shown] == ["'"] * len(formulas) + ["a"] * len(formulas)


@pytest.mark.usefixtures("archive")
def test_lists_without_words_have_the_newest_first(tmp_path: Path) -> None:
    everything = rows(run(tmp_path, "articles", "list", "--json"))
    assert [row["uid"] for row in everything] == ["f2", "f1", "f0", "b", "a"]
    dated = rows(run(tmp_path, "articles", "list", "--since", "2026-01-05 21:30", "source:wire", "--json"))
    assert [row["uid"] for row in dated] == ["f2", "f1", "f0"]
    english = rows(run(tmp_path, "articles", "list", "lang:EN", "--before", "2026-01-06", "--json"))
    assert [row["uid"] for row in english] == ["f2", "f1", "f0"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("search", "source:nosuch a"), "there is no source 'nosuch'"),
        (("search", "rule:lunch a"), "did you mean 'launch'?"),
        (("articles", "list", "since:2026-01-01", "--since", "2026-01-02"), "give one of them"),
        (("articles", "list", "--since", "2026-01-02", "--before", "2026-01-01"), "must be earlier"),
        (("search", "   "), "give words to search for"),
        (("articles", "show", "99"), "there is no article '99'"),
        (("articles", "show", "https://x.test/nosuch"), "there is no article"),
        (("matches", "list", '"a'), "the quotation mark is not closed"),
        (("matches", "list", "source:nosuch"), "there is no source 'nosuch'"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, arguments: tuple[str, ...], problem: str) -> None:
    ended = run(tmp_path, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert problem in ended.err


@pytest.mark.usefixtures("archive")
def test_what_is_exported_can_be_read_again(tmp_path: Path) -> None:
    """By `match`, `replay` and `score`: the same words, language, date, source and address."""
    exported = tmp_path / "articles.jsonl"
    assert (run(tmp_path, "articles", "export", "-o", str(exported))).code == 0
    read = list(read_recorded(exported.read_text(encoding="utf-8").splitlines(), NOON))
    assert all(isinstance(each, RecordedArticle) and each.unreadable_date is None for each in read)
    assert [each.id for each in read] == [1, 2, 3, 4, 5]  # type: ignore[union-attr]
    first = read[0].article  # type: ignore[union-attr]
    assert (first.title, first.text) == ("북한 미사일 발사", "Seoul says so.\nMissiles flew.")
    assert (first.published, first.url) == (NOON, "https://x.test/1")
    some = rows(run(tmp_path, "articles", "export", "ferry -title:late"))
    assert [(row["title"], row["lang"]) for row in some] == [("Ferry 0 sails", "en")]


@pytest.mark.parametrize("command", ["search x", "articles list", "articles search x", "articles export"])
@pytest.mark.parametrize(("option", "key"), [("--source", "source"), ("--rule", "rule"), ("--language", "lang")])
def test_a_filter_that_is_tried_as_an_option_is_shown_as_the_query_has_it(
    command: str, option: str, key: str, tmp_path: Path
) -> None:
    """Options that only look like it would lead astray; another unknown option gets the closest one."""
    ended = run(tmp_path, *command.split(), option, "wire")
    assert ended.code == 2
    assert f"No such option '{option}'. Write in the QUERY: {key}:..." in ended.err
    assert re.search("Did you mean.*'--since'", (run(tmp_path, *command.split(), "--sinc", "today")).err)
