"""A clock that is set back under a running daemon, as by NTP or when a paused machine goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.support.whole import ROOT, Daemon, Site, document, now, rss, serving, until, write_config

# Python runs a file of this name when it starts: both that ask what time it is are an hour late from a moment on.
SET_BACK = """\
import os
from datetime import datetime, timedelta
class Late(datetime):
    @classmethod
    def now(cls, tz=None):
        back = timedelta(hours=os.path.exists("set-back"))
        return datetime.now(tz) - back
import apscheduler.schedulers.base, monitor.clock
apscheduler.schedulers.base.datetime = monitor.clock.datetime = Late
"""


RULE = "rule: any\ntitle: Any\nlevel: high\nmatch: {words: [missiles]}\nalert: {once_per: article}\n"


async def test_a_clock_that_is_set_back_stops_nothing(tmp_path: Path) -> None:
    """Sources are polled and news is sent as before, and not an hour later; so is what waits for its next attempt."""
    (tmp_path / "sitecustomize.py").write_text(SET_BACK)
    (tmp_path / "any.yaml").write_text(RULE, encoding="utf-8")
    path, site = os.pathsep.join(map(str, (tmp_path, ROOT))), Site(refusing=True)
    async with serving(site):
        site.pages["/wire"] = document(rss(("A quiet day", "/quiet", now())))
        channels = {"hook": site.url("/take", "json")}
        write_config(tmp_path, {"wire": site.url("/wire")}, channels=channels, rules="any.yaml")
        async with Daemon(tmp_path, {"PYTHONPATH": path}) as daemon:
            await until(lambda: site.asked["/wire"] > 1)
            site.pages["/wire"] = document(rss(("Missiles", "/missiles", now())))
            await until(lambda: "delivery.retry" in daemon.log.read_text())
            (tmp_path / "set-back").touch()
            await until(lambda: "clock.set_back" in daemon.log.read_text())
            site.refusing = False
            site.asked.clear()
            await until(lambda: site.asked["/wire"] > 1)
            await until(lambda: "delivery.accepted" in daemon.log.read_text())
            assert await daemon.end(signal.SIGTERM) == 0
