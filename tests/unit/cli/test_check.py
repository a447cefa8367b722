"""`check` on some files: what they name may stand in the config's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.whole import ROOT, news_monitor

RULE = """\
rule: quake
title: Quakes
level: low
match: {entity: japan}
tests: {fires: [Quake in Japan], silent: [Quake in Chile]}
"""
CONFIG = """\
channels: {screen: {url: "console://"}}
routes: {default: [screen]}
rules: [rules]
entities: [entities]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config with a rule, an entity that the rule names, and another rule with a fault."""
    for name, text in {
        "monitor.yaml": CONFIG,
        "rules/quake.yaml": RULE,
        "rules/broken.yaml": "rule: [",
        "entities/japan.yaml": "entity: japan\nkind: country\nname: Japan\nsure: {en: [Japan]}\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


async def test_one_rule_of_a_config_is_checked_with_its_entities(folder: Path) -> None:
    """The file alone is asked about: it is fine, and what is wrong elsewhere is not its fault."""
    assert (await news_monitor("check", "rules/quake.yaml", folder=folder)).code == 0
    assert (await news_monitor("check", folder=folder)).code == 1


async def test_without_a_config_the_entity_is_unknown(folder: Path) -> None:
    """A rule that names what no file at hand holds is a fault, with its place."""
    (folder / "monitor.yaml").unlink()
    ended = await news_monitor("check", "rules/quake.yaml", folder=folder)
    assert (ended.code, ended.out.split(": ")[0]) == (1, "rules/quake.yaml:4:17")


async def test_its_own_tests_are_run(folder: Path) -> None:
    """A test that does not hold is told at its own place."""
    (folder / "rules/quake.yaml").write_text(RULE.replace("Quake in Japan", "Quake in Chile"), encoding="utf-8")
    ended = await news_monitor("check", "rules", folder=folder)
    assert ended.code == 1
    assert "rules/quake.yaml:5:17: this test of quake must fire" in ended.out


async def test_it_says_what_it_has_checked(folder: Path) -> None:
    """With faults or without, so that nobody takes a check of nothing for a check; people only."""
    faulty = await news_monitor("check", folder=folder)
    read = "1 rule with 2 tests, 1 entity with 0 tests, 0 sources, 1 channel"
    assert faulty.told == [f"1 fault in {read}"]
    (folder / "rules/broken.yaml").unlink()
    for args, told in (
        ([], [f"no faults: {read}"]),
        (["rules"], ["no faults: 1 rule with 2 tests, 0 entities with 0 tests"]),
        (["--json"], []),
    ):
        ended = await news_monitor("check", *args, folder=folder)
        assert (ended.code, ended.out, ended.told) == (0, "", told)
    (folder / "monitor.yaml").write_text("routes: 1\n", encoding="utf-8")
    assert (await news_monitor("check", folder=folder)).told[-1].endswith(("fault", "faults"))  # nothing else was


async def test_a_database_without_its_driver_is_a_fault(folder: Path) -> None:
    """Before the daemon is started; with it, the server is not asked for anything, and no database is made."""
    (folder / "rules/broken.yaml").unlink()
    config = folder / "monitor.yaml"
    config.write_text(f"{CONFIG}database: postgresql://monitor:tr0ub4dor@127.0.0.1:9/news\n", encoding="utf-8")
    assert (await news_monitor("check", folder=folder)).code == 0
    (folder / "without").mkdir()
    (folder / "without/psycopg.py").write_text("raise ImportError('no psycopg')\n", encoding="utf-8")
    ended = await news_monitor("check", folder=folder, env={"PYTHONPATH": f"{folder / 'without'}{os.pathsep}{ROOT}"})
    assert ended.code == 1
    assert ended.out.startswith("monitor.yaml:5:11: PostgreSQL needs a driver: pip install 'psycopg[binary]' into ")
    assert "tr0ub4dor" not in ended.out + ended.err
    config.write_text(f"{CONFIG}database: sqlite:///new/news.db\n", encoding="utf-8")
    assert (await news_monitor("check", folder=folder)).code == 0
    assert not (folder / "new").exists()
