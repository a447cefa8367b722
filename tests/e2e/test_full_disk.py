"""What a command prints cannot be written: one line says so, and the exit code is 1."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.whole import ROOT, write_config

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
LINE = "cannot write to standard output: No space left on device\n"


def run(folder: Path, *words: str, out: str, err: str | None = None, unbuffered: str = "") -> tuple[int, str]:
    """The exit code, and what came on standard error unless that is a file. `unbuffered`: "1" for a Python that writes
    at once."""
    program = [sys.executable, "-m", "monitor", *words]
    with Path(out).open("w") as stdout, Path(err or "/dev/null").open("w") as other:
        done = subprocess.run(
            program,
            cwd=folder,
            env={
                "PYTHONPATH": str(ROOT),
                "HOME": str(folder),
                "LC_ALL": "C.UTF-8",
                "PYTHONUNBUFFERED": unbuffered,
            },
            stdout=stdout,
            stderr=other if err else subprocess.PIPE,
            text=True,
            check=False,
        )
    return done.returncode, done.stderr or ""


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("channels", "list"),
        ("channels", "list", "--json"),
        ("check",),
        ("schema", "config"),
        ("rules", "import", "words.txt"),
        ("sources", "export"),
        ("completion", "bash"),
    ],
    ids=" ".join,
)
def test_a_full_disk_is_one_line_and_code_1(tmp_path: Path, command: tuple[str, ...], unbuffered: str) -> None:
    write_config(tmp_path, {})
    (tmp_path / "words.txt").write_text("walkout\n")
    code, err = run(tmp_path, *command, out=str(FULL), unbuffered=unbuffered)
    assert (code, [line for line in err.splitlines() if "cannot write" in line]) == (1, [LINE.strip()])
    assert "Traceback" not in err
    assert "Exception ignored" not in err


def test_both_on_a_full_disk_is_code_1(tmp_path: Path) -> None:
    write_config(tmp_path, {})
    assert run(tmp_path, "channels", "list", out=str(FULL), err=str(FULL))[0] == 1
    assert run(tmp_path, "channels", "nosuch", out="/dev/null", err=str(FULL))[0] == 1


def test_a_reader_that_goes_away_is_no_error() -> None:
    program = [sys.executable, "-m", "monitor", "schema", "config"]
    with subprocess.Popen(
        program, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
