"""The commands that the first steps propose can be pasted: also where the program is not in PATH."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor.cli.called_name import find_called_name
from tests.support.commands import run


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A file of the name of the program."""
    path = tmp_path / "my venv" / "bin" / "news-monitor"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_program_in_path_has_its_name(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also behind a link, as pipx makes one."""
    link = tmp_path / "news-monitor"
    link.symlink_to(program)
    for called, folder in [(program, program.parent), (link, tmp_path), (program, tmp_path)]:
        monkeypatch.setattr(sys, "argv", [str(called)])
        monkeypatch.setenv("PATH", str(folder))
        assert find_called_name() == "news-monitor"


def test_another_program_keeps_the_path_that_was_typed(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PATH leads to none, or to one that is installed elsewhere."""
    monkeypatch.setattr(sys, "argv", [str(program)])
    for folder in [tmp_path, Path(sys.executable).parent]:
        monkeypatch.setenv("PATH", str(folder))
        assert find_called_name() == f"'{program}'"


def test_a_module_that_was_run_is_called_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/srv/monitor/__main__.py", "init"])
    assert find_called_name() == f"{sys.executable} -m monitor"


def test_init_proposes_a_command_that_can_be_pasted(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a clone, `.venv/bin/news-monitor` is not in PATH."""
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert f"then `'{program}' check -c " in run("init", "--empty", str(tmp_path / "news")).stderr
