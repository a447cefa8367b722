"""What strangers write steers no terminal, whatever column of the database or field of a file it is in.

Every text of a database is spoilt, as an older version or another program may have left it, and so are files that
strangers send. Then every command shows what it has, on a terminal, in pipes and as JSON.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Column, String, Text, TypeDecorator, insert, literal, select, update

from monitor import clock
from monitor.config.loading.load import load_config_files
from monitor.config.loading.summary import ConfigSummary
from monitor.model import Field, PageRequest
from monitor.model.web_pages import list_feed_paths, make_feed_secret
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import metadata, page, source, trouble
from monitor.store.queues.claims import Claims
from monitor.telemetry import LogEvent, configure_logging, log
from monitor.telemetry.logs import close_log
from monitor.web.daemon_pages import DaemonPages
from tests.security.nasty_pieces import STEERING
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, notice, rule, rules, sources
from tests.support.newest import make_newest
from tests.support.terminal import show
from tests.support.whole import news_monitor, write_config
from tests.unit.cli.test_contract import COMMANDS

SPOILT = "".join(STEERING)
STORABLE = "".join(piece for piece in STEERING if not "\ud800" <= piece <= "\udfff")
"""What a column of text can hold; one of JSON can hold all."""
OURS = re.compile(r"\x1b\[(?:0|1|2|22|3[1-4]|1;3[1-4])?m")  # the styles that our tables and reports use
RULES = rules(rule("launch", ["missiles", "발사"]), rule("korea", ["North Korea", "북한"], max_age=HOUR))

# Codes and names of ours, which no stranger writes; a row with another one is no row of ours.
CODES = frozenset(
    [
        "kind",
        "level",
        "state",
        "outcome",
        "reason",
        "receipt",
        "blame",
        "rule_id",
        "rule_version",
        "verdict",
        "channel",
        "handed_from",
        "event_id",
        "thread",
        "story_id",
        "lease_owner",
        "merged_into",
        "possibly_of",
        "cluster_id",
        "other_id",
        "scope",
        "alert_id",
        "dedup_key",
        "subject",
        "digest",
        "body",
        "uid_hash",
        "link_hash",
        "shadow_key",
        "source_id",
        "language",
        "version",
        "how",
        "name",
    ]
)
CODE_KEYS = frozenset(
    [
        "code",
        "kind",
        "field",
        "level",
        "rule",
        "term",
        "node",
        "event",
        "story",
        "source",
        "uid",
        "id",
        "alert",
        "thread",
        "key",
        "keys",
    ]
)


def steering(text: str) -> set[str]:
    """The signs of a text that nobody should see, our own styles apart."""
    left = OURS.sub("", text)
    return {
        sign for sign in left if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and sign not in "\t\n"
    }


# --- a database that is spoilt ----------------------------------------------------------------------------------


def spoil(database: Database) -> set[str]:
    """Put the corpus into every text that is no code of ours; the columns that were spoilt."""
    spoilt: set[str] = set()
    with database.writing() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).all():
                values = dict(zip(table.columns, row, strict=True))
                changed = {column: _spoilt(column, value) for column, value in values.items()}
                changed = {column: value for column, value in changed.items() if value is not values[column]}
                if changed:
                    mine = [column == value for column, value in values.items() if column.primary_key]
                    connection.execute(update(table).where(*mine).values({each.key: v for each, v in changed.items()}))
                    spoilt |= {f"{table.name}.{column.name}" for column in changed}
    return spoilt


def _spoilt(column: Column[Any], value: object) -> object:
    if value is None or column.primary_key or column.foreign_keys or column.name in CODES:
        return value
    if isinstance(column.type, JSON):
        return _spoil_json(value)
    return literal(f"{value}{STORABLE}", Text()) if _holds_text(column) else value


def _holds_text(column: Column[Any]) -> bool:
    """Whether it is a column of text, also where what is read from it is cleaned."""
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, String)


def _spoil_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: inside if key in CODE_KEYS else _spoil_json(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [_spoil_json(inside) for inside in value]
    if not isinstance(value, str) or value in set(Field):
        return value
    return f"{value}{SPOILT}" if not re.match(r"\d{4}-\d\d-\d\dT", value) else value


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a user has it after some days, whose texts are spoilt."""
    made = tmp_path_factory.mktemp("spoilt")
    write_config(
        made, {"wire": "http://127.0.0.1:9/a"}, channels={"desk": "json://127.0.0.1:9/x", "screen": "console://"}
    )
    database = make_newest(made / "monitor.db")
    fill(database)
    spoilt = spoil(database)
    database.close()
    assert spoilt >= {
        *("article.title", "article.url", "article_version.title", "article_version.text", "source.problem"),
        *("source.etag", "delivery.detail", "attempt.detail", "alert.title", "alert.sentence", "story.title"),
        *("match.evidence", "match.reason_parameters", "article_features.row", "trouble.detail", "fetch.problem"),
        *(
            "rule_mark.who",
            "story.muted_by",
            "marked_article.title",
            "page.url",
            "story_article.publisher",
            "account.row",
        ),
    }
    write_files(made)
    return made


def fill(database: Database) -> None:
    """Rows in the tables whose texts people see."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "other"), NOON)
    first = article(
        "a", "북한 미사일 발사", "Seoul says so.\nMissiles flew.", url="https://x.test/1", authors=("Kim",), tags=("t",)
    )
    commit(section, claimed(claims), first, ruleset=RULES)
    later = NOON + 10 * MINUTE
    again = article("b", "북한 미사일 발사", of="other", seen=later)
    commit(section, claimed(claims, "other", later), again, at=later, ruleset=RULES)
    with section.enter(later) as inside:
        inside.write_notices([notice(channels=("desk",))], [])
    with database.writing() as connection:
        problem = {
            "problem": "the server sent ",
            "etag": '"e"',
            "failures": 3,
            "failing_since": NOON,
            "last_ok_at": NOON,
        }
        connection.execute(update(source).values(problem))
        muted = {"muted_at": NOON, "muted_until": clock.now() + HOUR, "muted_by": "anna "}
        connection.execute(update(metadata.tables["story"]).values(muted))
        connection.execute(
            insert(trouble).values(source_id="wire", kind="gap", since=NOON, last_at=NOON, detail="it lost ")
        )
        connection.execute(insert(page).values(article_id=1, url="https://x.test/1", wanted_at=NOON, not_before=NOON))
        for table, values in (
            (
                metadata.tables["delivery"],
                {"detail": "refused ", "state": "dead", "blame": "message", "ended_at": NOON},
            ),
            (metadata.tables["fetch"], {"problem": "ill-formed "}),
            (metadata.tables["story_article"], {"publisher": "Wire ", "wire": "AFP ", "compared": "both Seoul "}),
        ):
            connection.execute(update(table).values(values))
        connection.execute(
            insert(metadata.tables["attempt"]).values(
                delivery_id=1, number=1, started_at=NOON, ended_at=NOON, receipt="refused", detail="404 "
            )
        )
        marked = {"source_id": "wire", "uid_hash": "x", "publisher": "Wire ", "published_at": NOON, "dated": True}
        words = {"seen_at": NOON, "url": "https://x.test/1", "title": "Missiles ", "text": "Text ", "authors": ["Kim "]}
        connection.execute(insert(metadata.tables["marked_article"]).values(**marked, **words, tags=["t "]))
        connection.execute(
            insert(metadata.tables["rule_mark"]).values(
                article_id=1, rule_id="launch", verdict="good", at=NOON, who="anna ", kind="news", match_id=1
            )
        )


def write_files(folder: Path) -> None:
    """Files that strangers send, or that quote them."""
    given = [
        {"id": f"x{number}", "title": f"missile{piece} launch", "text": f"A missile {SPOILT} flew.", "source": SPOILT}
        for number, piece in enumerate(STEERING)
    ]
    named = [{**each, "url": SPOILT, "authors": [SPOILT], "tags": [SPOILT], "labels": ["missiles"]} for each in given]
    lines = "".join(f"{json.dumps(each)}\n" for each in named)
    escaped = json.dumps(STORABLE)[1:-1].replace("\\ud", "\\\\ud")
    files = {
        "given.jsonl": lines,
        "broken.jsonl": f'{lines}{{"{STORABLE}\n[1]\n',
        "feed.xml": "<rss version='2.0'><channel><item><title>a\x9b\u202e</title><link>http://a\x9b/</link></item></channel></rss>",
        "page.html": f"<html><title>{STORABLE}</title>{STORABLE}",
        "list.opml": "<opml version='2.0'><body><outline text='a\x9b\u202e' xmlUrl='http://a.test/\x9b'/></body></opml>",
        "marks.jsonl": json.dumps({"rule": "launch", "verdict": SPOILT, "title": SPOILT}),
        "faulty.yaml": f'rule: "{escaped}"\ntitle: "{escaped}"\n"{escaped}": 1\n',
        "others.yaml": f'sources:\n  - {{id: "{escaped}", url: "http://a.test/{escaped}", name: "{escaped}"}}\n',
        "queries.txt": f"# {STORABLE}\nmissile AND flew{STORABLE}\n{STORABLE}:missile\nmissile{STORABLE} NEAR/a\n",
        "one.yaml": "rule: missiles\ntitle: Missiles\nlevel: low\nmatch: {words: [missile, missiles]}\n",
        "words.yaml": f'list: spoilt\ntitle: "A {escaped}"\nwords: ["missile {escaped}"]\n',
        "headlines.yaml": f'missiles: {{fires: ["missile {escaped}"], silent: ["missile {escaped}"]}}\n',
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", errors="surrogatepass")


# --- what the commands show -------------------------------------------------------------------------------------

# Every command, with what it shows of strangers' texts; `{evil}`: an argument that is spoilt itself.
VIEWS = (
    "status", "status --json", "check", "check --json", "check faulty.yaml", "check others.yaml", "sources list",
    "sources list --json", "sources health", "sources health --json", "sources retry {evil}",
    "sources add http://127.0.0.1:9/{evil}", "sources remove {evil}", "sources export",
    "sources import list.opml --dry-run", "sources import list.opml --dry-run --json", "sources import page.html",
    "outbox list", "outbox list --json", "outbox discard 99", "outbox move 99 --to {evil}", "outbox retry 1 2",
    "routes show", "routes show --json", "channels list", "channels list --json",
    "channels add {evil} json://127.0.0.1:9/", "channels preview desk", "channels preview desk --json",
    "channels preview desk --alert {alert}", "channels test {evil}", "channels drill", "channels canary",
    "matches list", "matches list --json", "matches show 1", "matches show 1 --json", "matches export",
    "mark 1 noise", "alerts list", "alerts list --json", "alerts show {alert}", "alerts show {alert} --json",
    "mark {alert} good", "mark 1 noise --rule launch", "marks list", "marks list --json", "marks export",
    "marks import marks.jsonl", "stories list", "stories list --muted", "stories list --json", "stories show {story}",
    "stories show {story} --json", "stories split {story} 2", "stories merge {story} {evil}",
    "stories mute {story}", "stories mute {story} --until {evil}", "stories unmute {story}", "stories unmute {evil}",
    "articles forget {evil}", "db check", "db upgrade", "db backup {evil}", "db restore feed.xml", "db prune",
    "why 1", "why 1 --all", "why 1 --json", "why wire a", "why {evil}", "why 1 launch",
    "why -c monitor.yaml 1 {evil}", "replay --rules one.yaml given.jsonl",
    "replay --rules one.yaml --json given.jsonl", "replay --rules one.yaml broken.jsonl",
    "match --rules one.yaml given.jsonl", "match --rules one.yaml --json given.jsonl",
    "match --rules one.yaml broken.jsonl", "parse feed.xml", "parse --json feed.xml", "parse page.html",
    "entities list --group {evil}", "rules list", "rules list --json", "rules show {evil}", "rules show missiles",
    "rules misses", "rules coverage missiles", "rules packs",
    "rules try one.yaml", "rules try one.yaml --json", "rules test --rules one.yaml headlines.yaml",
    "rules test --rules one.yaml --json headlines.yaml", "score --rules one.yaml given.jsonl",
    "score --rules one.yaml --list given.jsonl", "score --rules one.yaml --list --json given.jsonl", "schema rule",
    "init {evil}/x", "rules copy -c {evil} summits", "run {evil}", "demo {evil}", "completion {evil}",
    "report --timeline --days 366", "report --days 366 --json", "report",
    "report --rule {evil}", "report --html - --days 366", "report --html {evil}/x",
    "alerts feed", "alerts feed --json",
    "rules import queries.txt", "rules import page.html",
    "rules import --format keywords queries.txt", "rules import --format google-alerts queries.txt",
    "search 북한", "search 북한 --json", "search 북한 --csv",
    "search {evil}", "search {evil}:a", "articles list", "articles list --json", "articles list --csv",
    "articles search source:wire", "articles show 1", "articles show 1 --json", "articles show {evil}",
    "articles export", "articles export source:{evil}", "db index", "matches list 북한",
    "sources show wire", "sources show wire --json",
    "sources show {evil}", "entities show {evil}", "lists show {evil}", "lists list --rules words.yaml",
    "lists list --rules words.yaml --json", "matches export --evidence {evil}",
)  # fmt: skip
EVIL = "a\x1b[35;9m\x9b31m\u202e\u200b\udc9b\r\x07"
"""An argument as a shell passes it: the byte 9b, which is no UTF-8, becomes half of a pair."""


def test_every_command_is_among_the_views() -> None:
    """A new command is tried too."""
    assert [name for name in COMMANDS if not any(view.startswith(name) for view in VIEWS)] == []


@pytest.fixture
def alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """In the folder, with variables as on a terminal."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    yield folder
    os.chdir(folder)


def fill_in(view: str, alert: str, story: str) -> list[str]:
    return [word.format(evil=EVIL, alert=alert, story=story) for word in view.split()]


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_steers_a_terminal(view: str, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal only our own styles are left; elsewhere nothing is."""
    with sqlite3.connect(alone / "monitor.db") as connection:
        ((alert,),) = connection.execute("SELECT id FROM alert WHERE rule_id IS NOT NULL LIMIT 1")
        ((story,),) = connection.execute("SELECT id FROM story LIMIT 1")
    connection.close()
    is_json = "--json" in view  # for programs; what is for people is tried where it may have styles of ours
    out, err = show(fill_in(view, alert, story), monkeypatch, terminal=not is_json)
    assert out + err, "it shows nothing"
    assert (steering(out), steering(err)) == (set(), set())
    if is_json:
        assert "\x1b" not in out
        assert all(json.loads(line) is not None for line in out.splitlines())


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("view", ["report --timeline", "report --html -", "report --html - --days 1"])
def test_no_plot_steers_either(view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the day of the alerts, whose titles are spoilt; the page has no tag that is not ours."""
    monkeypatch.setattr(clock, "now", lambda: NOON + HOUR)
    out, err = show(view.split(), monkeypatch, terminal=True)
    assert "미사일" in out, err
    assert (steering(out), steering(err)) == (set(), set())
    assert "<script" not in out


def test_no_page_and_no_feed_of_the_daemon_steers(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads them in a browser or a feed reader."""
    monkeypatch.setattr(clock, "now", lambda: NOON + HOUR)
    config = load_config_files(alone / "monitor.yaml", {}).config
    secret = make_feed_secret()
    database = open_database(config.settings.database)
    pages = DaemonPages(
        database,
        read_config=lambda: ConfigSummary.from_config(config),
        sources=lambda: config.sources,
        timezone="UTC",
        feed=secret,
    )
    for path in ("/", *list_feed_paths(secret)):
        make = pages.find_page(path)
        assert make is not None
        shown = make(PageRequest()).body.decode()
        assert len(shown) > 1000
        assert steering(shown) == set(), path
    database.close()


async def test_the_daemon_logs_none_of_it(folder: Path) -> None:
    """It reads what is stored, and says what it makes of it."""
    ended = await news_monitor("run", "--once", folder=folder)
    assert ended.err
    assert (steering(ended.out), steering(ended.err)) == (set(), set())


# --- the log ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terminal", [True, False])
def test_the_log_has_one_line_for_each_event(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever an event quotes: nobody can write a line of the log, or into one that was written."""
    stream = StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(stream=stream)
    try:
        log.warning(LogEvent.PAGE_GIVEN_UP, source=SPOILT, url=SPOILT, problem={SPOILT: [SPOILT]})
        logging.getLogger("library").warning("it says %s", SPOILT)
    finally:
        close_log()
        root.handlers[:], root.level = handlers, level
    written = stream.getvalue()
    assert steering(written) == set()
    assert len(written.splitlines()) == 2
