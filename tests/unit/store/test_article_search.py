"""Search: complete in every script, on both kinds of database, whatever happened to the articles before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text

from monitor.errors import InvalidRequest
from monitor.matching import RuleSet, compile_rules
from monitor.model import Article, FoldedText, Retention
from monitor.model.article_query import ArticleQuery
from monitor.services.article_query import MAX_QUERY, parse_article_query
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queues.claims import Claims
from monitor.store.search import articles as listing
from monitor.store.search import index
from monitor.store.search.articles import ArticleSearch
from monitor.store.search.index import (
    INDEX_TABLE,
    IndexState,
    build_slices,
    count_missing,
    explain_unsupported,
    find_candidates,
    load_index_state,
    switch_index,
)
from monitor.store.search.query import find_term_spans
from tests.support.building import HOUR, NOON, article, claimed, commit, config_of, rule, rules, sources
from tests.support.plain_scan import scan_texts

DAY = timedelta(days=1)
TEXTS = (
    ("Port strike in Oslo", "Dockers walked out. The strike goes on, unions say."),
    ("Café owners in Łódź", "Straße, ŒUVRE and naïve résumés; the air-strike on the port."),
    ("中国试射弹道导弹", "中方在黄海试射两枚导弹。国防部发言人说，演习已结束。"),
    ("中國試射彈道飛彈", "臺灣國防部表示，彈道飛彈落入海中。"),
    ("台湾", "湾"),
    ("日本海で演習", "自衛隊は日本海で演習を行った。ミサイルの発射はなかった。"),
    ("ミサイル発射", "北朝鮮が弾道ミサイルを発射した。"),
    ("북한, 탄도미사일 발사", "합동참모본부는 북한이 탄도미사일을 발사했다고 밝혔다. THAAD를 배치한다."),
    ("한미 연합 훈련", "한미가 연합훈련을 시작했다. 북과 남."),
    ("Ракетный удар по порту", "Ёлки: власти сообщили о ракетах и учениях."),
    ("Елки и палки", "Учения начались."),
    ("إضراب في الميناء", "أعلنت النقابة إضرابًا في ميناء الإسكندرية."),
    ("Großer Streik im Hafen", "Die Gewerkschaft kündigt Streiks an. ＡＢＣ und U.S. Häfen, F-16 und 3.5 Grad"),
    ("", "No title, but a strike-breaker's port"),
    ("Numbers", "12:30 and 2026-01-05, https://news.example.org/a?b=c"),
    ("x" * 100 + " long", "y" * 64 + "z"),
)
# The numbers of the texts that a query finds, counted from 0; written by hand.
FOUND = {
    "strike": [0, 1, 13],
    "STRIKE port": [0, 1, 13],
    '"port strike"': [0],
    '"the port"': [1],
    "strike -port": [],
    "strike -dockers": [1, 13],
    "dock*": [0],
    "title:strike": [0],
    "text:strike": [0, 1, 13],
    "title:port text:unions": [0],
    "cafe lodz": [1],
    "strasse": [1],
    "RESUMES": [1],
    "air-strike": [1],
    "导弹": [2],
    "弹道导弹": [2],
    "弹道": [2, 3],
    "彈道": [2, 3],
    "飛彈": [3],
    "飞弹": [3],
    "試射": [2, 3],
    "title:试射": [2, 3],
    "湾": [3, 4],
    "弹": [2, 3],
    "试": [2, 3],
    "中*": [2, 3],
    "国防部": [2, 3],
    "国防部 -臺": [2],
    "演習": [2, 5],
    "演习": [2, 5],
    "ミサイル": [5, 6],
    "弾道ミサイル": [6],
    "日本海": [5],
    "ｻｲﾙ": [5, 6],
    "발사": [7],
    "미사일": [7],
    "탄도미사일을": [7],
    "훈련": [8],
    "북": [7, 8],
    '"한미 연합"': [8],
    '"연합 훈련"': [8],
    "thaad": [7],
    '"THAAD를 배치"': [7],
    "ракет*": [9],
    "ракетах": [9],
    "ёлки": [9, 10],
    "учени*": [9, 10],
    "إضراب": [11],
    "اضراب": [11],
    "streik": [12],
    "streik*": [12],
    "abc": [12],
    '"u s"': [12],
    "f-16": [12],
    "häfen": [12],
    "12:30": [14],
    '"https://news.example.org"': [14],
    f"{'x' * 100}": [15],
    f"{'x' * 99}": [],
    f"{'x' * 70}*": [15],
    f"{'y' * 64}": [],
    f"{'y' * 64}z": [15],
    "-strike": [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15],
    "AND": [1, 14],
    "NEAR(strike": [],
}


class Desk:
    """A database with an index that is on, and the polls that fill it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.claims, self.section = Claims(database, "here:1"), SerialSection(database)
        self.claims.register_sources(sources("wire", "post"), NOON - 900 * DAY)

    def store(self, *articles: Article, ruleset: RuleSet | None = None) -> None:
        by_source: dict[str, list[Article]] = {}
        for each in articles:
            by_source.setdefault(each.source, []).append(each)
        for source, those in by_source.items():
            at = max(each.seen for each in those)
            commit(self.section, claimed(self.claims, source, at=at), *those, at=at, ruleset=ruleset)

    def find(self, query: str, limit: int = 100) -> list[str]:
        """The uids that are found, the newest first."""
        page = ArticleSearch(self.database).find_page(parsed(query), limit)
        return [each.article.uid for each in page.found]


def parsed(query: str) -> ArticleQuery:
    return parse_article_query(query, NOON, "UTC")


@pytest.fixture
def desk(database: Database) -> Desk:
    assert switch_index(database, wanted=True) is None
    return Desk(database)


def texts_as_articles(texts: Mapping[int, tuple[str, str]]) -> list[Article]:
    return [
        article(str(number), title, text, seen=NOON - 100 * DAY + number * HOUR)
        for number, (title, text) in texts.items()
    ]


@pytest.mark.parametrize("state", ["indexed", "built", "half built", "off"])
def test_queries_in_six_languages_are_complete(database: Database, state: str) -> None:
    """With an index, without one, and while it is being built: by hand and by a plain scan, the newest first."""
    texts = dict(enumerate(TEXTS))
    desk, stored = Desk(database), texts_as_articles(dict(enumerate(TEXTS)))
    if state == "indexed":
        switch_index(database, wanted=True)
    desk.store(*stored[:8])
    if state in {"built", "half built"}:
        switch_index(database, wanted=True)
    desk.store(*stored[8:])
    if state == "built":
        assert sum(build_slices(database)) == 8
    for query, found in FOUND.items():
        page = ArticleSearch(database).find_page(parsed(query), 100)
        assert [int(each.article.uid) for each in page.found] == sorted(found, reverse=True), query
        assert scan_texts(parsed(query), texts) == sorted(found, reverse=True), query
        assert page.is_indexed == (state in {"indexed", "built"} or query.startswith("-"))


def test_made_up_texts_are_found_as_by_a_plain_scan(desk: Desk) -> None:
    """Pieces of all scripts in any order, and queries of the same pieces."""
    rng = Random(7)
    pieces = ["中国", "中", "國", "导弹", "ミサ", "イル", "발사", "를", "북", "strike", "Port", "port", "Étude",
              "учения", "уч", "إضراب", "12", "a", " ", " ", " ", "-", "。", "กรุง", "เทพ"]  # fmt: skip
    texts = {number: tuple("".join(rng.choices(pieces, k=k)) for k in (3, 12)) for number in range(120)}
    desk.store(*texts_as_articles(texts))  # type: ignore[arg-type]
    checked = 0
    for _ in range(150):
        words = "".join(rng.choices(pieces, k=rng.randint(1, 4))).strip() or "a"
        sign, field, star = rng.choice(["", "", "-"]), rng.choice(["", "", "title:", "text:"]), rng.choice(["", "*"])
        other = rng.choice(["", " port", " 中"])
        try:
            query = parsed(f'{sign}{field}"{words}{star}"{other}')
        except InvalidRequest:
            continue
        page = ArticleSearch(desk.database).find_page(query, 200)
        assert [int(each.article.uid) for each in page.found] == scan_texts(query, texts), query  # type: ignore[arg-type]
        checked += 1
    assert checked > 100


def test_slices_of_any_size_find_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, and in an export: whether a slice has no hit, some, or enough for the page."""
    monkeypatch.setattr(listing, "_FIRST_SLICE", 1)
    monkeypatch.setattr(listing, "_SLICE", 3)
    monkeypatch.setattr(listing, "_WHOLE", 2)
    rng = Random(3)
    words = ["strike", "port", "rowers", "导弹", "발사"]
    texts = {number: tuple(" ".join(rng.choices(words, k=k)) for k in (1, 2)) for number in range(60)}
    sources_of = {number: rng.choice(["wire", "wire", "post"]) for number in texts}
    for each in texts_as_articles(texts):  # type: ignore[arg-type]
        desk.store(replace(each, source=sources_of[int(each.uid)]))
    for asked in ("title:port", "title:port -text:strike", '"port strike"', "-title:rowers 导弹", "-port",
                  "-title:port", "title:发", "title:port title:strike", "text:발사 title:导弹", "",
                  "port source:post", "title:port -source:wire", "-port source:post"):  # fmt: skip
        query = parsed(asked)
        wanted = {"post"} if "source" in asked else {"wire", "post"}
        expected = scan_texts(query, {number: texts[number] for number in texts if sources_of[number] in wanted})  # type: ignore[misc]
        pages: list[int] = []
        before: int | None = None
        while True:
            page = ArticleSearch(desk.database).find_page(query, 2, before)
            pages += [int(each.article.uid) for each in page.found]
            assert len(page.found) == 2 or page.next_before is None
            if (before := page.next_before) is None:
                break
        assert pages == expected, asked
        stored = [int(each.article.uid) for each in ArticleSearch(desk.database).iter_stored(query)]
        assert stored == expected[::-1], asked


def test_commits_leave_more_parts_before_sqlite_merges_them(desk: Desk, database: Database) -> None:
    """Else polls spend a fifth more of the processor on the index; and no commit merges many parts at once, which would
    take the longer the larger the index is. The settings are part of the file."""
    desk.store(*(article(f"a{number}", "Ferries") for number in range(3)))
    for is_on in (True, False, True, True):  # also after the index was deleted
        switch_index(database, wanted=is_on)
        if is_on and not database.shared:
            with database.reading() as connection:
                settings = connection.execute(text(f"SELECT k, v FROM {INDEX_TABLE}_config WHERE k LIKE '%merge'"))
                assert {row.k: row.v for row in settings} == {"automerge": 16, "crisismerge": 64}
    for number in range(20):
        desk.store(article(f"b{number}", f"Harbour {number}"))
    assert len(desk.find("harbour")) == 20
    assert desk.find("harbour 7") == ["b7"]


@pytest.mark.usefixtures("desk")
def test_postgresql_adds_few_terms_to_the_index_at_once(database: Database) -> None:
    """Terms wait in a list, and the commit that fills it adds all of them: the larger the list, the longer it takes."""
    if not database.shared:
        return
    with database.reading() as connection:
        options = text("SELECT reloptions FROM pg_class WHERE relname = 'ix_article_terms_terms'")
        assert connection.execute(options).scalar_one() == ["gin_pending_list_limit=512"]


def test_an_edit_replaces_the_words(desk: Desk) -> None:
    """Full text that arrives later is a version, too."""
    desk.store(article("a", "Ferries", "late"))
    assert desk.find("late") == ["a"]
    desk.store(article("a", "Ferries sail", "on time", version=2))
    assert desk.find("late") == []
    assert desk.find('"on time"') == desk.find("sail") == ["a"]


def test_a_commit_that_fails_leaves_nothing_in_the_index(desk: Desk) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        with desk.database.writing() as connection:
            index.index_articles(connection, {1: FoldedText("ferries", "late")})
            raise Stopped

    with pytest.raises(Stopped):
        stop()
    with desk.database.reading() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {INDEX_TABLE}")).scalar_one() == 0


def test_words_that_were_erased_are_in_no_file(desk: Desk, database: Database) -> None:
    desk.store(*(article(f"a{number}", "Ferries", f"zanzibar{number}") for number in range(5)))
    desk.store(article("kept", "Rowers", "quokka", of="post"))
    eraser = ArticleEraser(database, config_of())
    list(eraser.erase(eraser.plan("wire"), NOON))
    assert desk.find("zanz*") == []
    assert desk.find("ferries") == []
    assert desk.find("quokka") == ["kept"]
    with database.reading() as connection:
        left = connection.execute(text(f"SELECT count(*) FROM {INDEX_TABLE}")).scalar_one()
    assert left == 1
    if not database.shared:
        for _ in database.reclaim_space():
            pass
        database.close()
        files = database.path.parent.glob("news.db*")  # type: ignore[attr-defined]
        assert all(b"zanzibar" not in file.read_bytes() for file in files)


def test_articles_that_are_pruned_leave_the_index(desk: Desk) -> None:
    desk.store(article("old", "Ferries", seen=NOON - 400 * DAY))
    desk.store(article("new", "Ferries", seen=NOON - DAY))
    for _ in ArchivePruner(desk.database, Retention()).prune_slices(NOON):
        pass
    assert desk.find("ferries") == ["new"]
    with desk.database.reading() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {INDEX_TABLE}")).scalar_one() == 1


def test_off_and_on_again(desk: Desk) -> None:
    """What came while it was off is found at once, and is in the index when that is built."""
    desk.store(article("a", "Ferries", "late"))
    switch_index(desk.database, wanted=False)
    desk.store(article("a", "Rowers", "on time", version=2), article("b", "Ferries"))
    assert desk.find("ferries") == ["b"]
    assert desk.find("rowers") == ["a"]
    switch_index(desk.database, wanted=True)
    assert desk.find("late") == []
    assert desk.find("ferries") == ["b"]
    assert count_missing(desk.database) == 2
    assert sum(build_slices(desk.database)) == 2
    page = ArticleSearch(desk.database).find_page(parsed("ferries"), 10)
    assert page.is_indexed
    assert [each.article.uid for each in page.found] == ["b"]
    switch_index(desk.database, wanted=False)
    assert desk.find("ferries") == ["b"]


def test_words_that_were_erased_are_in_no_earlier_index(desk: Desk, database: Database) -> None:
    """Even if it was deleted a moment ago."""
    desk.store(*(article(f"a{number}", "Ferries", f"zanzibar{number}") for number in range(5)))
    switch_index(database, wanted=False)
    switch_index(database, wanted=True)
    eraser = ArticleEraser(database, config_of())
    list(eraser.erase(eraser.plan("wire"), NOON))
    if not database.shared:
        database.close()
        files = database.path.parent.glob("news.db*")  # type: ignore[attr-defined]
        assert all(b"zanzibar" not in file.read_bytes() for file in files)


def test_a_build_that_was_interrupted_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After any slice; and while it goes on, articles come, change and leave."""
    monkeypatch.setattr(index, "_SLICE", 3)
    desk = Desk(database)
    desk.store(*(article(f"a{number:02}", "Ferries", f"word{number}", seen=NOON - 9 * DAY) for number in range(20)))
    switch_index(database, wanted=True)
    slices = build_slices(database)
    assert [next(slices), next(slices)] == [3, 3]
    slices.close()  # type: ignore[attr-defined]
    assert count_missing(database) == 14
    desk.store(article("a01", "Rowers", "word1", version=2), article("new", "Ferries"))
    eraser = ArticleEraser(database, config_of())
    assert len(desk.find("ferries")) == 20
    with database.reading() as connection:
        assert load_index_state(connection).is_on
    assert sum(build_slices(database)) == 14
    assert count_missing(database) == 0
    assert list(build_slices(database)) == []
    assert desk.find("rowers") == ["a01"]
    assert desk.find("word13") == ["a13"]
    assert len(desk.find("ferries")) == 20
    assert eraser.plan("wire").articles


def test_a_slice_adds_one_part_to_the_index(desk: Desk, database: Database) -> None:
    """As a commit does. FTS5 ends a part where an id is smaller than the last one: then each article would be one, and
    the index much larger until they are merged."""
    if database.shared:
        return
    desk.store(*(article(f"a{number}", f"Ferries {number}") for number in range(12)))
    assert count_parts(database) == 1
    desk.store(*(article(f"a{number}", f"Rowers {number}", version=2) for number in reversed(range(12))))
    assert count_parts(database) == 2
    switch_index(database, wanted=False)
    switch_index(database, wanted=True)
    assert list(build_slices(database))[-1] == 12
    assert count_parts(database) == 1
    assert desk.find("rowers 7") == ["a7"]


def count_parts(database: Database) -> int:
    """The parts of SQLite's index that are not merged yet."""
    with database.reading() as connection:
        statement = text(f"SELECT count(DISTINCT segid) FROM {INDEX_TABLE}_idx")
        return connection.execute(statement).scalar_one()  # type: ignore[no-any-return]


def test_a_slice_that_fails_is_done_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its transaction leaves nothing behind: neither entries nor progress."""
    desk = Desk(database)
    desk.store(*(article(f"a{number}", "Ferries") for number in range(5)))
    switch_index(database, wanted=True)
    with monkeypatch.context() as patch:
        patch.setattr(index, "_IS_LATEST", text("no_such_column = 1"))
        with pytest.raises(Exception, match="no_such_column"):
            list(build_slices(database))
    assert count_missing(database) == 5
    assert sum(build_slices(database)) == 5
    assert len(desk.find("ferries")) == 5


def test_pages_follow_each_other(desk: Desk) -> None:
    desk.store(*(article(f"a{number:03}", "Ferries", seen=NOON - DAY) for number in range(120)))
    seen: list[str] = []
    before: int | None = None
    while True:
        page = ArticleSearch(desk.database).find_page(parsed("ferries"), 50, before)
        seen += [each.article.uid for each in page.found]
        before = page.next_before
        if before is None:
            break
    assert seen == [f"a{number:03}" for number in reversed(range(120))]
    stored = [each.article.uid for each in ArticleSearch(desk.database).iter_stored(parsed("ferries"))]
    assert stored == seen[::-1]


def test_an_export_reads_few_whole_articles_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the first slice had no hit, so that the next one is larger: what follows is read later."""
    monkeypatch.setattr(listing, "_FIRST_SLICE", 2)
    monkeypatch.setattr(listing, "_WHOLE", 3)
    titles = ["Quiet day"] * 2 + ["Ferries"] * 6
    desk.store(*(article(f"a{number}", title) for number, title in enumerate(titles)))
    found = ArticleSearch(desk.database).iter_stored(parsed("-quiet"))
    assert next(found).article.uid == "a2"
    desk.store(*(article(f"a{number}", "Ferries late", version=2, seen=NOON + HOUR) for number in (4, 5)))
    assert [(each.article.uid, each.article.version) for each in found][:3] == [("a3", 1), ("a4", 1), ("a5", 2)]


def test_filters_hold_with_and_without_words(desk: Desk) -> None:
    fires = rules(rule("launch"))
    korea = "North Korea fires two ballistic missiles"
    desk.store(article("hit", korea, seen=NOON - 5 * DAY), ruleset=fires)
    nothing = compile_rules((), {})
    desk.store(article("post", korea, of="post", seen=NOON - 3 * DAY), ruleset=nothing)
    desk.store(article("late", "Rowers and missiles", seen=NOON - DAY), ruleset=nothing)
    expected = {
        "missiles": ["late", "post", "hit"],
        "missiles source:wire": ["late", "hit"],
        "source:wire": ["late", "hit"],
        "-source:wire": ["post"],
        "source:wire source:post missiles": ["late", "post", "hit"],
        "rule:launch": ["hit"],
        "missiles rule:launch": ["hit"],
        "missiles -rule:launch": ["late", "post"],
        'missiles since:"4 days"': ["late", "post"],
        "before:2026-01-03": ["post", "hit"],
        'missiles before:2026-01-03 after:"4 days"': ["post"],
        "lang:en": [],
        "missiles -lang:en": ["late", "post", "hit"],
        "": ["late", "post", "hit"],
    }
    for query, uids in expected.items():
        assert desk.find(query) == uids, query


def test_matches_are_found_by_the_words_of_their_articles(desk: Desk) -> None:
    """With the index, on both kinds of database, and without it."""
    fires = rules(rule("launch"))
    korea = "North Korea fires two ballistic missiles"
    desk.store(article("sea", korea, "They fell into the sea.", seen=NOON - 2 * DAY), ruleset=fires)
    desk.store(article("land", korea, "They fell on land.", seen=NOON - DAY), ruleset=fires)
    expected = {"missiles": ["land", "sea"], "text:sea": ["sea"], "missiles -sea": ["land"], "rowers": []}
    for is_on in (True, False):
        switch_index(desk.database, wanted=is_on)
        for query, uids in expected.items():
            found = MatchQueries(desk.database).newest(MatchFilter(query=parsed(query)), 10)
            assert [each.article.uid for each in found] == uids, query


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ('"port', "the quotation mark is not closed"),
        ("foo:bar", "there is no 'foo:'"),
        ("sorce:wire", "did you mean 'source'"),
        ("source:", "names nothing"),
        ("lang:eng-lish!", "is not a language"),
        ("since:tomorrow", "is not a time"),
        ("-since:2026-01-01", "takes no minus"),
        ("since:2026-01-01 after:2026-01-02", "twice"),
        ("since:2026-01-02 before:2026-01-01", "must be earlier"),
        ("since:0001-01-01T00:00+09:00", "is not a time"),
        ("*missile", "may only be the end"),
        ("a*", "write more letters"),
        ("title:-strike", "write -title:strike"),
        ("!!!", "has no letter or digit"),
        ("title: strike", "'title:' has no value after the colon: write title:WORD, without a space"),
        ("-text: strike", "'-text:' has no value after the colon: write text:WORD, without a space"),
        ("since: 2026-01-05", "'since:' has no value after the colon: write since:TIME, without a space"),
        ("-", "has no letter or digit"),
        ("strike \0", "has no letter or digit"),
        ("x" * (MAX_QUERY + 1), "at most"),
    ],
)
def test_a_query_that_cannot_be_meant_gets_a_clear_error(query: str, problem: str) -> None:
    with pytest.raises(InvalidRequest, match=problem):
        parsed(query)


@pytest.mark.parametrize(
    "query",
    [
        "a\0b",
        "strike) OR (port",
        "'; DROP TABLE article; --",
        "strike AND NOT port",
        "NEAR(a b)",
        "{strike} ^port + \\ ' % _ & | ! <-> :*",
        "中" * MAX_QUERY,
        "ab " * (MAX_QUERY // 3),
        "\u202estrike\u200b",
        "-" * 10 + "strike",
        "’s",
    ],
)
def test_signs_of_a_query_language_are_no_commands(desk: Desk, query: str) -> None:
    """What a database would take for its own is looked for as words, or refused by us."""
    texts = dict(enumerate(TEXTS))
    desk.store(*texts_as_articles(texts))
    try:
        wanted = parsed(query)
    except InvalidRequest:
        return
    page = ArticleSearch(desk.database).find_page(wanted, 100)
    assert [int(each.article.uid) for each in page.found] == scan_texts(wanted, texts)


def test_a_text_whose_terms_do_not_fit_is_found(desk: Desk) -> None:
    """PostgreSQL limits the terms of a text to a MiB."""
    rng = Random(1)
    long = " ".join("".join(rng.choices("абвгдежзик", k=12)) for _ in range(60_000))
    stored = article("long", "Ferries", f"{long} zanzibar"), article("short", "Ferries")
    desk.store(*(replace(each, digest=each.uid) for each in stored))
    assert desk.find("ferries") == ["short", "long"]
    assert desk.find("zanzibar") == ["long"]
    assert desk.find("zanzibar quokka") == []


def test_an_old_sqlite_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search then reads every text."""
    index._explain_sqlite.cache_clear()
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr("sqlite3.sqlite_version", "3.40.1")
    try:
        why = explain_unsupported("sqlite")
        assert why is not None
        assert "3.43" in why
        assert "3.40.1" in why
        assert "\n" not in why
        assert explain_unsupported("postgresql") is None
    finally:
        index._explain_sqlite.cache_clear()


@pytest.mark.parametrize(
    ("query", "title", "body", "found"),
    [
        ("strike", "Port STRIKE", "A strike. No strikes.", ["STRIKE", "strike"]),
        ('"port strike"', "The Port—Strike", "", ["Port—Strike"]),
        ("飛彈", "", "说：飞弹。", ["飞弹"]),
        ("발사", "", "탄도미사일을 발사했다", ["발사"]),
        ('"한미 연합"', "한미 연합훈련을", "", ["한미 연합"]),
        ("cafe", "Cafe\u0301s, café", "", ["café"]),
        ("abc", "ＡＢＣ", "", ["ＡＢＣ"]),
        ("stri*", "strikes", "", ["strikes"]),
        ("title:strike", "no", "strike", []),
    ],
)
def test_the_places_of_words_are_those_of_the_text_as_received(
    query: str, title: str, body: str, found: list[str]
) -> None:
    spans = find_term_spans(title, body, parsed(query).wanted_terms)
    assert [span.text for span in spans] == found
    assert all({"title": title, "text": body}[span.field][span.start : span.end] == span.text for span in spans)


def test_postgresql_gathers_candidates_by_the_index_alone(desk: Desk, database: Database) -> None:
    """It never goes through the entries, however few there are, and however often it was asked: for one statement it
    keeps one plan."""
    if not database.shared:
        return
    desk.store(*(article(f"a{number:02}", f"Ferries {number}") for number in range(40)))
    with database.reading() as connection:
        for number in range(12):
            assert find_candidates(connection, parsed(f"ferries {number}")) == [number + 1]
        assert find_candidates(connection, parsed("ferr*")) == list(range(1, 41))
        assert find_candidates(connection, parsed("rowers")) == []
        reads = connection.execute(
            text(f"SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = '{INDEX_TABLE}'")
        ).one()
        assert reads.seq_scan == 0
        assert reads.idx_scan >= 14
        assert connection.execute(text("SHOW enable_seqscan")).scalar_one() == "on"  # for what follows


def test_an_archive_of_an_earlier_version_is_added(empty_url: str) -> None:
    """An upgrade leaves the index off and empty; whoever then switches it on has the articles added."""
    database = open_database(empty_url)
    database.upgrade()
    with database.reading() as connection:
        assert load_index_state(connection) == IndexState(is_on=False, indexed_from=0)
    desk = Desk(database)
    desk.store(article("a", "Ferries"), article("b", "Rowers"))
    switch_index(database, wanted=True)
    with database.reading() as connection:
        assert load_index_state(connection) == IndexState(is_on=True, indexed_from=3)
    assert sum(build_slices(database)) == 2
    assert desk.find("ferries") == ["a"]
    database.close()
