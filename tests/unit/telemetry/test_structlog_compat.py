"""structlog is loaded without rich, and still loads rich by itself: otherwise structlog_compat can go."""

from __future__ import annotations

import subprocess
import sys

LOADED = "import sys; import {}; print('rich' in sys.modules)"


def loads_rich(module: str) -> bool:
    command = [sys.executable, "-c", LOADED.format(module)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip() == "True"


def test_it_is_loaded_without_rich() -> None:
    """Nothing of rich stays behind, not even the mark that hides it."""
    assert not loads_rich("monitor.telemetry.structlog_compat"), "structlog loads rich in another way now"


def test_that_is_still_needed() -> None:
    """A structlog that leaves rich alone needs no help."""
    assert loads_rich("structlog"), "structlog no longer loads rich: remove structlog_compat.py"
