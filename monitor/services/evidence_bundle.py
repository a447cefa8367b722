"""The format of an evidence bundle: a zip of plain text and JSON, with a list of the SHA-256 of every file in it.

`docs/evidence.md` describes it for those who will read one without this program. A bundle proves that nothing in it was
changed since its hash (that of the list) was noted elsewhere; it does not prove who made it.
"""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO, Any

from monitor.services.evidence_zip import find_folders, find_stray_data

FORMAT, FORMAT_VERSION = "news-monitor evidence", 1
ABOUT, SUMS, README = "bundle.json", "SHA256SUMS", "README.txt"
_LARGEST = 64 * 2**20  # bytes of a file in a bundle; an article is much smaller
_DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
_EXPLANATION = """\
Evidence from News Monitor (news-monitor): why articles matched a rule, and what was decided and sent.

bundle.json             when this was made, by which version of the program, and which matches it has
match-N/match.json      the match with the number N: its article with all times and the clock that each comes from,
                        every stored version, the spans of the text that met the rule, the decision, the receipts
match-N/title.txt       title and text of the version that matched, exactly as they were stored (UTF-8)
match-N/text.txt
rules/RULE-VERSION.json the rule, and the entities and lists that it names
SHA256SUMS              the SHA-256 of each of these files

To check it without the program: unpack it, and run "sha256sum -c SHA256SUMS" in its folder. Then compare the SHA-256 of
the file SHA256SUMS with the one that was noted when the bundle was made. Without that comparison, the sums show only
that nothing was damaged: whoever changes a file can write new sums.
"""


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One match in a bundle. `row`: the content of match.json; `rule`: of the rule's file."""

    id: int
    title: str
    text: str
    row: Mapping[str, Any]
    rule_file: str
    rule: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BundleSummary:
    """`sha256`: the hash over the whole, in hexadecimal digits."""

    matches: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """`problems`: what was altered, in sentences; none: the bundle is whole. `sha256`: the hash over the whole, or None
    if the bundle has no list of sums. `matches`: how many it has; `made_at`, `version`: when it was made, and by which
    version of the program, as it says."""

    problems: tuple[str, ...]
    sha256: str | None = None
    matches: int = 0
    made_at: str | None = None
    version: str | None = None


class BundleWriter:
    """Writes a bundle, match by match; `close` ends it."""

    def __init__(self, out: IO[bytes], now: datetime, version: str) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._now = now.astimezone(UTC)
        self._version = version
        self._sums: dict[str, str] = {}
        self._ids: list[int] = []

    def add(self, item: EvidenceItem) -> None:
        """Write a match, and its rule if no match before had it."""
        if item.rule_file not in self._sums:
            self._write(item.rule_file, _encode_json(item.rule))
        for name, content in (
            ("title.txt", item.title.encode()),
            ("text.txt", item.text.encode()),
            ("match.json", _encode_json(item.row)),
        ):
            self._write(f"match-{item.id}/{name}", content)
        self._ids.append(item.id)

    def close(self) -> BundleSummary:
        """Write what describes the whole."""
        about = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "made_at": self._now.isoformat(),
            "program": {"name": "news-monitor", "version": self._version},
            "matches": self._ids,
        }
        self._write(ABOUT, _encode_json(about))
        self._write(README, _EXPLANATION.encode())
        sums = "".join(f"{digest}  {name}\n" for name, digest in self._sums.items()).encode()
        self._write(SUMS, sums)
        self._zip.close()
        return BundleSummary(len(self._ids), sha256(sums).hexdigest())

    def _write(self, name: str, content: bytes) -> None:
        info = zipfile.ZipInfo(name, self._now.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(info, content)
        self._sums[name] = sha256(content).hexdigest()


def check_bundle(file: IO[bytes], expected: str | None = None) -> BundleCheck:
    """Read a whole bundle. `expected`: the hash over the whole that was noted when it was made. Never raises for what
    the file has in it."""
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGES as error:
        return BundleCheck((f"it cannot be read as a zip file: {error}",))
    with archive:
        try:
            stray = list(find_stray_data(archive, file, _LARGEST))
        except (*_DAMAGES, struct.error) as error:
            return BundleCheck((f"it cannot be read as a zip file: {error}",))
        found = _check_archive(archive, expected)
    return replace(found, problems=(*found.problems, *stray))


def _check_archive(archive: zipfile.ZipFile, expected: str | None) -> BundleCheck:
    reader = _BundleReader(archive)
    problems = reader.problems
    if SUMS not in reader.digests:
        return BundleCheck(
            (*problems, f"{SUMS}: it is missing, so this is not an evidence bundle, or only a part of one")
        )
    whole = reader.digests[SUMS]
    if expected is not None and whole != expected.lower():
        problems.append(f"{SUMS}: its SHA-256 is not the one that was noted, {expected.lower()}")
    problems += _compare_sums(reader)
    about, faults = _read_about(reader)
    if not problems:
        ids = about.get("matches", ())
        problems = [*faults, *(fault for id_ in ids for fault in _check_match(reader, id_))]
        folders = {name.partition("/")[0] for name in reader.digests if name.startswith("match-")}
        unnamed = sorted(folders - {f"match-{id_}" for id_ in ids})
        problems += [f"{ABOUT}: it does not list {folder}" for folder in unnamed if not faults]
    program = about.get("program")
    version = program.get("version") if isinstance(program, dict) else None
    return BundleCheck(tuple(problems), whole, len(about.get("matches", ())), str(about.get("made_at")), str(version))


class _BundleReader:
    """The files of a bundle, of which one at a time is in memory: somebody may have made it to fill that.

    `digests`: the SHA-256 of each by its name; `faulty`: the files that are there twice or cannot be read, which are
    empty then; `problems`: what is wrong with them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.digests: dict[str, str] = {}
        self.faulty: set[str] = set()
        self.problems: list[str] = []
        folders, seen = find_folders(archive), set[str]()
        for info in archive.infolist():
            if info.filename in seen:
                self._add_problem(info.filename, "it is there twice")
                continue
            seen.add(info.filename)
            content = b""
            try:
                content = _read_limited(archive, info)
                self._infos[info.filename] = info
            except _DAMAGES as error:
                self._add_problem(info.filename, f"it cannot be read: {error}")
            if info.filename not in folders:
                self.digests[info.filename] = sha256(content).hexdigest()

    def _add_problem(self, name: str, problem: str) -> None:
        self.faulty.add(name)
        self.problems.append(f"{name}: {problem}")

    def read(self, name: str) -> bytes:
        """The content of a file; nothing if it is missing or damaged."""
        return _read_limited(self._archive, self._infos[name]) if name in self._infos else b""


def _read_limited(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as opened:
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError("it is larger than anything in a bundle")
    return content


def _compare_sums(reader: _BundleReader) -> Iterator[str]:
    """What differs from the list of sums, except files with other faults."""
    listed: dict[str, str] = {}
    for line in reader.read(SUMS).decode(errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        if name in listed:
            yield f"{SUMS}: {name} is listed twice"
        listed[name] = digest
    for name, digest in listed.items():
        if name not in reader.digests:
            yield f"{name}: it is missing"
        elif reader.digests[name] != digest and name not in reader.faulty:
            yield f"{name}: it was altered"
    unlisted = reader.digests.keys() - listed.keys() - reader.faulty - {SUMS}
    yield from (f"{name}: it was added" for name in reader.digests if name in unlisted)


def _read_about(reader: _BundleReader) -> tuple[Mapping[str, Any], Sequence[str]]:
    """What describes the bundle, and what is wrong with it."""
    about = _decode_object(reader.read(ABOUT))
    ids = about.get("matches")
    if about.get("format") != FORMAT or not isinstance(ids, list) or not all(isinstance(id_, int) for id_ in ids):
        return {}, [f"{ABOUT}: it does not describe an evidence bundle"]
    if about.get("format_version") != FORMAT_VERSION:
        return about, [f"{ABOUT}: a later version of the program made this: check it with that one"]
    return about, []


def _check_match(reader: _BundleReader, id_: int) -> Iterator[str]:
    """What does not fit together in a match, although the sums are right."""
    name = f"match-{id_}/match.json"
    row = _decode_object(reader.read(name))
    try:
        article, spans = row["article"], row["spans"]
        digests = {field: reader.digests[f"match-{id_}/{field}.txt"] for field in ("title", "text")}
        fields = {field: reader.read(f"match-{id_}/{field}.txt").decode() for field in digests}
        fields |= {field: ", ".join(article[field]) for field in ("authors", "tags")}
        hashes = {field: article[f"{field}_sha256"] for field in digests}
        fits = [_has_span(fields[span["field"]], span) for span in spans]
        has_rule = row["rule"]["file"] in reader.digests
    except (LookupError, TypeError, ValueError):
        yield f"{name}: it does not describe a match, or files of it are missing"
        return
    for field, digest in digests.items():
        if digest != hashes[field]:
            yield f"match-{id_}/{field}.txt: it is not what match.json describes"
    if not all(fits):
        yield f"{name}: a span is empty, or not in its text"
    if not has_rule:
        yield f"{name}: the file of its rule is missing"


def _has_span(text: str, span: Mapping[str, Any]) -> bool:
    start, end = span["start"], span["end"]
    return bool(0 <= start < end <= len(text) and text[start:end] == span["text"])


def _encode_json(row: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(row, ensure_ascii=False, indent=2)}\n".encode()


def _decode_object(content: bytes) -> Mapping[str, Any]:
    """The JSON object; an empty one if there is none."""
    try:
        row = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}
