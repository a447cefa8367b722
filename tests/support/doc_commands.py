"""Runs the commands that a page shows, block by block, as a reader would: in one bash, with one folder and home.

`sh` blocks are commands; in `console` blocks, the lines that begin with `$`. A comment `exit code N` behind a command
says how it ends, if not with 0. A `text` block right behind a `sh` block is what the commands print: its lines come in
this order, `...` is anything, and lines between them may be left out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import PATIENCE
from tests.support.whole import share_program

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<content>.*?)^```$", re.DOTALL | re.MULTILINE)
_BEHIND = re.compile(r"\s*```text\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_EXIT_CODE = re.compile(r"^(?P<command>.*?)\s+# exit code (?P<code>[0-9]).*$")
_SHOWN = 30  # lines of what was printed, where something is wrong
_PROGRAM = """\
#!{python} -SE
import json, os, socket, sys
reading, writing = os.pipe()
request = {{"args": sys.argv[1:], "folder": os.getcwd(), "env": dict(os.environ)}}
asked = socket.socket(fileno={fileno})
socket.send_fds(asked, [json.dumps(request).encode()], [0, 1, 2, writing])
os.close(writing)
os._exit(int(os.read(reading, 20)))
"""
"""`news-monitor`: it has the command run in a fork of the process that has imported the program."""

_SCRIPT = """\
cd "$START"
trap 'jobs -p | xargs -r kill 2>/dev/null' EXIT
for number in {numbers}; do
    exec > "$OUTPUT/$number.out" 2>&1
    set -e -o pipefail
    . "$OUTPUT/$number.sh"
    touch "$OUTPUT/$number.done"
done
"""


@dataclass(frozen=True, slots=True)
class CommandBlock:
    """Commands of a page. `line`: of the first; `printed`: what the page says that they print."""

    page: str
    line: int
    commands: tuple[str, ...]
    printed: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def command_blocks(page: str) -> list[CommandBlock]:
    """The blocks with commands, in the order of the page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = []
    for fence in _FENCE.finditer(text):
        lines = fence["body"].splitlines()
        if fence["kind"] == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        if fence["kind"] in ("sh", "console"):
            behind = _BEHIND.match(text, fence.end()) if fence["kind"] == "sh" else None
            line = text.count("\n", 0, fence.start()) + 2
            blocks.append(CommandBlock(page, line, tuple(lines), behind["body"] if behind else ""))
    return blocks


def page_files(page: str) -> dict[str, str]:
    """The files that a page gives, by name."""
    return {file["name"]: file["content"] for file in _FILE.finditer((ROOT / page).read_text(encoding="utf-8"))}


def unlabelled_commands(page: str) -> list[str]:
    """Lines that look like commands of ours outside of `sh` and `console` blocks: nobody would run them."""
    text = (ROOT / page).read_text(encoding="utf-8")
    other = [fence["body"] for fence in _FENCE.finditer(text) if fence["kind"] not in ("sh", "console")]
    indented = re.findall(r"^    .*$", _FENCE.sub("", text), re.MULTILINE)
    lines = [line for body in other for line in body.splitlines()] + [line.strip() for line in indented]
    return [line for line in lines if re.match(r"(\$ )?news-monitor\s", line)]


def run_blocks(blocks: Sequence[CommandBlock], folder: Path, start: Path, home: Path, tools: Mapping[str, str]) -> None:
    """Run them in one bash. `folder`: for what is needed to run them; `start`: where it starts; `tools`: variables of
    the environment. Raises AssertionError for the first that does not end, or print, as the page says."""
    folder.mkdir(parents=True)
    home.mkdir(exist_ok=True)
    for number, block in enumerate(blocks):
        script = "\n".join(map(_with_exit_code, block.commands))
        (folder / f"{number}.sh").write_text(f"{script}\n", encoding="utf-8")
    with share_program() as fileno:
        program = folder / "bin" / "news-monitor"
        program.parent.mkdir()
        program.write_text(_PROGRAM.format(python=sys.executable, fileno=fileno), encoding="utf-8")
        program.chmod(0o755)
        path = os.pathsep.join([str(program.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
        env = {**os.environ, "PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT), "START": str(start)}
        subprocess.run(
            ("bash", "-c", _SCRIPT.format(numbers=" ".join(map(str, range(len(blocks)))))),
            env={**env, "OUTPUT": str(folder), **tools},
            stdin=subprocess.DEVNULL,
            pass_fds=[fileno],
            timeout=2 * PATIENCE,  # a page has up to thirty commands
            check=False,
        )
    for number, block in enumerate(blocks):
        output = folder / f"{number}.out"
        printed = output.read_text(encoding="utf-8") if output.exists() else ""
        end = "\n".join(printed.splitlines()[-_SHOWN:])
        commands = "\n".join(block.commands)
        assert (folder / f"{number}.done").exists(), f"{block}: these commands fail:\n{commands}\n\n{end}"
        missing = [*_find_unprinted(block.printed, printed)]
        assert not missing, f"{block}: {missing[0]!r} is not printed (here) by\n{commands}\n\n{end}"


def _with_exit_code(command: str) -> str:
    """The command so that it succeeds if it ends with the exit code in its comment."""
    found = _EXIT_CODE.match(command)
    return f"if {found['command']}; then false; else [ $? -eq {found['code']} ]; fi" if found else command


def _find_unprinted(said: str, printed: str) -> Iterator[str]:
    """The lines of the page that are not in what was printed, in this order."""
    at, printed = 0, " ".join(printed.split())
    for line in said.splitlines():
        for part in map(str.strip, line.split("...")):
            if not part:
                continue
            at = printed.find(" ".join(part.split()), at)
            if at < 0:
                yield line
                return
            at += len(part)
