"""What commands say of a delivery that the hours of a route hold."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor import clock
from monitor.model import PlannedDelivery
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.opening import open_database
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, article, claimed, decide_in, polled, rules, sources
from tests.support.commands import read_output, rows

CONFIG = "timezone: Asia/Seoul\nchannels: {screen: {url: 'console://'}}\nroutes: {default: [screen]}\n"
HELD = "the hours 'office hours' of route default"


@pytest.fixture(autouse=True)
def until(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder whose database has one alert that waits, and until when."""
    now = clock.now().replace(microsecond=0)
    (tmp_path / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    database = open_database(f"sqlite:///{tmp_path / 'monitor.db'}")
    database.upgrade()
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), now)
    claim, due = claimed(claims, at=now), now + 24 * HOUR
    with SerialSection(database).enter(now) as inside:
        decision = decide_in(inside, [article(seen=now)], rules())
        inside.commit(polled(claim, now), decision, lambda _: [PlannedDelivery("screen", due, HELD)])
    database.close()
    monkeypatch.chdir(tmp_path)
    return f"{due + timedelta(hours=9):%Y-%m-%d %H:%M:%S} KST"


def test_every_command_says_until_when_and_by_which_hours(until: str) -> None:
    """It is no message that waits for its channel."""
    assert f"held until {until} by {HELD}" in read_output("outbox", "list")
    (delivery,) = rows("outbox", "list")
    assert (delivery["state"], delivery["held_by"]) == ("pending", HELD)
    assert f"screen: held until {until} by {HELD}" in read_output("why", "1")
    assert f"on screen: pending, held until {until} by {HELD}" in read_output("matches", "show", "1")
    status = read_output("status")
    assert f"held        screen: 1 by the hours of a route, until {until}" in status
    assert "waiting:" not in status
    (found,) = rows("status")
    assert (found["held"]["screen"]["deliveries"], found["waiting"]) == (1, {})
    assert "nothing waits" in read_output("channels", "list")


def test_no_command_says_that_it_is_held_once_the_hours_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may still wait: for a daemon, or for its channel."""
    later = clock.now() + 25 * HOUR
    monkeypatch.setattr("monitor.clock.now", lambda: later)
    assert "held" not in read_output("outbox", "list")
    assert "screen: pending, not tried yet" in read_output("why", "1")
    assert "on screen: pending\n" in read_output("matches", "show", "1")
