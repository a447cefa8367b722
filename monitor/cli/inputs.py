"""What `match`, `replay` and `why` are given: rules by -c or --rules, and recorded articles, in files or on stdin."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import ClassVar, TypeVar

import click

from monitor.cli.options import config_of_rules_option
from monitor.cli.paths import InputPath, find_required_config
from monitor.config.language.references import NAME_ITS_FILE
from monitor.config.loading.load import load_rules, load_rules_of
from monitor.config.loading.rule_files import LoadedRules
from monitor.config.yaml.yaml12 import quote_text
from monitor.errors import InvalidFiles, InvalidRequest, MonitorError
from monitor.lab.recorded import RecordedArticle, UnusableLine, find_unknown_keys, read_recorded
from monitor.sanitize import sanitize_line
from monitor.sources.formats.charset import detect_codec
from monitor.wording.quantities import format_count

F = TypeVar("F", bound=Callable[..., object])
_Read = TypeVar("_Read")
_ADD_FILE = "add `--rules FILE` with the file that holds it, or write it"
_PACKED = b"\x1f\x8b"
_ENOUGH = 4096  # bytes to tell an encoding by
_SIGNS = {  # of what is given by mistake, which would be answered line by line
    b"PK\x03\x04": "a zip file",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"SQLite format 3": "a SQLite database",
    b"%PDF-": "a PDF",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def rules_options(command: F) -> F:
    """`-c FILE` or `--rules PATH`, which may be repeated."""
    rules = click.option(
        "--rules",
        multiple=True,
        type=InputPath(),
        metavar="PATH",
        help="Files and folders of rules, entities and lists.",
    )
    return config_of_rules_option(rules(command))


def load_selected_rules(config: Path | None, paths: tuple[Path, ...], *, with_routes: bool = False) -> LoadedRules:
    """The rules of the paths, or of the config, or of the monitor.yaml that is found if neither is given.
    `with_routes`: as in `load_rules_of`.

    Raises InvalidRequest if there is none then, and InvalidFiles if none of the files could be read: an
    answer about no rules would look like a real answer."""
    if config is not None and paths:
        raise InvalidRequest("give -c or --rules, not both")
    if not paths and config is None:
        config = find_required_config()
    if config is None:
        loaded = load_rules(paths)
        faults = (replace(each, hint=_ADD_FILE) if each.hint == NAME_ITS_FILE else each for each in loaded.faults)
        loaded = replace(loaded, faults=tuple(faults))
    else:
        loaded = load_rules_of(config, with_routes=with_routes)
    if loaded.faults and not loaded.documents and not loaded.declared_rule_ids:
        raise InvalidFiles(loaded.faults)
    if loaded.faults:
        count = format_count(len(loaded.faults), "fault")
        click.echo(f"{count}: what is faulty is left out here, and the rest of its file is used", err=True)
    return loaded


def read_lines(file: Path) -> Iterator[str]:
    """The lines of a file, or of standard input ("-"), packed with gzip or not. What is not UTF-8 in them is replaced.
    Raises MonitorError, at the end if some of it could be answered."""
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as raw:
            buffered = io.BufferedReader(raw)  # type: ignore[type-var]
            stream = gzip.GzipFile(fileobj=buffered) if buffered.peek(2).startswith(_PACKED) else buffered
            if what := _detect_binary(stream.peek(1)):
                raise MonitorError(f"{file}: this is {what}: give lines of text in UTF-8, packed with gzip or not")
            with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape") as lines:
                yield from _decode_lines(file, lines)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MonitorError(f"{file}: the gzip is damaged: {error}; what was before it has been answered") from error
    except OSError as error:
        raise InvalidRequest(f"{file}: {error.strerror or error}") from error


@dataclass(slots=True)
class ArticleReader:
    """Reads files of recorded articles, and prints what is wrong with them: lines that are unusable, a damaged end, and
    keys that no command reads, which may be typing errors: each once in a run, and no more than MOST_KEYS.
    `has_problems`: some of what was given is unusable."""

    MOST_KEYS: ClassVar = 20

    has_problems: bool = False
    _named_keys: set[str] = field(default_factory=set)

    def read(
        self, file: Path, now: datetime, *, zone: tzinfo = UTC, prefix: str = "", needs_ids: bool = True
    ) -> Iterator[RecordedArticle]:
        """The articles of a file, or of standard input ("-"). The other arguments: as in `read_recorded`. Raises
        MonitorError if no article of it can be read."""
        is_empty = True
        try:
            for found in read_recorded(read_lines(file), now, zone=zone, file=prefix, needs_ids=needs_ids):
                if isinstance(found, UnusableLine):
                    self._report_unusable(f"{file}: {found}")
                else:
                    self._report_unknown_keys(found, file)
                    is_empty = False
                    yield found
        except MonitorError as damaged:
            if is_empty or isinstance(damaged, InvalidRequest):
                raise
            self._report_unusable(str(damaged))  # what was before it is usable

    def read_as(
        self,
        file: Path,
        now: datetime,
        convert: Callable[[RecordedArticle], _Read | UnusableLine],
        *,
        needs_ids: bool = True,
    ) -> list[_Read]:
        """What `convert` makes of the articles of a file."""
        usable: list[_Read] = []
        for found in self.read(file, now, needs_ids=needs_ids):
            converted = convert(found)
            if isinstance(converted, UnusableLine):
                self._report_unusable(f"{file}: {converted}")
            else:
                usable.append(converted)
        return usable

    def _report_unusable(self, problem: str) -> None:
        click.echo(problem, err=True)
        self.has_problems = True

    def _report_unknown_keys(self, found: RecordedArticle, file: Path) -> None:
        for key, meant in find_unknown_keys(found.row):
            if key not in self._named_keys and len(self._named_keys) < self.MOST_KEYS:
                self._named_keys.add(key)
                ignored = f"line {found.line}: the key {quote_text(sanitize_line(key))} is unknown and ignored"
                click.echo(f"{file}: {ignored}{f'; did you mean {meant!r}?' if meant else ''}", err=True)


def _decode_lines(file: Path, lines: Iterable[str]) -> Iterator[str]:
    count, first, sample = 0, 0, b""
    for number, line in enumerate(lines, 1):
        try:
            line.encode()
        except UnicodeEncodeError:  # bytes that were none of UTF-8
            raw = line.encode(errors="surrogateescape")
            count, first = count + 1, first or number
            sample += raw if len(sample) < _ENOUGH else b""
            yield raw.decode(errors="replace")
        else:
            yield line
    if count:
        codec = detect_codec(sample)
        fits = f"; {codec} fits: iconv -f {codec.replace('_', '-')} -t UTF-8" if codec else ""
        lines_are = "1 line is" if count == 1 else f"{count} lines are"
        raise MonitorError(f"{file}: {lines_are} not UTF-8, the first is line {first}{fits}")


def _detect_binary(begin: bytes) -> str | None:
    """What it is that begins so, if it is no text."""
    signs = (what for sign, what in _SIGNS.items() if begin.startswith(sign))
    return next(signs, "a binary file" if b"\0" in begin else None)
