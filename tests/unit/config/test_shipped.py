"""The shipped rules and seeds are found however the program was installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from monitor.config.loading.shipped import find_shipped_folder

_ROOT = Path(__file__).parents[3]
_FIND = (
    "import site, sys; site.addsitedir(sys.argv[1]); sys.path.append(sys.argv[2]); "
    "from monitor.config.loading.shipped import find_shipped_folder; print(find_shipped_folder())"
)
_EDITABLE = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([sys.executable, *map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def found(site: Path, cwd: Path) -> Path:
    """What a Python finds that sees only this folder, and the libraries of our own environment."""
    return Path(run("-I", "-S", "-c", _FIND, site, sysconfig.get_path("platlib"), cwd=cwd))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree, so that building leaves nothing in ours."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("monitor", "rules", "seeds", "systemd", "requirements"):
        shutil.copytree(_ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(_ROOT / name, copy / name)
    return copy


def unpacked(wheels: Path, into: Path) -> Path:
    [wheel] = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(into)
    return into


def test_in_a_wheel_they_lie_in_the_package(checkout: Path, tmp_path: Path) -> None:
    """All rules, seeds and units are in the wheel, as they are in the tree; not what only builds the gazetteer."""
    alone = ("--no-index", "--disable-pip-version-check", "--no-cache-dir")  # pip asks nobody
    build = ("wheel", "-q", *alone, "--no-deps", "--no-build-isolation", "-w", tmp_path / "w", checkout)
    run("-m", "pip", *build, cwd=tmp_path)
    site = unpacked(tmp_path / "w", tmp_path / "site")
    folder = found(site, tmp_path)
    assert folder == (site / "monitor" / "_shipped").resolve()
    tops = ("rules", "seeds", "systemd")
    ours = {path.relative_to(_ROOT) for top in tops for path in (_ROOT / top).rglob("*.*") if path.is_file()}
    ours = {path for path in ours if path.parts[:2] != ("seeds", "places")}
    assert {path.parts[0] for path in ours} == set(tops)
    assert {path.relative_to(folder) for path in folder.rglob("*.*") if path.is_file()} == ours
    for name in ("starter.yaml", "starter-sources.yaml"):
        assert (site / "monitor" / "config" / "editing" / name).is_file()


def test_in_an_editable_install_they_are_those_of_the_tree(checkout: Path, tmp_path: Path) -> None:
    """The installed package only points to the tree, and so do its rules."""
    run("-c", _EDITABLE, tmp_path, cwd=checkout)
    assert found(unpacked(tmp_path, tmp_path / "site"), tmp_path) == checkout.resolve()


def test_in_a_checkout_they_lie_beside_the_package(checkout: Path, tmp_path: Path) -> None:
    """Nothing needs to be installed at all."""
    assert found(checkout, tmp_path) == checkout.resolve()
    assert (find_shipped_folder() / "rules" / "east-asia" / "taiwan-drills.yaml").is_file()


def test_where_they_are_missing_it_says_so(checkout: Path, tmp_path: Path) -> None:
    """A package that was copied by itself is no installation."""
    shutil.copytree(checkout / "monitor", tmp_path / "monitor")
    with pytest.raises(AssertionError, match="come with news-monitor are missing: install it again"):
        found(tmp_path, tmp_path)
