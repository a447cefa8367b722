"""How logs are written, and that no secret gets into them."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import pytest
import structlog

from monitor.telemetry import LogEvent, close_log, configure_logging, is_debug_enabled, lines_lost, log
from monitor.telemetry.metrics import Metrics
from tests.support.patience import PATIENCE

SECRETS = ("s3cr3t-t0ken", "json://h/s3cr3t-t0ken", "short")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    close_log()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    """Where the log goes; not a terminal."""
    stream = io.StringIO()
    configure_logging(stream=stream, secrets=SECRETS)
    return stream


def text_in(stream: io.StringIO) -> str:
    """All that was logged there until now."""
    close_log()
    return stream.getvalue()


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text_in(stream).splitlines()]


def fail(text: str) -> None:
    raise ValueError(text)


@pytest.mark.parametrize(("asked", "colours"), [("", True), ("1", False)])
def test_a_terminal_has_colours_unless_somebody_wants_none(
    monkeypatch: pytest.MonkeyPatch, asked: str, colours: bool
) -> None:
    """NO_COLOR, as no-color.org has it."""
    monkeypatch.setenv("NO_COLOR", asked)
    stream = Terminal()
    configure_logging(stream=stream)
    log.warning(LogEvent.POLL_PROBLEM, source="wire")
    assert ("\x1b[" in text_in(stream)) is colours


def test_elsewhere_than_on_a_terminal_each_line_is_json(stream: io.StringIO) -> None:
    """One object a line, with level, time in UTC and the event's fields, in every script."""
    log.warning(LogEvent.POLL_PROBLEM, source="wire", problem="북한\n두 줄")
    (line,) = written(stream)
    assert (line["event"], line["level"], line["source"]) == ("poll.failed", "warning", "wire")
    assert (line["message"], line["problem"]) == ("A poll failed, or gave only a part.", "북한\n두 줄")
    assert line["timestamp"].endswith("Z")
    assert "북한" in stream.getvalue()


def test_on_a_terminal_lines_are_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """No JSON, and the time of day where the desk is. Problems are whole, with their sentence; a traceback comes
    without a warning about how it is drawn."""
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    configure_logging(stream=stream, secrets=SECRETS, zone=ZoneInfo("Asia/Seoul"))
    log.info(LogEvent.STARTED, url="json://h/s3cr3t-t0ken")
    try:
        fail("s3cr3t-t0ken")
    except ValueError:
        log.exception(LogEvent.POLL_CRASHED, source="w" * 200)
    started, crashed, *traceback = text_in(stream).splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d daemon\.started url=\*\*\*", started)
    assert re.fullmatch(r"\d\d:\d\d:\d\d ERROR poll\.crashed: A poll crashed: a bug of ours\. source=w{200}", crashed)
    assert traceback[-1] == "ValueError: ***"
    now = datetime.now(ZoneInfo("Asia/Seoul"))
    assert started[:5] in {f"{at:%H:%M}" for at in (now, now - timedelta(minutes=1))}


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("x" * 5, "title=xxxxx"),
        ("x" * 40, f"title={'x' * 9}…"),
        ("북" * 5, "title=북북북북북"),
        ("북" * 40, "title=북북북북…"),  # each takes two columns, and nine are left
    ],
)
def test_on_a_terminal_what_needs_nobody_takes_one_dim_line(
    title: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alerts appear between these lines, and must not drown in them."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "39")
    stream = Terminal()
    configure_logging(stream=stream)
    log.info(LogEvent.MATCHED, title=title)
    (line,) = text_in(stream).splitlines()
    assert re.fullmatch(rf"\x1b\[2m\d\d:\d\d:\d\d match\.decided {shown}\x1b\[0m", line)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """A stream that systemd says it has connected to its journal."""
    with (tmp_path / "journal").open("w+", encoding="utf-8") as file:
        found = os.fstat(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
        yield file


def lines_in(file: TextIO) -> list[str]:
    close_log()
    file.seek(0)
    return file.read().split("\n")[:-1]


DEAD = "delivery.dead: A delivery is dead: no further attempt is planned."
MATCHED = "match.decided: An article matches a rule; nothing is sent now."


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (
            lambda: log.info(LogEvent.STARTED, once=False, polls=64),
            "<6>daemon.started: The daemon polls and delivers. once=false polls=64",
        ),
        (
            lambda: log.warning(LogEvent.POLL_PROBLEM, source="wire"),
            "<4>poll.failed: A poll failed, or gave only a part. source=wire",
        ),
        (lambda: log.error(LogEvent.DEAD, channel=None), f"<3>{DEAD} channel=null"),
        (lambda: log.critical(LogEvent.DEAD), f"<2>{DEAD}"),
        # words of strangers make neither a line nor a field of their own
        (lambda: log.info(LogEvent.MATCHED, title="a=b"), f'<6>{MATCHED} title="a=b"'),
        (lambda: log.info(LogEvent.MATCHED, title="북한 \n<0>x"), f'<6>{MATCHED} title="북한 \\n<0>x"'),
        (lambda: log.info(LogEvent.MATCHED, title='say "x"'), f'<6>{MATCHED} title="say \\"x\\""'),
        (lambda: log.info(LogEvent.MATCHED, title="", rules=["a", "b"]), f'<6>{MATCHED} title="" rules=["a", "b"]'),
        (lambda: log.info(LogEvent.MATCHED, url="json://h/s3cr3t-t0ken"), f"<6>{MATCHED} url=***"),
        (lambda: logging.getLogger("some.library").warning("lost %s", "it"), "<4>lost it"),
        (lambda: logging.getLogger("some.library").log(33, "odd"), "<6>odd"),  # a level of its own
    ],
)
def test_in_the_journal_lines_have_a_priority_and_no_time(
    journal: TextIO, tell: Callable[[], None], expected: str
) -> None:
    """The journal reads the one and knows the other."""
    configure_logging(stream=journal, secrets=SECRETS)
    tell()
    assert lines_in(journal) == [expected]


def test_in_the_journal_a_traceback_keeps_its_priority(journal: TextIO) -> None:
    """Each of its lines is an entry: `journalctl -p err` shows all of it."""
    configure_logging(stream=journal, secrets=SECRETS)
    try:
        fail("s3cr3t-t0ken\nand more")
    except ValueError:
        log.exception(LogEvent.POLL_CRASHED, source="wire")
    first, *rest = lines_in(journal)
    assert first == "<3>poll.crashed: A poll crashed: a bug of ours. source=wire"
    assert rest[0] == "<3>Traceback (most recent call last):"
    assert rest[-2:] == ["<3>ValueError: ***", "<3>and more"]
    assert all(line.startswith("<3>") for line in rest)


def test_what_is_redirected_away_from_the_journal_is_json(journal: TextIO, tmp_path: Path) -> None:
    """The variable is inherited by everything that the service starts; the stream may be another."""
    with (tmp_path / "elsewhere").open("w+", encoding="utf-8") as file:
        configure_logging(stream=file)
        log.info(LogEvent.STARTED)
        assert json.loads(lines_in(file)[0])["timestamp"]
    assert lines_in(journal) == []


@pytest.mark.parametrize(
    "value",
    [
        "at s3cr3t-t0ken!",
        "json://h/s3cr3t-t0ken",
        ["json://h/s3cr3t-t0ken"],
        ("a", {"b": "s3cr3t-t0ken"}),
        {"s3cr3t-t0ken": 1},
        ValueError("s3cr3t-t0ken"),
        b"s3cr3t-t0ken",
    ],
)
def test_secrets_are_taken_out_of_our_events(stream: io.StringIO, value: object) -> None:
    """Whatever field and whatever kind of value holds them."""
    log.error(LogEvent.RETRY, detail=value, attempt=3, settled=True)
    (line,) = written(stream)
    assert "s3cr3t" not in stream.getvalue()
    assert "***" in json.dumps(line["detail"])
    assert (line["attempt"], line["settled"]) == (3, True)


def test_secrets_are_taken_out_of_tracebacks(stream: io.StringIO) -> None:
    """An exception's text is text."""
    try:
        fail("cannot reach json://h/s3cr3t-t0ken")
    except ValueError:
        log.exception(LogEvent.DELIVERY_CRASHED)
    (line,) = written(stream)
    assert "cannot reach ***" in line["exception"]
    assert "s3cr3t" not in stream.getvalue()


def test_secrets_are_taken_out_of_what_libraries_log(stream: io.StringIO) -> None:
    """Records of the standard library's loggers flow in, arguments and tracebacks cleaned."""
    library = logging.getLogger("some.library")
    library.warning("POST %s (%d)", "json://h/s3cr3t-t0ken", 7)
    try:
        fail("s3cr3t-t0ken")
    except ValueError:
        library.exception("failed")
    first, second = written(stream)
    assert (first["event"], first["level"]) == ("POST *** (7)", "warning")
    assert "ValueError: ***" in second["exception"]
    assert "s3cr3t" not in stream.getvalue()


def test_the_longest_secret_goes_first(stream: io.StringIO) -> None:
    """A URL that holds a token goes as a whole, and what is too short to be one stays."""
    log.info(LogEvent.STARTED, a="json://h/s3cr3t-t0ken", b="a short word")
    (line,) = written(stream)
    assert (line["a"], line["b"]) == ("***", "a short word")


def test_what_cannot_be_written_ends_nothing() -> None:
    """Whoever read the log has gone, or it was closed; the work goes on."""
    reading, writing = os.pipe()
    with suppress(BrokenPipeError), os.fdopen(writing, "w", encoding="utf-8") as file:
        configure_logging(stream=file)
        os.close(reading)
        log.info(LogEvent.STARTED)
        close_log()
    log.info(LogEvent.STOPPED)
    close_log()
    assert file.closed


def test_what_the_stream_cannot_encode_is_escaped() -> None:
    """Its line is not lost."""
    raw = io.BytesIO()
    configure_logging(stream=io.TextIOWrapper(raw, encoding="ascii"))
    log.info(LogEvent.MATCHED, title="발사 launch")
    close_log()
    assert b"\\ubc1c\\uc0ac launch" in raw.getvalue()


def test_nothing_that_others_wrote_steers_a_terminal() -> None:
    """Neither in values, nor in errors of libraries, nor in what these log."""
    signs = "\x1b]52;c;\x07\x9b31m\u202e\u200b\U000e0041\ud800\x7f"
    for stream in (io.StringIO(), Terminal()):
        configure_logging(stream=stream)
        log.warning(LogEvent.POLL_PROBLEM, source="wire", problem=f"북한{signs}", more=[{signs: signs}])
        try:
            fail(signs)
        except ValueError:
            log.exception(LogEvent.POLL_CRASHED, source="wire")
        logging.getLogger("some.library").warning("it broke: %s", signs)
        close_log()
        assert re.findall("[\x00-\x08\x0b-\x1a\x7f-\x9f\u202e\u200b\U000e0041\ud800]", stream.getvalue()) == []
        assert "\x1b]" not in stream.getvalue()
        assert "북한" in stream.getvalue()


def test_below_its_level_nothing_is_written() -> None:
    """Neither ours nor the libraries'."""
    stream = io.StringIO()
    configure_logging(stream=stream, level=logging.WARNING)
    log.info(LogEvent.STARTED)
    logging.getLogger("some.library").info("lost")
    log.warning(LogEvent.STOPPING)
    assert [line["event"] for line in written(stream)] == ["daemon.stopping"]
    assert not is_debug_enabled()


@pytest.mark.parametrize("name", ["apprise", "urllib3", "aiohttp.access", "apscheduler", "pymorphy3"])
def test_talkative_libraries_are_kept_to_warnings(stream: io.StringIO, name: str) -> None:
    """Below, they write tokens and message texts."""
    logging.getLogger(name).info("POST payload")
    logging.getLogger(f"{name}.child").info("POST payload")
    logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in written(stream)] == ["trouble"]


STDERR = """\
import sys, threading, warnings
from monitor.telemetry import LogEvent, configure_logging, log
configure_logging(secrets=["s3cr3t-t0ken"])
log.info(LogEvent.STARTED)
warnings.warn("about s3cr3t-t0ken")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
print("printed", file=sys.stderr)
for _ in range(int(sys.argv[1])):
    log.info(LogEvent.POLLED, source="x" * 100)
log.info(LogEvent.STOPPED)
raise ValueError("at json://h/s3cr3t-t0ken")
"""


def test_all_that_a_process_writes_to_stderr_is_in_order_and_clean() -> None:
    """Warnings, tracebacks of threads and its own last one too; and it ends with nothing unwritten."""
    ended = subprocess.run([sys.executable, "-c", STDERR, "1000"], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    # Not the lines of the program that Python 3.13 quotes in a traceback.
    found = re.findall(
        r"daemon\.started|UserWarning|^ZeroDivisionError|printed|daemon\.stopped|^ValueError",
        ended.stderr,
        re.MULTILINE,
    )
    assert found == ["daemon.started", "UserWarning", "ZeroDivisionError", "printed", "daemon.stopped", "ValueError"]
    assert ended.stderr.count("source.polled") == 1_000
    assert "s3cr3t" not in ended.stderr


MANY = 60_000  # lines: several times as many as wait for a reader (log_writer.MAX_QUEUED)


def test_a_process_whose_stderr_nobody_reads_ends() -> None:
    """By itself, with its own exit code: neither a thread of ours nor Python's own last words hold it up."""
    with subprocess.Popen([sys.executable, "-c", STDERR, str(MANY)], stderr=subprocess.PIPE, text=True) as process:
        assert process.wait(PATIENCE) == 1
        assert process.stderr is not None
        first = process.stderr.readline()
    assert json.loads(first)["event"] == "daemon.started"


def test_what_was_lost_is_said_as_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the form of the other lines, with how many they were; and the metrics know."""
    monkeypatch.setattr("monitor.telemetry.log_writer.MAX_QUEUED", 1)
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as file, os.fdopen(reader, encoding="utf-8") as reading:
        configure_logging(stream=file)
        for _ in range(3):  # the first fills the pipe, the second the queue
            log.info(LogEvent.STARTED, filling="x" * 2**17)
        while not lines_lost():
            log.info(LogEvent.STARTED, filling="x")
        dropped = lines_lost()
        lines = (json.loads(line) for line in reading)
        said = next(line for line in lines if line["event"] != "daemon.started")
        assert said["event"] == "log.lines_lost"
        assert (said["level"], said["lines"]) == ("warning", dropped)
        assert f"news_monitor_log_lines_lost_total {float(dropped)}".encode() in Metrics().render_exposition()
