"""Attacks on files."""
# ruff: noqa: PTH101, PTH102, PTH104, PTH108, PTH208, PTH211

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from tests.security.attacks.scene import Scene, attack, call, expect_secret

_AT_FDCWD = -100


@attack
def read_the_users_of_the_system() -> None:
    assert b"root:" in Path("/etc/passwd").read_bytes()


@attack
def read_the_configuration(scene: Scene) -> None:
    expect_secret(scene.config.read_bytes())


@attack
def read_the_database(scene: Scene) -> None:
    expect_secret((scene.folder / "monitor.db").read_bytes())


@attack
def read_a_private_key(scene: Scene) -> None:
    expect_secret((scene.folder / "id_ed25519").read_bytes())


@attack
def list_a_folder(scene: Scene) -> None:
    assert "monitor.yaml" in os.listdir(scene.folder)


@attack
def read_through_the_root_of_proc(scene: Scene) -> None:
    expect_secret(Path(f"/proc/self/root{scene.config}").read_bytes())


@attack
def reopen_a_path_that_is_only_named(scene: Scene) -> None:
    named = os.open(scene.config, os.O_PATH)
    expect_secret(Path(f"/proc/self/fd/{named}").read_bytes())


@attack
def read_beneath_an_inherited_folder(scene: Scene) -> Iterator[None]:
    folder = os.open(scene.folder, os.O_PATH)
    yield
    expect_secret(os.read(os.open("monitor.yaml", os.O_RDONLY, dir_fd=folder), 100))


@attack
def read_by_openat2(scene: Scene) -> None:
    how = (ctypes.c_uint64 * 3)()
    expect_secret(os.read(call("openat2", _AT_FDCWD, bytes(scene.config), ctypes.byref(how), 24), 100))


@attack
def read_by_a_file_handle(scene: Scene) -> Iterator[None]:
    """Only root may, and then sees every file of the disk."""
    handle = ctypes.create_string_buffer(136)
    ctypes.c_uint32.from_buffer(handle).value = 128
    mount, folder = ctypes.c_int(), os.open(scene.folder, os.O_RDONLY)
    call("name_to_handle_at", _AT_FDCWD, bytes(scene.config), handle, ctypes.byref(mount), 0)
    yield
    expect_secret(os.read(call("open_by_handle_at", folder, handle, os.O_RDONLY), 100))


@attack
def make_a_file(scene: Scene) -> None:
    os.open(scene.folder / "made", os.O_CREAT | os.O_WRONLY)


@attack
def make_a_file_in_tmp() -> None:
    path = f"/tmp/attack-{os.getpid()}"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    os.unlink(path)


@attack
def make_a_file_without_a_name(scene: Scene) -> None:
    os.open(scene.folder, os.O_TMPFILE | os.O_RDWR)


@attack
def overwrite_the_configuration(scene: Scene) -> None:
    os.open(scene.config, os.O_WRONLY)


@attack
def append_to_the_configuration(scene: Scene) -> None:
    os.open(scene.config, os.O_WRONLY | os.O_APPEND)


@attack
def empty_a_file_by_opening_it(scene: Scene) -> None:
    (scene.folder / "other").touch()
    os.open(scene.folder / "other", os.O_RDONLY | os.O_TRUNC)


@attack
def truncate_a_file(scene: Scene) -> None:
    os.truncate(scene.config, 1000)


@attack
def delete_a_file(scene: Scene) -> Iterator[None]:
    (scene.folder / "deleted").touch()
    yield
    os.unlink(scene.folder / "deleted")


@attack
def rename_a_file(scene: Scene) -> Iterator[None]:
    (scene.folder / "renamed").touch()
    yield
    os.rename(scene.folder / "renamed", scene.folder / "renamed too")


@attack
def link_a_file(scene: Scene) -> None:
    os.link(scene.config, scene.folder / f"link-{os.getpid()}")


@attack
def link_to_a_path(scene: Scene) -> None:
    os.symlink("/etc/shadow", scene.folder / f"symlink-{os.getpid()}")


@attack
def make_a_folder(scene: Scene) -> None:
    os.mkdir(scene.folder / f"folder-{os.getpid()}")


@attack
def remove_a_folder(scene: Scene) -> Iterator[None]:
    path = scene.folder / f"folder-{os.getpid()}"
    path.mkdir()
    yield
    path.rmdir()


@attack
def make_a_fifo(scene: Scene) -> None:
    os.mkfifo(scene.folder / f"fifo-{os.getpid()}")


@attack
def make_a_device(scene: Scene) -> None:
    os.mknod(scene.folder / f"device-{os.getpid()}", 0o20666, os.makedev(1, 3))


@attack
def make_a_socket(scene: Scene) -> None:
    socket.socket(socket.AF_UNIX).bind(str(scene.folder / f"socket-{os.getpid()}"))


@attack
def change_modes(scene: Scene) -> None:
    os.chmod(scene.config, 0o666)


@attack
def change_modes_by_a_new_call(scene: Scene) -> None:
    call("fchmodat2", _AT_FDCWD, bytes(scene.config), 0o666, 0)


@attack
def change_the_owner(scene: Scene) -> None:
    os.chown(scene.config, os.getuid(), os.getgid())


@attack
def change_times(scene: Scene) -> None:
    os.utime(scene.config, (0, 0))


@attack
def write_attributes(scene: Scene) -> None:
    os.setxattr(scene.config, "user.attack", b"1")


@attack
def lock_a_library() -> None:
    """Whoever updates it would wait for ever."""
    import fcntl

    fcntl.flock(os.open(os.__file__, os.O_RDONLY), fcntl.LOCK_SH)


@attack
def watch_files(scene: Scene) -> None:
    call("inotify_add_watch", call("inotify_init1", 0), bytes(scene.folder), 0xFFF)


@attack
def watch_the_file_system() -> None:
    call("fanotify_init", 0, 0)


@attack
def change_the_folder(scene: Scene) -> None:
    os.chdir(scene.folder)


@attack
def change_the_root(scene: Scene) -> None:
    os.chroot(scene.folder)


@attack
def mount_a_file_system(scene: Scene) -> Iterator[None]:
    if not os.getuid():  # in a namespace of its own, where it disturbs nobody
        call("unshare", 0x20000)
        call("mount", b"none", b"/", 0, 0x44000, 0)
    yield
    call("mount", b"none", bytes(scene.folder / "empty"), b"tmpfs", 0, 0)


@attack
def write_a_setting_of_the_kernel() -> None:
    setting = os.open("/proc/sys/kernel/hostname", os.O_WRONLY)
    os.write(setting, os.uname().nodename.encode())


@attack
def open_a_device() -> None:
    os.open("/dev/null", os.O_RDWR)
