"""Real servers that several tests talk to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.captured import Internet, captured_internet
from tests.support.ntfy import Ntfy, Unavailable, serving
from tests.support.patience import LONG


@pytest.fixture(autouse=True)
def _robots_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is: 2 s of the user's are for hostile ones, and no setting."""
    monkeypatch.setattr("monitor.sources.polling.robots.DEADLINE", LONG)


@pytest.fixture(scope="session")
def ntfy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ntfy]:
    """A real ntfy server, for the whole session: each test has topics of its own. Skipped where it cannot be had; not
    where everything must be tested."""
    try:
        with serving(tmp_path_factory.mktemp("ntfy")) as server:
            yield server
    except Unavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Internet]:
    """All servers there are, in one."""
    with captured_internet(tmp_path) as every_server:
        yield every_server
