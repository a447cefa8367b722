"""The Debian package, the container file and docs/install.md are of this version and agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor import __version__
from monitor.config.editing.starter import MONITOR_YAML
from monitor.config.yaml.yaml12 import read_yaml_file
from tests.slow.install_run.__main__ import SECTIONS, commands_of

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"


def test_the_debian_package_has_the_version_of_the_program() -> None:
    """Its changelog decides it."""
    first = (PACKAGING / "debian" / "changelog").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(f"news-monitor ({__version__}) ")


@pytest.mark.parametrize("way", SECTIONS)
def test_every_way_of_the_manual_has_commands_that_end_in_the_demo_or_a_check(way: str) -> None:
    """`./dev install-check` runs them."""
    commands = commands_of(way)
    assert "news-monitor demo" in commands


@pytest.mark.parametrize("way", ["pipx", "uv"])
def test_what_is_installed_from_an_index_is_compared_with_the_lock(way: str) -> None:
    """By hashes; so do the package and the image, whose commands are in their files."""
    commands = [commands_of(way), *(read(name) for name in ("debian/rules", "container/Containerfile"))]
    for text in commands:
        assert re.search(
            r"--require-hashes.*requirements/lock\.txt|--require-hashes --no-deps -r /build/lock\.txt", text
        )


def test_the_database_of_package_and_image_is_where_they_may_write() -> None:
    """Both change one line of the template, which must have it."""
    template = (ROOT / "monitor/config/editing/starter.yaml").read_text(encoding="utf-8")
    assert len(re.findall(r"^database: ", template, re.MULTILINE)) == 1
    assert MONITOR_YAML in read("debian/rules")
    for text in (read("debian/rules"), read("../docs/install.md")):
        assert "sqlite:////var/lib/news-monitor/monitor.db" in " ".join(text.split())


def test_the_package_has_each_file_that_its_configuration_names() -> None:
    """A file or folder that is missing is a fault."""
    (template,) = read_yaml_file(ROOT / "monitor/config/editing/starter.yaml")
    assert isinstance(template.data, dict)
    named = {str(name) for key in ("sources", "rules") for name in template.data[key]}  # type: ignore[union-attr]
    files = map(Path, re.findall(r"\$\(PACKAGE\)/etc/news-monitor/(\S+)", read("debian/rules")))
    assert named <= {str(path) for file in files for path in (file, *file.parents)}


def test_the_package_starts_the_program_that_it_has() -> None:
    """The unit names another folder; the rules change that."""
    unit = (ROOT / "systemd" / "news-monitor.service").read_text(encoding="utf-8")
    assert len(re.findall(r"^ExecStart=/opt/news-monitor/bin/news-monitor ", unit, re.MULTILINE)) == 1
    assert "s|/opt/news-monitor/|" in read("debian/rules")


def test_the_image_runs_as_nobody_in_particular_and_says_whether_it_is_well() -> None:
    """As compose.yaml has it too: nothing of the image is writable, and no privilege is left."""
    image = read("container/Containerfile")
    assert re.search(r"^USER 10001:10001$", image, re.MULTILINE)
    assert "HEALTHCHECK" in image
    compose = read("container/compose.yaml")
    for line in ("read_only: true", "cap_drop: [ALL]", '"no-new-privileges:true"'):
        assert line in compose


def read(name: str) -> str:
    return (PACKAGING / name).read_text(encoding="utf-8")
