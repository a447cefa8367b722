"""`./dev bench` and `./dev test`, with a Python that only says what it was asked to run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = sorted(path.stem for path in (ROOT / "tests" / "bench").glob("*.py"))
STAMP = "sed '/^\\[tool/,$d' pyproject.toml | cat - requirements/dev.txt | cksum"  # as ./dev computes it


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A venv that is up to date to ./dev, so that it installs nothing."""
    made = tmp_path / "venv"
    (made / "bin").mkdir(parents=True)
    python = made / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$@"\n', encoding="ascii")
    python.chmod(0o755)
    stamp = subprocess.run(STAMP, shell=True, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (made / "installed").write_text(stamp, encoding="ascii")
    return made


def dev(venv: Path, *args: str) -> subprocess.CompletedProcess[str]:
    # PYTHON: should it want to install after all, it must not be able to
    surroundings = {"PATH": "/usr/bin:/bin", "VENV": str(venv), "PYTHON": "no-such-python"}
    return subprocess.run((ROOT / "dev", *args), env=surroundings, capture_output=True, text=True, check=False)


def test_bench_lists_every_benchmark_with_what_it_measures(venv: Path) -> None:
    """The first line of each docstring stands behind its name."""
    listed = dev(venv, "bench")
    lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    assert [name for name, _ in lines] == BENCHMARKS
    assert listed.returncode == 0


def test_bench_runs_one_with_its_options(venv: Path) -> None:
    """As a module of this clone, so that it finds the others."""
    assert dev(venv, "bench", "kill_loop", "--kills", "3").stdout == "-m tests.bench.kill_loop --kills 3\n"


def test_bench_says_which_does_not_exist(venv: Path) -> None:
    """Wrong usage, and how to find the right name."""
    wrong = dev(venv, "bench", "nosuch")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "there is no benchmark 'nosuch'; ./dev bench lists" in wrong.stderr


def test_all_tests_run_side_by_side_and_chosen_ones_as_asked(venv: Path) -> None:
    """A file stays in one process, in which it finds what its tests share."""
    assert re.match(r"-m pytest -n \d+ --maxprocesses 4 --dist loadfile ", dev(venv, "test").stdout)
    assert dev(venv, "test", "tests/unit", "-x").stdout == "-m pytest tests/unit -x\n"
