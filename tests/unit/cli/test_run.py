"""What `run` says at its start."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.whole import news_monitor, write_config


async def test_a_channel_that_cannot_work_is_told_at_the_start(tmp_path: Path) -> None:
    """Before its first alert is lost; the others are served, and its address stands nowhere."""
    write_config(tmp_path, {}, channels={"screen": "console://", "desk": "carrierpigeon://s3cr3t-place"})
    ended = await news_monitor("run", "--once", folder=tmp_path)
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.told]
    [fault] = [line for line in lines if line["event"] == "config.fault"]
    assert fault["level"] == "error"
    assert fault["fault"].startswith("monitor.yaml:9:15: Apprise does not know a channel of the kind 'carrierpigeon'")
    assert "s3cr3t" not in ended.err


async def test_an_address_in_any_shape_starts(tmp_path: Path) -> None:
    """A password with a bracket in it is no traceback."""
    write_config(tmp_path, {}, channels={"desk": "mailto://desk:pa[ss@mail.test"})
    ended = await news_monitor("run", "--once", folder=tmp_path)
    assert ended.code == 0
    assert "pa[ss" not in ended.err


async def test_a_database_made_from_nothing_is_told(tmp_path: Path) -> None:
    """Once, with its name: where its path was mistyped, nothing else would look odd."""
    write_config(tmp_path, {})
    told = []
    for _ in range(2):
        lines = [json.loads(line) for line in (await news_monitor("run", "--once", folder=tmp_path)).told]
        told += [line["database"] for line in lines if line["event"] == "database.created"]
    assert told == [str(tmp_path / "monitor.db")]
