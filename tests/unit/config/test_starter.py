"""What `init` writes works, and costs nobody a file; the packs that it names are whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.editing.source_files import source_files
from monitor.config.editing.starter import write_starter
from monitor.config.loading.load import load_config_files
from monitor.config.loading.packs import FIRST_PACK, Pack, packs_of, shipped_packs
from monitor.config.loading.shipped import find_shipped_folder
from monitor.model import RouteStep
from monitor.notices.troubles import GIVEN_UP

PACKS = shipped_packs(find_shipped_folder())


def test_the_starter_set_loads_without_a_fault(tmp_path: Path) -> None:
    """It polls the shipped sources, runs the shipped rules and tells somebody. A newcomer reads few words."""
    written, kept = write_starter(tmp_path / "new", [FIRST_PACK])
    result = load_config_files(tmp_path / "new" / "monitor.yaml", {})
    assert [str(fault) for fault in result.faults] == []
    assert kept == []
    assert set(written) == {path for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert len(written) <= 4
    assert sum(len(path.read_text(encoding="utf-8").split()) for path in written) <= 600
    assert {"north-korea-missile-launch", "taiwan-drills", "korea-china-diplomacy"} <= set(result.config.rules)
    assert len(result.config.sources) >= 3
    assert result.config.settings.routes["default"] == (RouteStep("screen"),)
    assert result.config.settings.operator == ("screen",)


@pytest.mark.parametrize("name", PACKS)
def test_each_pack_is_whole_by_itself(name: str, tmp_path: Path) -> None:
    """Its rules find the lists and entities that they name, something is polled for them, and nothing of another pack
    is there."""
    write_starter(tmp_path, [name])
    result = load_config_files(tmp_path / "monitor.yaml", {})
    assert [str(fault) for fault in result.faults] == []
    shipped = [rule.place.file for rule in result.config.rules.values() if rule.id != "my-rule"]
    assert {Path(file).parent for file in shipped} == {PACKS[name].folder}
    assert {Path(place.file) for place in result.source_places.values()} == set(PACKS[name].sources) != set()


def test_several_packs_stand_together(tmp_path: Path) -> None:
    """A file of sources that is for several of them is read once."""
    write_starter(tmp_path, PACKS)
    assert load_config_files(tmp_path / "monitor.yaml", {}).faults == ()


def test_without_a_pack_there_are_words_and_names(tmp_path: Path) -> None:
    """Whoever writes the first rule can name lists and entities."""
    write_starter(tmp_path, [])
    result = load_config_files(tmp_path / "monitor.yaml", {})
    assert [str(fault) for fault in result.faults] == []
    assert (list(result.config.rules), result.config.sources) == (["my-rule"], {})
    assert "taiwan" in result.config.entities
    assert result.config.lists


@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.name)
def test_each_pack_says_what_it_is(pack: Pack) -> None:
    """Its README begins with a title and a paragraph."""
    assert pack.title != pack.name
    assert "#" not in pack.title
    assert pack.description.endswith(".")


def test_sources_name_folders_that_are_there() -> None:
    """A slip there would leave a pack without some of its sources."""
    named = {name for file in (find_shipped_folder() / "seeds" / "sources").iterdir() for name in packs_of(file)}
    assert named >= PACKS.keys()
    assert [name for name in named if not (find_shipped_folder() / "rules" / name).is_dir()] == []


def test_packs_are_read_from_their_folders(tmp_path: Path) -> None:
    """A folder of rules is a pack, but for the shared lists; sources say in their head which packs they are for."""
    for folder in ("rules/storms", "rules/quakes", "rules/lists", "rules/none", "seeds/sources"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("storms/a.yaml", "quakes/b.yaml", "lists/c.yaml", "none/README.md"):
        (tmp_path / "rules" / file).touch()
    (tmp_path / "rules/storms/README.md").write_text("# Storms\n\nWind and\nrain.\n\nMore.\n", encoding="utf-8")
    (tmp_path / "seeds/sources/a.yaml").write_text("# Packs: storms, quakes\nsources: []\n", encoding="utf-8")
    (tmp_path / "seeds/sources/b.yaml").write_text("# Packs: storms\nsources: []\n", encoding="utf-8")
    (tmp_path / "seeds/sources/c.yaml").write_text("# of none\nsources: []\n# Packs: storms\n", encoding="utf-8")
    found = shipped_packs(tmp_path)
    about = {name: (pack.title, pack.description, [path.stem for path in pack.sources]) for name, pack in found.items()}
    assert about == {"quakes": ("quakes", "", ["a"]), "storms": ("Storms", "Wind and rain.", ["a", "b"])}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """What is there stays to the letter, and is named; a second run writes nothing."""
    mine = tmp_path / "rules" / "my-rule.yaml"
    mine.parent.mkdir()
    mine.write_text("# mine\n", encoding="utf-8")
    _, kept = write_starter(tmp_path, PACKS)
    assert kept == [mine]
    assert mine.read_text(encoding="utf-8") == "# mine\n"
    assert write_starter(tmp_path, PACKS)[0] == []


def test_the_users_own_sources_have_a_file(tmp_path: Path) -> None:
    """`sources add` writes there, and it is empty."""
    write_starter(tmp_path, [])
    files = source_files(tmp_path / "monitor.yaml")
    assert files.file_for(None) == tmp_path / "sources.yaml"
    assert (files.sources, files.faults) == ((), [])


def test_the_commented_examples_are_right_too(tmp_path: Path) -> None:
    """Whoever removes the marks in front of the examples gets settings that load."""
    write_starter(tmp_path, PACKS)
    path = tmp_path / "monitor.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    examples = ("mail:", "phone:", "slack:", "newsdesk:", "night:", "network:", "limits:")
    bare = [line.replace("# ", "", 1) if line.lstrip(" #").startswith(examples) else line for line in lines]
    assert sum(one != two for one, two in zip(lines, bare, strict=True)) == len(examples)
    path.write_text("\n".join(bare).replace("/etc/news-monitor/", ""), encoding="utf-8")
    for secret in ("ntfy-token", "slack-tokens"):
        (tmp_path / secret).write_text("a\n", encoding="utf-8")
    result = load_config_files(path, {"MAIL_PASSWORD": "b", "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert result.faults == ()
    assert set(result.config.settings.channels) == {"screen", "mail", "phone", "slack"}


def test_the_template_says_which_notices_have_a_last_one(tmp_path: Path) -> None:
    """Alerts that were given up have none."""
    write_starter(tmp_path, [])
    comment = " ".join((tmp_path / "monitor.yaml").read_text(encoding="utf-8").replace("# ", "").split())
    assert ("given up have no last notice" in comment) is not GIVEN_UP.has_recovery
