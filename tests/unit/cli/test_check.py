"""`check`: on all or on some files, for people and for editors, once or while somebody writes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.commands import run_in
from tests.support.patience import PATIENCE
from tests.support.whole import ROOT, news_monitor, started

RULE = """\
rule: quake
title: Quakes
level: low
match: {entity: japan}
tests: {fires: [Quake in Japan], silent: [Quake in Chile]}
"""
JAPAN = """\
entity: japan
kind: country
name: Japan
sure: {en: [Japan]}
tests: {fires: [Japan votes]}
"""
CONFIG = """\
channels: {screen: {url: "console://"}}
routes: {default: [screen]}
rules: [rules]
entities: [entities]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config with a rule, an entity that the rule names, and another rule with a fault."""
    for name, text in {
        "monitor.yaml": CONFIG,
        "rules/quake.yaml": RULE,
        "rules/broken.yaml": "rule: [",
        "entities/japan.yaml": JAPAN,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_one_rule_of_a_config_is_checked_with_its_entities(folder: Path) -> None:
    """The file alone is asked about: it is fine, and what is wrong elsewhere is not its fault."""
    assert (run_in(folder, "check", "rules/quake.yaml")).code == 0
    assert (run_in(folder, "check")).code == 1


def piped(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """`news-monitor ARGS` in a shell that makes pipes of `<(...)`."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["bash", "-c", f"{sys.executable} -m monitor {' '.join(args)}"]
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)


def test_rules_are_read_from_a_pipe_that_the_user_names(folder: Path) -> None:
    """Once, with the tests and the faults of any file, and with the limit of any file."""
    ended = piped(folder, "check <(cat rules/quake.yaml)")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "no faults: 1 rule with 2 tests, 0 entities with 0 tests\n"
    ended = piped(folder, "check <(sed s/Chile/Japan/ rules/quake.yaml)")
    assert ended.returncode == 1
    assert ":5:43: this test of quake must stay silent" in ended.stdout
    ended = piped(folder, "check <(head -c 17000000 /dev/zero)")
    assert ended.returncode == 1
    assert "this file is larger than 16 MiB" in ended.stdout


@pytest.mark.parametrize(
    ("command", "article", "answer"),
    [
        ("match --rules <(cat {rule}) --rules entities", '{"id": 1, "title": "Quake in Japan"}', '"rules": ["quake"]'),
        ("rules test --rules <(cat {rule}) --rules entities", '{"title": "Quake in Japan", "fires": ["quake"]}',
         '"failed": 0'),
    ],
)  # fmt: skip
def test_other_commands_read_rules_from_a_pipe_too(folder: Path, command: str, article: str, answer: str) -> None:
    ended = piped(folder, command.format(rule="rules/quake.yaml"), f"--json <(echo '{article}')")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert answer in ended.stdout


def test_a_pipe_cannot_be_watched(folder: Path) -> None:
    ended = piped(folder, "check --watch <(cat rules/quake.yaml)")
    assert ended.returncode == 2
    assert "a pipe can be read only once: name a file" in ended.stderr


def test_a_pipe_in_a_folder_is_refused_and_not_waited_for(folder: Path) -> None:
    """A daemon, or a check of the folder, would wait until somebody writes into it."""
    os.mkfifo(folder / "rules/pipe.yaml")
    ended = piped(folder, "check rules")
    assert ended.returncode == 1
    assert "rules/pipe.yaml:1:1: this is a device, a pipe or a socket; name a file" in ended.stdout


def test_without_a_config_a_rule_may_name_what_comes_with_the_program(folder: Path) -> None:
    """An entity that neither a file at hand nor the program has is a fault, with its place."""
    (folder / "monitor.yaml").unlink()
    ended = run_in(folder, "check", "rules/quake.yaml")
    assert (ended.code, ended.out, ended.told) == (0, "", ["no faults: 1 rule with 2 tests, 0 entities with 0 tests"])
    (folder / "rules/quake.yaml").write_text(RULE.replace("japan}", "utopia}"), encoding="utf-8")
    ended = run_in(folder, "check", "rules/quake.yaml")
    assert (ended.code, ended.out.split(": ")[0]) == (1, "rules/quake.yaml:4:17")


def test_it_says_what_it_has_checked(folder: Path) -> None:
    """With faults or without, so that nobody takes a check of nothing for a check; people only."""
    faulty = run_in(folder, "check")
    read = "1 rule with 2 tests, 1 entity with 1 test, 0 sources, 1 channel"
    assert faulty.told == [f"1 fault; what could be read: {read}"]
    (folder / "rules/broken.yaml").unlink()
    for args, told in (
        ([], [f"no faults: {read}"]),
        (["rules"], ["no faults: 1 rule with 2 tests, 0 entities with 0 tests"]),
        (["--json"], []),
    ):
        ended = run_in(folder, "check", *args)
        assert (ended.code, ended.out, ended.told) == (0, "", told)
    (folder / "rules/quake.yaml").write_text(f"{RULE}status: off\n", encoding="utf-8")
    resting = run_in(folder, "check", "rules")  # the number of those that run, as the log has it
    assert resting.told == ["no faults: 0 rules (and 1 that is off) with 2 tests, 0 entities with 0 tests"]
    (folder / "monitor.yaml").write_text("routes: 1\n", encoding="utf-8")
    assert (run_in(folder, "check")).told[-1].endswith(("fault", "faults"))  # nothing else was


def test_a_file_without_rules_says_where_to_find_some(folder: Path) -> None:
    """An empty file, or one that has comments only, has no fault; with a rule, nothing more is said."""
    for content, lines in (("", 2), ("# drills\n", 2), (RULE, 1)):
        (folder / "rules/new.yaml").write_text(content.replace("quake", "new"), encoding="utf-8")
        ended = run_in(folder, "check", "rules/new.yaml")
        assert (ended.code, ended.out, len(ended.told)) == (0, "", lines)
        assert ("`news-monitor rules packs` lists rules" in ended.err) is (lines == 2)


async def test_a_database_without_its_driver_is_a_fault(folder: Path) -> None:
    """Before the daemon is started; with it, a server that does not answer is none, and no database is made."""
    (folder / "rules/broken.yaml").unlink()
    config = folder / "monitor.yaml"
    config.write_text(f"{CONFIG}database: postgresql://monitor:tr0ub4dor@127.0.0.1:9/news\n", encoding="utf-8")
    ended = await news_monitor("check", folder=folder)
    assert (ended.code, ended.told[0][:38]) == (0, "the latest matches cannot be read: pos")
    assert "tr0ub4dor" not in ended.out + ended.err
    (folder / "without").mkdir()
    (folder / "without/psycopg.py").write_text("raise ImportError('no psycopg')\n", encoding="utf-8")
    ended = await news_monitor("check", folder=folder, env={"PYTHONPATH": f"{folder / 'without'}{os.pathsep}{ROOT}"})
    assert ended.code == 1
    assert ended.out.startswith("monitor.yaml:5:11: PostgreSQL needs a driver, psycopg: pip install --require-hashes ")
    assert "tr0ub4dor" not in ended.out + ended.err
    config.write_text(f"{CONFIG}database: sqlite:///new/news.db\n", encoding="utf-8")
    assert (await news_monitor("check", folder=folder)).code == 0
    assert not (folder / "new").exists()


@pytest.mark.parametrize("secret", ["${env:PAID_TOKEN}", "${file:/no/such/file}", "${credential:paid}"])
def test_a_source_whose_secret_is_missing_is_a_fault_beside_the_others(folder: Path, secret: str) -> None:
    """`check` names the same fault as `status` and `run`, and what else is wrong."""
    (folder / "sources.yaml").write_text(
        "sources:\n"
        f"  - {{id: paid, url: 'https://wire.test/?token={secret}'}}\n"
        f"  - {{id: by-proxy, url: 'https://n.test/', proxy: 'http://me:{secret}@proxy.test'}}\n"
        "  - {id: open, url: 'https://x.test/?token=0penly'}\n",
        encoding="utf-8",
    )
    (folder / "monitor.yaml").write_text(CONFIG + "sources: [sources.yaml]\n", encoding="utf-8")
    ended = run_in(folder, "check")
    assert ended.code == 1
    lines = ended.out.splitlines()
    missing = [line for line in lines if line.startswith(("sources.yaml:2:5: ", "sources.yaml:3:5: "))]
    assert len(missing) == 2, ended.out
    assert any(line.startswith("rules/broken.yaml:") for line in lines)
    assert any(line.startswith("sources.yaml:4:5: ") and "open-credential" in line for line in lines)
    rows = (run_in(folder, "check", "--json")).rows
    assert len(rows) == len(lines)
    status = run_in(folder, "status", "--json")
    assert [row for row in rows if row["kind"] == "fault"] == status.rows[0]["fault_list"]


def test_advice_is_no_fault(folder: Path) -> None:
    """It is told and counted, and ends with 1 only where it shall."""
    (folder / "rules/broken.yaml").unlink()
    (folder / "rules/quake.yaml").write_text(RULE.replace("silent: [Quake in Chile]", ""), encoding="utf-8")
    (folder / "rules/bare.yaml").write_text(RULE.replace("quake", "bare").partition("tests")[0], encoding="utf-8")
    ended = run_in(folder, "check")
    told = "rules/bare.yaml:1:1: advice: this rule has no tests: nobody sees when an edit breaks it; write tests: "
    assert (ended.code, ended.out) == (0, f"{told}{{fires: [...], silent: [...]}}; check runs them [untested]\n")
    read = "2 rules with 1 test, 1 entity with 1 test, 0 sources, 1 channel"
    assert ended.told == [f"no faults and 1 line of advice in {read}"]
    assert (run_in(folder, "check", "--strict")).code == 1
    (folder / "rules/bare.yaml").unlink()
    assert (run_in(folder, "check", "--strict")).code == 0


def test_a_rule_is_advised_to_say_what_tells_its_events_apart(folder: Path) -> None:
    """At the keys that are meant, and no more once it does; a name that it does not have is a fault."""
    rule = folder / "rules/quake.yaml"
    match = "{any: [{name: where, words: [Japan, Peru]}, {words: [Quake]}]}"
    events = RULE.replace("{entity: japan}", match) + "alert: {once_per: event, event_lasts: 2 days}\n"
    rule.write_text(events.replace("Quake in Chile", "Chile"), encoding="utf-8")
    rows = (run_in(folder, "check", "--json", "rules/quake.yaml")).rows
    assert [(row["kind"], row["line"], row["col"]) for row in rows] == [("no-identity", 6, 19), ("one-event", 6, 39)]
    assert "by: [firm]" in rows[0]["meant"]
    assert rows[1]["what"] == "everything that this rule hits within 2 days is one event, unless a fact differs"
    rule.write_text(rule.read_text("utf-8").replace("2 days", "2 days, by: where"), encoding="utf-8")
    assert (run_in(folder, "check", "--json", "rules/quake.yaml")).rows == []
    rule.write_text(rule.read_text("utf-8").replace("by: where", "by: were"), encoding="utf-8")
    [fault] = (run_in(folder, "check", "--json", "rules/quake.yaml")).rows
    assert (fault["kind"], fault["line"], fault["col"]) == ("fault", 6, 51)
    assert (fault["what"], fault["meant"]) == ("no condition of match has the name 'were'", "did you mean 'where'?")


def test_paths_beside_a_config_that_cannot_be_read(folder: Path) -> None:
    """Its faults are told like any others."""
    (folder / "monitor.yaml").write_text("rules: [\n", encoding="utf-8")
    ended = run_in(folder, "check", "--json", "rules/quake.yaml")
    assert (ended.code, [row["file"] for row in ended.rows]) == (1, ["monitor.yaml"])


# --- what it needs ----------------------------------------------------------------------------------------------

MEASURED = """\
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def test_the_shipped_set_is_checked_on_a_small_machine(tmp_path: Path) -> None:
    """With its two thousand tests, and a channel for which Apprise is loaded."""
    command: list[str | Path] = [sys.executable, "-m", "monitor"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, "init", tmp_path], env=surroundings, capture_output=True, check=True)
    config = tmp_path / "monitor.yaml"
    config.write_text(config.read_text("utf-8").replace("console://", "json://127.0.0.1:9/take"), encoding="utf-8")
    asked = [sys.executable, "-c", MEASURED, *command, "check", "-c", config]
    ended = subprocess.run(asked, env=surroundings, capture_output=True, text=True, check=True)
    code, peak = map(int, ended.stdout.split())
    assert code == 0, ended.stderr
    assert peak < 220 * 2**20


# --- while somebody writes --------------------------------------------------------------------------------------


@asynccontextmanager
async def watching(folder: Path, *args: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`check --watch`, killed should it still run."""
    process = await started("check", "--watch", *args, folder=folder)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line_of(stream: asyncio.StreamReader | None) -> str:
    """The next line that it prints."""
    assert stream is not None
    return (await asyncio.wait_for(stream.readline(), PATIENCE)).decode().rstrip("\n")


async def interrupted(process: asyncio.subprocess.Process) -> int:
    """Its exit code after Ctrl-C."""
    process.send_signal(signal.SIGINT)
    return await asyncio.wait_for(process.wait(), PATIENCE)


async def test_what_comes_and_goes_is_told_while_somebody_writes(folder: Path) -> None:
    """With the time; what only moves to another line is neither new nor gone."""
    (folder / "rules/broken.yaml").unlink()
    quake = folder / "rules/quake.yaml"
    wrong = RULE.replace("Quake in Japan", "Quake in Chile")
    async with watching(folder) as process:
        assert (await line_of(process.stderr)).startswith("no faults: 1 rule with 2 tests")
        assert await line_of(process.stderr) == "watching the files; Ctrl-C ends"
        quake.write_text(wrong, encoding="utf-8")
        time, change, told = (await line_of(process.stdout)).split(" ", 2)
        assert (len(time), change) == (8, "new:")
        assert told.startswith("rules/quake.yaml:5:17: this test of quake must fire")
        assert (await line_of(process.stderr)).startswith(f"{time} 1 fault; what could be read: 1 rule")
        quake.write_text(f"# moved\n{wrong}", encoding="utf-8")
        assert (await line_of(process.stderr))[8:].startswith(" 1 fault; what could be read: 1 rule")
        (folder / "rules/more.yaml").write_text("rule: [", encoding="utf-8")
        assert " new: rules/more.yaml:" in await line_of(process.stdout)
        (folder / "rules/more.yaml").unlink()
        assert " gone: rules/more.yaml:" in await line_of(process.stdout)
        (folder / "entities/japan.yaml").write_text(JAPAN.replace("[Japan]", "[Chile, Japan]"), encoding="utf-8")
        assert " gone: rules/quake.yaml:6:17: " in await line_of(process.stdout)  # the entity is what has changed
        assert " new: rules/quake.yaml:6:43: this test of quake must stay silent" in await line_of(process.stdout)
        assert await interrupted(process) == 1
        assert process.stderr is not None
        assert b"Traceback" not in await process.stderr.read()


async def test_it_ends_as_the_last_check_said(folder: Path) -> None:
    """0, once all is mended; for editors each line says whether it is new or gone."""
    async with watching(folder, "--json", "rules") as process:
        row = json.loads(await line_of(process.stdout))
        assert (row["file"], row["kind"], row["change"]) == ("rules/broken.yaml", "fault", "new")
        (folder / "rules/broken.yaml").unlink()
        assert json.loads(await line_of(process.stdout)) == {**row, "change": "gone"}
        assert await interrupted(process) == 0
