"""Commands as a person types them, run in the process of the test."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from monitor.cli import cli


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
