"""How often a daemon counts its file descriptors. On older kernels a count holds up the event loop."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.app import open_daemon
from monitor.config.loading.user_files import UserFiles
from monitor.daemon.admission import count_affordable_polls
from tests.support.ports import free_port
from tests.support.whole import write_config


async def test_a_tick_counts_descriptors_once_and_only_while_sources_are_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ticks come up to twenty times a second, and most find nothing to poll."""
    counted: list[int] = []

    def count(polling: int, free: int) -> int:
        counted.append(free)
        return count_affordable_polls(polling, free)

    monkeypatch.setattr("monitor.daemon.scheduler.count_affordable_polls", count)
    write_config(tmp_path, {f"s{number}": f"http://127.0.0.1:{free_port()}/" for number in range(3)})
    loaded = UserFiles(tmp_path / "monitor.yaml", {}).load()
    assert not loaded.faults
    async with open_daemon(loaded.config) as daemon:
        await daemon.tick()
        assert len(counted) == 1
        await daemon.tick()
        assert len(counted) == 1
