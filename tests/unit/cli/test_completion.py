"""`news-monitor completion`, the manual page, and the tree of commands that they come from."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from docs.tools.commands_doc import MANUAL, format_manual, format_tree
from monitor.cli import cli
from monitor.cli.command_tree import TREE_FILE, VARIABLE, describe_command
from tests.support.whole import ROOT, write_config
from tests.unit.cli.test_contract import HEAVY

PROGRAM = "import monitor.cli; monitor.cli.main()"


def complete(*words: str) -> list[str]:
    """What the shell is offered for the last word."""
    asked = {"COMP_WORDS": shlex.join(words[:-1]) + f" {words[-1]}", "COMP_CWORD": str(len(words) - 1)}
    shown = run(PROGRAM, {**asked, VARIABLE: "bash_complete"})
    return [line.partition(",")[2] for line in shown.splitlines() if line]


def run(code: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


def test_the_tree_and_the_manual_page_are_those_of_the_commands() -> None:
    """`python -m docs.tools.commands_doc` writes both."""
    assert TREE_FILE.read_text(encoding="utf-8") == format_tree()
    assert json.loads(format_tree()) == describe_command(cli)
    assert MANUAL.read_text(encoding="utf-8") == format_manual()


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (["so"], ["sources"]),
        (["sources", ""], ["add", "export", "health", "import", "list", "remove", "retry"]),
        (["sources", "list", "--j"], ["--json"]),
        (["schema", "co"], ["config"]),
        (["outbox", "list", "--state", "de"], ["dead"]),
        (["init", "-"], ["--pack", "--empty", "-h", "--help"]),
        (["nosuch", ""], []),
    ],
)
def test_what_is_offered(words: Sequence[str], some: list[str]) -> None:
    """Names of commands, options, and the values that an option takes."""
    offered = complete("news-monitor", *words)
    assert set(some) <= set(offered)
    assert offered or not some


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["sources", "retry"], ["one", "two"]),
        (["sources", "retry", "two"], ["one"]),
        (["why", "a headline"], ["drills"]),
        (["matches", "list", "--rule"], ["drills"]),
        (["channels", "test"], ["desk", "screen"]),
        (["routes", "show"], ["default"]),
        (["channels", "add"], []),
    ],
)
def test_names_of_the_config_are_offered(words: list[str], offered: list[str], tmp_path: Path) -> None:
    """Those of the file that -c names."""
    channels = {"desk": "json://127.0.0.1:9/${env:NOT_SET}", "screen": "console://"}
    write_config(tmp_path, {"one": "https://one.example/", "two": "https://two.example/"}, channels=channels)
    (tmp_path / "rules.yaml").write_text("rule: drills\ntitle: D\nlevel: low\nmatch: {words: [drill]}\n", "utf-8")
    config = tmp_path / "monitor.yaml"
    config.write_text(
        re.sub("^rules: .*$", "rules: [rules.yaml]", config.read_text("utf-8"), flags=re.MULTILINE), "utf-8"
    )
    command = 1 if words[0] == "why" else 2
    assert complete("news-monitor", *words[:command], "-c", str(config), *words[command:], "") == offered


@pytest.mark.parametrize("text", [None, "", "channels: [", "channels: {a: 1}\n"])
def test_without_a_config_no_name_is_offered(text: str | None, tmp_path: Path) -> None:
    """And nothing is printed, whatever is wrong with the file."""
    config = tmp_path / "monitor.yaml"
    if text is not None:
        config.write_text(text, encoding="utf-8")
    assert complete("news-monitor", "channels", "test", "-c", str(config), "") == []


def test_completing_imports_nothing_heavy() -> None:
    """So it is there before the next key."""
    code = (
        "import sys, monitor.cli\n"
        "try: monitor.cli.main()\n"
        f"finally: print([n for n in sys.modules if n in {HEAVY} or n.startswith('monitor.cli.commands')])"
    )
    asked = {"COMP_WORDS": "news-monitor sources li", "COMP_CWORD": "2", VARIABLE: "bash_complete"}
    assert run(code, asked).splitlines() == ["plain,list", "[]"]


def test_bash_completes_by_the_script() -> None:
    """As a person's shell does: the script is read, and its function asked."""
    script = (
        f'news-monitor() {{ {shlex.quote(sys.executable)} -c {shlex.quote(PROGRAM)} "$@"; }}\n'
        f'export -f news-monitor; env() {{ local -x "${{@:1:$#-1}}"; "${{@: -1}}"; }}\n'
        "source <(news-monitor completion bash) || exit 3\n"
        "complete -p news-monitor\n"
        "COMP_WORDS=(news-monitor sources a) COMP_CWORD=2; _news_monitor_completion news-monitor\n"
        'echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["complete -o nosort -F _news_monitor_completion news-monitor", "add"]
