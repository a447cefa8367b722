"""The canary goes all the way: a real feed, a daemon, a rule, and the test address of each channel."""

from __future__ import annotations

from pathlib import Path

from monitor.config.loading.load import load_config_files
from monitor.daemon.canary import run_canary
from tests.conftest import FaultServer
from tests.support.whole import write_config


async def test_the_canary_arrives_at_the_test_address(faults: FaultServer, tmp_path: Path) -> None:
    """As the daemon runs it: by the command, in a process of its own. The channel itself gets nothing."""
    write_config(tmp_path, {}, channels={"desk": faults.url("ok/real")})
    path = tmp_path / "monitor.yaml"
    text = path.read_text(encoding="utf-8").replace("ok/real'", f"ok/real', test_url: '{faults.url('ok/test')}'")
    path.write_text(f"{text}canary: {{every: 6 hours, within: 4 minutes}}\n", encoding="utf-8")
    (result,) = await run_canary(path, load_config_files(path, {}).config.settings)
    assert (result.channel, result.problem, result.seconds is not None) == ("desk", None, True)
    assert "CANARY" in str(faults.bodies("ok/test")[0])
    assert faults.bodies("ok/real") == []
    assert not (tmp_path / "monitor.db").exists()
