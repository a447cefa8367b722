"""Writes what the commands on docs/cookbook.md print again, by running them:   python -m docs.tools.replay_doc"""

from __future__ import annotations

import re
import shlex
import tempfile
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from monitor.cli import cli

PAGE = Path(__file__).parents[1] / "cookbook.md"
_FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<content>.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^```console\n\$ news-monitor (?P<command>.*?)\n.*?^```$", re.DOTALL | re.MULTILINE)


def page() -> str:
    """The page as it should be: what people wrote, and what its commands print beside its files."""
    written = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for file in _FILE.finditer(written):
            Path(file["name"]).write_text(file["content"], encoding="utf-8")
        return _COMMAND.sub(_run, written)


def _run(block: re.Match[str]) -> str:
    ended = CliRunner().invoke(cli, shlex.split(block["command"]))
    printed = "".join(f"{line.rstrip()}\n" for line in ended.output.splitlines())
    return f"```console\n$ news-monitor {block['command']}\n{printed}```"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
