"""Views on narrow terminals: no line is wider than the terminal, where headlines are long and Korean."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click import unstyle
from rich.cells import cell_len
from sqlalchemy import select, update

from monitor import clock
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, article_version, delivery, metadata, source, story
from tests.support import busy_desk
from tests.support.building import HOUR
from tests.support.terminal import show
from tests.support.whole import ROOT

NOW = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
TITLE = "북한, 동해상으로 단거리 탄도미사일 여러 발 발사…합참 “대비태세 유지”, 일본도 “배타적경제수역 밖 낙하” 발표"
PROBLEM = "the server sent 503 (Service Unavailable) and asked us to come back in 3600 seconds"
VIEWS = (
    "status", "report", "report --timeline", "report --timeline --days 30", "sources list", "sources health",
    "sources show tass",
    "channels list", "routes show", "matches list", "matches show 1", "alerts list", "alerts show {alert}",
    "marks list", "stories list", "stories show {story}", "articles list", "articles show 1", "search 미사일",
    "entities list", "rules list", "rules show launch", "rules packs", "outbox list", "why 1", "why 1 launch",
    "replay --rules own.yaml news.jsonl", "match --rules own.yaml news.jsonl",
)  # fmt: skip


@pytest.fixture(scope="module")
def long_desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """The folder of a busy desk with long texts, and the ids of an alert and a story."""
    folder = tmp_path_factory.mktemp("long")
    database = busy_desk.fill(folder, NOW)
    lengthen_texts(database)
    with database.reading() as connection:
        sent = select(alert.c.id).where(alert.c.rule_id.is_not(None)).limit(1)
        ids = {
            "alert": str(connection.execute(sent).scalar_one()),
            "story": str(connection.execute(select(story.c.id).limit(1)).scalar_one()),
        }
    database.close()
    marking = [sys.executable, "-m", "monitor", "mark", "1", "good"]
    subprocess.run(marking, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    (folder / "news.jsonl").write_text(f'{{"id": "a", "title": "{TITLE}"}}\n' * 3, encoding="utf-8")
    return folder, ids


def lengthen_texts(database: Database) -> None:
    """Long titles; two messages that were given up and a source that fails, for reasons that are long."""
    with database.writing() as connection:
        for table in metadata.sorted_tables:
            if "title" in table.columns:
                connection.execute(update(table).values(title=TITLE))
        connection.execute(update(article_version).values(text=f"{TITLE}\n" * 9))
        failing = {"failures": 3, "failing_since": NOW - 10 * HOUR, "problem": PROBLEM}
        connection.execute(update(source).where(source.c.id == "tass").values(failing))
        oldest = select(delivery.c.id).order_by(delivery.c.id).limit(2)
        dead = {"state": "dead", "blame": "message", "detail": PROBLEM}
        connection.execute(update(delivery).where(delivery.c.id.in_(oldest)).values(**dead))


@pytest.mark.parametrize("columns", [60, 40])
@pytest.mark.parametrize("view", VIEWS)
def test_no_line_is_wider_than_the_terminal(
    view: str, columns: int, long_desk: tuple[Path, Mapping[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ids = long_desk
    monkeypatch.chdir(folder)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    out, err = show(view.format(**ids).split(), monkeypatch, terminal=True)
    lines = unstyle(out).splitlines()
    assert lines, err
    assert [line for line in lines if cell_len(line.rstrip()) > columns] == []
