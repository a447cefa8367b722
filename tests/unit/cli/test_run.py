"""What `run` says at its start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.whole import ROOT, news_monitor, write_config


async def test_a_channel_that_cannot_work_is_told_at_the_start(tmp_path: Path) -> None:
    """Before its first alert is lost; the others are served, and its address stands nowhere."""
    write_config(tmp_path, {}, channels={"screen": "console://", "desk": "carrierpigeon://s3cr3t-place"})
    ended = await news_monitor("run", "--once", folder=tmp_path)
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.told]
    [fault] = [line for line in lines if line["event"] == "config.fault"]
    assert fault["level"] == "error"
    assert fault["fault"].startswith("monitor.yaml:9:15: Apprise does not know a channel of the kind 'carrierpigeon'")
    assert "s3cr3t" not in ended.err


async def test_an_address_in_any_shape_starts(tmp_path: Path) -> None:
    """A password with a bracket in it is no traceback."""
    write_config(tmp_path, {}, channels={"desk": "mailto://desk:pa[ss@mail.test"})
    ended = await news_monitor("run", "--once", folder=tmp_path)
    assert ended.code == 0
    assert "pa[ss" not in ended.err


async def test_a_database_made_from_nothing_is_told(tmp_path: Path) -> None:
    """Once, with its name: where its path was mistyped, nothing else would look odd."""
    write_config(tmp_path, {})
    told = []
    for _ in range(2):
        lines = [json.loads(line) for line in (await news_monitor("run", "--once", folder=tmp_path)).told]
        told += [line["database"] for line in lines if line["event"] == "database.created"]
    assert told == [str(tmp_path / "monitor.db")]


CONFINED = """\
import ctypes, sys
from monitor.cli import main
from tests.security.outer_filter import refuse_calls
refuse_calls(["landlock_create_ruleset"])
try:
    main()
finally:
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))  # PR_GET_DUMPABLE
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox")
def test_a_machine_that_lacks_some_of_the_sandbox_is_logged(tmp_path: Path) -> None:
    """With what; and nobody but root reads the memory of the daemon."""
    write_config(tmp_path, {})
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, "run", "--once"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    [said] = [line for line in lines if line["event"] == "sandbox.incomplete"]
    assert said["missing"] == ["Landlock: something refuses it, perhaps the container"]
    assert said["level"] == "warning"
    assert done.stdout == "0\n"
