"""What a worker process gives up, on this kernel, on older ones, and where there is none of it."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.runtime.sandbox import (
    PARSER,
    SENDER,
    SandboxProfile,
    enter_sandbox,
    landlock,
    missing_protections,
    seccomp,
)
from monitor.runtime.sandbox.readable_paths import list_readable_paths
from monitor.runtime.sandbox.seccomp import Instruction, build_filter
from monitor.runtime.sandbox.syscall_numbers import ARCHITECTURES, NEWER_CALLS
from tests.security.kernel_headers import read_syscall_numbers
from tests.support.fresh_python import run_program

ROOT = Path(__file__).parents[3]
ALLOWED, EPERM, ENOSYS, KILLED = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x80000000
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox")
with_headers = pytest.mark.skipif(
    not Path("/usr/include/asm-generic/unistd.h").exists() and not os.environ.get("CI"),
    reason="the headers of the kernel are not installed",
)


@with_headers
@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_numbers_of_system_calls_are_those_of_the_kernel(machine: str) -> None:
    """On both architectures; and no call that we take for new has an older number."""
    kernel, ours = read_syscall_numbers(machine), ARCHITECTURES[machine].numbers
    assert ours == {name: kernel.get(name) for name in ours}
    assert NEWER_CALLS == kernel["set_mempolicy_home_node"] > max(ours.values())


def decide(program: list[Instruction], number: int, *args: int, audit: int) -> int:
    """What the kernel would answer to a call: it runs the filter so."""
    data = struct.pack("<IIQ6Q", number, audit, 0, *(each & 2**64 - 1 for each in (*args, *[0] * 6)[:6]))
    at = value = 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                value &= operand
            case 0x15:
                at += if_true if value == operand else if_false
            case 0x35:
                at += if_true if value >= operand else if_false
            case _:
                assert code == 0x06
                return operand


THREAD = 0x3D0F00  # the flags of pthread_create
CASES = [
    ("read", (0,), ALLOWED, ALLOWED),
    ("openat", (-100, 0, os.O_RDONLY | os.O_CLOEXEC), ALLOWED, ALLOWED),
    ("openat", (-100, 0, os.O_RDWR), EPERM, EPERM),
    ("openat", (-100, 0, os.O_RDONLY | os.O_TRUNC), EPERM, EPERM),
    ("openat", (-100, 0, 1 << 32 | os.O_WRONLY), EPERM, EPERM),  # the kernel takes the low half
    ("openat2", (), EPERM, EPERM),
    ("socket", (2, 1, 6), EPERM, ALLOWED),
    ("socket", (10, 2 | 0o4000 | 0o2000000, 17), EPERM, ALLOWED),  # SOCK_NONBLOCK, SOCK_CLOEXEC
    ("socket", (2, 3, 6), EPERM, EPERM),
    ("socket", (2, 1, 132), EPERM, EPERM),
    ("socket", (1, 1, 0), EPERM, EPERM),
    ("socketpair", (1, 1 | 0o2000000, 0), EPERM, ALLOWED),
    ("socketpair", (1, 2, 0), EPERM, EPERM),
    ("socketpair", (2, 1, 0), EPERM, EPERM),
    ("sendto", (3, 1, 1, 0, 0, 0), ALLOWED, ALLOWED),
    ("sendto", (3, 1, 1, 0, 1 << 40, 0), EPERM, ALLOWED),
    ("clone", (THREAD,), EPERM, ALLOWED),
    ("clone", (17,), EPERM, EPERM),
    ("clone", (THREAD | 0x10000000,), EPERM, EPERM),
    ("clone", (THREAD | 0x80,), EPERM, EPERM),
    ("clone3", (), ENOSYS, ENOSYS),
    ("tgkill", (77, 77, 6), ALLOWED, ALLOWED),
    ("tgkill", (78, 78, 6), EPERM, EPERM),
    ("prlimit64", (0, 7, 0, 1), ALLOWED, ALLOWED),
    ("prlimit64", (0, 7, 1 << 32, 1), EPERM, EPERM),
    ("prlimit64", (78, 7, 0, 1), EPERM, EPERM),
    ("fcntl", (0, 1030), ALLOWED, ALLOWED),
    ("fcntl", (0, 4, os.O_NONBLOCK), ALLOWED, ALLOWED),
    ("fcntl", (0, 4, os.O_NONBLOCK | 0o20000), EPERM, EPERM),
    ("fcntl", (0, 8), EPERM, EPERM),
    ("ioctl", (0, 0x5401), ALLOWED, ALLOWED),
    ("ioctl", (0, 0x5412), EPERM, EPERM),
    ("execve", (), EPERM, EPERM),
    ("ptrace", (), EPERM, EPERM),
]


@with_headers
@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_the_filter_answers(machine: str, case: tuple[str, tuple[int, ...], int, int]) -> None:
    """To a parser, and to a sender; on the architecture that this machine has not, too."""
    name, args, to_parser, to_sender = case
    architecture, number = ARCHITECTURES[machine], read_syscall_numbers(machine)[name]
    for profile, expected in ((PARSER, to_parser), (SENDER, to_sender)):
        program = build_filter(profile, 77, architecture)
        assert decide(program, number, *args, audit=architecture.audit) == expected, profile.name


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("profile", [PARSER, SENDER], ids=lambda profile: profile.name)
def test_calls_of_other_architectures_and_new_ones_are_refused(machine: str, profile: SandboxProfile) -> None:
    """Those of 32-bit programs, of the x32 mode, and those that the table does not know."""
    audit = ARCHITECTURES[machine].audit
    program = build_filter(profile, 77, ARCHITECTURES[machine])
    assert decide(program, 0, audit=0x40000003) == KILLED
    for number in (NEWER_CALLS, 0x40000000, 0x40000000 | 59, 2**32 - 1):
        assert decide(program, number, audit=audit) == ENOSYS


SENSITIVE = [
    *("/etc/shadow", "/etc/ssl/private/key.pem", "/etc/pki/tls/private/key.pem", "/etc/news-monitor/monitor.yaml"),
    *("/var/lib/news-monitor/monitor.db", "/run/credentials/x", "/proc/1/environ", "/tmp/x", "/home/desk/.ssh/id"),
    str(ROOT / "monitor.yaml"),
    str(Path.cwd() / "monitor.db"),
]


@pytest.mark.parametrize("profile", [PARSER, SENDER], ids=lambda profile: profile.name)
def test_nothing_of_the_user_can_be_read(profile: SandboxProfile) -> None:
    """None of these lies beneath what may be read."""
    readable = [Path(path) for path in list_readable_paths(profile)]
    assert {path: each for path in SENSITIVE for each in readable if Path(path).is_relative_to(each)} == {}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSYS, "the kernel has none"),
        (errno.EOPNOTSUPP, "it is switched off on this machine"),
        (errno.EPERM, "something refuses it, perhaps the container"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
@on_linux
def test_what_the_kernel_has_nothing_of_is_said(code: int, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With why; and what it has a part of."""

    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    before = missing_protections()
    monkeypatch.setattr(landlock, "call_kernel", refuse)
    monkeypatch.setattr(seccomp, "call_prctl", refuse)
    assert set(missing_protections()) - set(before) == {f"Landlock: {reason}", f"seccomp: {reason}"}
    monkeypatch.setattr(landlock, "call_kernel", lambda *_: 4)
    assert "Landlock: no rules for devices (Linux 6.10)" in missing_protections()
    assert "Landlock: no rules for TCP (Linux 6.7)" not in missing_protections()


@on_linux
def test_a_processor_without_a_table_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """All else is done there."""
    monkeypatch.setattr(seccomp, "find_architecture", lambda: None)
    assert "seccomp: there is no table of system calls for this processor" in missing_protections()


def test_other_systems_have_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """And say so; nothing is called there."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert missing_protections() == enter_sandbox(PARSER) == ("no protection: only Linux has a sandbox",)


OLDER = """\
import os, sys
from monitor.runtime.sandbox import PARSER, SENDER, enter_sandbox, landlock
newest = landlock._find_version()
for version in range(1, newest + 1):
    for profile in (PARSER, SENDER):
        if not os.fork():
            landlock._find_version = lambda: version
            missing = enter_sandbox(profile)
            try:
                open("/etc/passwd").close()
            except PermissionError:
                open(os.__file__).close()
                print(version, sum(line.startswith("Landlock: no rules") for line in missing), flush=True)
            os._exit(0)
        os.wait()
"""


@on_linux
def test_older_kernels_give_what_they_have() -> None:
    """Our kernel takes what was made for each older version of Landlock, and guards files by it."""
    lines = [line.split() for line in run_program(OLDER).splitlines()]
    lacking = {int(version): int(lacks) for version, lacks in lines}
    assert len(lines) == 2 * len(lacking)
    assert lacking == {version: max(0, 6 - version) for version in range(1, max(lacking) + 1)}
    assert len(lacking) > 1


THREADS = """\
import threading
from monitor.runtime.sandbox import PARSER, enter_sandbox
stop = threading.Event()
other = threading.Thread(target=stop.wait)
other.start()
print("several threads" in str(enter_sandbox(PARSER)), flush=True)
stop.set()
"""


@on_linux
def test_several_threads_are_said() -> None:
    """The others would keep what they have."""
    assert run_program(THREADS) == "True\n"


REPLACED = """\
import sys
from monitor.runtime.sandbox import SENDER, enter_sandbox, needs_renewal
print(needs_renewal(), enter_sandbox(SENDER) and None, needs_renewal(), flush=True)
with open(sys.argv[1]) as read:
    print(read.read(), flush=True)
sys.stdin.readline()
print(needs_renewal(), flush=True)
"""


@on_linux
def test_a_file_that_is_replaced_asks_for_another_process(tmp_path: Path) -> None:
    """As /etc/resolv.conf is when the network changes: the process may not read the new one, and says so."""
    trusted, newer = tmp_path / "trusted.pem", tmp_path / "newer.pem"
    trusted.write_text("old")
    newer.write_text("new")
    with subprocess.Popen(
        [sys.executable, "-c", REPLACED, trusted],
        env={**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(trusted)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().split()[::2] == ["False", "False"]
        assert process.stdout.readline() == "old\n"
        newer.rename(trusted)
        process.stdin.write("\n")
        process.stdin.close()
        assert process.stdout.read() == "True\n"


LIMITS = """\
import resource
from monitor.runtime.sandbox import PARSER, enter_sandbox
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 30))
enter_sandbox(PARSER)
for name in ("AS", "NOFILE", "FSIZE", "CORE", "NPROC"):
    print(*resource.getrlimit(getattr(resource, "RLIMIT_" + name)), flush=True)
"""


@on_linux
def test_limits_are_lowered_and_never_raised() -> None:
    """Soft and hard."""
    memory = f"{PARSER.memory} {PARSER.memory}"
    assert run_program(LIMITS).splitlines() == [memory, "30 30", "0 0", "0 0", "0 0"]
    assert PARSER.open_files > 30


UNDUMPABLE = """\
import ctypes, os, sys, time
from monitor.runtime.sandbox import make_undumpable

def begin():
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)

for protect in (int, make_undumpable):
    reading, writing = os.pipe()
    if not (process := os.fork()):
        begin()
        protect()
        os.write(writing, b"x")
        time.sleep(1000)
    os.read(reading, 1)
    if not os.fork():
        begin()
        try:
            open(f"/proc/{process}/environ").close()
            print("read", flush=True)
        except PermissionError:
            print("refused", flush=True)
        os._exit(0)
    os.wait()
    os.kill(process, 9)
    os.wait()
"""


@on_linux
def test_what_cannot_be_dumped_is_read_by_nobody() -> None:
    """Not by another process of the same user, which reads others."""
    assert run_program(UNDUMPABLE).split() == ["read", "refused"]


PARSING = """\
import sys
from monitor.model import Selectors
from monitor.runtime.sandbox import PARSER, enter_sandbox
from monitor.sources.kinds.page import read_page
from monitor.sources.polling import in_worker
from monitor.sources.polling.in_worker import RawDocument

if sys.argv[1:]:
    assert enter_sandbox(PARSER) == (), "the kernel lacks some of it"
item = "<item><title>{1}</title><link>https://x.test/1</link><description>&lt;b&gt;{1}&lt;/b&gt;</description></item>"
feed = "<?xml version='1.0' encoding='{0}'?><rss version='2.0'><channel>" + item + "</channel></rss>"
for charset in ("utf-8", "euc-kr", "utf-16"):
    body = feed.format(charset, "Bericht 기사 報道").encode(charset)
    print(in_worker.read_document(RawDocument(body, {"content-type": "text/xml"}, "https://x.test/feed")).entries)
entries = b'"items": [{"id": "1", "title": "one", "date_published": "2026-01-05T10:00:00+09:00"}]'
body = b'{"version": "https://jsonfeed.org/version/1.1", "title": "x", ' + entries + b"}"
print(in_worker.read_document(RawDocument(body, {}, "https://x.test/")).entries)
import brotli, gzip
from monitor.sources.formats.unpack import zstd
packed = {"gzip": gzip.compress(body), "br": brotli.compress(body), "zstd": zstd.compress(body)}
for coding, body in packed.items():
    print(in_worker.read_document(RawDocument(body, {"content-encoding": coding}, "https://x.test/")).entries)
text = "<p>" + "A ship was seen in the strait, and nobody knows whose it is. " * 9 + "</p>"
page = f"<html><body><article><h2><a href='/2'>A ship</a></h2>{text}</article></body></html>".encode()
print(repr(in_worker.read_full_text(RawDocument(page, {"content-type": "text/html"}, "https://x.test/1"))))
print(read_page(page, {"content-type": "text/html"}, "https://x.test/", Selectors("article")).entries)
print(in_worker.check_robots_txt(b"User-agent: *\\nDisallow: /x\\nCrawl-delay: 3", "https://x.test/x", "us"))
"""


@on_linux
def test_parsers_find_in_a_sandbox_all_that_they_load_late() -> None:
    """Nothing is loaded in advance here; they read what they read elsewhere."""
    inside, outside = run_program(PARSING, "inside"), run_program(PARSING)
    assert inside == outside
    feeds, same, last = inside.splitlines()[:3], inside.splitlines()[3:7], inside.splitlines()[7:]
    assert all("Bericht 기사 報道" in each for each in feeds)
    assert "title='one'" in same[0]
    assert len(set(same)) == 1  # whatever it is packed with
    assert "A ship was seen" in last[0]
    assert "https://x.test/2" in last[1]
    assert last[2] == "(False, 3.0)"
