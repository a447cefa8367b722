"""Installs the program as docs/install.md says, with nothing of the checkout, and has it run the demo.

    python -m tests.slow.install_run pipx|uv|deb|container
    python -m tests.slow.install_run wheel [deb]            builds into dist/

The commands are the `sh` blocks of the section. Those of `deb` run in a Debian system that debootstrap makes (once: it
is kept in the folder for temporary files). Those of `container` build on an image of that system: a base image would
have to be fetched.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
SECTIONS = {"pipx": "pipx", "uv": "uv", "deb": "Debian package", "container": "Container"}
DEBIAN = "trixie"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DEMO_ENDS = "writes a set of files to edit"


def commands_of(way: str) -> str:
    """The `sh` blocks of a section of docs/install.md."""
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", text.split(f"\n## {SECTIONS[way]}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return "".join(re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL))


def run(*command: str | Path, folder: Path = ROOT, environment: Mapping[str, str] | None = None) -> str:
    """What a command prints; it is shown too. Raises SystemExit if it fails."""
    shown: list[str] = []
    with subprocess.Popen(
        [str(each) for each in command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            shown.append(line)
            sys.stderr.write(line)
    if process.returncode:
        raise SystemExit(f"install-check: FAILED ({process.returncode}): {' '.join(map(str, command))}")
    return "".join(shown)


def expect(what: str, *, holds: object) -> None:
    """Say that it is so, or end."""
    if not holds:
        raise SystemExit(f"install-check: FAILED: {what}")
    print(f"install-check: {what}", flush=True)


def require(*programs: str) -> None:
    """Raises SystemExit for a program that is not there."""
    if missing := [each for each in programs if not shutil.which(each, path=f"{os.environ['PATH']}:{SYSTEM_PATH}")]:
        print(f"install-check: needs {', '.join(missing)} (Debian: apt-get install, uv: pip install)", file=sys.stderr)
        raise SystemExit(2)


# --- what is installed ------------------------------------------------------------------------------------------


def copy_checkout(folder: Path) -> None:
    """The files of the checkout that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def build_wheel(dist: Path) -> Path:
    """The wheel, built by what the lock has, without a network."""
    dist.mkdir(exist_ok=True)
    for old in dist.glob("news_monitor-*.whl"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        copy_checkout(Path(folder))
        offline = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
        run(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", *offline, "-w", dist, folder)
    [wheel] = dist.glob("news_monitor-*.whl")
    return wheel


def build_deb(dist: Path, change: Callable[[Path], None] | None = None) -> Path:
    """The Debian package for this system's Python. `change`: is done to the copy of the checkout before."""
    require("dpkg-buildpackage", "dh")
    dist.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        copy_checkout(source)
        shutil.copytree(source / "packaging" / "debian", source / "debian")
        if change:
            change(source)
        environment = {**clean_environment(), "DEB_BUILD_OPTIONS": "nodoc" if change else ""}
        run("dpkg-buildpackage", "-b", "-us", "-uc", folder=source, environment=environment)
        [built] = Path(folder).glob("news-monitor_*.deb")
        for old in dist.glob("news-monitor_*.deb"):
            old.unlink()
        return Path(shutil.copy2(built, dist / built.name))


def clean_environment() -> dict[str, str]:
    """The variables of this process, without what leads Python to the checkout or to a venv."""
    left_out = ("PYTHON", "VIRTUAL_ENV", "RUSTUP")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**kept, "PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8"}


def lay_out(folder: Path) -> None:
    """What the commands name: the wheel and the lock, and nothing else of the checkout."""
    build_wheel(folder / "dist")
    (folder / "requirements").mkdir()
    shutil.copy2(ROOT / "requirements" / "lock.txt", folder / "requirements")


# --- the ways ---------------------------------------------------------------------------------------------------


def check_pipx() -> None:
    """A home of its own; then another one, where a hash of the lock is wrong."""
    require("pipx")
    check_in_home("pipx", {})


def check_uv() -> None:
    """As pipx. uv downloads no Python."""
    require("uv")
    check_in_home("uv", {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "true"})


def check_in_home(way: str, settings: Mapping[str, str]) -> None:
    """Install, run the demo, look at what is there, and prove that hashes are compared."""
    with tempfile.TemporaryDirectory(prefix="install-") as home:
        folder = Path(home, "files")
        folder.mkdir()
        lay_out(folder)
        programs, tools = Path(home, ".local", "bin"), Path(home, "tools")
        tools.mkdir()
        (tools / way).symlink_to(shutil.which(way) or way)  # before the system's own, and no other file of its folder
        environment = {**clean_environment(), "HOME": home, **settings, "PATH": f"{programs}:{tools}:{SYSTEM_PATH}"}
        run(way, "--version", environment=environment)
        printed = run("sh", "-euc", commands_of(way), folder=folder, environment=environment)
        expect("the demo of the installed program ran to its end", holds=DEMO_ENDS in printed)
        version = run(programs / "news-monitor", "--version", folder=folder, environment=environment)
        expect(f"it is {version.strip()}", holds="news-monitor" in version)
        pages = list(Path(home, ".local").rglob("news-monitor.1"))
        expect("the manual page is there", holds=pages)
        spoil_lock(folder / "requirements" / "lock.txt")
        other = {**environment, "HOME": str(Path(home, "other"))}
        Path(other["HOME"]).mkdir()
        refused = subprocess.run(
            ["sh", "-euc", commands_of(way)], cwd=folder, env=other, capture_output=True, text=True, check=False
        )
        said = (refused.stdout + refused.stderr).lower()
        expect("a file with another hash than the lock's is refused", holds=refused.returncode and "hash" in said)


def spoil_lock(lock: Path) -> None:
    """Another hash for every file of one package."""
    text = lock.read_text(encoding="utf-8")
    name = re.search(r"^click==[^\n]*\n(?: {4}--hash[^\n]*\n)+", text, re.MULTILINE)
    assert name is not None
    other = hashlib.sha256(b"another file").hexdigest()
    lock.write_text(text.replace(name[0], re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{other}", name[0])), encoding="utf-8")


def debian_system() -> Path:
    """A small Debian, made once."""
    require("debootstrap")
    if os.geteuid():
        print("install-check: debootstrap needs root", file=sys.stderr)
        raise SystemExit(2)
    base = Path(tempfile.gettempdir(), f"debian-{DEBIAN}")
    if not (base / "made").exists():
        shutil.rmtree(base, ignore_errors=True)
        run("debootstrap", "--variant=minbase", DEBIAN, base)
        run("chroot", base, "apt-get", "clean")
        shutil.rmtree(base / "dev")  # devices cannot be copied; those of this machine are shown there
        (base / "dev").mkdir()
        (base / "made").touch()
    return base


def check_deb() -> None:
    """Install, demo, check; an upgrade keeps the edited monitor.yaml; purge leaves nothing."""
    with tempfile.TemporaryDirectory(prefix="install-") as folder:
        system = Path(folder, "system")
        shutil.copytree(debian_system(), system, symlinks=True)
        for name in ("/etc/resolv.conf", "/etc/hosts"):
            shutil.copy(name, system / name[1:])
        first = build_deb(system / "dist")
        run_lintian(first)
        printed = in_system(system, commands_of("deb"))
        expect("the demo of the installed program ran to its end", holds=DEMO_ENDS in printed)
        expect("`check` finds no fault", holds="no faults" in printed)
        look_at_files(system)
        check_upgrade(system, first)
        in_system(system, "apt-get purge -y -q news-monitor")
        left = [
            name
            for name in ("etc", "var/lib", "var/cache", "usr/lib", "usr/bin")
            if (system / name / "news-monitor").exists()
        ]
        expect(f"purge leaves nothing: {left or 'nothing'}", holds=not left)


def in_system(system: Path, commands: str) -> str:
    """What commands print in a system, as processes and mounts of its own."""
    start = 'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" && exec chroot "$0" sh -euc "$1"'
    environment = {"PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
    own = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
    return run(*own, "sh", "-euc", start, system, f"cd /; apt-get update -qq; {commands}", environment=environment)


def run_lintian(package: Path) -> None:
    """No error that is not explained in the overrides."""
    if shutil.which("lintian") is None:
        print("install-check: lintian is not here: not asked")
        return
    run("lintian", "--fail-on=error", "--allow-root", package)
    print("install-check: lintian finds no error")


def look_at_files(system: Path) -> None:
    """The unit starts what is there; user, manual page and completion are there."""
    unit = (system / "usr/lib/systemd/system/news-monitor.service").read_text(encoding="utf-8")
    [program] = re.findall(r"^ExecStart=(\S+)", unit, re.MULTILINE)
    expect(f"the unit starts {program}, which is there", holds=(system / program[1:]).exists())
    user = [line for line in (system / "etc/passwd").read_text().splitlines() if line.startswith("news-monitor:")]
    expect(f"its user is there: {user}", holds=user)
    expected = (
        "usr/share/man/man1/news-monitor.1.gz",
        "usr/share/bash-completion/completions/news-monitor",
        "usr/share/zsh/vendor-completions/_news-monitor",
        "usr/share/fish/vendor_completions.d/news-monitor.fish",
    )
    missing = [name for name in expected if not (system / name).stat().st_size]
    expect("manual page and completion are there", holds=not missing)


def check_upgrade(system: Path, package: Path) -> None:
    """A version with another monitor.yaml meets an edited one."""
    config = system / "etc/news-monitor/monitor.yaml"
    mine = config.read_text(encoding="utf-8").replace("timezone: UTC", "timezone: Asia/Seoul")
    config.write_text(mine, encoding="utf-8")
    newer = rebuild_newer(package, system / "dist")
    in_system(system, f"dpkg --force-confdef --force-confold -i /dist/{newer.name}")
    expect("an upgrade keeps the edited monitor.yaml", holds=config.read_text(encoding="utf-8") == mine)
    expect("and puts the new one beside it", holds=config.with_name("monitor.yaml.dpkg-dist").exists())


def rebuild_newer(package: Path, dist: Path) -> Path:
    """The same package with a higher version and another monitor.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder, "content")
        run("dpkg-deb", "-R", package, content)
        control = content / "DEBIAN" / "control"
        control.write_text(re.sub(r"^(Version: .*)$", r"\1+newer", control.read_text(), flags=re.MULTILINE))
        with (content / "etc/news-monitor/monitor.yaml").open("a", encoding="utf-8") as config:
            config.write("# a newer version\n")
        newer = dist / "newer.deb"
        run("dpkg-deb", "-b", "-Zgzip", "-z1", "--root-owner-group", content, newer)
        return newer


def check_container() -> None:
    """Build it on an image of our own, with a storage of its own; demo, check, health, and a daemon that ends well."""
    require("podman", "crun")
    with tempfile.TemporaryDirectory(prefix="install-") as folder:
        files = Path(folder, "files")
        files.mkdir()
        lay_out(files)
        shutil.copytree(ROOT / "packaging", files / "packaging")
        try:
            run_containers(Path(folder), files)
        finally:
            in_storage(Path(folder), ["podman", "system", "reset", "--force"], files)


def run_containers(folder: Path, files: Path) -> None:
    """All that is checked of the image."""
    base = debian_system()
    certificates = "ENV PIP_CERT=/mnt/certs/ca-certificates.crt"  # those that this machine trusts
    make_base = f'tar -C {base} -c . | podman import --change "{certificates}" - debian:trixie-slim'
    in_storage(folder, ["sh", "-euc", make_base], files)
    printed = in_storage(folder, ["sh", "-euc", commands_of("container")], files)
    expect("the demo of the image ran to its end", holds=DEMO_ENDS in printed)
    expect("`check` finds no fault", holds="no faults" in printed)
    printed = in_storage(folder, ["sh", str(HERE / "container.sh")], files)
    expect("it is healthy, not root, and cannot write to its image", holds="container: all of it holds" in printed)


def in_storage(folder: Path, command: Sequence[str], files: Path) -> str:
    """What a command prints that uses podman, with a storage of its own, and control groups that crun takes."""
    (folder / "storage.conf").write_text(
        f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n', encoding="utf-8"
    )
    (folder / "containers.conf").write_text(CONTAINERS, encoding="utf-8")
    environment = {
        **clean_environment(),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        "CONTAINERS_CONF": str(folder / "containers.conf"),
    }
    own = ("unshare", "--mount", "sh", str(HERE / "own_cgroups.sh"))
    return run(*own, *command, folder=files, environment=environment)


CONTAINERS = """\
[containers]
cgroups = "disabled"
netns = "host"
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
volumes = ["/etc/ssl/certs:/mnt/certs:ro"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
WAYS = {"pipx": check_pipx, "uv": check_uv, "deb": check_deb, "container": check_container}


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    if arguments and arguments[0] == "wheel":
        print(build_deb(ROOT / "dist") if "deb" in arguments else build_wheel(ROOT / "dist"))
        return 0
    if len(arguments) != 1 or arguments[0] not in WAYS:
        print(f"install-check: say which: {' | '.join(WAYS)}", file=sys.stderr)
        return 2
    WAYS[arguments[0]]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
