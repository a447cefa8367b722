"""Where monitor.yaml is found when no `-c` names it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.cli.paths import find_config
from monitor.errors import InvalidRequest, MonitorError
from tests.support.commands import run
from tests.support.whole import news_monitor, write_config

ROUTED = "channels: {{{name}: {{url: 'console://'}}}}\nroutes: {{default: [{name}]}}\n"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A monitor.yaml in every place, each with a channel of the place's name; and an empty working folder."""
    places = {
        "option": tmp_path / "option.yaml",
        "variable": tmp_path / "variable.yaml",
        "here": tmp_path / "work" / "monitor.yaml",
        "user": tmp_path / "xdg" / "news-monitor" / "monitor.yaml",
        "system": tmp_path / "etc" / "monitor.yaml",
    }
    for name, path in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ROUTED.format(name=name))
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("NEWS_MONITOR_CONFIG", str(places["variable"]))
    monkeypatch.setattr("monitor.cli.paths._OF_SYSTEM", places["system"])
    return places


def list_channels(*words: str) -> list[str]:
    ended = run("channels", "list", "--json", *words)
    return [json.loads(line)["name"] for line in ended.stdout.splitlines()]


def test_the_first_place_that_has_one_counts(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """-c, then the variable, this folder, that of the user, that of the system."""
    assert list_channels("-c", str(places["option"])) == ["option"]
    assert list_channels() == ["variable"]
    monkeypatch.delenv("NEWS_MONITOR_CONFIG")
    for name in ("here", "user", "system"):
        assert list_channels() == [name]
        places[name].unlink()
    assert find_config() == Path("monitor.yaml")


@pytest.mark.parametrize(("folder", "kept"), [("", ".config"), ("relative", ".config")])
def test_the_folder_of_the_user_without_a_usable_xdg(
    folder: str, kept: str, places: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the specification of these folders has it: one that is empty or relative does not count."""
    monkeypatch.delenv("NEWS_MONITOR_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", folder)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    places["here"].unlink()
    mine = tmp_path / "home" / kept / "news-monitor" / "monitor.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("")
    assert find_config() == mine
    monkeypatch.setenv("HOME", "")
    assert find_config() == places["system"]


@pytest.mark.parametrize("command", ["channels list", "status", "check", "rules list", "match -", "run --once"])
def test_the_error_says_where_it_looked(command: str, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """All places where one could have been, in their order."""
    monkeypatch.delenv("NEWS_MONITOR_CONFIG")
    for name in ("here", "user", "system"):
        places[name].unlink()
    error = run(*command.split()).exception
    assert isinstance(error, MonitorError if command == "run --once" else InvalidRequest)
    assert str(error) == (
        f"monitor.yaml: there is no such file, and no {places['user']}, and no {places['system']}; "
        "`news-monitor init` writes one, and -c FILE or NEWS_MONITOR_CONFIG names one that is elsewhere"
    )


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("command", ["channels list", "status", "check", "rules list", "run --once", "parse -"])
def test_a_variable_that_names_no_file_is_no_reason_to_look_elsewhere(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a command would work on other files than those that were meant."""
    monkeypatch.setenv("NEWS_MONITOR_CONFIG", "nosuch.yaml")
    error = run(*command.split()).exception
    assert str(error).startswith("nosuch.yaml: there is no such file, and NEWS_MONITOR_CONFIG names it; ")


@pytest.mark.usefixtures("places")
def test_rules_in_place_of_a_config_need_none(tmp_path: Path) -> None:
    """The variable is no second -c."""
    (tmp_path / "a.yaml").write_text("rule: a\ntitle: A\nlevel: low\nmatch: {words: [a]}\n")
    ended = run("rules", "list", "--rules", str(tmp_path / "a.yaml"), "--json")
    assert [json.loads(line)["rule"] for line in ended.stdout.splitlines()] == ["a"]


async def test_the_status_says_which_one_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its whole path: several may be there."""
    write_config(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    assert (await news_monitor("run", "--once", folder=tmp_path)).code == 0
    assert f"config      {tmp_path}/monitor.yaml" in run("status").stdout.splitlines()
    assert json.loads(run("status", "--json").stdout)["config"] == str(tmp_path / "monitor.yaml")


@pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="only root can make files of other users")
@pytest.mark.parametrize("place", ["here", "user"])
def test_root_uses_no_config_of_another_user_that_it_has_not_named(
    place: str, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could have root read any file as a secret, and send it anywhere."""
    monkeypatch.delenv("NEWS_MONITOR_CONFIG")
    for name in {"here", "user"} - {place}:
        places[name].unlink()
    found = Path("monitor.yaml") if place == "here" else places[place]
    os.chown(places[place], 65534, 65534)
    error = run("channels", "list").exception
    assert isinstance(error, InvalidRequest)
    assert str(error) == (
        f"{found} belongs to nobody, and you are root: name it with -c {found} if you trust what it says, or "
        "run the command as that user"
    )
    assert list_channels("-c", str(found)) == [place]
    monkeypatch.setenv("SUDO_UID", "65534")
    assert list_channels() == [place]
    monkeypatch.setenv("SUDO_UID", "1000")
    assert isinstance(run("channels", "list").exception, InvalidRequest)


@pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="only root can make files of other users")
def test_a_link_of_another_user_to_a_file_of_root_is_no_config_of_root(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files that it names would be those beside the link."""
    monkeypatch.delenv("NEWS_MONITOR_CONFIG")
    places["here"].unlink()
    places["here"].symlink_to(places["option"])
    assert list_channels() == ["option"]
    os.chown(places["here"], 65534, 65534, follow_symlinks=False)
    assert isinstance(run("channels", "list").exception, InvalidRequest)


@pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="only root can make files of other users")
def test_a_command_that_needs_no_config_does_not_mind_whose_is_there(
    places: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as root in a container, in a checkout of somebody else."""
    monkeypatch.delenv("NEWS_MONITOR_CONFIG")
    os.chown(places["here"], 65534, 65534)
    feed = tmp_path / "feed.xml"
    feed.write_text("<rss version='2.0'><channel><item><title>News</title></item></channel></rss>")
    assert "News" in run("parse", str(feed)).stdout
    (tmp_path / "a.yaml").write_text("rule: a\ntitle: A\nlevel: low\nmatch: {words: {en: [a]}}\n")
    for command in ("check", "check ../a.yaml", "run --once", "rules list", "why -", "status"):
        assert "belongs to nobody" in str(run(*command.split()).exception) + run(*command.split()).output, command
