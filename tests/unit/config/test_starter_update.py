"""A new version of the shipped files meets what a user made of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.config.editing.shipped_record import RECORD_FOLDER, ShippedRecord
from monitor.config.editing.starter import write_starter
from monitor.config.editing.starter_update import (
    ConflictReason,
    FileChange,
    StarterUpdate,
    list_left_beside,
    prepare_update,
    write_update,
)
from monitor.config.loading.packs import shipped_packs
from monitor.errors import InvalidRequest

TEXT = "one: 1\ntwo: 2\nthree: 3\nfour: 4\nfive: 5\n"
GALES, FLOODS = Path("rules/storms/gales.yaml"), Path("rules/storms/floods.yaml")
WORDS, NAMES, FEEDS = (
    Path("rules/lists/words.yaml"),
    Path("seeds/entities/names.yaml"),
    Path("seeds/sources/feeds.yaml"),
)


class Desk:
    """A user's `folder`, and what is `shipped`, both to be changed."""

    def __init__(self, folder: Path, shipped: Path) -> None:
        self.folder, self.shipped = folder, shipped
        for name in (GALES, FLOODS, WORDS, NAMES):
            self.ship(name, TEXT)
        self.ship(FEEDS, "# Packs: storms\nsources: []\n")
        self.ship(Path("rules/quakes/tremors.yaml"), TEXT)
        write_starter(folder, shipped, [shipped_packs(shipped)["storms"]])

    def ship(self, name: Path, text: str) -> None:
        (self.shipped / name).parent.mkdir(parents=True, exist_ok=True)
        (self.shipped / name).write_text(text, encoding="utf-8")

    def edit(self, name: Path, old: str, new: str) -> None:
        text = (self.folder / name).read_bytes()
        assert old.encode() in text
        (self.folder / name).write_bytes(text.replace(old.encode(), new.encode()))

    def read(self, name: Path) -> str:
        return (self.folder / name).read_bytes().decode()

    def prepare(self) -> StarterUpdate:
        return prepare_update(self.folder, self.shipped, shipped_packs(self.shipped).values())

    def update(self) -> dict[str, str]:
        """What was done, by the names of the files; without those that nothing is done with."""
        update = self.prepare()
        write_update(update)
        return {each.name.name: each.change.value for each in update.files if each.change is not FileChange.UNCHANGED}

    def contents(self) -> dict[Path, bytes]:
        return {path.relative_to(self.folder): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", tmp_path / "shipped")


def test_without_a_new_version_nothing_happens(desk: Desk) -> None:
    """Whatever the user has edited, deleted and added."""
    desk.edit(GALES, "one: 1", "one: mine")
    (desk.folder / FLOODS).unlink()
    (desk.folder / "rules" / "mine.yaml").write_text(TEXT, encoding="utf-8")
    before = desk.contents()
    assert desk.update() == {"floods.yaml": "deleted"}
    assert desk.contents() == before


def test_what_is_not_edited_is_replaced(desk: Desk) -> None:
    """And nothing of a pack that the user has not taken is added."""
    desk.ship(GALES, TEXT + "six: 6\n")
    desk.ship(Path("rules/storms/hail.yaml"), TEXT)
    desk.ship(Path("rules/quakes/faults.yaml"), TEXT)
    assert desk.update() == {"gales.yaml": "replaced", "hail.yaml": "added"}
    assert desk.read(GALES) == TEXT + "six: 6\n"
    assert desk.update() == {}


def test_an_edit_stays_and_gets_what_is_new(desk: Desk) -> None:
    """And the next version finds both in it."""
    desk.edit(GALES, "one: 1", "one: mine")
    desk.ship(GALES, TEXT.replace("five: 5", "five: new"))
    assert desk.update() == {"gales.yaml": "merged"}
    assert desk.read(GALES) == TEXT.replace("one: 1", "one: mine").replace("five: 5", "five: new")
    desk.ship(GALES, TEXT.replace("five: 5", "five: newer"))
    assert desk.update() == {"gales.yaml": "merged"}
    assert desk.read(GALES) == TEXT.replace("one: 1", "one: mine").replace("five: 5", "five: newer")


def test_a_conflict_leaves_the_file_and_puts_the_new_version_beside_it(desk: Desk) -> None:
    """Once: it is not repeated until there is a newer version, and then that one is beside it."""
    desk.edit(GALES, "one: 1", "one: mine")
    mine, beside = desk.read(GALES), desk.folder / "rules/storms/gales.yaml.new"
    desk.ship(GALES, TEXT.replace("one: 1", "one: new"))
    assert desk.update() == {"gales.yaml": "conflict"}
    assert (desk.read(GALES), beside.read_text(encoding="utf-8")) == (mine, TEXT.replace("one: 1", "one: new"))
    assert desk.update() == {}
    assert list(list_left_beside(desk.prepare())) == [beside]
    desk.ship(GALES, TEXT.replace("one: 1", "one: newer"))
    assert desk.update() == {"gales.yaml": "conflict"}
    assert (desk.read(GALES), beside.read_text(encoding="utf-8")) == (mine, TEXT.replace("one: 1", "one: newer"))


def test_a_new_version_beside_a_file_that_somebody_has_edited_is_not_overwritten(desk: Desk) -> None:
    """Nothing at all is written then."""
    desk.edit(GALES, "one: 1", "one: mine")
    desk.ship(GALES, TEXT.replace("one: 1", "one: new"))
    desk.ship(FLOODS, "new: 1\n")
    (desk.folder / "rules/storms/gales.yaml.new").write_text("notes\n", encoding="utf-8")
    before = desk.contents()
    with pytest.raises(InvalidRequest, match=r"gales\.yaml\.new was edited; move it away first"):
        desk.update()
    assert desk.contents() == before


def test_what_was_deleted_stays_deleted(desk: Desk) -> None:
    """A file, and a folder of them: nothing new is added there either."""
    (desk.folder / FLOODS).unlink()
    (desk.folder / WORDS).unlink()
    for name in (FLOODS, WORDS, Path("rules/lists/more.yaml"), Path("rules/storms/hail.yaml")):
        desk.ship(name, TEXT + "new: 1\n")
    assert desk.update() == {
        "floods.yaml": "deleted", "words.yaml": "deleted", "more.yaml": "not added", "hail.yaml": "added"
    }  # fmt: skip
    assert not (desk.folder / FLOODS).exists()
    assert not (desk.folder / WORDS).exists()


def test_what_is_no_longer_shipped_stays_and_is_named_once(desk: Desk) -> None:
    """A rule that somebody relies on does not end by an update."""
    (desk.shipped / FLOODS).unlink()
    assert desk.update() == {"floods.yaml": "no longer shipped"}
    assert desk.read(FLOODS) == TEXT
    assert desk.update() == {}


RULE = "rule: gales\ntitle: Gales\nlevel: low\nmatch: {words: [gale]}\n"


@pytest.mark.parametrize("renamed_by", ["us", "user"])
def test_a_renamed_file_is_not_added_a_second_time_and_stops_no_other(desk: Desk, renamed_by: str) -> None:
    """Two files with one rule would be a fault, and nothing at all would be updated."""
    desk.ship(GALES, RULE)
    desk.update()
    old, new = GALES, GALES.with_name("strong-winds.yaml")
    if renamed_by == "us":
        (desk.shipped / old).rename(desk.shipped / new)
    else:
        (desk.folder / old).rename(desk.folder / GALES.with_name("mine.yaml"))
        old = GALES.with_name("mine.yaml")
        desk.ship(new, RULE)
    desk.ship(FLOODS, TEXT + "six: 6\n")
    update = desk.prepare()
    (refused,) = update.select(FileChange.ID_TAKEN)
    assert (refused.name, refused.taken) == (new, (("rule", "gales"), old))
    assert desk.update()["floods.yaml"] == "replaced"
    assert desk.read(old) == RULE
    assert not (desk.folder / new).exists()
    assert desk.update()["strong-winds.yaml"] == "deleted"  # which is not said


def test_a_source_that_the_user_has_added_is_not_added_a_second_time(desk: Desk) -> None:
    """A new file of sources stays away while the user's own file has one of its ids. That file is never changed."""
    desk.edit(Path("sources.yaml"), "sources: []", "sources: [{id: gale-watch, url: 'https://gale.example/feed'}]")
    before = desk.read(Path("sources.yaml"))
    new = FEEDS.with_name("more.yaml")
    desk.ship(new, "# Packs: storms\nsources: [{id: gale-watch, url: 'https://gale.example/feed'}]\n")
    (refused,) = desk.prepare().select(FileChange.ID_TAKEN)
    assert (refused.name, refused.taken) == (new, (("source", "gale-watch"), Path("sources.yaml")))
    desk.update()
    assert desk.read(Path("sources.yaml")) == before


def test_a_new_folder_comes_with_its_files(desk: Desk) -> None:
    """The user has deleted nothing there."""
    desk.ship(Path("seeds/entities/ports/asia.yaml"), TEXT)
    assert desk.update() == {"asia.yaml": "added"}


def test_line_ends_of_windows_and_a_mark_are_no_edit_and_stay(desk: Desk) -> None:
    """Some editors convert what they save."""
    for name in (GALES, FLOODS):
        (desk.folder / name).write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    desk.edit(FLOODS, "one: 1", "one: mine")
    new = TEXT.replace("five: 5", "five: new")
    desk.ship(GALES, new)
    desk.ship(FLOODS, new)
    assert desk.update() == {"gales.yaml": "replaced", "floods.yaml": "merged"}
    assert desk.read(GALES) == "\ufeff" + new.replace("\n", "\r\n")
    assert desk.read(FLOODS) == "\ufeff" + new.replace("one: 1", "one: mine").replace("\n", "\r\n")


def test_mixed_line_ends_are_an_edit(desk: Desk) -> None:
    """Nobody knows which ones are meant: what is not touched stays to the byte."""
    desk.edit(GALES, "one: 1\n", "one: 1\r\n")
    desk.ship(GALES, TEXT.replace("five: 5", "five: new"))
    assert desk.update() == {"gales.yaml": "merged"}
    assert desk.read(GALES) == TEXT.replace("one: 1\n", "one: 1\r\n").replace("five: 5", "five: new")


def test_links_are_left_alone(desk: Desk, tmp_path: Path) -> None:
    """To a file in a repository, say, or to /dev/null, which keeps a file away."""
    shared = tmp_path / "shared.yaml"
    shared.write_text(TEXT, encoding="utf-8")
    for name, target in ((GALES, shared), (FLOODS, Path("/dev/null")), (WORDS, tmp_path / "nothing")):
        (desk.folder / name).unlink()
        (desk.folder / name).symlink_to(target)
        desk.ship(name, TEXT + "new: 1\n")
    desk.ship(Path("rules/storms/hail.yaml"), TEXT)
    (desk.folder / "rules/storms/hail.yaml").symlink_to(tmp_path / "nothing")
    assert desk.update() == {
        "gales.yaml": "conflict", "floods.yaml": "deleted", "words.yaml": "deleted", "hail.yaml": "deleted"
    }  # fmt: skip
    assert shared.read_text(encoding="utf-8") == TEXT
    assert (desk.folder / GALES).readlink() == shared
    assert desk.read(Path("rules/storms/gales.yaml.new")) == TEXT + "new: 1\n"
    assert not (tmp_path / "nothing").exists()


def test_a_write_protected_file_is_left_alone(desk: Desk) -> None:
    """By root too: whoever took the right away meant it."""
    (desk.folder / GALES).chmod(0o444)
    desk.ship(GALES, TEXT + "new: 1\n")
    update = desk.prepare()
    assert [each.reason for each in update.files if each.name == GALES] == [ConflictReason.WRITE_PROTECTED]
    write_update(update)
    assert desk.read(GALES) == TEXT


def test_without_a_record_nobody_knows_what_was_edited(desk: Desk) -> None:
    """As after a version that kept none: nothing is replaced or added, and from then on there is a record."""
    for path in sorted((desk.folder / RECORD_FOLDER).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (desk.folder / FLOODS).unlink()
    desk.ship(GALES, TEXT + "six: 6\n")
    assert desk.update() == {"gales.yaml": "conflict", "floods.yaml": "not added"}
    assert desk.read(GALES) == TEXT
    desk.ship(NAMES, TEXT + "seven: 7\n")
    assert desk.update() == {"names.yaml": "replaced", "floods.yaml": "deleted"}


def test_the_modes_of_files_stay(desk: Desk) -> None:
    """A file that others may not read is not opened to them."""
    (desk.folder / GALES).chmod(0o640)
    desk.ship(GALES, "new: 1\n")
    desk.update()
    assert (desk.folder / GALES).stat().st_mode & 0o777 == 0o640


def test_monitor_yaml_is_never_touched(desk: Desk) -> None:
    """It is the user's alone, and not even in the record."""
    assert Path("monitor.yaml") not in ShippedRecord(desk.folder).read_all()
    assert Path("monitor.yaml") not in {each.name for each in desk.prepare().files}


def prepare_everything(desk: Desk) -> None:
    """A version that replaces, merges, adds, conflicts, and no longer has a file."""
    desk.ship(GALES, TEXT + "six: 6\n")
    desk.ship(FLOODS, TEXT.replace("one: 1", "one: new"))
    desk.ship(NAMES, TEXT.replace("one: 1", "one: new"))
    desk.ship(Path("rules/storms/hail.yaml"), TEXT)
    (desk.shipped / WORDS).unlink()
    desk.edit(FLOODS, "five: 5", "five: mine")
    desk.edit(NAMES, "one: 1", "one: mine")


def test_killed_at_any_moment_it_is_finished_by_the_next_one(tmp_path: Path) -> None:
    """Before each change of a name: no file is half, no edit is lost, and what comes of it is the same."""
    whole = Desk(tmp_path / "whole", tmp_path / "shipped of whole")
    prepare_everything(whole)
    whole.update()
    expected = whole.contents()
    killed = 0
    while True:
        desk = Desk(tmp_path / f"desk {killed}", tmp_path / f"shipped {killed}")
        prepare_everything(desk)
        if not die_in(desk.update, before=killed):
            break
        killed += 1
        assert set(desk.prepare().select(FileChange.DELETED)) == set()
        desk.update()
        left = {name: text for name, text in desk.contents().items() if not name.name.startswith(".")}
        assert left == expected
    assert killed >= 8


def die_in(work: Callable[[], object], before: int) -> bool:
    """Whether a child died before its rename or deletion number `before`, without any clean-up."""
    child = os.fork()
    if not child:
        seen = 0

        def die(event: str, _: tuple[object, ...]) -> None:
            nonlocal seen
            if event in {"os.rename", "os.remove"}:
                if seen == before:
                    os._exit(9)
                seen += 1

        sys.addaudithook(die)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
