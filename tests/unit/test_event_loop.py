"""Which event loop the program runs in."""

from __future__ import annotations

import asyncio
import importlib
import sys

import pytest
import uvloop

from monitor import event_loop


async def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_it_runs_in_uvloop() -> None:
    """Which is installed wherever the tests run."""
    assert isinstance(event_loop.run(_loop()), uvloop.Loop)


def test_where_uvloop_is_not_to_be_had_it_is_asyncios(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is different, so nothing is said of it."""
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "uvloop", None)
        loop = importlib.reload(event_loop).run(_loop())
    importlib.reload(event_loop)
    assert not isinstance(loop, uvloop.Loop)


def test_an_error_of_the_work_is_raised() -> None:
    """As by `asyncio.run`."""

    async def broken() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        event_loop.run(broken())
