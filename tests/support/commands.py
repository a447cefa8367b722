"""Commands as a person types them, run in the process of the test."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from monitor.cli import cli
from monitor.cli.command_tree import PROGRAM
from monitor.errors import InvalidRequest, MonitorError
from tests.support.whole import Ended


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


def read_output(*args: str) -> str:
    """The standard output of a command, which must succeed."""
    ended = run(*args)
    assert ended.exit_code == 0, (ended.output, ended.exception)
    return ended.stdout


def rows(*args: str) -> list[dict[str, Any]]:
    """What it prints with `--json`."""
    return [json.loads(line) for line in read_output(*args, "--json").splitlines()]


def run_in(folder: Path, *args: str | Path, stdin: bytes = b"") -> Ended:
    """How a command ends in a folder. It is much quicker than `news_monitor` of tests/support/whole.py, which runs it
    as a process of its own: that is for what streams, signals and workers do."""
    with chdir(folder):
        ended = CliRunner().invoke(cli, list(map(str, args)), input=stdin, prog_name=PROGRAM)
    error = ended.exception
    if isinstance(error, MonitorError):  # as `monitor.cli.main` ends
        return Ended(2 if isinstance(error, InvalidRequest) else 1, ended.stdout, f"{ended.stderr}{error}\n")
    assert error is None or isinstance(error, SystemExit), (ended.output, error)
    return Ended(ended.exit_code, ended.stdout, ended.stderr)
