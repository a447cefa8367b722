"""Every command that README and the pages show runs, as it is written there; what cannot run here has a reason."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from monitor import clock
from tests.support.doc_commands import ROOT, CommandBlock, command_blocks, page_files, run_blocks, unlabelled_commands
from tests.support.newsroom import Newsroom, loopback_site, make_newsroom
from tests.support.ports import free_port

PAGES = ["README.md", "systemd/README.md", "SECURITY.md"]
PAGES += sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))

WITH_COMMANDS = [page for page in PAGES if command_blocks(page)]
FEED_PORT, MAIL_PORT = free_port(), free_port()

INSTALLS = "it installs the program or packages, which takes the network and minutes"
SYSTEM = "it changes the system as root: `./dev unit` runs these steps under a real systemd"
DAEMON = "it goes on until somebody ends it; the tutorial has `run --once`, and tests/e2e runs the daemon"
WAIT = "until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2> /dev/null; do sleep 0.1; done"
"""A machine may be too busy for what a reader waits."""
LEFT_OUT: dict[tuple[str, str], str] = {
    ("README.md", "./dev "): INSTALLS,
    ("README.md", "python3 -m venv"): INSTALLS,
    ("README.md", "pip install"): INSTALLS,
    ("README.md", "news-monitor run "): DAEMON,
    ("docs/operate.md", "python3 -m venv"): INSTALLS,
    ("docs/operate.md", "/opt/news-monitor/bin/"): INSTALLS,
    ("docs/operate.md", "createdb"): "it needs a server of PostgreSQL and its right to make databases",
    ("docs/operate.md", "curl"): "it needs a daemon that goes on; tests/integration/test_answers.py asks it",
    ("docs/install.md", ""): "it installs the program in several ways: `./dev install-check` runs these blocks",
    ("systemd/README.md", ""): SYSTEM,
}
"""(page, beginning of a line) -> why our tests do not run this line."""

PLACEHOLDERS: dict[tuple[str, str], str] = {
    ("README.md", "mark ALERT"): "mark {alert}",
    ("README.md", "mute ID  "): "mute {story}  ",
    ("README.md", "try FILE"): "try edited.yaml",
    ("README.md", "add URL"): "add http://{host}/new.xml",
    ("README.md", "part of a headline"): "Port workers strike",
    ("docs/alerts.md", "S7464 S1f0a"): "{story} {other_story}",
    ("docs/alerts.md", "S7464 4711 4713"): "{story} {story_article}",
    ("docs/alerts.md", "mute S7464"): "mute {story}",
    ("docs/cookbook.md", "2026-03"): "{month}",
    ("docs/cookbook.md", "207d7f56158b"): "{alert}",
    ("docs/operate.md", "articles forget"): "articles forget --yes",  # nobody answers here
    ("docs/operate.md", "show 4711"): "show 1",
    ("docs/operate.md", "taiwan-drills"): "port-strike",
    ("docs/operate.md", "Dockers walk out"): "Port workers strike",
    ("docs/tutorial.md", "sleep 2"): WAIT.format(port="{mail_port}"),
    ("docs/tutorial.md", "sleep 1"): WAIT.format(port="{feed_port}"),
    ("docs/tutorial.md", "8001"): "{feed_port}",
    ("docs/tutorial.md", "2525"): "{mail_port}",
}
"""(page, what a reader replaces) -> what is used here."""

BETWEEN: dict[tuple[str, str], str] = {
    ("README.md", "news-monitor sources add"): "echo 'network: {allow: [127.0.0.0/8]}' >> monitor.yaml",
    ("README.md", "news-monitor status"): "rm -r ./* && cp -r ~/newsroom/. .",
}
"""(page, beginning of a line) -> what happens before it: the reader edits the files, and the daemon runs for some days.
"""


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A newsroom after some days, to be copied."""
    with loopback_site() as host:
        yield make_newsroom(tmp_path_factory.mktemp("newsroom") / "news", host)


def runnable(blocks: list[CommandBlock], newsroom: Newsroom) -> Iterator[CommandBlock]:
    """The blocks without what is left out, and with something real for each placeholder."""
    for block in blocks:
        lines = [line for line in block.commands if find_entry(LEFT_OUT, block.page, line) is None]
        lines = [command for line in lines for command in (find_entry(BETWEEN, block.page, line), line) if command]
        filled = tuple(fill_in(block.page, line, newsroom) for line in lines)
        yield replace(block, commands=filled, printed=fill_in(block.page, block.printed, newsroom))


def find_entry(table: Mapping[tuple[str, str], str], page: str, line: str) -> str | None:
    """What a table says of a line."""
    return next((found for (of, start), found in table.items() if of == page and line.startswith(start)), None)


def fill_in(page: str, text: str, newsroom: Newsroom) -> str:
    real = {**asdict(newsroom), "feed_port": FEED_PORT, "mail_port": MAIL_PORT, "month": f"{clock.now():%Y-%m}"}
    for (of, placeholder), used in PLACEHOLDERS.items():
        if of == page:
            text = text.replace(placeholder, used.format(**real))
    return text


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_commands_of_a_page_run(page: str, newsroom: Newsroom, tmp_path: Path) -> None:
    """In its order, in a newsroom; and they print what the page says."""
    home = tmp_path / "home"
    shutil.copytree(newsroom.folder, home / "newsroom")
    for name, content in page_files(page).items():
        (home / "newsroom" / name).write_text(content, encoding="utf-8")
    run_blocks([*runnable(command_blocks(page), newsroom)], tmp_path / "run", home / "newsroom", home, {})


@pytest.mark.parametrize("page", PAGES)
def test_no_command_is_outside_of_a_block_that_runs(page: str) -> None:
    """A block of commands is marked as `sh`, or as `console` with what is printed."""
    assert unlabelled_commands(page) == []


def test_what_is_left_out_is_on_the_pages() -> None:
    """An entry that is not needed any more goes."""
    lines = {page: [line for block in command_blocks(page) for line in block.commands] for page in PAGES}
    unused = [
        (page, start)
        for page, start in [*LEFT_OUT, *BETWEEN]
        if not any(line.startswith(start) for line in lines[page])
    ]
    unused += [key for key in PLACEHOLDERS if not any(key[1] in line for line in lines[key[0]])]
    assert unused == []
