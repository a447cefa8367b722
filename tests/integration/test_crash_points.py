"""A process that delivers ends at a boundary, or is killed: nothing is lost, and repeats are in the stated window."""

from __future__ import annotations

from pathlib import Path

from bench.crash_points import sweep
from bench.kill_sender import kill_often
from monitor.store.engine.database import Database
from tests.conftest import FaultServer


def test_a_crash_at_a_boundary_loses_nothing(database: Database, faults: FaultServer, tmp_path: Path) -> None:
    """Some of the boundaries; `./dev bench crash_points` tries them all."""
    url = database.write.url.render_as_string(hide_password=False)
    account = sweep(url, faults, tmp_path / "log", every=30, first=21)
    assert account.is_clean, account
    assert account.crashes >= 3


def test_kills_at_random_moments_lose_nothing(database: Database, faults: FaultServer, tmp_path: Path) -> None:
    """A few; `./dev bench kill_sender` kills a thousand times."""
    url = database.write.url.render_as_string(hide_password=False)
    account, _ = kill_often(url, faults, tmp_path / "log", kills=6)
    assert account.is_clean, account
    assert account.alerts
