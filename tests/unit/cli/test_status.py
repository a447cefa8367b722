"""What `status` says, on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from monitor import clock
from monitor.alerting.retry import RetryVerdict
from monitor.cli import cli
from monitor.decide import Decision
from monitor.model import (
    AlertPolicy,
    DeliveryState,
    FetchOutcome,
    OncePer,
    Receipt,
    ReceiptKind,
    RuleStatus,
    RunningVersion,
    SourceStats,
    SourceTrouble,
    TroubleKind,
)
from monitor.sources.http.guard import reason_if_address_refused
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, source
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import HOUR, MINUTE, article, claimed, commit, polled, rule, rules, sources, to_desk
from tests.support.commands import run_in
from tests.support.whole import write_config

NOW = clock.now().replace(microsecond=0)
SECOND = timedelta(seconds=1)
ZONE = ZoneInfo("Asia/Seoul")  # of the config
RUNS = RunningVersion(NOW - HOUR, rules=3, sources=3)


@pytest.fixture
def said(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The lines of `status` in a folder whose config knows three sources and this database."""
    url = database.write.url.render_as_string(hide_password=False)
    names = {name: f"https://{name}.test/feed" for name in ("wire", "post", "new")}
    write_config(tmp_path, names, channels={"desk": "console://"})
    config = tmp_path / "monitor.yaml"
    config.write_text(config.read_text().replace("sqlite:///monitor.db", url))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("monitor.clock.now", lambda: NOW)

    def run(*options: str) -> list[str]:
        ended = CliRunner().invoke(cli, ["status", *options])
        assert ended.exit_code == 0, ended.output
        return ended.stdout.splitlines()

    return run


def lived(
    database: Database, owner: str, *, seen: timedelta, runs: RunningVersion = RUNS, ticked: timedelta = SECOND
) -> None:
    """A daemon that was seen so long ago, and ticked so long before that."""
    one, then = DaemonRecord(database, owner), NOW - seen
    one.record_start("1.2", runs, then - HOUR)
    assert one.record_heartbeat(runs, then, ticked=then - ticked, delivered=then - SECOND)


def poll(
    database: Database, name: str, outcome: FetchOutcome = FetchOutcome.DOCUMENT, at: datetime = NOW - HOUR
) -> None:
    claims = Claims(database, "desk:1:aa")
    claims.register_sources(sources("wire", "post", name), at)
    claim = claimed(claims, name, at)
    with SerialSection(database).enter(at) as inside:
        assert inside.commit(polled(claim, at, outcome=outcome), Decision((), State()), to_desk)


def test_a_daemon_that_runs_is_shown(database: Database, said: Callable[..., list[str]]) -> None:
    """Which process on which machine, its version, since when, its last tick, what it runs; and nothing before that."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    daemon, runs = said()[:2]
    assert daemon.startswith("daemon      process 17 on desk, version 1.2, since ")
    assert runs.startswith("            running the version of ")


def test_rules_that_are_off_are_named_apart(said: Callable[..., list[str]], tmp_path: Path) -> None:
    """`check` counts them, and a daemon does not."""
    written = "rule: {0}\ntitle: {0}\nlevel: low\nstatus: {1}\nmatch: {{words: [a]}}\n"
    (tmp_path / "mine.yaml").write_text(
        "---\n".join(written.format(*each) for each in (("one", "live"), ("two", "off"), ("three", "shadow")))
    )
    config = tmp_path / "monitor.yaml"
    config.write_text(re.sub("^rules: .*", "rules: [mine.yaml]", config.read_text(), flags=re.MULTILINE))
    assert "rules       3, of which 1 is off" in said()
    assert json.loads(said("--json")[0])["rules"] == 3


def test_what_a_daemon_runs_is_counted_beside_the_files(
    database: Database, said: Callable[..., list[str]], tmp_path: Path
) -> None:
    """After an edit with a fault it goes on with the rules of before; another one may not have seen the edit yet."""
    rule_file = "rule: one\ntitle: One\nlevel: low\nmatch: {words: [a]}\n---\nrule: two\n"
    (tmp_path / "mine.yaml").write_text(rule_file)
    (tmp_path / "good.yaml").write_text(rule_file.partition("---")[0].replace("one", "good"))
    config = tmp_path / "monitor.yaml"
    config.write_text(re.sub("^rules: .*", "rules: [mine.yaml, good.yaml]", config.read_text(), flags=re.MULTILINE))
    lived(database, "desk:17:aa", seen=2 * SECOND)
    lived(database, "else:18:bb", seen=2 * SECOND, runs=replace(RUNS, rules=1, sources=2))
    lines = said()
    assert "rules       1 (in the files, without faulty ones; process 17 on desk runs 3)" in lines
    (counted,) = (line for line in lines if line.startswith("sources"))
    assert counted.startswith("sources     3 (in the files, without faulty ones; process 18 on else runs 2); 0 failing")
    (row,) = map(json.loads, said("--json"))
    assert (row["rules"], sorted(each["running"]["rules"] for each in row["daemons"])) == (1, [1, 3])


def test_a_fault_that_only_the_daemon_knows_is_named(
    database: Database, said: Callable[..., list[str]], tmp_path: Path
) -> None:
    """It has other secrets than this shell, and it alone has checked its channels. What this shell sees too is shown
    once, whether or not the daemon knows the file by its full path."""
    with (tmp_path / "mine.yaml").open("w") as file:
        file.write("rule: one\ntitle: One\nlevel: lw\nmatch: {words: [a]}\n")
    config = tmp_path / "monitor.yaml"
    config.write_text(re.sub("^rules: .*", "rules: [mine.yaml]", config.read_text(), flags=re.MULTILINE))
    (own,) = (line for line in said() if line.startswith("fault: "))
    both = f"{tmp_path}/{own.removeprefix('fault: ')}"
    other = "/etc/monitor.yaml:9:15: the environment variable TOKEN is not set"
    lived(database, "desk:17:aa", seen=2 * SECOND, runs=replace(RUNS, edited_at=RUNS.since, faults=(both, other)))
    assert [line for line in said() if line.startswith("fault: ")] == [own, f"fault: process 17 on desk: {other}"]


def test_a_channel_that_cannot_be_used_is_named(
    database: Database, said: Callable[..., list[str]], tmp_path: Path
) -> None:
    """Where no daemon runs, `status` checks the channels itself."""
    config = tmp_path / "monitor.yaml"
    config.write_text(config.read_text().replace("console://", "mailto://u:p@s3cr3t@mail.test?to=a@x.test"))
    (fault,) = (line for line in said() if line.startswith("fault: "))
    assert fault.startswith("fault: monitor.yaml:")
    assert fault.endswith("percent-encode the @ as %40")
    assert json.loads(said("--json")[0])["faults"] == 1
    lived(database, "desk:17:aa", seen=2 * SECOND)
    assert not [line for line in said() if line.startswith("fault: ")]  # the daemon has checked them


def test_a_channel_is_checked_before_there_is_a_database(tmp_path: Path) -> None:
    """A newcomer asks for the status before the first run."""
    write_config(tmp_path, {}, channels={"desk": "mial://s3cr3t"})
    ended = run_in(tmp_path, "status")
    fault, problem = ended.err.splitlines()
    assert (ended.code, "s3cr3t" in ended.err) == (1, False)
    assert fault.endswith("did you mean mailto://?")
    assert problem.endswith("does not exist yet: `news-monitor run` creates it")
    (row,) = (run_in(tmp_path, "status", "--json")).rows
    assert (row["faults"], row["fault_list"][0]["file"]) == (1, "monitor.yaml")


def test_a_status_that_cannot_be_made_is_json_too(tmp_path: Path) -> None:
    """A script reads why, and the exit code says that there is no status."""
    write_config(tmp_path, {})
    nothing = run_in(tmp_path, "status", "--json")
    (row,) = nothing.rows
    assert (nothing.code, row["faults"], row["fault_list"]) == (1, 0, [])
    assert row["problem"].endswith("does not exist yet: `news-monitor run` creates it")
    with (tmp_path / "monitor.yaml").open("a") as file:
        file.write("nosuch: 1\n")
    faulty = run_in(tmp_path, "status", "--json")
    ((row,), (fault,)) = faulty.rows, faulty.rows[0]["fault_list"]
    assert (faulty.code, row["faults"], row["problem"]) == (1, 1, faulty.err.strip())
    assert (fault["file"], fault["col"], fault["what"]) == ("monitor.yaml", 1, "I do not know 'nosuch'")


def test_a_daemon_that_has_just_started_has_missed_nothing(database: Database, said: Callable[..., list[str]]) -> None:
    """Its first tick is known from its second heartbeat: until then it says that this is normal, and then that it is
    not."""
    DaemonRecord(database, "desk:17:aa").record_start("1.2", RUNS, NOW - 3 * SECOND)
    due = (NOW + 7 * SECOND).astimezone(ZONE)
    assert said()[0].endswith(f", started 3 s ago, first tick due by {due:%Y-%m-%d %H:%M:%S %Z}")
    DaemonRecord(database, "desk:18:bb").record_start("1.2", RUNS, NOW - 14 * SECOND)
    (late,) = (line for line in said() if line.startswith("daemon      process 18"))
    assert late.endswith(", started 14 s ago, and its first tick is late: see its log")


@pytest.mark.parametrize(
    ("seen", "stopped", "line"),
    [
        (None, False, "no daemon is running"),
        (HOUR, True, "no daemon is running; the last one was stopped "),
        (HOUR, False, "no daemon is running"),
        (31 * SECOND, False, "no daemon is running"),
    ],
)
def test_that_none_runs_stands_first(
    database: Database, said: Callable[..., list[str]], seen: timedelta | None, stopped: bool, line: str
) -> None:
    """Nothing that follows matters as much."""
    if seen is not None:
        lived(database, "desk:17:aa", seen=seen)
    if stopped:
        DaemonRecord(database, "desk:17:aa").record_stop(NOW - HOUR)
    lines = said()
    assert lines[0].startswith(line)
    gone = [each for each in lines if each.startswith("gone: process 17 on desk was last seen ")]
    assert len(gone) == (seen is not None and not stopped)
    assert not any(each.startswith("daemon ") for each in lines)


def test_one_that_died_lately_is_told_beside_one_that_runs(database: Database, said: Callable[..., list[str]]) -> None:
    """For a day; then it is history."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    lived(database, "desk:16:bb", seen=HOUR)
    lived(database, "desk:15:cc", seen=25 * HOUR)
    warnings = [line for line in said() if line.startswith(("gone", "no daemon", "stuck"))]
    assert [line.partition(" was ")[0] for line in warnings] == ["gone: process 16 on desk"]


def test_a_restart_ends_what_is_told_of_the_one_before(database: Database, said: Callable[..., list[str]]) -> None:
    """On the same machine: what another one's daemon does, heals nothing there."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    lived(database, "desk:16:bb", seen=2 * HOUR)
    lived(database, "attic:16:cc", seen=3 * HOUR)
    gone = [line.partition(" was ")[0] for line in said() if line.startswith("gone")]
    assert gone == ["gone: process 16 on attic"]


def test_a_restart_that_ended_well_is_what_is_told(database: Database, said: Callable[..., list[str]]) -> None:
    """Not that the one before it was killed."""
    lived(database, "desk:16:bb", seen=3 * HOUR)
    lived(database, "desk:17:aa", seen=HOUR)
    DaemonRecord(database, "desk:17:aa").record_stop(NOW - HOUR)
    assert said()[0].startswith("no daemon is running; the last one was stopped ")


def test_what_a_daemon_runs_and_does_not_do_is_told(database: Database, said: Callable[..., list[str]]) -> None:
    """An edit with faults that is not running, and a clockwork that stands still in a process that lives."""
    edited = RunningVersion(NOW - HOUR, 3, 3, edited_at=NOW - MINUTE, faults=("a.yaml:1:1: what", "a.yaml:2:1: what"))
    lived(database, "desk:17:aa", seen=2 * SECOND, runs=edited)
    lived(database, "desk:18:bb", seen=2 * SECOND, ticked=31 * SECOND)
    stuck, files = sorted(said()[:2], reverse=True)
    assert stuck == "stuck: process 18 on desk runs but does nothing; see its log and /healthz"
    assert files.startswith("files: process 17 on desk: running the version of ")
    assert files.endswith(" has 2 faults")


def test_rules_that_do_not_run_are_named(database: Database, said: Callable[..., list[str]]) -> None:
    """Behind the number of those in the files."""
    silent = RunningVersion(NOW - HOUR, 3, 3, NOW - HOUR, faults=("x",), left_out={"rules/b.yaml": ("rhine-barge",)})
    lived(database, "desk:17:aa", seen=2 * SECOND, runs=silent)
    (rules,) = (line for line in said() if line.startswith("rules "))
    assert rules.endswith("; 1 does not run because of faults: rhine-barge")


def test_what_fails_and_waits_stands_before_the_counts(database: Database, said: Callable[..., list[str]]) -> None:
    """A line each; then figures, the database among them."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    poll(database, "wire")
    poll(database, "post", FetchOutcome.FAILED)
    commit(SerialSection(database), claimed(Claims(database, "desk:1:aa"), "wire", NOW), article(), at=NOW - HOUR)
    lines = said()
    health = {row.split()[0]: row for row in CliRunner().invoke(cli, ["sources", "list"]).stdout.splitlines()}
    assert (" failing " in health["post"], " unverified " in health["new"]) == (True, True)  # the same words
    assert lines[0].startswith("waiting: desk: its oldest alert waits since ")
    assert lines[1].startswith("failing: post: None (since ")
    figures = {line[:12].strip(): line[12:] for line in lines[2:]}
    assert figures["sources"] == "3; 1 failing, 0 troubled, 1 unverified"
    assert figures["deliveries"] == "1 pending"
    assert figures["alerts"] == "1"
    assert figures["database"].startswith(f"{database.kind}, {database.name}, ")
    assert figures["database"].endswith(" MiB")


def test_a_channel_that_waits_has_its_last_answer_beside_it(database: Database, said: Callable[..., list[str]]) -> None:
    """That of the last attempt, whichever message it was of."""
    claims, outbox = Claims(database, "desk:1:aa"), Outbox(database, "desk:1:aa")
    claims.register_sources(sources("wire"), NOW - HOUR)
    each = rules(rule(once_per=OncePer.ARTICLE))
    commit(SerialSection(database), claimed(claims, "wire", NOW), article("a"), article("b"), at=NOW, ruleset=each)
    assert "last answer" not in "".join(said())
    for number, answer in enumerate(("the server answered 503", "connection refused"), 1):
        sent = outbox.claim("desk", NOW, MINUTE)
        assert sent is not None
        receipt = Receipt(ReceiptKind.TRY_LATER, answer)
        outbox.settle(sent, receipt, RetryVerdict(DeliveryState.RETRY, NOW + number * HOUR), NOW)
    [line] = [line for line in said() if line.startswith("waiting: ")]
    assert line.startswith("waiting: desk: its oldest alert waits since ")
    assert line.endswith("; last answer: connection refused")


def test_what_answers_and_is_not_as_it_should_be_is_counted(database: Database, said: Callable[..., list[str]]) -> None:
    """By name, with what it is; one that fails is told as failing only, and what is over is not told."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    claims = Claims(database, "desk:1:aa")
    claims.register_sources(sources("wire", "post", "new"), NOW - HOUR)
    opened: dict[str, list[TroubleKind]] = {
        "wire": [TroubleKind.SILENT, TroubleKind.GAP],
        "post": [TroubleKind.SILENT],
        "new": [],
    }
    for name, kinds in opened.items():
        troubles = tuple(SourceTrouble(name, kind, NOW - HOUR, NOW - HOUR, "what") for kind in kinds)
        outcome = FetchOutcome.FAILED if name == "post" else FetchOutcome.DOCUMENT
        left = replace(polled(claimed(claims, name, NOW - HOUR), NOW - HOUR, outcome=outcome), opened_troubles=troubles)
        with SerialSection(database).enter(NOW - HOUR) as inside:
            assert inside.commit(left, Decision((), State()), to_desk)
    lines = said()
    assert "troubled: 1 source: wire (possible gap, silent); see `news-monitor sources health`" in lines
    assert any(line.endswith("3; 1 failing, 1 troubled, 0 unverified") for line in lines)
    assert json.loads(said("--json")[0])["troubled"] == {"wire": ["possible gap", "silent"]}


def more_sources(count: int) -> list[str]:
    """So many more in the config that stands here."""
    names = [f"more-{n:02}" for n in range(count)]
    with Path("sources.yaml").open("a", encoding="utf-8") as file:
        file.writelines(f"  - {{id: {name}, url: 'https://{name}.test/feed'}}\n" for name in names)
    return names


def test_of_many_that_fail_those_that_do_so_the_longest_are_told(
    database: Database, said: Callable[..., list[str]]
) -> None:
    """Ten, and how many more; scripts find all."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    poll(database, "wire")
    names = more_sources(12)
    for ago, name in enumerate(names, start=1):
        poll(database, name, FetchOutcome.FAILED, NOW - ago * MINUTE)
    *lines, last = [line for line in said() if line.startswith("failing: ")]
    assert [line.split(": ")[1] for line in lines] == names[:1:-1]
    assert last == "failing: and 2 more: `news-monitor sources health` lists them"
    assert len(json.loads(said("--json")[0])["failing"]) == 12


def more_rules_in_shadow(*names: str) -> None:
    """These too, in the config that stands here."""
    one = "title: t\nlevel: high\nstatus: shadow\nmatch: {words: [missiles]}\n"
    Path("shadow.yaml").write_text("---\n".join(f"rule: {name}\n{one}" for name in names), encoding="utf-8")
    config = Path("monitor.yaml").read_text("utf-8")
    Path("monitor.yaml").write_text(config.replace("rules: [", "rules: [shadow.yaml, ", 1), encoding="utf-8")


def test_what_rules_in_shadow_would_have_told_is_counted(database: Database, said: Callable[..., list[str]]) -> None:
    """By it a person decides whether they go live; ten are shown, those that would tell the most first."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    poll(database, "wire")
    assert not [line for line in said() if line.startswith("shadow")]
    more_rules_in_shadow("a", *(f"quiet-{n}" for n in range(9)), "launch")
    shadow = rules(rule("launch", once_per=OncePer.ARTICLE, status=RuleStatus.SHADOW), rule("gone"))
    claim = claimed(Claims(database, "desk:1:aa"), "wire", NOW)
    commit(SerialSection(database), claim, article(), article("b"), at=NOW - HOUR, ruleset=shadow)
    lines = said()
    at = next(n for n, line in enumerate(lines) if line.startswith("shadow"))
    since = (NOW - HOUR).astimezone(ZONE)
    assert lines[at] == f"shadow      launch would have sent 2 alerts in 1 story since {since:%Y-%m-%d %H:%M:%S %Z}"
    assert lines[at + 1] == "shadow      a would have sent nothing yet"
    assert lines[at + 10].strip() == "and 1 more: `news-monitor matches list --decision shadow` lists them"
    row = json.loads(said("--json")[0])["shadow"]
    assert row["launch"] == {"alerts": 2, "stories": 1, "since": (NOW - HOUR).isoformat()}
    assert len(row) == 11


def test_what_waits_to_be_told_is_counted(database: Database, said: Callable[..., list[str]]) -> None:
    """How much, and when the first of it is due."""
    poll(database, "wire")
    assert "deferred    nothing" in said()
    assert json.loads(said("--json")[0])["told_later"] == {"count": 0, "next": None}
    waits = (("soon", HOUR), ("later", 2 * HOUR))
    held = rules(*(replace(rule(name), alert=AlertPolicy(wait_at_least=wait)) for name, wait in waits))
    claim = claimed(Claims(database, "desk:1:aa"), "wire", NOW)
    commit(SerialSection(database), claim, article(), at=NOW - MINUTE, ruleset=held)
    due = NOW - MINUTE + HOUR
    assert f"deferred    2, the first at {due.astimezone(ZONE):%Y-%m-%d %H:%M:%S %Z}" in said()
    assert json.loads(said("--json")[0])["told_later"] == {"count": 2, "next": due.isoformat()}


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (("wire", "post", "new"), "failing: all 3 sources fail since "),
        (("wire", "post"), "failing: all 2 sources that were polled fail since "),
        (("wire",), "failing: wire: None (since "),  # its own problem says more
    ],
)
def test_where_all_fail_the_network_is_asked_about(
    database: Database, said: Callable[..., list[str]], names: tuple[str, ...], line: str
) -> None:
    """In one line, with the moment since when no source has answered well; scripts find all."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    for ago, name in enumerate(names, start=1):
        poll(database, name, FetchOutcome.FAILED, NOW - ago * MINUTE)
    (told,) = [line for line in said() if line.startswith("failing: ")]
    assert told.startswith(f"{line}{(NOW - MINUTE).astimezone(ZONE):%Y-%m-%d %H:%M}")
    assert told.endswith(": is this machine's network up?") == (len(names) > 1)
    assert json.loads(said("--json")[0])["failing"].keys() == set(names)


def test_addresses_that_we_refuse_ourselves_say_nothing_of_the_network(
    database: Database, said: Callable[..., list[str]]
) -> None:
    """Each source has its line, with what to write."""
    lived(database, "desk:17:aa", seen=2 * SECOND)
    for name in ("wire", "post"):
        poll(database, name, FetchOutcome.FAILED, NOW)
    with database.writing() as connection:
        problem, refused = reason_if_address_refused("10.0.0.5", ()), SourceStats(refused="10.0.0.5")
        connection.execute(update(source).values(problem=problem, habits=refused.to_row()))
    lines = [line for line in said() if line.startswith("failing: ")]
    assert [line.split(": ")[1] for line in lines] == ["wire", "post"]
    assert all("10.0.0.5 is a private or special address" in line for line in lines)


def test_what_is_dead_is_told_with_what_to_do(database: Database, said: Callable[..., list[str]]) -> None:
    """By channel and cause, and since when; also what cannot be read, which is no reason not to say the rest."""
    poll(database, "wire")
    launches = rules(rule(once_per=OncePer.ARTICLE))
    claim = claimed(Claims(database, "desk:1:aa"), "wire", NOW)
    commit(SerialSection(database), claim, article(), article("b"), at=NOW - HOUR, ruleset=launches)
    outbox = Outbox(database, "desk:1:aa")
    sent = outbox.claim("desk", NOW, MINUTE)
    assert sent is not None
    outbox.settle(sent, Receipt(ReceiptKind.REFUSED, "no"), RetryVerdict(DeliveryState.DEAD), NOW - MINUTE)
    with database.writing() as connection:
        connection.execute(update(alert).values(level="loud"))
    assert outbox.claim("desk", NOW, MINUTE) is None
    own, channels = sorted((line for line in said() if line.startswith("dead: ")), key=len, reverse=True)
    since = f"{(NOW - MINUTE).astimezone(ZONE):%Y-%m-%d %H:%M:%S %Z}"
    assert channels.startswith(
        f"dead: channel desk: 1 delivery is dead since {since} (no); repair the channel: the next message "
    )
    assert ", and the message itself is to blame: see `news-monitor outbox list --state dead`" in own
    rows = json.loads(said("--json")[0])["dead"]
    assert [(row["channel"], row["blame"], row["deliveries"]) for row in rows] == [
        ("desk", "channel", 1),
        ("desk", "message", 1),
    ]


def test_what_the_machine_lacks_of_the_sandbox_is_said(
    said: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the last line, and for scripts."""
    asked = "monitor.services.queries.status.missing_protections"
    monkeypatch.setattr(asked, lambda: ("Landlock: the kernel has none", "seccomp: the kernel has none"))
    assert said()[-1] == "sandbox     Landlock: the kernel has none; seccomp: the kernel has none"
    assert json.loads(said("--json")[0])["sandbox"] == {
        "complete": False,
        "missing": ["Landlock: the kernel has none", "seccomp: the kernel has none"],
    }
    monkeypatch.setattr(asked, tuple)
    assert said()[-1] == "sandbox     complete"
    assert json.loads(said("--json")[0])["sandbox"] == {"complete": True, "missing": []}
