"""Looks up known holes of all locked packages, with pip-audit:   ./dev audit [--ignore-vuln ID]

It asks PyPI, and the database of OSV where PyPI has no answer. It audits every package of requirements/dev.txt, which
includes those of requirements/lock.txt, for all systems and versions of Python.

Exit code 1: a package has a known hole. A package that no service knows, or a service that cannot be reached, is no
failure, because it says nothing about the package; the last line then begins with NOT AUDITED.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).with_name("dev.txt")
SERVICES = ("pypi", "osv")
_PINNED = re.compile(r"^[A-Za-z0-9._-]+==[^ \\;]+", re.MULTILINE)


@dataclass(frozen=True)
class Audit:
    """What the services know. `holes`: a line for each; `audited`: packages, by name; `problem`: of the last service
    that did not answer."""

    holes: tuple[str, ...] = ()
    audited: frozenset[str] = frozenset()
    problem: str = ""


def audit_packages(packages: Sequence[str], options: Sequence[str]) -> Audit:
    """Ask one service after the other about `packages` (name==version), until all of them are audited."""
    found = Audit()
    for service in SERVICES:
        if left := [package for package in packages if package.partition("==")[0] not in found.audited]:
            answer = _ask_service(service, left, options)
            problem = answer.problem or found.problem
            found = Audit(found.holes + answer.holes, found.audited | answer.audited, problem)
    return found


def _ask_service(service: str, packages: Sequence[str], options: Sequence[str]) -> Audit:
    with tempfile.TemporaryDirectory() as folder:  # its cache too would else be in HOME
        file = Path(folder, "packages.txt")
        file.write_text("\n".join(packages), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "-r", str(file), "--no-deps", "--disable-pip", "-s", service]
        command += ["--cache-dir", folder, "--format", "json", "--progress-spinner", "off", "--timeout", "15", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):  # it has answered nothing at all
        lines = done.stderr.strip().splitlines()
        return Audit(problem=f"{service}: {lines[-1][:200] if lines else 'no answer'}")
    return read_answer(json.loads(done.stdout))


def read_answer(answer: Mapping[str, list[dict[str, object]]]) -> Audit:
    """The audit that pip-audit's JSON describes."""
    holes, audited = [], set()
    for package in answer["dependencies"]:
        if "skip_reason" in package:
            continue
        audited.add(str(package["name"]))
        for hole in package["vulns"]:  # type: ignore[attr-defined]
            repaired = ", ".join(hole["fix_versions"]) or "no version yet"
            holes.append(f"{package['name']} {package['version']}: {hole['id']}; repaired in {repaired}")
    return Audit(tuple(holes), frozenset(audited))


def report_audit(found: Audit, packages: Sequence[str]) -> int:
    """Print what was found; the exit code."""
    for hole in found.holes:
        print(hole)
    count = len(found.audited)
    print(f"audit: {count} of {len(packages)} packages audited, {len(found.holes)} known holes")
    left = sorted(package for package in packages if package.partition("==")[0] not in found.audited)
    if left:
        names = ", ".join(left) if count else f"all {len(left)} packages"
        print(f"audit: NOT AUDITED: {names}; {found.problem or 'the service does not know them'}")
    return 1 if found.holes else 0


def main() -> int:
    """From the command line."""
    packages = _PINNED.findall(LOCK.read_text(encoding="utf-8"))
    return report_audit(audit_packages(packages, sys.argv[1:]), packages)


if __name__ == "__main__":
    sys.exit(main())
