"""What commands share: their options, and how they print."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, TextIO, TypeVar

import click

from monitor.cli.known_names import NameOf
from monitor.cli.paths import CONFIG_VARIABLE, ConfigPath, find_config
from monitor.config.language.durations import parse_duration
from monitor.errors import Fault, InvalidRequest, StoreFailed
from monitor.model import Settings, Span
from monitor.model.outcome import clauses_to_row
from monitor.runtime.safe_paths import PRIVATE_FILE, open_folder_of
from monitor.sanitize import escape_json, sanitize_line
from monitor.services.times import parse_time
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.ownership import act_as_owner
from monitor.store.queries.matches import MatchReport
from monitor.store.queries.reports import ReportQueries
from monitor.wording.local_time import format_local_time as format_local_time  # noqa: PLC0414 - commands share it
from monitor.wording.reasons import reason_in_words

F = TypeVar("F", bound=Callable[..., object])
TIME_EXAMPLES = "2026-01-05, '2026-01-05 09:00', today, yesterday, or how long ago: '3 days'."
"""What `parse_time_option` reads, for the help of an option."""


def config_option(command: F) -> F:
    """`-c FILE`: the monitor.yaml, which must be there."""
    return _build_config_option(ConfigPath(), find_config)(command)


def possible_config_option(command: F) -> F:
    """`-c FILE`: the monitor.yaml, for commands that go without one, or say themselves that it is not there."""
    return _build_config_option(click.Path(path_type=Path), find_config)(command)


def config_of_rules_option(command: F) -> F:
    """`-c FILE`: the monitor.yaml, for commands that may be given `--rules` in its place; None without -c."""
    return _build_config_option(ConfigPath(), None)(command)


def _build_config_option(type_: click.Path, default: Callable[[], Path] | None) -> Callable[[F], F]:
    text = f"The monitor.yaml (default: ${CONFIG_VARIABLE}, ./monitor.yaml, the user's, the system's; the first found)."
    return click.option("-c", "--config", "config", type=type_, default=default, metavar="FILE", help=text)


def rules_filter_option(command: F) -> F:
    """`--rule ID`, any number of times: only for these rules."""
    return click.option(
        "--rule", "rules", multiple=True, metavar="ID", type=NameOf("rule"), help="Only for this rule."
    )(command)


def since_option(command: F) -> F:
    """`--since TIME`, for `parse_time_option`."""
    return click.option("--since", metavar="TIME", help=f"Only since this time: {TIME_EXAMPLES}")(command)


class _OptionWithAlias(click.Option):
    """An option whose help shows only its first name."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The first name, and the help."""
        shown = copy(self)
        shown.opts = self.opts[:1]
        return super(_OptionWithAlias, shown).get_help_record(ctx)


def limit_option(
    text: str = "How many to print, the newest first.",
    *,
    default: int = 100,
    lowest: int = 1,
    highest: int | None = None,
) -> Callable[[F], F]:
    """`--limit N`, or `--most N`: how many rows a list has. The command gets it as `most`."""
    kind = click.IntRange(lowest, highest)
    names = ("--limit", "--most", "most")
    return click.option(*names, cls=_OptionWithAlias, default=default, show_default=True, type=kind, help=text)


def json_option(command: F) -> F:
    """`--json`: JSON lines on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")(command)


def database_of(settings: Settings) -> Database:
    """The database, closed when the command ends. Root becomes its owner first."""
    database = open_database(settings.database)
    act_as_owner(settings.database)
    click.get_current_context().call_on_close(database.close)
    return database


def existing_database(settings: Settings) -> Database:
    """The database, as this version knows it. Raises StoreFailed if there is none yet, or another version's."""
    database = database_of_any_version(settings)
    database.require_schema()
    return database


def database_of_any_version(settings: Settings) -> Database:
    """The database, of whatever version. Raises StoreFailed if there is none yet."""
    database = database_of(settings)
    if not database.exists():
        raise StoreFailed(f"{database.name} does not exist yet: `news-monitor run` creates it")
    return database


def database_if_any(settings: Settings) -> Database | None:
    """The database, as this version knows it; None before the first run. Raises StoreFailed if it is another
    version's."""
    database = database_of(settings)
    if not database.exists():
        return None
    database.require_schema()
    return database


def open_reports(settings: Settings) -> ReportQueries:
    """What has been committed, for reading. Raises StoreFailed if there is no database yet."""
    return ReportQueries(existing_database(settings))


def get_username() -> str:
    """The name of the user, for what people decide."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name
        return "unknown"


@contextmanager
def open_output(file: Path) -> Iterator[TextIO]:
    """The file to write, or stdout ("-"). Only its owner may read a new file. Raises InvalidRequest."""
    if str(file) == "-":
        yield sys.stdout
        return
    with (
        open_binary_output(file) as raw,
        io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace") as out,
    ):
        yield out


@contextmanager
def open_binary_output(file: Path) -> Iterator[BinaryIO]:
    """The file to write. Only its owner may read a new file. Raises InvalidRequest."""
    try:
        with open_folder_of(file) as folder, os.fdopen(folder.open_output(), "wb") as out:
            yield out
    except OSError as error:  # it cannot be made, or the disk is full
        raise InvalidRequest(f"cannot write {file}: {error.strerror}") from None


def print_written(what: str, file: Path) -> None:
    """Say on stderr what was written and where (FILE may be /dev/stdout); nothing if it went to stdout ("-")."""
    if str(file) != "-":
        click.echo(f"{what} written to {file}", err=True)


def write_page(file: Path, page: str) -> None:
    """Write a page of HTML into the file, which only its owner may read, or to stdout ("-"). An older file stays until
    the new one is complete. Raises InvalidRequest."""
    if str(file) == "-":
        plain = (sys.stdout.encoding or "").lower() not in {"utf-8", "utf8"}  # the page says that it is UTF-8
        sys.stdout.write(page.encode("ascii", "xmlcharrefreplace").decode() if plain else page)
        return
    with replacing_file(file) as out:
        out.write(page.encode("utf-8", "replace"))


@contextmanager
def replacing_file(file: Path, *, may_exist: bool = True) -> Iterator[BinaryIO]:
    """The file to write, which only its owner may read. An older one stays until the new one is complete. Raises
    InvalidRequest, as where there is one that may not exist."""
    try:
        with open_folder_of(file) as folder:
            status = folder.find_status()
            if status is not None and not may_exist:
                raise InvalidRequest(f"{file} exists already: name a new file")
            if status is not None and not S_ISREG(status.st_mode):  # a device would be replaced by a file
                raise InvalidRequest(f"cannot write {file}: it is not a file; - is standard output")
            if status is not None and not folder.is_writable():  # renaming would ignore that
                raise InvalidRequest(f"cannot write {file}: {os.strerror(errno.EACCES)}")
            with folder.replacing(PRIVATE_FILE) as descriptor, open(descriptor, "wb", closefd=False) as out:
                yield out
    except OSError as error:  # it cannot be made, or the disk is full
        raise InvalidRequest(f"cannot write {file}: {error.strerror}") from None


def parse_time_option(text: str | None, now: datetime, timezone: str) -> datetime | None:
    """A time as people write it (`parse_time`), in the configured time zone."""
    return None if text is None else parse_time(text, now, timezone)


def parse_duration_option(text: str) -> timedelta:
    """A length of time as people write it: '1 hour'."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InvalidRequest(f"'{text}' is not a length of time: {error}") from None


def print_json(row: object) -> None:
    """One line of JSON on stdout."""
    click.echo(json_line(row, sys.stdout))


def json_line(row: object, out: TextIO) -> str:
    """A row as JSON; times in ISO 8601. What nobody should see on a terminal is escaped; where `out` is not UTF-8, all
    beyond ASCII is."""
    plain = (out.encoding or "").lower() not in {"utf-8", "utf8"}
    return escape_json(json.dumps(row, ensure_ascii=plain, default=_encode_json_value))


def span_row(span: Span) -> dict[str, object]:
    """Evidence as JSON has it: the name of its condition only where that has one."""
    return {key: value for key, value in asdict(span).items() if key != "node" or value}


def match_row(match: MatchReport) -> dict[str, object]:
    """A stored match as JSON has it."""
    row = {key: value for key, value in asdict(match).items() if key != "why"}
    reason = {"reason": reason_in_words(match.why), "reason_parameters": clauses_to_row(match.why)}
    return {**row, **reason, "evidence": [span_row(span) for span in match.evidence]}


def format_evidence(evidence: Iterable[Span]) -> str:
    """Evidence for people: every word once, with its field and the name of its condition."""
    words = (f"“{sanitize_line(s.text)}” ({s.field}{f', {s.node}' if s.node else ''})" for s in evidence)
    return ", ".join(dict.fromkeys(words))


def compared_line(compared: str | None) -> Iterator[str]:
    """With which older article one was compared, as a line of its own; none where it was not."""
    if compared:
        yield f"          compared with {sanitize_line(compared)}"


def alert_word(kind: str | None) -> str:
    """What people call an alert of this kind: a new one is just an alert."""
    return kind if kind and kind != "new" else "alert"


def confirm(question: str, otherwise: str, *, err: bool = False) -> bool:
    """Ask a person. `otherwise`: what was not done if the question is not answered; `err`: on stderr, as stdout has
    something else. Raises InvalidRequest."""
    try:
        return click.confirm(question, err=err)
    except click.Abort:  # the end of standard input, or Ctrl-C
        click.echo(err=err)
        raise InvalidRequest(f"{otherwise}: the question was not answered; --yes skips it") from None


def announce_wait(doing: str) -> None:
    """Print to a person at a terminal what the command does now, before it waits for a server."""
    if sys.stderr.isatty():
        click.echo(f"{doing} ...", err=True)


def print_faults(faults: Iterable[Fault]) -> None:
    """Faults, for people, on stderr."""
    for fault in faults:
        click.echo(str(fault), err=True)


def fault_row(fault: Fault) -> dict[str, object]:
    """A fault as JSON has it: its place, what is wrong, and what was meant."""
    place = {"file": fault.place.file, "line": fault.place.line, "col": fault.place.col}
    return {**place, "kind": "fault", "what": fault.problem, "meant": fault.hint}


def _encode_json_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
