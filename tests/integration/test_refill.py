"""Which polls begin when others have ended, and what is read for that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.app import open_daemon
from monitor.config.loading.user_files import UserFiles
from monitor.daemon.scheduler import Daemon
from monitor.errors import StoreFailed
from monitor.store.queues.claims import Claims
from tests.support.ports import free_port
from tests.support.whole import until, write_config


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions of the daemon for due sources, and the sources that it claims, in order."""
    made: list[str] = []

    def note(name: str, describe: Callable[[Any], str]) -> None:
        work = getattr(Claims, name)

        def noting(self: Claims, *given: Any, **named: Any) -> Any:
            made.append(describe(given[0]))
            return work(self, *given, **named)

        monkeypatch.setattr(Claims, name, noting)

    note("find_due", lambda _: "read")
    note("claim_due", " ".join)
    return made


async def poll_all(daemon: Daemon, calls: list[str], sources: list[str]) -> None:
    """Tick once; then refill until all of these were claimed."""
    await daemon.tick()
    while not set(sources) <= set(calls):
        before = len(calls)
        await until(lambda: not daemon._polls)
        await daemon.refill()
        assert len(calls) > before, "the poll of the host has ended, and the refill began no other one"


async def test_the_sources_of_a_busy_host_follow_each_other_without_a_read(tmp_path: Path, calls: list[str]) -> None:
    """They wait in memory."""
    url = f"http://127.0.0.1:{free_port()}"
    write_config(tmp_path, {f"s{n}": f"{url}/{n}" for n in range(3)}, more="limits: {per_host: 1}\n")
    loaded = UserFiles(tmp_path / "monitor.yaml", {}).load()
    assert not loaded.faults
    async with open_daemon(loaded.config) as daemon:
        await poll_all(daemon, calls, ["s0", "s1", "s2"])
        assert calls[0] == "read"
        assert sorted(calls[1:]) == ["s0", "s1", "s2"]
        calls.clear()
        await daemon.tick()
        assert calls == ["read"], "the next tick reads what has become due since"


async def test_sources_whose_claim_failed_are_read_again_at_the_next_tick(
    tmp_path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database could be read, but took no claim: a full disk, or a lock."""
    write_config(tmp_path, {f"s{n}": f"http://127.0.0.1:{free_port()}/{n}" for n in range(3)})
    loaded = UserFiles(tmp_path / "monitor.yaml", {}).load()
    assert not loaded.faults
    async with open_daemon(loaded.config) as daemon:
        with monkeypatch.context() as patch:
            patch.setattr(Claims, "claim_due", _fail_to_claim)
            with pytest.raises(StoreFailed):
                await daemon.tick()
        await daemon.tick()
        assert calls[:2] == ["read", "read"]
        assert sorted(calls[2].split()) == ["s0", "s1", "s2"]


def _fail_to_claim(*_: object, **__: object) -> None:
    raise StoreFailed("database or disk is full")
