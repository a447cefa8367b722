"""Why an article is of its story and its event, or of none that was there, can be read afterwards: which facts agreed,
which differed and which were not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from monitor.active_config import compile_config
from monitor.config.loading.load import load_config_files
from monitor.matching.live import compile_live
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, config_of
from tests.support.commands import read_output, rows
from tests.support.whole import write_config

RULES = """\
rule: strikes
title: Strikes
level: high
match: {words: [strike, strikes, walk out, 파업]}
alert: {once_per: event}
"""
CAME = {
    "wire": (
        "en",
        "Dockers strike in Busan: 16 dead",
        "Dockers in Busan went on strike on Monday, and 16 were killed.",
    ),
    "post": ("en", "Busan port: dockers walk out, 16 dead", "On Monday dockers of Busan stopped work; 16 were killed."),
    "times": ("ko", "부산 부두 노동자 파업: 16명 사망", "부산 부두 노동자들이 월요일 파업했다."),
    "globe": (
        "en",
        "Dockers strike in Shanghai: 16 dead",
        "Dockers in Shanghai went on strike on Monday, and 16 were killed.",
    ),
}
BUSAN, WALK_OUT, KOREAN = (f"“{CAME[of][1]}” ({of})" for of in ("wire", "post", "times"))


@pytest.fixture
def database(tmp_path: Path, new_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A strike in Busan, told by two and in Korean; then one in Shanghai. A database of either kind."""
    monkeypatch.chdir(tmp_path)
    polled = {of: f"http://{of}.test/feed" for of in CAME}
    write_config(tmp_path, polled, channels={"desk": "json://127.0.0.1:9/a"}, rules="mine.yaml")
    config = tmp_path / "monitor.yaml"
    config.write_text(config.read_text().replace("sqlite:///monitor.db", new_url), encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(RULES, encoding="utf-8")
    loaded = load_config_files(config, {}).config
    database = open_database(new_url)
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(loaded.sources, NOON)
    rules = compile_live(loaded.rules.values(), loaded.entities)
    for number, (of, (language, title, text)) in enumerate(CAME.items()):
        now = NOON + number * MINUTE
        each = replace(article(f"{of} 1", title, text, of=of, seen=now), language=language)
        commit(section, claimed(claims, of, now), each, at=now, ruleset=rules)
    yield database
    database.close()


def match_of(source: str) -> dict[str, Any]:
    [found] = [each for each in rows("matches", "list") if each["article"]["source"] == source]
    return found


@pytest.mark.usefixtures("database")
def test_a_story_says_of_each_article_how_it_joined() -> None:
    """With the older article that it was compared with; one that was opened beside it says why it is another."""
    here, there = (match_of(of)["story"] for of in ("post", "globe"))
    shown = read_output("stories", "show", here)
    assert "          post; the words are alike (0." in shown
    assert f"          compared with {BUSAN}: the same: both Busan; both 16 dead; " in shown
    assert "; the words are alike by 0." in shown
    shown = read_output("stories", "show", there)
    compared = f"          compared with {WALK_OUT}: another: another place (Shanghai, not Busan); "
    assert f"globe; the first article of its story; number {match_of('globe')['id']}\n{compared}" in shown
    [account] = rows("stories", "show", here)
    assert [each["compared"] is None for each in account["members"]] == [True, False]


@pytest.mark.usefixtures("database")
def test_an_event_says_so_too() -> None:
    """Across languages with the English names of places."""
    event = match_of("wire")["event"]
    assert match_of("times")["event"] == event != match_of("globe")["event"]
    shown = read_output("stories", "show", event)
    assert "          of this event: the first article of its event\n" in shown
    assert "          of this event: the words are alike (0." in shown
    same = "in another language, both 부산 (Busan), both 16 dead"
    assert f"          of this event: {same}\n" in shown
    assert ": the same: both 부산 (Busan); both 16 dead; " in shown
    times = rows("stories", "show", event)[0]["members"][2]
    assert times["why_event"] == same
    assert times["event_compared"].endswith("; in another language")


def test_why_knows_the_persons_that_the_daemon_knows(database: Database) -> None:
    """Those that come with the program too: what it says of the nearest story and event is what was stored."""
    loaded = load_config_files(Path("monitor.yaml"), {}).config
    claims, section, now = Claims(database, "here:1"), SerialSection(database), NOON + HOUR
    for of, title in (("wire", "罢工浪潮中习近平发表讲话 strike"), ("post", "罢工浪潮中金正恩发表讲话 strike")):
        now += MINUTE
        each = replace(article(f"{of} 2", title, of=of, seen=now), language="zh")
        commit(section, claimed(claims, of, now), each, at=now, ruleset=compile_config(loaded))
    [row] = rows("why", "post post 2", "strikes")
    [stored] = row["decisions"]
    assert "金正恩, not 习近平" in row["article"]["story"]["compared"]
    assert row["article"]["story"]["nearest"][0]["words"] == row["article"]["story"]["compared"]
    assert row["nearest"][0]["words"] == stored["compared"]


def test_why_decides_anew_on_what_is_nearest(database: Database) -> None:
    """Stored words are not repeated; nothing that came later is compared."""
    shown = read_output("why", "globe globe 1", "strikes")
    assert f"          compared with {WALK_OUT}: another: another place (Shanghai, not Busan); " in shown
    assert shown.count(WALK_OUT) == 1
    assert f"    event {match_of('globe')['event']}: the first article of its event\n" in shown
    [row] = rows("why", "globe globe 1", "strikes")
    [nearest] = row["nearest"]
    assert (nearest["id"], nearest["sameness"]) == (match_of("wire")["event"], "another")
    place = {"kind": "place", "verdict": "differs", "ours": "Shanghai", "theirs": "부산"}
    assert place in nearest["facts"]
    stories = row["article"]["story"]["nearest"]
    assert [(each["id"], each["sameness"]) for each in stories] == [(match_of("wire")["story"], "another")]
    [first] = rows("why", "wire wire 1", "strikes")
    assert (first["nearest"], first["article"]["story"]["nearest"]) == ([], [])
    assert first["article"]["story"]["compared"] is None
    with database.writing() as connection:  # as of an article that came before this was stored
        for table in (tables.story_article, tables.match):
            connection.execute(update(table).values(compared=None, compared_with=None))
    shown = read_output("why", "globe globe 1", "strikes")
    assert f"nearest   {stories[0]['id']}: {WALK_OUT}: another: another place (Shanghai, not Busan); " in shown
    assert (
        f"    nearest event {nearest['id']}: {KOREAN}: another: another place (Shanghai, not 부산 (Busan)); " in shown
    )


def test_forgotten_words_are_in_no_comparison(database: Database) -> None:
    """What was compared with a forgotten article keeps its story and event."""
    before = match_of("globe")
    assert "both Busan" in match_of("post")["reason"]
    forgetting = ArticleEraser(database, config_of())
    for source in ("wire", "times"):
        list(forgetting.erase(forgetting.plan(source), NOON + HOUR))
    post, after = match_of("post"), match_of("globe")
    for args in (("stories", "show", post["story"]), ("matches", "show", str(post["id"])), ("why", "post post 1")):
        assert CAME["wire"][1] not in read_output(*args), args
    assert "; compared with an article that was forgotten; number " in read_output("stories", "show", post["story"])
    assert "; compared with an article that was forgotten" in post["reason"]
    assert "both Busan" not in post["reason"]
    assert (after["story"], after["event"], after["compared"]) == (before["story"], before["event"], None)
    assert after["why_event"] == "the first article of its event"
