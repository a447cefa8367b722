"""`sources`: the files are edited as asked, and who needs a person is told with what to do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from monitor import clock
from monitor.cli import cli
from monitor.decide import Decision
from monitor.errors import MonitorError
from monitor.model import FetchOutcome, RunningVersion, Source, SourceStats, SourceTrouble, TroubleKind
from monitor.notices.troubles import OF_SOURCES
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from tests.support.building import article, claimed, decide_in, polled, rules, to_desk
from tests.support.commands import run_in
from tests.support.newest import make_newest
from tests.support.whole import write_config

DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config with two sources, in which the test stands."""
    write_config(tmp_path, {"one": "https://one.example/feed", "two": "https://two.example/feed"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["sources", *args], catch_exceptions=False)


def test_a_source_is_added_and_removed(folder: Path) -> None:
    """The file is what it was, to the byte."""
    file = folder / "sources.yaml"
    before = file.read_bytes()
    added = run(
        "add",
        "--no-check",
        "https://news.example.com/feed",
        "--name",
        "News: all",
        "--tag",
        "a",
        "--every",
        "2 minutes",
    )
    assert added.stdout == "added news-example-com to sources.yaml\n"
    assert added.stderr.startswith("The id is made from the address. To rename it, change it in that file")
    assert file.read_text(encoding="utf-8").endswith(
        "\n  - id: news-example-com\n    url: https://news.example.com/feed\n    name: 'News: all'\n    tags: [a]\n"
        "    every: 2 minutes\n"
    )
    assert run("remove", "news-example-com").output == "removed news-example-com from sources.yaml\n"
    assert file.read_bytes() == before


def test_what_is_added_is_polled(folder: Path) -> None:
    """`sources list` knows it, and that nobody has polled it yet."""
    run(
        "add", "--no-check", "https://news.example.com/feed", "--file", str(folder / "sources.yaml"), "--language", "ko"
    )
    listed = {line.split()[0]: line for line in run("list").output.splitlines()}
    assert "unverified" in listed["news-example-com"]
    assert " ko " in listed["news-example-com"]


@pytest.mark.parametrize(
    ("url", "network"),
    [
        ("http://192.168.1.5/f.xml", "192.168.1.5/32"),
        ("http://[::1]:8080/f.xml", "::1/128"),
        ("http://127.0.0.1/f.xml", None),  # the config allows it
        ("http://localhost/f.xml", None),
        ("http://9.9.9.9/f.xml", None),  # public
        ("http://intranet/f.xml", None),  # nobody knows yet where that leads
    ],
)
def test_an_address_that_will_be_refused_is_not_added(folder: Path, url: str, network: str | None) -> None:
    """Nothing is written, and what is told to do can be written as it is: then the address is added."""
    before = (folder / "sources.yaml").read_bytes()
    if network is None:
        assert (run("add", "--no-check", url, "--id", "near").output) == "added near to sources.yaml\n"
        return
    item = f"{{network: '{network}', sources: [near]}}"
    with pytest.raises(MonitorError) as refused:
        run("add", "--no-check", url, "--id", "near")
    assert str(refused.value).startswith(
        f"{url}: nothing was added, because this leads to {network.partition('/')[0]}, "
    )
    assert f"put {item} into the list network.allow in monitor.yaml" in str(refused.value)
    assert (folder / "sources.yaml").read_bytes() == before
    config = folder / "monitor.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("127.0.0.0/8", item), encoding="utf-8")
    with pytest.raises(MonitorError, match="nothing was added"):
        run("add", "--no-check", url, "--id", "other")
    assert run("add", "--no-check", url, "--id", "near").output == "added near to sources.yaml\n"


def test_where_no_network_is_allowed_yet_the_whole_line_is_printed(folder: Path) -> None:
    """As it can be written into monitor.yaml: then the source can be asked."""
    config = folder / "monitor.yaml"
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    config.write_text("".join(line for line in lines if not line.startswith("network:")), encoding="utf-8")
    with pytest.raises(MonitorError) as refused:
        run("add", "--no-check", "http://127.0.0.1:9/f.xml", "--id", "near")
    assert "write this line into monitor.yaml (a daemon that runs applies that within seconds):" in str(refused.value)
    line = str(refused.value).splitlines()[-2]
    assert line == "  network: {allow: [{network: '127.0.0.1/32', sources: [near]}]}"
    with config.open("a", encoding="utf-8") as file:
        file.write(f"{line.strip()}\n")
    assert run("add", "--no-check", "http://127.0.0.1:9/f.xml", "--id", "near").stderr == ""


def test_the_address_of_a_new_source_is_shown_without_its_token(folder: Path) -> None:
    """It is in the file as it was given; one with a reference is not asked, as its secret is not known here."""
    added = run("add", "--no-check", "https://9.9.9.9/f.xml?token=0penly", "--id", "open")
    asked = run("add", "https://9.9.9.9/f.xml?token=${file:token}", "--id", "secret")
    listed, as_json = run("list"), run("list", "--json")
    assert (added.exit_code, asked.exit_code) == (0, 0)
    assert "was not fetched" in asked.stderr
    assert "?token=0penly" in (folder / "sources.yaml").read_text(encoding="utf-8")
    assert "https://9.9.9.9/f.xml?token=***" in as_json.stdout
    exported = run("export")
    assert "f.xml?token=***" in exported.stdout
    assert "f.xml?token=${file:token}" in exported.stdout
    assert "url holds a token, for which *** is written" in exported.stderr
    assert not any("0penly" in each.output for each in (added, asked, listed, as_json, exported))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["add", "https://one.example/feed"], r"sources.yaml:2:5: a source with this url is here already"),
        (["add", "https://x.example/", "--id", "two"], r"sources.yaml:3:5: a source with this id is here already"),
        (["add", "ftp://x.example/"], r"url: this is not a web address; write one"),
        (["add", "https://x.example/", "--file", "other.yaml"], r"other.yaml is not read: name it under sources: in"),
        (["remove", "one", "thwo"], r"there is no source 'thwo' .*; did you mean 'two'\?"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(folder: Path, args: list[str], said: str) -> None:
    """In a line that says where, what and what to do."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(MonitorError, match=said):
        run(*args)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_source_that_stands_twice_is_not_removed(folder: Path) -> None:
    """Which of the two is meant, only a person knows."""
    with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: one, url: 'https://other.example/'}\n")
    with pytest.raises(
        MonitorError, match=r"sources.yaml:2:5: 'one' .*\n.*sources.yaml:4:5: 'one' .*; remove one by hand"
    ):
        run("remove", "one")


def test_a_source_with_a_fault_can_be_removed(folder: Path) -> None:
    """And none can be added beside it: a daemon that runs would not take it up."""
    with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: bad, url: nowhere}\n")
    with pytest.raises(MonitorError, match=r"sources.yaml:4:20: this is not a web address"):
        run("add", "https://x.example/")
    assert run("remove", "bad", "two").output.endswith("removed two from sources.yaml\n")
    assert "one" in run("list").output


def test_a_network_that_is_left_of_a_removed_source_is_reported(folder: Path) -> None:
    """Its place, and what it means for a daemon that runs."""
    config = folder / "monitor.yaml"
    text = config.read_text(encoding="utf-8").replace("[127.0.0.0/8]", "[{network: 10.0.0.0/8, sources: [two, one]}]")
    config.write_text(text, encoding="utf-8")
    removed = run("remove", "two")
    assert (removed.exit_code, removed.stdout) == (0, "removed two from sources.yaml\n")
    fault, meaning = removed.stderr.splitlines()
    assert re.match(r"monitor\.yaml:\d+:\d+: there is no source 'two' that this network could be for", fault)
    assert meaning == "a daemon that runs polls the removed sources until network.allow no longer names them"
    config.write_text(text.replace("two, ", ""), encoding="utf-8")
    run("add", "--no-check", "https://two.example/feed", "--id", "two")
    assert run("remove", "two").stderr == ""


def test_sources_of_several_files_go_at_once(folder: Path) -> None:
    """The command that `sources health` prints names them all."""
    config = folder / "monitor.yaml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[sources.yaml]", "[sources.yaml, more]"), encoding="utf-8"
    )
    (folder / "more").mkdir()
    (folder / "more" / "a.yaml").write_text(
        "sources:\n- id: three\n  url: https://three.example/\n# end\n", encoding="utf-8"
    )
    run("remove", "three", "one")
    assert (folder / "more" / "a.yaml").read_text(encoding="utf-8") == "sources: []\n# end\n"
    assert "id: one" not in (folder / "sources.yaml").read_text(encoding="utf-8")


def poll(database: Database, name: str, ago: timedelta, *, good: bool, opened: tuple[SourceTrouble, ...] = ()) -> None:
    """A poll of a source, committed; a good one brings an article."""
    at = clock.now() - ago
    claims = Claims(database, "test")
    claims.register_sources({name: Source(name, f"https://{name}.example/feed", name, timedelta(seconds=5))}, at)
    claim = claimed(claims, name, at)
    outcome = FetchOutcome.DOCUMENT if good else FetchOutcome.FAILED
    with SerialSection(database).enter(at) as inside:
        brought = [article(f"a-{name}", of=name, seen=at)] if good else []
        decision = decide_in(inside, brought, rules()) if good else Decision((), State())
        learnt = SourceStats(since=at, entries=30, overlap=0.87)
        traces = replace(polled(claim, at, outcome=outcome), stats=learnt, opened_troubles=opened)
        assert inside.commit(traces, decision, to_desk)


@pytest.fixture
def database(folder: Path) -> Database:
    """Of the config."""
    return make_newest(folder / "monitor.db")


def test_health_tells_who_needs_a_person_and_drops_the_dead_with_one_command(folder: Path, database: Database) -> None:
    """Its command is taken as it is printed; the fine are counted."""
    poll(database, "one", timedelta(minutes=1), good=True)
    poll(database, "two", 20 * DAY, good=True)
    poll(database, "two", 19 * DAY, good=False)
    database.close()
    ended = run("health")
    told = ended.output
    assert (ended.exit_code, "The exit code is 0 even if sources fail" in run("health", "--help").output) == (0, True)
    assert [line.split()[:2] for line in told.splitlines()[1:2]] == [["dead", "two"]]
    assert "1 of 2 sources are fine" in told
    command = told.splitlines()[-1].split()
    assert command == ["news-monitor", "sources", "remove", "two"]
    assert run(*command[2:]).exit_code == 0
    assert run("health").output == "1 of 1 sources are fine\n"
    assert "id: two" not in (folder / "sources.yaml").read_text(encoding="utf-8")


def test_a_source_is_polled_now_whether_or_not_it_fails(database: Database) -> None:
    """For an unknown name nothing is changed, and the nearest name is suggested. A source that is being polled is not
    promised another poll."""
    poll(database, "one", timedelta(minutes=1), good=True)
    poll(database, "two", timedelta(minutes=1), good=False)
    claims = Claims(database, "test")
    with database.writing() as connection:
        connection.execute(update(tables.source).values(next_at=clock.now() + DAY))
    with pytest.raises(MonitorError, match=r"there is no source 'tow'; did you mean 'two'\?"):
        run("retry", "two", "tow")
    assert claims.find_due(clock.now()) == []
    done = run("retry", "two", "one")
    soon = "is due now: no daemon runs here; `news-monitor run` polls it as soon as it starts"
    assert (done.exit_code, done.output.splitlines()) == (0, [f"two {soon}", f"one {soon}"])
    assert sorted(claims.find_due(clock.now())) == ["one", "two"]
    claimed(claims, "two", clock.now())
    left = run("retry", "one", "two")
    assert left.exit_code == 1
    assert left.stdout.startswith("one is due now: ")
    assert left.stderr.startswith("two is left as it is: it is being polled just now")
    database.close()


def test_when_a_source_is_polled_depends_on_whether_a_daemon_runs(folder: Path, database: Database) -> None:
    """And whether that daemon has read the source in its file."""
    poll(database, "one", timedelta(minutes=1), good=True)
    DaemonRecord(database, "desk:17:a").record_start("1", RunningVersion(clock.now(), rules=1, sources=1), clock.now())
    database.close()
    with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: new, url: 'https://new.example/'}\n")
    done = run("retry", "one", "new")
    assert done.exit_code == 0
    known, new = done.stdout.splitlines()
    assert known == "one is due now: the daemon polls it within seconds"
    assert new.startswith("new is due now: it is new, and is polled as soon as a daemon runs that has read its file")


def test_when_nobody_answers_no_command_is_offered(database: Database) -> None:
    """It is the network of this machine, most likely, and a hundred sources would go."""
    for name in ("one", "two"):
        poll(database, name, 20 * DAY, good=True)
        poll(database, name, 19 * DAY, good=False)
    database.close()
    told = run("health").output
    assert "0 of 2 sources are fine" in told
    assert "look at the network of this machine" in told
    assert "sources remove" not in told


def test_health_says_what_is_not_as_it_should_be_and_what_to_do(folder: Path, database: Database) -> None:
    """For people and for programs, with the share of its documents that was known."""
    gap = SourceTrouble(
        "one", TroubleKind.GAP, clock.now() - 2 * DAY / 24, clock.now(), "none of its entries was there"
    )
    poll(database, "one", timedelta(minutes=1), good=True, opened=(gap,))
    database.close()
    told = run("health").output.splitlines()
    assert told[1].split()[:2] == ["unverified", "two"]
    assert told[2].split()[:2] == ["troubled", "one"]
    assert ("87%" in told[2], "possible gap" in told[2]) == (True, True)
    assert told[3].startswith("one: possible gap since ")
    assert told[3].endswith("none of its entries was there. " + OF_SOURCES[gap.kind].advice.format(name="one"))
    ended = run_in(folder, "sources", "health", "--json")
    row = next(row for row in ended.rows if row["id"] == "one")
    (trouble,) = row["troubles"]
    assert (row["health"], row["problem"], row["overlap"]) == ("troubled", "possible gap", 0.87)
    assert (trouble["kind"], trouble["since"]) == ("possible_gap", gap.since.isoformat())
    assert "fastest" in trouble["todo"]
    listed = run_in(folder, "sources", "list", "--json")
    assert [(row["id"], len(row["troubles"])) for row in listed.rows] == [("one", 1), ("two", 0)]
