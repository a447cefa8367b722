"""`./dev bench` and `./dev test`, with a Python that only says what it was asked to run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = sorted(path.stem for path in (ROOT / "bench").glob("*.py"))
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


FAKE_PYTHON = """\
#!/bin/sh
case "$*" in
    "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    *"-r requirements/dev.txt"*) exit "$FAILS" ;;
esac
"""


@pytest.mark.parametrize("fails", ["0", "1"])
def test_setting_up_says_when_each_step_begins(fails: str, tmp_path: Path) -> None:
    """With a Python that installs nothing. A step that fails is the last."""
    python = tmp_path / "python"
    python.write_text(FAKE_PYTHON, encoding="ascii")
    python.chmod(0o755)
    surroundings = {"PATH": "/usr/bin:/bin", "VENV": str(tmp_path / "new"), "PYTHON": str(python), "FAILS": fails}
    done = subprocess.run((ROOT / "dev", "setup"), env=surroundings, capture_output=True, text=True, check=False)
    packages = sum("==" in line for line in (ROOT / "requirements/dev.txt").read_text(encoding="utf-8").splitlines())
    lines = [
        f"dev: setting up {tmp_path}/new, once; this takes a minute or more",
        "dev: 1 of 3: making a Python environment",
        f"dev: 2 of 3: downloading and installing {packages} packages (requirements/dev.txt)",
        "dev: 3 of 3: installing news-monitor itself",
        "dev: ready",
    ]
    assert (done.returncode, done.stderr.splitlines()) == ((0, lines) if fails == "0" else (1, lines[:3]))


def test_help_names_every_task_and_needs_no_setup(venv: Path) -> None:
    """In the order of what people want; a task without a line there could not be run at all."""
    (venv / "installed").unlink()
    texts = {
        (done.returncode, done.stdout, done.stderr) for word in ("help", "--help", "-h") if (done := dev(venv, word))
    }
    [(code, text, error)] = texts
    assert (code, error) == (0, "")
    described = re.findall(r"^  ([a-z-]+)  +\S", text, re.MULTILINE)
    tasks = re.findall(
        r"^    ([a-z-]+)\)", (ROOT / "dev").read_text(encoding="utf-8").split("\ncase $task in\n")[1], re.MULTILINE
    )
    assert sorted(described) == sorted(tasks)
    assert "wheel deb" in text


@pytest.mark.parametrize("words", [(), ("tset",), ("te",), ("",), ("test lint",), (".*",)])
def test_an_unknown_task_is_refused_with_the_tasks_that_there_are(venv: Path, words: tuple[str, ...]) -> None:
    """Before anything is set up."""
    (venv / "installed").unlink()
    wrong = dev(venv, *words)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "demo run setup test lint bench unit audit wheels wheel install-check (./dev help" in wrong.stderr
    assert all(f"there is no task '{word}'" in wrong.stderr for word in words)


def test_all_tests_run_side_by_side_and_chosen_ones_as_asked(venv: Path) -> None:
    """A file stays in one process, in which it finds what its tests share."""
    assert re.match(r"-m pytest -n \d+ --maxprocesses 4 --dist loadfile ", dev(venv, "test").stdout)
    assert dev(venv, "test", "--all").stdout == dev(venv, "test").stdout.replace(" --ignore=tests/slow", "")
    assert "--ignore=tests/slow" in dev(venv, "test").stdout
    assert dev(venv, "test", "tests/unit", "-x").stdout == "-m pytest tests/unit -x\n"
