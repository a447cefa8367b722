"""Where root writes is not chosen by others, and a file is written as the system would write it."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest

from monitor.runtime.safe_paths import UnsafePath, make_folder, open_folder_of, walk_path

THEIRS = 1234
as_root = pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="only root gives files away")


def give(path: Path) -> Path:
    """To the other user."""
    os.lchown(path, THEIRS, THEIRS)
    return path


def write(path: Path, text: str = "new") -> None:
    with open_folder_of(path) as folder, os.fdopen(folder.open_output(), "w") as out:
        out.write(text)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder of the other user, in one of root's."""
    (tmp_path / "theirs" / "below").mkdir(parents=True)
    give(tmp_path / "theirs" / "below")
    return give(tmp_path / "theirs")


@as_root
def test_a_way_up_out_of_a_folder_of_another_user_is_theirs_to_choose(tmp_path: Path, theirs: Path) -> None:
    """That user may move the folder to where `..` is something else."""
    write(theirs / "below" / ".." / "new")
    assert (theirs / "new").stat().st_uid == THEIRS
    with pytest.raises(UnsafePath, match="theirs/below leads elsewhere and is not root's"):
        write(theirs / "below" / ".." / ".." / "new")
    assert not (tmp_path / "new").exists()


@as_root
def test_a_second_name_of_a_link_of_root_is_of_the_folders_owner(tmp_path: Path, theirs: Path) -> None:
    """Who may link to everything would choose among all links of root's. In a folder of root's nobody may."""
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "aim")
    (tmp_path / "aim").mkdir()
    os.link(link, theirs / "second", follow_symlinks=False)
    with pytest.raises(UnsafePath, match="theirs/second leads elsewhere"):
        write(theirs / "second" / "new")
    write(link / "new")
    assert [path.name for path in (tmp_path / "aim").iterdir()] == ["new"]
    link.unlink()
    write(theirs / "second" / "other")  # it is the only name now, as where root puts a link into their folder
    assert (tmp_path / "aim" / "other").exists()


@as_root
def test_new_folders_belong_to_the_owner_of_the_folder_around_them(theirs: Path) -> None:
    """With the mode that is asked for; one that is there stays as it is."""
    make_folder(theirs / "a" / "b", 0o700)
    for made in (theirs / "a", theirs / "a" / "b"):
        assert (made.stat().st_uid, made.stat().st_mode & 0o777) == (THEIRS, 0o700)
    (theirs / "root's").mkdir(mode=0o755)
    make_folder(theirs / "root's", 0o700)
    assert ((theirs / "root's").stat().st_uid, (theirs / "root's").stat().st_mode & 0o777) == (0, 0o755)


def test_a_folder_is_made_whatever_is_in_the_one_that_is_there(tmp_path: Path) -> None:
    """No name of a file is reserved."""
    (tmp_path / "rules" / "file").mkdir(parents=True)
    make_folder(tmp_path / "rules")
    make_folder(tmp_path / "rules" / "file" / "file")
    assert (tmp_path / "rules" / "file" / "file").is_dir()
    (tmp_path / "text").touch()
    with pytest.raises(NotADirectoryError):
        make_folder(tmp_path / "text")
    with pytest.raises(FileNotFoundError):
        make_folder(tmp_path / "new" / ".." / "news")
    assert not (tmp_path / "new").exists()


@as_root
@pytest.mark.parametrize("mode", [0o1777, 0o2775])
def test_in_a_folder_of_many_no_link_leads_root_to_a_file(tmp_path: Path, mode: int) -> None:
    """Anybody may put one into /tmp. It must not choose which file of root's or of others root writes, nor the name
    of a new one."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    for name in ("root's", "a third one's", "theirs"):
        (shared / name).write_text("old")
    give(shared / "theirs")
    os.chown(shared / "a third one's", THEIRS + 1, THEIRS + 1)
    for name in ("root's", "a third one's", "missing"):
        link = shared / f"to {name}"
        link.symlink_to(name)
        with pytest.raises(UnsafePath, match=f"{link} leads elsewhere and is not root's"):
            write(give(link))
    assert ((shared / "root's").read_text(), (shared / "a third one's").read_text()) == ("old", "old")
    assert not (shared / "missing").exists()
    (shared / "link").symlink_to("theirs")
    with pytest.raises(UnsafePath, match="it is not a file of root's alone"):
        write(give(shared / "link"))
    assert (shared / "theirs").read_text() == "old"


@as_root
def test_a_replaced_file_keeps_its_owner_but_never_runs_as_that_user(theirs: Path) -> None:
    """It could be a second name of a program of root's."""
    old = theirs / "old"
    old.write_text("old")
    old.chmod(0o4755)
    with open_folder_of(old) as folder, folder.replacing() as opened:
        os.write(opened, b"new")
    assert (old.stat().st_uid, old.stat().st_mode & 0o7777, old.read_text()) == (0, 0o755, "new")


def test_what_is_not_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    """The old file stays whole."""
    old = tmp_path / "old"
    old.write_text("old")

    def fail_halfway() -> None:
        with open_folder_of(old) as folder, folder.replacing() as opened:
            os.write(opened, b"ne")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fail_halfway()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old", "old")]


def test_an_output_may_be_a_pipe_a_device_or_an_open_file(tmp_path: Path) -> None:
    """As `-o /dev/stdout` or `-o >(gzip)` are."""
    write(Path("/dev/null"))
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(pipe, "through it")
    reader.join()
    assert read == ["through it"]
    ends = os.pipe()
    write(Path(f"/dev/fd/{ends[1]}"), "too")
    assert os.read(ends[0], 9) == b"too"
    for end in ends:
        os.close(end)


def test_an_output_that_is_there_keeps_its_mode_and_loses_its_content(tmp_path: Path) -> None:
    """A new one is for its owner only."""
    old = tmp_path / "old"
    old.write_text("longer than the new one")
    old.chmod(0o644)
    write(old)
    write(tmp_path / "new")
    assert (old.read_text(), old.stat().st_mode & 0o777) == ("new", 0o644)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_a_path_is_walked_as_the_system_walks_it(tmp_path: Path) -> None:
    """Through links, absolute and relative, and dots."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "up").symlink_to("../a/./b/..")
    (tmp_path / "all").symlink_to(tmp_path)
    path = tmp_path / "all" / "a" / "up" / "b" / "new" / "file"
    with walk_path(path) as walked:
        assert walked.real.joinpath(*walked.rest) == Path(os.path.realpath(path))
        assert walked.rest == ("new", "file")
    with pytest.raises(FileNotFoundError), open_folder_of(path):
        pass
    with pytest.raises(IsADirectoryError), open_folder_of(tmp_path / "a"):
        pass
