"""The files and folders that a command is given. One that is not there is wrong usage (exit code 2), in one sentence,
whatever the command wanted to do with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from monitor.config.loading.files import is_there
from monitor.errors import InvalidRequest
from monitor.runtime.safe_paths import ROOT
from monitor.runtime.user_names import find_user_name

CONFIG_VARIABLE = "NEWS_MONITOR_CONFIG"
_CONFIG = Path("monitor.yaml")
_OF_SYSTEM = Path("/etc/news-monitor/monitor.yaml")


def find_config() -> Path:
    """The monitor.yaml where none is named by -c: the one that NEWS_MONITOR_CONFIG names, else the first that is there
    of ./monitor.yaml, the one of the user and the one of the system. If none is there: ./monitor.yaml. Before it is
    read: `require_config`."""
    if named := os.environ.get(CONFIG_VARIABLE):
        return Path(named)
    return next(filter(is_there, _list_config_places(os.environ)), _CONFIG)


def find_required_config() -> Path:
    """The monitor.yaml where none is named by -c. Raises InvalidRequest as `require_config` does."""
    found = find_config()
    require_config(found)
    return found


def require_trusted_config(path: Path) -> None:
    """Raises InvalidRequest if root runs this and has not named this monitor.yaml, and it, or a link that leads to it,
    belongs to somebody else than root or the user who called sudo. Otherwise, whoever leaves one in a folder that root
    visits has root read files (`${file:...}`) and connect to where they like."""
    if os.geteuid() != ROOT or path == _OF_SYSTEM or _is_named_by_option() or os.environ.get(CONFIG_VARIABLE):
        return
    trusted = {str(ROOT), os.environ.get("SUDO_UID")}
    for follow in (True, False):
        try:
            owner = path.stat(follow_symlinks=follow).st_uid
        except OSError:  # reading it reports that
            return
        if str(owner) not in trusted:
            raise InvalidRequest(
                f"{path} belongs to {find_user_name(owner)}, and you are root: name it with -c {path} if you trust "
                "what it says, or run the command as that user"
            )


def _list_config_places(environment: Mapping[str, str]) -> Iterator[Path]:
    yield _CONFIG
    base, home = Path(environment.get("XDG_CONFIG_HOME", "")), Path(environment.get("HOME", ""))
    if not base.is_absolute():
        base = home / ".config"
    if base.is_absolute():
        yield base / "news-monitor" / "monitor.yaml"
    yield _OF_SYSTEM


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
    """Raises InvalidRequest if there is no such monitor.yaml, or if root found one that it cannot trust."""
    if not is_there(path):
        raise InvalidRequest(explain_missing_config(path))
    require_trusted_config(path)


def require_given_config(path: Path) -> None:
    """Raises InvalidRequest if -c or NEWS_MONITOR_CONFIG names a monitor.yaml that is not there. Where neither names
    one, it need not be there."""
    if _is_named_by_option() or os.environ.get(CONFIG_VARIABLE):
        require_config(path)


def explain_missing_config(path: Path) -> str:
    """That there is no such monitor.yaml; where else it was looked for; and what writes one."""
    problem, hint = f"{path}: there is no such file", "`news-monitor init` writes one"
    if _is_named_by_option() or path != find_config():
        return f"{problem}; {hint}"
    if os.environ.get(CONFIG_VARIABLE):
        return f"{problem}, and {CONFIG_VARIABLE} names it; {hint}"
    others = "".join(f", and no {place}" for place in _list_config_places(os.environ) if place != _CONFIG)
    return f"{problem}{others}; {hint}, and -c FILE or {CONFIG_VARIABLE} names one that is elsewhere"


def _is_named_by_option() -> bool:
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source("config") is ParameterSource.COMMANDLINE
