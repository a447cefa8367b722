"""How logs are written, and that no secret gets into them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from monitor.telemetry import Event, configure, log

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
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    """Where the log goes; not a terminal."""
    stream = io.StringIO()
    configure(stream=stream, secrets=SECRETS)
    return stream


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(text: str) -> None:
    raise ValueError(text)


def test_elsewhere_than_on_a_terminal_each_line_is_json(stream: io.StringIO) -> None:
    """One object a line, with level, time in UTC and the event's fields, in every script."""
    log.warning(Event.POLL_PROBLEM, source="wire", problem="북한\n두 줄")
    (line,) = written(stream)
    assert (line["event"], line["level"], line["source"]) == ("source has a problem", "warning", "wire")
    assert line["problem"] == "북한\n두 줄"
    assert line["timestamp"].endswith("Z")
    assert "북한" in stream.getvalue()


def test_on_a_terminal_lines_are_for_people() -> None:
    """No JSON; tracebacks too come without a warning about how they are drawn."""
    stream = Terminal()
    configure(stream=stream, secrets=SECRETS)
    log.info(Event.STARTED, url="json://h/s3cr3t-t0ken")
    try:
        fail("s3cr3t-t0ken")
    except ValueError:
        log.exception(Event.POLL_CRASHED)
    text = stream.getvalue()
    assert "started" in text
    assert "ValueError" in text
    assert "{" not in text
    assert "s3cr3t" not in text


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
    log.error(Event.RETRY, detail=value, attempt=3, settled=True)
    (line,) = written(stream)
    assert "s3cr3t" not in stream.getvalue()
    assert "***" in json.dumps(line["detail"])
    assert (line["attempt"], line["settled"]) == (3, True)


def test_secrets_are_taken_out_of_tracebacks(stream: io.StringIO) -> None:
    """An exception's text is text."""
    try:
        fail("cannot reach json://h/s3cr3t-t0ken")
    except ValueError:
        log.exception(Event.DELIVERY_CRASHED)
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
    log.info(Event.STARTED, a="json://h/s3cr3t-t0ken", b="a short word")
    (line,) = written(stream)
    assert (line["a"], line["b"]) == ("***", "a short word")


@pytest.mark.parametrize("name", ["apprise", "urllib3", "aiohttp.access", "apscheduler"])
def test_talkative_libraries_are_kept_to_warnings(stream: io.StringIO, name: str) -> None:
    """Below, they write tokens and message texts."""
    logging.getLogger(name).info("POST payload")
    logging.getLogger(f"{name}.child").info("POST payload")
    logging.getLogger(name).warning("trouble")
    assert [line["event"] for line in written(stream)] == ["trouble"]
