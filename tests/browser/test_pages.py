"""The report and the status in a real browser: nothing keeps people out, nothing is wider than a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor import clock
from monitor.cli import cli
from monitor.config.loading.load import load_config_files
from monitor.config.loading.summary import ConfigSummary
from monitor.model import PageRequest
from monitor.web.daemon_pages import DaemonPages
from tests.browser.chromium import AXE, DESK, PHONE, Scheme, lay_out
from tests.support.busy_desk import fill

# In CI both are installed, and a test that cannot be run there fails.
pytestmark = pytest.mark.skipif(
    not (AXE.exists() and shutil.which("chromium")) and os.environ.get("CI") != "true",
    reason="chromium or axe-core is not installed: ./dev test --system",
)
PAPER = {"light": "rgb(253, 253, 252)", "dark": "rgb(21, 23, 27)"}
# What axe must find: grey on grey, and a table that scrolls out of reach.
BAD = (
    '<!DOCTYPE html><html><head><title>Bad</title></head><body style="background:#fff">'
    '<p style="color:#aaa">faint</p><div style="width:2000px">wide</div></body></html>'
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The report of a busy desk, and of one without alerts; the status with warnings; and a page with faults."""
    folder = tmp_path_factory.mktemp("busy")
    now = clock.now()
    database = fill(folder, now)
    config = load_config_files(folder / "monitor.yaml", {}).config
    status = DaemonPages(
        database,
        read_config=lambda: ConfigSummary.from_config(config),
        sources=lambda: config.sources,
        timezone="Asia/Seoul",
        feed=None,
    )
    make = status.find_page("/")
    assert make is not None
    found = {"status": make(PageRequest()).body.decode(), "bad": BAD}
    database.close()
    for name, days in (("month", "30"), ("day", "1")):
        arguments = ["report", "-c", str(folder / "monitor.yaml"), "--html", "-", "--days", days]
        ended = CliRunner().invoke(cli, arguments)
        assert ended.exit_code == 0, ended.output
        found[name] = ended.stdout
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(scheme: Scheme, pages: Mapping[str, str], tmp_path: Path) -> None:
    """Axe finds nothing in light and dark, on a phone and on a desk; the page is no wider than the window; and its
    policy lets its style through. The page with faults shows that all that would be found."""
    found = lay_out(pages, scheme, tmp_path)
    for (name, width), page in found.items():
        if name == "bad":
            assert "color-contrast" in {fault["id"] for fault in page.faults}
            assert page.width > page.room
            continue
        assert list(page.faults) == [], (name, width)
        assert page.passes > 20
        assert page.width <= page.room, (name, width)
        assert page.paper == PAPER[scheme]
    assert {width for _, width in found} == {PHONE, DESK}
