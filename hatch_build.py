"""The build hook of Hatchling: puts a list of the locked packages (SBOM, CycloneDX JSON) into the wheel.

It is in the wheel's `.dist-info/sboms`, where PEP 770 wants it. It is made from requirements/lock.txt alone: a build
asks no network. Equal files give equal bytes.
"""

from __future__ import annotations

import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.utils import get_reproducible_timestamp
from packageurl import PackageURL
from packaging.requirements import Requirement

LOCK = Path("requirements", "lock.txt")
FILE_NAME = "news-monitor.cdx.json"
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class SbomHook(BuildHookInterface[Any]):
    """Adds the SBOM to a wheel, and none to an editable install, which is a view of a checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the SBOM to a temporary folder, which `finalize` removes."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="sbom-")
        path = Path(self._folder.name, FILE_NAME)
        lock = Path(self.root, LOCK).read_text(encoding="utf-8")
        path.write_text(build_sbom(self.metadata.name, self.metadata.version, lock), encoding="utf-8")
        build_data["sbom_files"].append(str(path))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what `initialize` wrote."""
        del build_data, artifact_path
        if version != "editable":
            self._folder.cleanup()


def build_sbom(name: str, version: str, lock: str) -> str:
    """The SBOM as JSON: the program, and each package of the lock with its version, marker and hashes."""
    program = Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"{name}=={version}",
        purl=PackageURL("pypi", name=name, version=version),
    )
    components = [_build_component(line) for line in lock.replace("\\\n", "").splitlines() if "==" in line]
    bom = Bom(components=components, serial_number=uuid5(NAMESPACE_URL, f"{name}=={version}\n{lock}"))
    bom.metadata.component = program
    bom.register_dependency(program, components)
    # The time of the build would make each build another one. This is the time of the other files of the wheel.
    bom.metadata.timestamp = datetime.fromtimestamp(get_reproducible_timestamp(), UTC)
    text: str = JsonV1Dot6(bom).output_as_string(indent=1)
    return text


def _build_component(line: str) -> Component:
    """A package from its line: name, version, marker, and the hashes of all its files, of which one is installed."""
    requirement = Requirement(line.partition("--hash")[0])
    version = str(requirement.specifier).removeprefix("==")
    hashes = [Property(name="news-monitor:file:sha256", value=digest) for digest in sorted(_HASH.findall(line))]
    marker = [Property(name="news-monitor:marker", value=str(requirement.marker))] if requirement.marker else []
    return Component(
        name=requirement.name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{requirement.name}=={version}",
        purl=PackageURL("pypi", name=requirement.name, version=version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashes[0].value or "")] if len(hashes) == 1 else (),
        properties=[*marker, *hashes],
    )


if __name__ == "__main__":  # to read it without a build: python hatch_build.py
    sys.stdout.write(build_sbom("news-monitor", "0", LOCK.read_text(encoding="utf-8")))
