"""`news-monitor init --update`: what a newer version of the program would change, and what it changes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from monitor.config.editing.shipped_record import RECORD_FOLDER
from tests.e2e.whole import news_monitor
from tests.newest import make_newest

LISTS = Path("rules/lists")
LIST = LISTS / "chips.yaml"
BESIDE = "chips.yaml.new"


@pytest.fixture
async def desk(tmp_path: Path) -> Path:
    """A folder of an older version: its list on chips had another title, and there was one list less. Its user has
    deleted the other lists and the entities, whose tests take seconds."""
    assert (await news_monitor("init", "--empty", "desk", folder=tmp_path)).code == 0
    folder = tmp_path / "desk"
    change(folder / RECORD_FOLDER / LIST, "title: ", "title: Older ")
    for name in (LISTS / "ceasefires.yaml", Path(RECORD_FOLDER, LISTS, "ceasefires.yaml")):
        (folder / name).unlink()
    for path in (*(folder / "seeds" / "entities").iterdir(), *(folder / LISTS).iterdir()):
        if path.name != LIST.name:
            path.unlink()
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def write_database(folder: Path, url: str) -> None:
    config = folder / "monitor.yaml"
    lines = config.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("database:")]
    config.write_text("\n".join([f"database: {url}", *kept, ""]), encoding="utf-8")


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_it_shows_and_then_writes(desk: Path) -> None:
    """First it writes nothing, and shows a diff; with --write it does what it has shown; then nothing is left to do."""
    change(desk / LIST, "title: ", "title: Older ")
    before = contents(desk)
    shown = await news_monitor("init", "--update", ".", folder=desk)
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert any(line.startswith("-title: Older ") for line in lines)
    assert any(line.startswith("+title: ") for line in lines)
    assert f"{LIST}: replaced by the new version: you have not edited it" in lines
    assert [line for line in lines if line.endswith(": new: it is added")]
    assert "nothing is written yet: --write changes 2 files" in shown.err
    assert contents(desk) == before
    written = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert (written.code, written.out) == (0, shown.out)
    assert "updated: 2 files; `check` finds no new fault" in written.err
    again = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert (again.code, again.out) == (0, "")
    assert (await news_monitor("check", folder=desk)).code == 0


async def test_a_conflict_is_one_line_and_exit_code_1(desk: Path) -> None:
    """The user's title stays, and `check` still passes; until FILE.new is gone, somebody has something to do."""
    change(desk / LIST, "title: ", "title: My ")
    mine = (desk / LIST).read_bytes()
    written = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert written.code == 1
    shown = [line for line in written.out.splitlines() if line.startswith(f"{LIST}: ")]
    assert shown == [
        f"{LIST}: stays as it is: you and the new version changed the same lines; the new version goes to {BESIDE}"
    ]
    assert (desk / LIST).read_bytes() == mine
    assert (await news_monitor("check", folder=desk)).code == 0
    again = await news_monitor("init", "--update", ".", folder=desk)
    assert again.code == 1
    assert f"{LIST}.new: left by an earlier update; take over what you need, then delete it" in again.out
    (desk / f"{LIST}.new").unlink()
    assert (await news_monitor("init", "--update", ".", folder=desk)).code == 0


MINE = """\
rule: mine
title: Mine
level: low
match: {list: chips}
tests: {fires: [A new ASML plant], silent: [A new Nvidia plant]}
"""


def use_list(desk: Path) -> None:
    """A rule of the user's passes its test because the older version of the list has one word less."""
    for path in (desk / LIST, desk / RECORD_FOLDER / LIST):
        change(path, "Nvidia, ", "")
    (desk / "rules" / "mine.yaml").write_text(MINE, encoding="utf-8")


@pytest.mark.parametrize("is_config_faulty", [False, True])
async def test_an_update_that_check_would_refuse_is_not_taken(desk: Path, is_config_faulty: bool) -> None:
    """The place of the fault is in the user's folder; nothing at all is written. Rules are tested although monitor.yaml
    has a fault."""
    use_list(desk)
    if is_config_faulty:
        (desk / "monitor.yaml").write_text("channels: [", encoding="utf-8")
    before = contents(desk)
    refused = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert refused.code == 1
    assert [line for line in refused.told if line.startswith("rules/mine.yaml:5:") and "must stay silent" in line]
    assert "`check` would find 1 new fault: nothing is written" in refused.err
    assert contents(desk) == before


async def test_a_list_that_the_user_has_elsewhere_is_not_added(desk: Path) -> None:
    """It says where, and updates the others."""
    (desk / "rules" / "mine.yaml").write_text("list: ceasefires\nwords: [sea]\n", encoding="utf-8")
    written = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert (
        f"{LISTS}/ceasefires.yaml: not added: list 'ceasefires' is already in rules/mine.yaml; if that is"
        in written.out
    )
    assert not (desk / LISTS / "ceasefires.yaml").exists()
    assert (await news_monitor("check", folder=desk)).code == 0


async def test_what_is_shown_steers_no_terminal(desk: Path) -> None:
    """An edit may come from elsewhere: its control characters are not printed."""
    change(desk / LIST, "title: ", "# \x1b]0;owned\x07\u202e\ntitle: ")
    shown = await news_monitor("init", "--update", ".", folder=desk)
    assert not set(shown.out) & {"\x1b", "\x07", "\u202e"}


async def test_it_needs_a_folder_of_init(tmp_path: Path) -> None:
    """And options that go together."""
    missing = await news_monitor("init", "--update", "nothing", folder=tmp_path)
    assert (missing.code, missing.err) == (
        2,
        "nothing/monitor.yaml: there is no such file; `news-monitor init` writes one\n",
    )
    assert (await news_monitor("init", "--write", "new", folder=tmp_path)).code == 2
    assert (await news_monitor("init", "--update", "--pack", "health", ".", folder=tmp_path)).code == 2
    assert contents(tmp_path) == {}


async def test_faults_that_are_there_already_stop_no_update(desk: Path) -> None:
    """Such as a folder beside the user's, which the trial cannot see; an update that adds another fault is refused."""
    (desk / "rules" / "mine.yaml").write_text("rule: Not An Id\n", encoding="utf-8")
    change(desk / "monitor.yaml", "entities: [", "entities: [../elsewhere, ./nowhere, ")
    assert (await news_monitor("check", folder=desk)).code == 1
    use_list(desk)
    (desk / "rules" / "mine.yaml").rename(desk / "rules" / "second.yaml")
    (desk / "rules" / "mine.yaml").write_text("rule: Not An Id\n", encoding="utf-8")
    refused = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert refused.code == 1
    assert "`check` would find 1 new fault: nothing is written" in refused.err
    assert "mine.yaml" not in refused.err
    (desk / "rules" / "second.yaml").unlink()
    written = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert (written.code, (desk / LISTS / "ceasefires.yaml").exists()) == (0, True)


async def test_it_needs_no_secrets(desk: Path) -> None:
    """Only the daemon may have them."""
    secrets = "heartbeat: ${env:NOPE_T}\nweb: {listen: '127.0.0.1:8787', feed: '${credential:nope}'}\n"
    change(desk / "monitor.yaml", "rules:", f"{secrets}rules:")
    change(desk / "monitor.yaml", "console://", "${file:nowhere}")
    written = await news_monitor("init", "--update", "--write", ".", folder=desk)
    assert written.code == 0, written.err


@pytest.mark.parametrize("place", ["monitor.db", "data/news.db", "rules/news.db", "{folder}/far.db"])
async def test_its_sqlite_database_is_not_opened(desk: Path, place: str) -> None:
    """A daemon may use it. To open it makes files beside it, which the time of their folder shows."""
    path = desk / place.format(folder=desk.parent)
    path.parent.mkdir(exist_ok=True)
    make_newest(path).close()
    write_database(desk, f"sqlite:///{place.format(folder=desk.parent)}")
    os.utime(path.parent, ns=(0, 0))
    shown = await news_monitor("init", "--update", ".", folder=desk)
    assert shown.code == 0, shown.err
    assert path.parent.stat().st_mtime_ns == 0
    assert (await news_monitor("check", folder=desk)).code == 0
    assert path.parent.stat().st_mtime_ns != 0, "`check` does not open it either: this test shows nothing"


async def test_its_postgresql_database_is_not_asked(desk: Path) -> None:
    """Its name may begin the names of files of the folder."""
    connections: list[asyncio.StreamWriter] = []

    def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        write_database(desk, f"postgresql+psycopg://u@127.0.0.1:{port}/monitor")
        shown = await news_monitor("init", "--update", "--write", ".", folder=desk)
        assert (shown.code, connections) == (0, []), shown.err
        await news_monitor("check", folder=desk)
        assert connections, "`check` does not ask it either: this test shows nothing"
