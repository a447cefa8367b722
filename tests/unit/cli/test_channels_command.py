"""Where messages go can be looked at and tried, and no address is shown."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, update

from monitor import clock
from monitor.alerting.retry import RetryVerdict
from monitor.cli import cli
from monitor.config.loading.settings_files import load_settings
from monitor.errors import InvalidFiles
from monitor.model import DeliveryState, Receipt, ReceiptKind, RouteStep
from monitor.store.engine.database import Database
from monitor.store.engine.tables import channel_state, delivery
from monitor.store.queues.outbox import Outbox
from tests.conftest import FaultServer
from tests.support.building import HOUR, MINUTE, NOON
from tests.support.commands import run_in
from tests.support.terminal import on_terminal
from tests.support.whole import news_monitor, write_config


def test_channels_are_listed_before_anything_has_run(tmp_path: Path) -> None:
    """A config that was just written can be looked at."""
    write_config(tmp_path, {}, channels={"desk": "carrierpigeon://s3cr3t"})
    ended = run_in(tmp_path, "channels", "list", "--json")
    [row] = ended.rows
    assert (row["kind"], row["waiting_since"], row["last_accepted"]) == ("carrierpigeon", None, None)
    assert not (tmp_path / "monitor.db").exists()


async def test_a_test_tells_what_each_server_answered(faults: FaultServer, tmp_path: Path) -> None:
    """One real message on each channel, in the order of the config; exit code 1 if any was not accepted."""
    channels = {
        "good": faults.url("ok/s3cr3t"),
        "busy": faults.url("503/s3cr3t"),
        "gone": faults.url("404/s3cr3t"),
        "pigeon": "carrierpigeon://s3cr3t",
        "screen": "console://",
    }
    write_config(tmp_path, {}, channels=channels)
    ended = await news_monitor("channels", "test", folder=tmp_path)
    assert ended.code == 1
    told = [line for line in ended.out.splitlines() if line.partition(":")[0] in channels]
    assert told == [
        "good: accepted",
        "busy: try later: the server answered 503",
        "gone: refused: the server answered 404",
        "pigeon: refused: Apprise does not know this kind of channel, or its address is incomplete",
        "screen: accepted: printed",
    ]
    assert "s3cr3t" not in ended.out + ended.err
    for path in ("ok/s3cr3t", "503/s3cr3t", "404/s3cr3t"):
        assert len(faults.bodies(path)) == 1
    assert "INFO: A test of the channel screen" in ended.out
    assert not (tmp_path / "monitor.db").exists()  # nothing is stored


def test_a_test_says_at_a_terminal_on_which_channels_it_sends(tmp_path: Path) -> None:
    """A server that does not answer may take minutes. Addresses are secret, so the line has the names."""
    write_config(tmp_path, {}, channels={"screen": "console://", "second": "console://"})
    arguments = ("-m", "monitor", "channels", "test", "-c", str(tmp_path / "monitor.yaml"))
    assert on_terminal(100, *arguments, stream="stderr") == ["sending a test message on screen, second ..."]
    [line] = on_terminal(100, *arguments, "second", stream="stderr")
    assert line == "sending a test message on second ..."


def test_a_channel_that_works_again_is_not_taken_for_one_that_has_sent_all(
    faults: FaultServer, lived_in: Database, tmp_path: Path
) -> None:
    """What is dead on a channel that accepts the test is named, with what to do: the test does not send it."""
    outbox = Outbox(lived_in, "here:1")
    sent = outbox.claim("desk", NOON, MINUTE)
    assert sent is not None
    outbox.settle(sent, Receipt(ReceiptKind.REFUSED, "no"), RetryVerdict(DeliveryState.DEAD), NOON)
    write_config(tmp_path, {}, channels={"desk": faults.url("404")})
    assert (run_in(tmp_path, "channels", "test")).err == ""
    write_config(tmp_path, {}, channels={"desk": faults.url("ok")})
    ended = run_in(tmp_path, "channels", "test")
    assert (ended.code, ended.out) == (0, "desk: accepted\n")
    assert ended.err.startswith(
        "channel desk: 1 delivery is dead since 2026-01-05 21:00:00 KST (no); repair the channel: "
    )
    assert "`news-monitor outbox retry --dead --channel desk`" in ended.err


def test_a_test_says_what_waits_for_a_channel_that_works_again(
    faults: FaultServer, lived_in: Database, tmp_path: Path
) -> None:
    """How many messages, when the daemon tries the channel next, and what sends them now. `outbox list` has that time
    as due, also for a delivery that was never tried: it waits for its channel."""
    outbox, now = Outbox(lived_in, "here:1"), clock.now().replace(microsecond=0)
    with lived_in.writing() as connection:
        connection.execute(update(delivery).values(channel="desk", held_by=None, not_before=now - HOUR))
        paused = {"name": "desk", "paused_until": now + 4 * MINUTE, "failing_since": now - HOUR, "failures": 2}
        connection.execute(insert(channel_state).values(paused))
    number = len(outbox.ids([DeliveryState.PENDING]))
    write_config(tmp_path, {}, channels={"desk": faults.url("ok"), "screen": "console://"})
    ended = run_in(tmp_path, "channels", "test", "desk")
    due = (now + 4 * MINUTE).astimezone(ZoneInfo("Asia/Seoul")).strftime("%Y-%m-%d %H:%M:%S KST")
    assert (ended.code, ended.out) == (0, "desk: accepted\n")
    assert ended.err == (
        f"channel desk: {number} messages wait, and the daemon tries the channel next at {due}; to send them now: "
        "`news-monitor outbox retry --channel desk`\n"
    )
    listed = run_in(tmp_path, "outbox", "list")
    assert listed.out.count(due) == number
    assert (run_in(tmp_path, "outbox", "retry", "--channel", "desk")).code == 0
    assert outbox.find_due(clock.now()).channels == ["desk"]
    assert (run_in(tmp_path, "channels", "test", "desk")).err == ""  # they are due now


def test_a_test_message_is_rendered_as_alerts_are(faults: FaultServer, tmp_path: Path) -> None:
    """Title, marks, the configured time zone, and every script: what a channel spoils is seen before an alert is."""
    write_config(tmp_path, {}, channels={"desk": faults.url("ok"), "other": faults.url("404")})
    ended = run_in(tmp_path, "channels", "test", "desk", "desk")
    assert (ended.code, ended.out, ended.err) == (0, "desk: accepted\n", "")
    [body] = map(json.loads, faults.bodies("ok"))
    assert body["title"] == "INFO: A test of the channel desk"
    for part in ("a test:", "проверка", "測試", "测试", "テスト", "시험", "🛰", "News Monitor, ", " KST", "not news"):
        assert part in body["message"]
    assert "undated" not in body["message"]
    assert "\nAlert test-" in body["message"]  # no rule and no story: nobody looks for them
    assert faults.bodies("404") == []


def test_a_channel_is_added_with_its_secret_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL that Apprise cannot use is refused, and its secret is not shown; nothing is written then."""
    write_config(tmp_path, {})
    config = tmp_path / "monitor.yaml"
    before = config.read_text(encoding="utf-8")
    for url in ("ntfy://${env:NOT_SET}", "carrierpigeon://s3cr3t", "no url"):
        refused = CliRunner().invoke(cli, ["channels", "add", "-c", str(config), "phone", url])
        assert isinstance(refused.exception, InvalidFiles)
        assert refused.stderr == f"phone was not added to {config}, because the file would have a fault:\n"
        assert "s3cr3t" not in f"{refused.output}{refused.exception}"
    assert config.read_text(encoding="utf-8") == before
    monkeypatch.setenv("TOPIC", "s3cr3t")
    arguments = ["channels", "add", "-c", str(config), "phone", "-", "--route", "default"]
    added = CliRunner().invoke(cli, arguments, input="ntfy://127.0.0.1/${env:TOPIC}\n")
    assert added.exit_code == 0, added.output
    assert "s3cr3t" not in added.output
    settings = load_settings(config, {"TOPIC": "s3cr3t"}).settings
    assert settings is not None
    assert settings.channels["phone"].url == "ntfy://127.0.0.1/s3cr3t"
    assert settings.routes["default"][-1] == RouteStep("phone")
    assert "messages about the service itself go to" in added.output
    assert "a running daemon needs the variable TOPIC in its own environment: " in added.stderr
    arguments = ["channels", "add", "-c", str(config), "duty", "ntfy://127.0.0.1/duty", "--operator"]
    added = CliRunner().invoke(cli, arguments)
    assert added.exit_code == 0, added.output
    settings = load_settings(config, {"TOPIC": "s3cr3t"}).settings
    assert settings is not None
    assert settings.operator[-1] == "duty"
    assert f"\nmessages about the service itself go to {', '.join(settings.operator)}\n" in added.stdout


def test_a_mail_address_without_a_reader_is_added_with_advice(tmp_path: Path) -> None:
    """As `check` gives it."""
    write_config(tmp_path, {})
    arguments = ["channels", "add", "-c", str(tmp_path / "monitor.yaml"), "--operator", "--route", "default", "mail"]
    added = CliRunner().invoke(cli, [*arguments, "mailto://127.0.0.1:25?from=a@x.test"])
    assert added.exit_code == 0, added.output
    advice = "advice: the address of mail has no `to`, so mails go to their own sender; add `&to=` and the address of"
    assert added.stderr == f"{advice} the reader\n"


def test_a_reader_without_a_mail_address_is_a_fault(tmp_path: Path) -> None:
    """Of `channels add`, which writes nothing then, and of `check`."""
    url, fault = "mailto://127.0.0.1:25?from=a@x.test&to=desk.x.test", "Apprise finds no mail address in `to`"
    write_config(tmp_path, {})
    config = tmp_path / "monitor.yaml"
    before = config.read_bytes()
    added = CliRunner().invoke(cli, ["channels", "add", "-c", str(config), "mail", url])
    assert isinstance(added.exception, InvalidFiles)
    assert fault in str(added.exception)
    assert config.read_bytes() == before
    write_config(tmp_path, {}, channels={"mail": url})
    checked = CliRunner().invoke(cli, ["check", "-c", str(config)])
    assert checked.exit_code != 0
    assert fault in f"{checked.output}{checked.exception}"


def test_a_route_that_is_made_for_a_channel_is_announced(tmp_path: Path) -> None:
    """Nobody names it yet, and it may be a slip of the pen."""
    write_config(tmp_path, {})
    add = ["channels", "add", "-c", str(tmp_path / "monitor.yaml"), "--operator"]
    address = "ntfy://127.0.0.1/a"
    added = CliRunner().invoke(cli, [*add, "phone", address, "--route", "defualt", "--route", "default"])
    assert added.stdout.startswith(f"added the channel phone to {tmp_path}/monitor.yaml and to the routes defualt, def")
    assert added.stderr == (
        "made the route defualt: alerts go there only if a rule names it, `to: [defualt]`. Did you mean default? "
        f"Then put phone into that one in {tmp_path}/monitor.yaml\n"
    )
    added = CliRunner().invoke(cli, [*add, "second", address, "--route", "night"])
    assert added.stdout.splitlines()[0].endswith(" and to the route night")
    assert added.stderr == "made the route night: alerts go there only if a rule names it, `to: [night]`\n"
    added = CliRunner().invoke(cli, [*add, "third", address, "--route", "night"])
    assert added.stderr == ""
