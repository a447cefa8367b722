"""A file is rewritten whole or not at all, and stays what it was to the system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.config.editing.atomic_rewrite import FileRewrite, prepare_rewrite
from monitor.errors import InvalidFiles, MonitorError


def louder(text: str, name: str) -> str:
    del name
    return text.upper()


def test_content_mode_and_the_byte_order_mark(tmp_path: Path) -> None:
    """Only the text changes: not the mode, not the mark before it, not the line endings; and nothing is left over."""
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: b\r\n")
    file.chmod(0o640)
    prepare_rewrite(file, louder).write()
    assert file.read_bytes() == b"\xef\xbb\xbfA: B\r\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_goes_on_pointing_to_its_file(tmp_path: Path) -> None:
    """The file behind it is edited, in its own folder."""
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "f.yaml", tmp_path / "link.yaml"
    file.write_text("a")
    link.symlink_to("there/f.yaml")
    prepare_rewrite(link, louder).write()
    assert link.is_symlink()
    assert file.read_text() == "A"


@pytest.mark.parametrize("now", [b"other", None])
def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path, now: bytes | None) -> None:
    """Somebody's editor saved it, or removed it: theirs is the newer word."""
    file = tmp_path / "f.yaml"
    file.write_bytes(b"a")
    made = prepare_rewrite(file, louder)
    if now is None:
        file.unlink()
    else:
        file.write_bytes(now)
    with pytest.raises(MonitorError, match=r"f.yaml: somebody else changed it just now"):
        made.write()
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == ({} if now is None else {"f.yaml": now})


def test_a_new_file_is_for_whom_its_folder_is_for(tmp_path: Path) -> None:
    """Folders on the way are made; one that appeared meanwhile is not overwritten."""
    folder = tmp_path / "sources"
    folder.mkdir()
    folder.chmod(0o750)
    file = folder / "f.yaml"
    made = prepare_rewrite(file, lambda text, name: f"{text}# {name}\n")
    made.write()
    assert file.read_text() == f"# {file}\n"
    assert file.stat().st_mode & 0o777 == 0o640
    with pytest.raises(MonitorError, match="somebody else changed it"):
        made.write()
    prepare_rewrite(tmp_path / "a" / "b.yaml", louder).write()
    assert (tmp_path / "a" / "b.yaml").read_text() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_leaves_the_file_to_its_owner(tmp_path: Path) -> None:
    """The daemon's user can still read and edit what an administrator's command touched."""
    file = tmp_path / "f.yaml"
    file.write_text("a")
    os.chown(file, 1234, 2345)
    os.chown(tmp_path, 1234, 2345)
    prepare_rewrite(file, louder).write()
    prepare_rewrite(tmp_path / "new.yaml", louder).write()
    for each in tmp_path.iterdir():
        assert (each.stat().st_uid, each.stat().st_gid) == (1234, 2345), each


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write everywhere")
@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("file.yaml", "file.yaml"),
        ("folder/new.yaml", "folder"),
        ("../named/new.yaml", "folder"),  # root's own link leads to theirs
        ("ours.yaml", None),
        ("beside.yaml", "beside.yaml"),  # it stays in its folder, which is root's
        ("round.yaml", "Too many levels of symbolic links"),
    ],
)
def test_root_follows_no_link_of_others_elsewhere(tmp_path: Path, name: str, refused: str | None) -> None:
    """Who may write into the folder of the sources would have root write into any other."""
    open_to_them, elsewhere = tmp_path / "sources", tmp_path / "elsewhere"
    open_to_them.mkdir()
    elsewhere.mkdir()
    links = {
        "file.yaml": "../elsewhere/new.yaml", "folder": "../elsewhere", "ours.yaml": "../elsewhere/new.yaml",
        "beside.yaml": "plain.yaml", "round.yaml": "round.yaml",
    }  # fmt: skip
    for link, target in links.items():
        (open_to_them / link).symlink_to(target)
        os.lchown(open_to_them / link, 0 if link == "ours.yaml" else 1234, -1)
    (tmp_path / "named").symlink_to("sources/folder")
    made = FileRewrite(open_to_them / name, None, b"a")
    if refused is None:
        made.write()
    else:
        with pytest.raises(MonitorError, match=f"cannot be written: .*{refused}.*; nothing was changed"):
            made.write()
        assert list(elsewhere.iterdir()) == []


def test_what_cannot_be_read_or_written_is_one_line(tmp_path: Path) -> None:
    """With the file's name, and that nothing was changed."""
    with pytest.raises(MonitorError, match="cannot be read: Is a directory"):
        prepare_rewrite(tmp_path, louder)
    (tmp_path / "f.yaml").write_bytes(b"\xff")
    with pytest.raises(InvalidFiles, match=r"f.yaml:1:1: this is not UTF-8"):
        prepare_rewrite(tmp_path / "f.yaml", louder)
    with pytest.raises(MonitorError, match=r"f.yaml/x: cannot be written: .*; nothing was changed"):
        FileRewrite(tmp_path / "f.yaml" / "x", None, b"").write()


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """The system is asked what somebody may write who is not root; root itself may everything."""
    before = os.getuid()
    if before == 0:
        os.setreuid(65534, -1)
    yield
    os.setreuid(before, -1)


@pytest.mark.usefixtures("as_nobody")
def test_a_write_protected_file_is_left_alone(tmp_path: Path) -> None:
    """Its folder would let it be replaced; its owner said no."""
    file = tmp_path / "f.yaml"
    file.write_text("a")
    file.chmod(0o444)
    with pytest.raises(MonitorError, match="cannot be written"):
        prepare_rewrite(file, louder).write()
    assert file.read_text() == "a"


def test_a_pipe_is_refused_and_not_read(tmp_path: Path) -> None:
    """Nobody writes into it: to read it would take forever."""
    os.mkfifo(tmp_path / "rules.yaml")
    with pytest.raises(MonitorError, match=r"rules\.yaml: this is a pipe"):
        prepare_rewrite(tmp_path / "rules.yaml", louder)
