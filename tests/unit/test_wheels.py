"""Every locked package has wheels for the Pythons and machines that we promise: what the command finds and says."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from requirements.wheels import LOCK, MACHINES, PYTHONS, Answer, Target, ask_index, read_lock, report_answers

ARM = Target("3.14", "aarch64")
INTEL = Target("3.11", "x86_64")


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *line: object) -> None:
        """Nothing: the test says what is wrong."""


@contextmanager
def package_index(folder: Path, *wheels: str) -> Iterator[list[str]]:
    """Options for pip: an index of its own on loopback with these wheels, and nothing beside it."""
    for wheel in wheels:
        name, version = wheel.split("-")[:2]
        page = folder / "simple" / name
        page.mkdir(parents=True, exist_ok=True)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        with zipfile.ZipFile(page / wheel, "w") as packed:
            packed.writestr(f"{name}-{version}.dist-info/METADATA", metadata)
            packed.writestr(f"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
            packed.writestr(f"{name}-{version}.dist-info/RECORD", "")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield ["--isolated", "--no-input", "--index-url", f"http://127.0.0.1:{server.server_address[1]}/simple"]
        finally:
            server.shutdown()
            thread.join()


def lock_of(folder: Path, *entries: str) -> str:
    """A lock with these entries ("name==1.0 ; marker"), each with the hashes of the wheels that the folder holds."""
    lines = []
    for entry in entries:
        wheels = (folder / "simple" / entry.partition("==")[0]).glob("*.whl")
        hashes = [hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels] or ["0" * 64]
        lines.append(" \\\n".join([entry, *(f"    --hash=sha256:{digest}" for digest in hashes)]))
    return "\n".join(lines) + "\n"


ABI = "fast-1.0-cp311-abi3-manylinux_2_17_aarch64.manylinux2014_aarch64.whl"
PURE = "plain-2.0-py3-none-any.whl"


def test_a_machine_that_has_all_wheels_has_no_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also by wheels of a stable ABI, and without what only another Python needs."""
    with package_index(tmp_path, ABI, PURE) as options:
        lock = lock_of(tmp_path, "fast==1.0", "plain==2.0", "other==3.0 ; python_full_version < '3.14'")
        answer = ask_index(ARM, read_lock(lock), options)
    assert answer == Answer(ARM, packages=2)
    assert report_answers([answer]) == 0
    assert capsys.readouterr().out == "wheels: 2 looked for, 0 missing; 1 of 1 pairs of Python and machine\n"


def test_every_missing_wheel_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there are wheels for other machines or Pythons only, or none at all."""
    with package_index(tmp_path, ABI, "old-1.5-cp313-cp313-manylinux2014_aarch64.whl") as options:
        answer = ask_index(ARM, read_lock(lock_of(tmp_path, "fast==1.0", "old==1.5", "unknown==4.0")), options)
    assert report_answers([answer]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "old==1.5: no wheel for Python 3.14 on aarch64",
        "unknown==4.0: no wheel for Python 3.14 on aarch64",
        "wheels: 3 looked for, 2 missing; 1 of 1 pairs of Python and machine",
    ]


def test_a_wheel_for_a_newer_system_only_is_missing(tmp_path: Path) -> None:
    """We promise glibc 2.28."""
    with package_index(tmp_path, "new-1.0-cp314-cp314-manylinux_2_39_aarch64.whl") as options:
        answer = ask_index(ARM, read_lock(lock_of(tmp_path, "new==1.0")), options)
    assert answer.faults == ("new==1.0: no wheel",)


def test_a_wheel_that_the_lock_does_not_hold_is_named(tmp_path: Path) -> None:
    """It was published after the lock was made: pip would refuse it."""
    with package_index(tmp_path, ABI, PURE) as options:
        lock = lock_of(tmp_path, "fast==1.0", "plain==2.0").replace(
            hashlib.sha256((tmp_path / "simple" / "fast" / ABI).read_bytes()).hexdigest(), "0" * 64
        )
        answer = ask_index(ARM, read_lock(lock), options)
    assert answer.faults == ("fast==1.0: its wheel is not in the lock",)


def test_an_index_that_cannot_be_reached_is_no_failure_and_no_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """CI goes on, and its log says for what nothing was asked."""
    pins = read_lock("plain==2.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    answer = ask_index(ARM, pins, ["--isolated", "--retries", "0", "--index-url", "http://127.0.0.1:9/"])
    assert (answer.faults, answer.problem[:17]) == ((), "connection error:")
    assert report_answers([Answer(INTEL, packages=1), answer]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "wheels: 1 looked for, 0 missing; 1 of 2 pairs of Python and machine"
    assert second.startswith("wheels: NOT ASKED: Python 3.14 on aarch64; connection error:")


def test_every_line_of_the_lock_is_read() -> None:
    """All its packages, for every Python and machine at least nine tenths of them."""
    text = LOCK.read_text(encoding="utf-8")
    pins = read_lock(text)
    assert len(pins) == text.count("==") - text.count("== '")
    assert all(pin.hashes for pin in pins)
    for python in PYTHONS:
        for machine in MACHINES:
            assert sum(Target(python, machine).needs(pin) for pin in pins) > 0.9 * len(pins)
