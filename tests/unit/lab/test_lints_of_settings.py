"""Advice on monitor.yaml and the folders that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.lab.checking import ConfigChecker
from tests.support.building import NOON

RULE = "rule: {}\ntitle: A rule\nlevel: low\nmatch: {{words: [quake]}}\ntests: {{fires: [A quake]}}\n"
CONFIG = """\
database: sqlite:///{folder}/none.db
rules: [rules]
channels: {{screen: {{url: "console://"}}}}
routes: {{default: [screen]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config with a rule, on which there is no advice."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "quake.yaml").write_text(RULE.format("quake"))
    (tmp_path / "monitor.yaml").write_text(CONFIG.format(folder=tmp_path))
    return tmp_path


def advise(folder: Path, kind: str) -> list[str]:
    """The advice of this kind, without the folder; there is no fault."""
    checked = ConfigChecker(folder / "monitor.yaml", (), {}).run(NOON)
    assert checked.faults == ()
    return [str(lint).replace(f"{folder}/", "") for lint in checked.lints if lint.kind == kind]


def edit(folder: Path, old: str, new: str) -> None:
    config = folder / "monitor.yaml"
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))


def test_a_config_that_is_right_gets_no_advice(folder: Path) -> None:
    """None of that below."""
    checked = ConfigChecker(folder / "monitor.yaml", (), {}).run(NOON)
    assert (checked.faults, checked.lints) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("rules: [rules]", "rules: [empty]", "monitor.yaml:2:8"),
        ("rules: [rules]", "rules: []", "monitor.yaml:2:8"),
        ("rules: [rules]", "sources: [sources.yaml]", "monitor.yaml:2:10"),
        ("rules: [rules]\n", "", None),  # somebody only sends the notices of another program
    ],
)
def test_that_there_are_0_rules(folder: Path, old: str, new: str, place: str | None) -> None:
    """Nothing would ever be sent."""
    (folder / "empty").mkdir()
    (folder / "sources.yaml").write_text("sources: [{id: a, url: 'https://a.test/feed'}]\n")
    edit(folder, old, new)
    advice = advise(folder, "no-rules")
    assert [line.partition(": ")[0] for line in advice] == ([place] if place else [])
    assert all("there are 0 rules: nothing is ever sent" in line for line in advice)


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("mailtos://joe:0penly@mail.example.org?to=a@example.org", True),
        ("mailtos://joe:0penly@mail?to=a@example.org", True),  # Apprise takes this one for no address
        ("json://joe:0penly@127.0.0.1/in", True),
        ("tgram://123456789:AA0penlyik6ad9r_QXMENQjcrGbqCr4K-bc/12315544/", True),
        ("https://discord.com/api/webhooks/4174216298/0penlyI8qBe7bk2ZwO5U711o3dV_js", True),
        ("ntfys://tk_0penly@ntfy.example.org/news", True),
        ("mailtos://joe:${env:PASSWORD}@mail.example.org?to=a@example.org", False),
        ("mailto://mail.example.org:25?from=a@example.org&to=a@example.org", False),
        ("json://127.0.0.1:8080/in", False),
        ("ntfy://127.0.0.1/news", False),
        ("console://", False),
    ],
)
def test_a_password_in_the_file(folder: Path, url: str, is_open: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never shown. What an address names, such as a host or a topic, is none."""
    monkeypatch.setenv("PASSWORD", "s3cr3t")
    edit(folder, "console://", url)
    checked = ConfigChecker(folder / "monitor.yaml", (), {"PASSWORD": "s3cr3t"}).run(NOON)
    found = [lint for lint in checked.lints if lint.kind == "open-credential"]
    assert [(lint.place.line, lint.place.col) for lint in found] == ([(3, 26)] if is_open else [])
    for lint in found:
        assert lint.problem == "there is a password or a token in this file, in the url of the channel screen"
        assert "${file:/PATH}" in lint.hint
    assert "0penly" not in "".join(map(str, checked.findings))


def test_a_password_of_the_database_in_the_file(folder: Path) -> None:
    """It is as open as that of a channel."""
    edit(folder, f"sqlite:///{folder}/none.db", "postgresql://joe:0penly@127.0.0.1:1/news")
    checked = ConfigChecker(folder / "monitor.yaml", (), {}).run(NOON)
    (lint,) = (lint for lint in checked.lints if lint.kind == "open-credential")
    assert lint.problem == "there is a password or a token in this file, in the address of the database"


@pytest.mark.parametrize(("mode", "is_open"), [(0o644, True), (0o604, True), (0o640, False), (0o600, False)])
def test_a_secret_that_everybody_may_read(folder: Path, mode: int, is_open: bool) -> None:
    """Its group may: the service may be in it."""
    (folder / "password").write_text("s3cr3t\n")
    (folder / "password").chmod(mode)
    edit(folder, "console://", "json://joe:${file:password}@127.0.0.1/in")
    (folder / "elsewhere").mkdir()
    advice = advise(folder, "open-file")
    problem = f"everybody on this machine can read the secret in password (mode {mode:04o})"
    hint = "take that away: chmod 600 password; the user that runs news-monitor must own it"
    assert advice == ([f"monitor.yaml:3:26: advice: {problem}; {hint} [open-file]"] if is_open else [])


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("0.0.0.0/0", "is wider than any private network"),
        ("'::/0'", "is wider than any private network"),
        ("{network: 0.0.0.0/1, sources: [a]}", "is wider than any private network"),
        ("8.8.8.0/24", "is public: sources may reach public addresses without this"),
        ("10.0.0.0/8", None),
        ("127.0.0.0/8", None),
        ("100.64.0.0/10", None),
        ("'fd00::/8'", None),
        ("'fe80::/10'", None),
        ("{network: 192.168.7.0/24, sources: [a]}", None),
    ],
)
def test_a_network_that_is_too_wide(folder: Path, item: str, problem: str | None) -> None:
    """It would take the guard away from every address."""
    (folder / "sources.yaml").write_text("sources: [{id: a, url: 'https://a.test/feed'}]\n")
    edit(folder, "rules:", f"sources: [sources.yaml]\nnetwork: {{allow: [{item}]}}\nrules:")
    advice = advise(folder, "wide-network")
    assert len(advice) == (problem is not None)
    assert all(problem in line for line in advice if problem)


def test_a_folder_of_the_database_that_is_not_there(folder: Path) -> None:
    """`run` makes the last folder of its path, and no more."""
    edit(folder, "/none.db", "/new/none.db")
    assert advise(folder, "no-rules") == []
    edit(folder, "/new/none.db", "/mistyped/new/none.db")
    (fault,) = ConfigChecker(folder / "monitor.yaml", (), {}).run(NOON).faults
    assert (fault.place.line, fault.place.col) == (1, 11)
    assert f"there is no folder {folder}/mistyped; make it, or fix `database` in monitor.yaml" in fault.problem


def test_files_that_are_not_read_are_named(folder: Path) -> None:
    """Those that somebody may have meant; not what a folder holds besides, and what an editor keeps there."""
    meant = ("a.yaml.txt", "b.yml~", "c.YAML", "deep/d.yaml.bak", "#e.yaml#", "f.txt", "g.rule")
    others = ("README.md", "notes.txt", ".h.yaml.swp", ".i.yaml", "picture.png", "deep/read.yml")
    (folder / "rules" / "deep").mkdir()
    for name in (*meant, *others):
        (folder / "rules" / name).write_bytes(b"# News\n\nWrite a rule:\n\n```\nrule: a\n```\n")
    (folder / "rules" / "deep" / "read.yml").write_text(RULE.format("read"))
    for name in ("f.txt", "g.rule"):
        (folder / "rules" / name).write_bytes(b"\xef\xbb\xbf# mine\r\n---\r\nrule: b\r\n")
    (folder / "rules" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0rule:")
    (folder / "elsewhere").mkdir()
    (folder / "rules" / "linked").symlink_to(folder / "elsewhere")
    advice = advise(folder, "ignored-file")
    assert [line.partition(": ")[0] for line in advice] == [f"rules/{name}:1:1" for name in sorted([*meant, "linked"])]
    checked = ConfigChecker(folder / "nosuch.yaml", [folder / "rules"], {}).run(NOON)
    assert len([lint for lint in checked.lints if lint.kind == "ignored-file"]) == len(advice)


def test_an_ignored_file_may_say_that_it_is_meant_to_be(folder: Path) -> None:
    """In its first line, as for a document."""
    (folder / "rules" / "old.yaml.txt").write_text("# lint: ignore ignored-file\nrule: old\n")
    assert advise(folder, "ignored-file") == []
