"""What `init` writes is a set that works, and costs nobody a file."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.config.kinds import KINDS
from monitor.config.load import load
from monitor.config.schema import schema
from monitor.config.shipped import shipped
from monitor.config.starter import write_starter


def test_the_starter_set_loads_without_a_fault(tmp_path: Path) -> None:
    """It polls the shipped sources, runs the shipped rules and tells somebody."""
    written, kept = write_starter(tmp_path / "new", shipped())
    result = load(tmp_path / "new" / "monitor.yaml", {})
    assert [str(fault) for fault in result.faults] == []
    assert kept == []
    assert set(written) == {path for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert {"north-korea-missile-launch", "taiwan-drills", "korea-china-diplomacy"} <= set(result.config.rules)
    assert len(result.config.sources) >= 3
    assert result.config.settings.routes["default"] == result.config.settings.operator == ("screen",)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """What is there stays to the letter, and is named; a second run writes nothing."""
    mine = {
        tmp_path / "monitor.yaml": "timezone: Asia/Seoul\n",
        tmp_path / "rules" / "east-asia" / "taiwan-drills.yaml": "# mine\n",
    }
    (tmp_path / "rules" / "east-asia").mkdir(parents=True)
    for path, text in mine.items():
        path.write_text(text, encoding="utf-8")
    written, kept = write_starter(tmp_path, shipped())
    assert sorted(kept) == sorted(mine)
    assert {path: path.read_text(encoding="utf-8") for path in mine} == mine
    again, now_kept = write_starter(tmp_path, shipped())
    assert again == []
    assert set(now_kept) == {*written, *kept}


def test_each_file_points_to_its_schema(tmp_path: Path) -> None:
    """The first line of every file leads an editor to a schema that is there and is the right one."""
    written, _ = write_starter(tmp_path, shipped())
    for path in written:
        if path.suffix == ".yaml":
            first = path.read_text(encoding="utf-8").splitlines()[0]
            target = path.parent / first.removeprefix("# yaml-language-server: $schema=")
            assert target.is_file(), (path, first)
    for kind in KINDS:
        assert json.loads((tmp_path / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")) == schema(kind)


def test_the_commented_examples_are_right_too(tmp_path: Path) -> None:
    """Whoever removes the marks in front of the examples gets settings that load."""
    write_starter(tmp_path, shipped())
    path = tmp_path / "monitor.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    examples = ("mail:", "phone:", "slack:", "newsdesk:", "night:", "network:", "limits:")
    bare = [line.replace("# ", "", 1) if line.lstrip(" #").startswith(examples) else line for line in lines]
    assert sum(one != two for one, two in zip(lines, bare, strict=True)) == len(examples)
    path.write_text("\n".join(bare).replace("/etc/news-monitor/", ""), encoding="utf-8")
    for secret in ("ntfy-token", "slack-tokens"):
        (tmp_path / secret).write_text("a\n", encoding="utf-8")
    result = load(path, {"MAIL_PASSWORD": "b", "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert result.faults == ()
    assert set(result.config.settings.channels) == {"screen", "mail", "phone", "slack"}
