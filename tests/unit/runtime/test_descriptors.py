"""How many files this process may still open."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.runtime import descriptors

HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def test_what_is_opened_is_no_longer_free() -> None:
    """And it is free again when it is closed."""
    before = descriptors.count_free()
    opened = os.pipe()
    assert descriptors.count_free() == before - 2
    for each in opened:
        os.close(each)
    assert descriptors.count_free() == before


def test_a_count_opens_nothing_and_lists_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel keeps one. To list thousands would hold up the event loop for milliseconds."""
    if sys.platform != "linux" or not Path("/proc/self/fd").stat().st_size:
        pytest.skip("only Linux 6.2 and newer keep a count")
    monkeypatch.setattr(os, "listdir", None)
    monkeypatch.setattr(os, "scandir", None)
    assert 0 < descriptors.count_free() < HARD


def test_kernels_without_a_count_are_asked_for_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which gives the same number."""
    kept = descriptors.count_free()
    monkeypatch.setattr(descriptors, "_PROC_FOLDER", Path("/no/such/folder"))
    assert descriptors.count_free() == kept


# In a process of its own: the test must be able to open files itself.
USED_UP = """\
import os, resource
from monitor.runtime import descriptors
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
descriptors.raise_if_short("the name is not found")
opened = []
try:
    while True:
        opened.append(os.dup(0))
except OSError:
    pass
print(descriptors.count_free())
try:
    descriptors.raise_if_short("the name is not found")
except OSError as error:
    print(error)
os.close(opened.pop())
print(descriptors.count_free())
"""


def run(code: str, soft: int, hard: int = HARD) -> list[str]:
    """The lines that code prints in a process with these limits."""
    done = subprocess.run(
        [sys.executable, "-c", f"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, {(soft, hard)})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_when_all_are_used_up_nothing_is_free_and_that_is_the_reason() -> None:
    """Whatever else the error says."""
    none, problem, one = run(USED_UP, 64)
    assert (none, one) == ("0", "1")
    assert problem == f"[Errno {errno.EMFILE}] {os.strerror(errno.EMFILE)} (the name is not found)"


@pytest.mark.parametrize(
    ("soft", "hard", "raised"), [(256, HARD, min(HARD, 4_096)), (256, 512, 512), (5_000, 5_000, 5_000)]
)
def test_the_limit_is_raised_as_far_as_the_system_lets(soft: int, hard: int, raised: int) -> None:
    """Never lowered."""
    code = "from monitor.runtime import descriptors\ndescriptors.raise_limit()\n"
    code += "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    assert run(code, soft, hard) == [f"{raised} {hard}"]
