"""The files and folders that a command is given. One that is not there is wrong usage (exit code 2), in one sentence,
whatever the command wanted to do with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from monitor.config.loading.files import is_there
from monitor.errors import InvalidRequest


class InputPath(click.Path):
    """A file or folder to read. Raises InvalidRequest if it is not there. With `allow_dash`, "-" is standard input."""

    def __init__(self, *, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """The path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not (self.allow_dash and str(path) == "-"):
            self.require(path)
        return path

    def require(self, path: Path) -> None:
        """Raise InvalidRequest if it is not there."""
        require_input(path)


class ConfigPath(InputPath):
    """A monitor.yaml."""

    def require(self, path: Path) -> None:
        """As for any file; with what writes one."""
        require_config(path)


class OutputPath(click.Path):
    """A file to write, or "-" for standard output. Raises InvalidRequest if its folder is not there."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, allow_dash=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """The path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not is_there(path.parent):
            raise InvalidRequest(f"{path}: there is no folder {path.parent}; make it first")
        return path


def require_input(path: Path) -> None:
    """Raises InvalidRequest if there is no such file or folder."""
    if not is_there(path):
        raise InvalidRequest(f"{path}: there is no such file or folder")


def require_config(path: Path) -> None:
    """Raises InvalidRequest if there is no such monitor.yaml."""
    if not is_there(path):
        raise InvalidRequest(f"{path}: there is no such file; `news-monitor init` writes one")
