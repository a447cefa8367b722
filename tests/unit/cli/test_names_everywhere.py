"""A source and an alert have one name, wherever they are shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from monitor.active_config import ActiveConfig, ActiveConfigHolder, compile_config
from monitor.cli.config_files import load_config
from monitor.model.source_stats import SourceStats
from monitor.services.queries.activity import load_activity
from monitor.services.queries.alert_feed import load_alert_feed
from monitor.store.engine.tables import source
from monitor.store.queries.sources import load_feed_titles
from tests.support.busy_desk import CAME, fill
from tests.support.commands import read_output
from tests.unit.cli.conftest import NOW

TITLE, ERASED = "The Wire of the World", "(its article was erased)"


@pytest.mark.parametrize(("named", "name"), [(False, TITLE), (True, "Wire service")])
def test_a_source_without_a_name_shows_the_title_of_its_feed(
    named: bool, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In messages, in the feeds of alerts, in lists and in the report. A name in its file counts more."""
    monkeypatch.chdir(tmp_path)
    database = fill(tmp_path, NOW)
    with database.writing() as connection:
        habits = SourceStats.of_row(connection.execute(select(source.c.habits).where(source.c.id == "wire")).scalar())
        connection.execute(
            update(source).where(source.c.id == "wire").values(habits=replace(habits, title=TITLE).to_row())
        )
    file = tmp_path / "sources.yaml"
    file.write_text(file.read_text().replace(", name: 'Wire'", ", name: Wire service" if named else ""))
    config = load_config(tmp_path / "monitor.yaml").config
    assert config.sources["wire"].is_named is named
    active = ActiveConfig(config, compile_config(config), ZoneInfo("UTC"), catches_up=False)
    holder = ActiveConfigHolder(active, load_feed_titles(database, config.sources))
    feed = load_alert_feed(database, config.sources, "UTC", 50)
    activity = load_activity(config, database, NOW, days=7)
    assert holder.source_name("wire") == name
    assert {item.source for item in feed if "Sunan" in item.title or "Rivers" in item.title} == {name}
    assert [each.name for each in activity.sources if each.id == "wire"] == [name]
    assert f"wire: {name}" in read_output("sources", "show", "wire")
    assert json.loads(read_output("sources", "show", "wire", "--json"))["name"] == name
    rows = map(json.loads, read_output("sources", "list", "--json").splitlines())
    assert [row["name"] for row in rows if row["id"] == "wire"] == [name]
    database.close()


def test_an_alert_whose_article_was_erased_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without a title would look like a fault of the program."""
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, NOW).close()
    monkeypatch.setattr("monitor.clock.now", lambda: NOW)
    read_output("articles", "forget", "wire", "--yes")
    count = sum(of == "wire" for _, of, *_ in CAME)
    for command in (("report", "--timeline"), ("alerts", "list"), ("report", "--html", "-")):
        assert (command, read_output(*command).count(ERASED)) == (command, count)
    gone = [row for row in map(json.loads, read_output("alerts", "list", "--json").splitlines()) if not row["lines"]]
    assert (len(gone), {row["title"] for row in gone}) == (count, {""})
    assert f"article   {ERASED}" in read_output("alerts", "show", gone[0]["id"])
