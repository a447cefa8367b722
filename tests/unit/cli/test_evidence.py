"""Evidence of matches, to keep: what is in it, and that an altered one is found out."""

from __future__ import annotations

import bz2
import io
import json
import shutil
import string
import struct
import subprocess
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from monitor.config.loading.load import load_config_files
from monitor.matching.live import compile_live
from monitor.services.evidence_bundle import BundleWriter, EvidenceItem, check_bundle
from monitor.services.queries.evidence import collect_evidence
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries.matches import MatchFilter
from monitor.store.queues.claims import Claims
from tests.building import HOUR, MINUTE, NOON, article, claimed, commit, sources
from tests.e2e.whole import news_monitor, write_config
from tests.newest import make_newest

RULE = """\
rule: launch
title: Launches
level: high
match: {all: [{entity: north-korea}, {list: flying}]}
---
entity: north-korea
kind: country
name: North Korea
sure: {ko: [북한], en: [North Korea]}
---
list: flying
words: {ko: [발사], en: [missiles]}
"""
TITLE, TEXT = "북한 미사일 발사", "Seoul says so.\nNorth Korea's missiles flew."


@pytest.fixture
def archive(tmp_path: Path) -> Database:
    """An article that was changed once and matched in both versions, and a report of the same by another source."""
    (tmp_path / "mine.yaml").write_text(RULE, encoding="utf-8")
    write_config(
        tmp_path, {}, channels={"desk": "json://127.0.0.1:9/s3cr3t-place"}, rules="mine.yaml", entities="mine.yaml"
    )
    (tmp_path / "monitor.yaml").write_text(
        (tmp_path / "monitor.yaml").read_text(encoding="utf-8").replace("entities: ['mine.yaml']\n", ""),
        encoding="utf-8",
    )
    config = load_config_files(tmp_path / "monitor.yaml", {}).config
    ruleset = compile_live(config.rules.values(), config.entities, config.lists)
    database = make_newest(tmp_path / "monitor.db")
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "other"), NOON)
    first = article("a", TITLE, "It is said.", url="https://x.test/1", published=NOON - HOUR, dated=True)
    commit(section, claimed(claims), first, ruleset=ruleset)
    later = NOON + 10 * MINUTE
    second = article("a", TITLE, TEXT, url="https://x.test/1", version=2, published=NOON - HOUR, dated=True, seen=NOON)
    commit(section, claimed(claims, "wire", later), second, at=later, ruleset=ruleset)
    again = article(
        "b", "북한 미사일 또 발사", "Secret words.", of="other", url="https://y.test/1", seen=later, dated=False
    )
    commit(section, claimed(claims, "other", later), again, at=later, ruleset=ruleset)
    return database


async def export(folder: Path, *options: str) -> tuple[str, dict[str, bytes]]:
    """The hash that the command printed, and the files of the bundle."""
    ended = await news_monitor("matches", "export", "--evidence", *options, "evidence.zip", folder=folder)
    assert (ended.code, ended.err) == (0, "")
    with zipfile.ZipFile(folder / "evidence.zip") as bundle:
        return ended.out.split()[-1], {name: bundle.read(name) for name in bundle.namelist()}


def pack(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the bundle again."""
    with zipfile.ZipFile(folder / "evidence.zip", "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)


@pytest.mark.usefixtures("archive")
async def test_a_bundle_has_all_that_is_known_of_a_match(tmp_path: Path) -> None:
    """The text that matched and its hash, the versions, the clock of each time, the rule with what it names, the spans,
    the decision and the receipts; no secret of a channel."""
    noted, files = await export(tmp_path)
    assert noted == sha256(files["SHA256SUMS"]).hexdigest()
    about = json.loads(files["bundle.json"])
    first, second, other = about["matches"]
    row = json.loads(files[f"match-{second}/match.json"])
    assert files[f"match-{second}/title.txt"].decode() == TITLE
    assert files[f"match-{second}/text.txt"].decode() == TEXT
    assert files[f"match-{first}/text.txt"].decode() == "It is said."
    assert row["article"]["text_sha256"] == sha256(TEXT.encode()).hexdigest()
    assert [(each["version"], each["stored_at"], each["clock"]) for each in row["versions"]] == [
        (1, "2026-01-05T12:00:00+00:00", "news-monitor"),
        (2, "2026-01-05T12:10:00+00:00", "news-monitor"),
    ]
    assert row["versions"][1]["text_sha256"] == row["article"]["text_sha256"]
    clocks = {each["what"]: (each["time"], each["clock"]) for each in row["times"]}
    assert clocks["published"] == ("2026-01-05T11:00:00+00:00", "publisher")
    assert clocks["first seen"] == ("2026-01-05T12:00:00+00:00", "news-monitor")
    assert clocks["matched"] == ("2026-01-05T12:10:00+00:00", "news-monitor")
    assert {"field": "title", "start": 0, "end": 2, "text": "북한", "term": "북한"} in row["spans"]
    assert row["decision"]["outcome"] == "suppressed"
    assert row["decision"]["reason_code"] == "already-sent"
    sent = json.loads(files[f"match-{first}/match.json"])
    assert [(each["channel"], each["state"]) for each in sent["deliveries"]] == [("desk", "pending")]
    assert sent["alert"]["decided_at"] == "2026-01-05T12:00:00+00:00"
    rule = json.loads(files[row["rule"]["file"]])
    assert [next(iter(document.items())) for document in rule["documents"]] == [
        ("rule", "launch"),
        ("entity", "north-korea"),
        ("list", "flying"),
    ]
    undated = {each["what"]: each for each in json.loads(files[f"match-{other}/match.json"])["times"]}
    assert undated["published"] == {"what": "published", "time": None, "clock": None}
    assert b"s3cr3t" not in b"".join(files.values())


def test_the_text_of_a_rule_is_collected_once(archive: Database, tmp_path: Path) -> None:
    """For all of its matches together."""
    loaded = load_config_files(tmp_path / "monitor.yaml", {})
    first, *others = collect_evidence(loaded, archive, MatchFilter())
    assert (len(others), {id(each.rule) for each in others}) == (2, {id(first.rule)})


@pytest.mark.usefixtures("archive")
async def test_only_the_named_matches_are_in_it(tmp_path: Path) -> None:
    """Each once."""
    _, files = await export(tmp_path, "--match", "1", "--match", "1")
    assert json.loads(files["bundle.json"])["matches"] == [1]
    assert {name.partition("/")[0] for name in files if name.startswith("match-")} == {"match-1"}


@pytest.mark.usefixtures("archive")
async def test_a_rule_that_has_changed_since_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    """Only its version is known."""
    (tmp_path / "mine.yaml").write_text(RULE.replace("발사]", "발사, 훈련]"), encoding="utf-8")
    _, files = await export(tmp_path, "--match", "1")
    (rule,) = (json.loads(content) for name, content in files.items() if name.startswith("rules/"))
    assert rule["documents"] == []
    assert rule["note"].startswith("the rule has changed since")


@pytest.mark.usefixtures("archive")
async def test_forgotten_words_are_not_in_it(tmp_path: Path) -> None:
    """Neither as a match, nor in what is said of another article of the same story."""
    _, files = await export(tmp_path)
    assert b"Secret words." in b"".join(files.values())
    assert (await news_monitor("articles", "forget", "--yes", "https://y.test/1", folder=tmp_path)).code == 0
    (tmp_path / "evidence.zip").unlink()
    _, files = await export(tmp_path)
    content = b"".join(files.values())
    assert b"Secret words." not in content
    assert "또 발사".encode() not in content
    gone = await news_monitor("matches", "export", "--evidence", "--match", "3", "more.zip", folder=tmp_path)
    assert (gone.code, gone.err) == (2, "there is no match 3: `news-monitor matches list` shows those that are\n")


@pytest.mark.usefixtures("archive")
async def test_an_older_bundle_is_not_overwritten(tmp_path: Path) -> None:
    """Its hash may be noted somewhere."""
    await export(tmp_path)
    before = (tmp_path / "evidence.zip").read_bytes()
    again = await news_monitor("matches", "export", "--evidence", "evidence.zip", folder=tmp_path)
    assert (again.code, again.out) == (2, "")
    assert again.err == "evidence.zip exists already: name a new file\n"
    assert (tmp_path / "evidence.zip").read_bytes() == before


@pytest.mark.usefixtures("archive")
async def test_a_whole_bundle_is_valid(tmp_path: Path) -> None:
    """By our command, which says what this proves, and by the tool that everybody has."""
    noted, files = await export(tmp_path)
    alone = await news_monitor("evidence", "verify", "evidence.zip", folder=tmp_path)
    assert (alone.code, alone.err) == (0, "")
    assert "evidence.zip: valid, 3 matches, made " in alone.out
    assert "It does not show who made the bundle" in alone.out
    compared = await news_monitor("evidence", "verify", "--hash", noted.upper(), "evidence.zip", folder=tmp_path)
    assert compared.code == 0
    assert f"SHA-256 of the whole: {noted}, as it was noted" in compared.out
    [row] = (await news_monitor("evidence", "verify", "--json", "evidence.zip", folder=tmp_path)).rows
    assert (row["valid"], row["sha256"], row["matches"], row["problems"]) == (True, noted, 3, [])
    unpacked = tmp_path / "unpacked"
    for name, content in files.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_bytes(content)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=unpacked, check=True, capture_output=True)  # noqa: ASYNC221


def change_text(files: dict[str, bytes]) -> None:
    files["match-1/text.txt"] += b" "


def remove_file(files: dict[str, bytes]) -> None:
    del files["match-1/title.txt"]


def add_file(files: dict[str, bytes]) -> None:
    files["match-9/text.txt"] = b"More."


def drop_sums(files: dict[str, bytes]) -> None:
    del files["SHA256SUMS"]


def write_sums(files: dict[str, bytes]) -> None:
    rest = {name: content for name, content in files.items() if name != "SHA256SUMS"}
    files["SHA256SUMS"] = "".join(f"{sha256(each).hexdigest()}  {name}\n" for name, each in rest.items()).encode()


def change_text_and_sums(files: dict[str, bytes]) -> None:
    change_text(files)
    write_sums(files)


def change_span(files: dict[str, bytes]) -> None:
    row = json.loads(files["match-1/match.json"])
    row["spans"][0]["text"] = "남한"
    files["match-1/match.json"] = json.dumps(row).encode()
    write_sums(files)


def drop_rule(files: dict[str, bytes]) -> None:
    del files[next(name for name in files if name.startswith("rules/"))]
    write_sums(files)


def list_no_match(files: dict[str, bytes]) -> None:
    files["bundle.json"] = json.dumps(json.loads(files["bundle.json"]) | {"matches": []}).encode()
    write_sums(files)


def list_twice(files: dict[str, bytes]) -> None:
    files["SHA256SUMS"] = b"0" * 64 + b"  match-1/text.txt\n" + files["SHA256SUMS"]


def name_rule_by_list(files: dict[str, bytes]) -> None:
    row = json.loads(files["match-1/match.json"])
    row["rule"]["file"] = ["rules"]
    files["match-1/match.json"] = json.dumps(row).encode()
    write_sums(files)


def be_of_later_version(files: dict[str, bytes]) -> None:
    files["bundle.json"] = json.dumps(json.loads(files["bundle.json"]) | {"format_version": 2}).encode()
    write_sums(files)


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (change_text, "match-1/text.txt: it was altered"),
        (remove_file, "match-1/title.txt: it is missing"),
        (add_file, "match-9/text.txt: it was added"),
        (drop_sums, "SHA256SUMS: it is missing, so this is not an evidence bundle, or only a part of one"),
        (change_text_and_sums, "match-1/text.txt: it is not what match.json describes"),
        (change_span, "match-1/match.json: a span is empty, or not in its text"),
        (drop_rule, "match-1/match.json: the file of its rule is missing"),
        (list_no_match, "bundle.json: it does not list match-1"),
        (list_twice, "SHA256SUMS: match-1/text.txt is listed twice"),
        (name_rule_by_list, "match-1/match.json: it does not describe a match, or files of it are missing"),
        (be_of_later_version, "bundle.json: a later version of the program made this"),
    ],
)
@pytest.mark.usefixtures("archive")
async def test_what_was_altered_is_named(alter: Callable[[dict[str, bytes]], None], said: str, tmp_path: Path) -> None:
    """Exit code 1; nothing is called valid."""
    _, files = await export(tmp_path)
    alter(files)
    pack(tmp_path, files)
    ended = await news_monitor("evidence", "verify", "evidence.zip", folder=tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert f"evidence.zip: {said}" in ended.err


@pytest.mark.usefixtures("archive")
async def test_only_the_noted_hash_shows_that_everything_was_rewritten(tmp_path: Path) -> None:
    """As the command and the docs say: the sums alone prove no origin."""
    noted, files = await export(tmp_path)
    files["match-1/text.txt"] = b"It is denied."
    row = json.loads(files["match-1/match.json"])
    row["article"]["text_sha256"] = sha256(b"It is denied.").hexdigest()
    files["match-1/match.json"] = json.dumps(row).encode()
    write_sums(files)
    pack(tmp_path, files)
    assert (await news_monitor("evidence", "verify", "evidence.zip", folder=tmp_path)).code == 0
    ended = await news_monitor("evidence", "verify", "--hash", noted, "evidence.zip", folder=tmp_path)
    assert ended.code == 1
    assert ended.err == f"evidence.zip: SHA256SUMS: its SHA-256 is not the one that was noted, {noted}\n"


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("evidence verify none.zip", "none.zip: there is no such file or folder"),
        ("evidence verify .", ".: Is a directory"),
        ("evidence verify --hash abc mine.yaml", "--hash 'abc': a SHA-256 has 64 hexadecimal digits"),
        ("matches export --evidence", "name a file: an evidence bundle is a zip file"),
        ("matches export --match 99", "there is no match 99: `news-monitor matches list` shows those that are"),
    ],
)
async def test_wrong_usage_is_said(arguments: str, said: str, tmp_path: Path) -> None:
    """In one line."""
    ended = await news_monitor(*arguments.split(), folder=tmp_path)
    assert (ended.code, ended.out, ended.err) == (2, "", f"{said}\n")


def small_bundle(spans: Sequence[dict[str, Any]] = ({"field": "title", "start": 0, "end": 1, "text": "T"},)) -> bytes:
    out = io.BytesIO()
    writer = BundleWriter(out, datetime(2026, 1, 5, tzinfo=UTC), "1")
    row: dict[str, Any] = {
        "article": {"authors": [], "tags": [], "title_sha256": sha256(b"T").hexdigest(),
                    "text_sha256": sha256(b"").hexdigest()},
        "spans": [*spans],
        "rule": {"file": "rules/r.json"},
    }  # fmt: skip
    writer.add(EvidenceItem(1, "T", "", row, "rules/r.json", {}))
    writer.close()
    return out.getvalue()


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>", small_bundle()[:-10], b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_is_said(content: bytes) -> None:
    """Cut off, or something else."""
    (problem,) = check_bundle(io.BytesIO(content)).problems
    assert problem.startswith(("it cannot be read as a zip file", "SHA256SUMS: it is missing"))


def test_a_file_that_unpacks_to_very_much_is_not_read_to_its_end() -> None:
    """A zip bomb."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle, bundle.open("match-1/text.txt", "w") as member:
        for _ in range(70):
            member.write(bytes(2**20))
    problems = check_bundle(io.BytesIO(out.getvalue())).problems
    assert problems[0] == "match-1/text.txt: it cannot be read: it is larger than anything in a bundle"


def repack(change: Callable[[zipfile.ZipFile, zipfile.ZipInfo], None]) -> bytes:
    """The small bundle with the same files, each as `change` leaves its entry; called for each after it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small_bundle())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            entry = zipfile.ZipInfo(info.filename)
            if info.filename.endswith("title.txt"):
                change(new, entry)
            new.writestr(entry, old.read(info))
    return out.getvalue()


def add_entry(name: str, content: bytes = b"", mode: int = 0o40755) -> Callable[[zipfile.ZipFile, object], None]:
    """Adds an entry, by default as programs that pack a folder write it."""

    def add(bundle: zipfile.ZipFile, _entry: object) -> None:
        folder = zipfile.ZipInfo(name)
        folder.external_attr = mode << 16
        with warnings.catch_warnings(action="ignore"):  # a name that is there already
            bundle.writestr(folder, content)

    return add


@pytest.mark.parametrize("whole", [small_bundle(), repack(add_entry("match-1/"))], ids=["as written", "with a folder"])
def test_a_damaged_file_never_ends_in_a_traceback(whole: bytes) -> None:
    """Whichever byte is another one: then something is said, or the content is what it was."""
    assert check_bundle(io.BytesIO(whole)).problems == ()
    sums = check_bundle(io.BytesIO(whole)).sha256
    for position in range(len(whole)):
        damaged = whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :]
        found = check_bundle(io.BytesIO(damaged))
        assert found.problems or found.sha256 == sums


def test_a_bundle_that_was_unpacked_and_packed_again_is_whole(tmp_path: Path) -> None:
    """With entries for its folders, which say nothing that the names of the files do not say."""
    with zipfile.ZipFile(io.BytesIO(small_bundle())) as bundle:
        bundle.extractall(tmp_path / "unpacked")
    packed = Path(shutil.make_archive(str(tmp_path / "again"), "zip", tmp_path / "unpacked"))
    with zipfile.ZipFile(packed) as bundle:
        assert {"match-1/", "rules/"} <= {*bundle.namelist()}
    with packed.open("rb") as file:
        found = check_bundle(file)
    assert (found.problems, found.sha256) == ((), check_bundle(io.BytesIO(small_bundle())).sha256)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (add_entry("Nobody was there/"), "Nobody was there/: it was added"),
        (add_entry("match-1/", b"hidden"), "match-1/: it was added"),
        (add_entry("match-1/", mode=0o120777), "match-1/: it is a link or another special file"),
        (add_entry("match-1", mode=0o40755), "match-1: it is a link or another special file"),
    ],
)
def test_a_folder_that_says_more_than_its_files_is_reported(
    entry: Callable[[zipfile.ZipFile, object], None], said: str
) -> None:
    """A name, a content or a link."""
    assert said in check_bundle(io.BytesIO(repack(entry))).problems


def test_a_folder_that_is_there_twice_is_reported() -> None:
    """As a file is: the second may hide something from a reader of the first."""

    def add_twice(bundle: zipfile.ZipFile, entry: object) -> None:
        for _ in range(2):
            add_entry("match-1/")(bundle, entry)

    assert "match-1/: it is there twice" in check_bundle(io.BytesIO(repack(add_twice))).problems


def insert_bytes(_bundle: zipfile.ZipFile, _entry: zipfile.ZipInfo) -> None:
    assert _bundle.fp is not None
    _bundle.fp.seek(_bundle.start_dir)
    _bundle.fp.write(b"hidden")
    _bundle.start_dir = _bundle.fp.tell()


def with_comment() -> bytes:
    out = io.BytesIO(small_bundle())
    with zipfile.ZipFile(out, "a") as bundle:
        bundle.comment = b"hidden"
    return out.getvalue()


def before_central_directory() -> bytes:
    """Bytes behind the last file, before the list of the entries, which says where it begins."""
    whole = small_bundle()
    with zipfile.ZipFile(io.BytesIO(whole)) as bundle:
        at = bundle.start_dir
    moved = (at + 6).to_bytes(4, "little")
    return whole[:at] + b"hidden" + whole[at:-6] + moved + whole[-2:]


def hide_in_local_header() -> bytes:
    """An extra field in the header before the content, of which the list at the end knows nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small_bundle())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            entry = zipfile.ZipInfo(info.filename)
            entry.extra = b"\xfe\xca\x02\x00hi" if info.filename.endswith("title.txt") else b""
            new.writestr(entry, old.read(info))
        for info in new.infolist():
            info.extra = b""  # the list is written at the end
    return out.getvalue()


def hide_behind_content(stream: Callable[[bytes], bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The small bundle, with what `stream` makes of the content of a file in the place of that content."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small_bundle())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            entry = zipfile.ZipInfo(info.filename)
            if not info.filename.endswith("title.txt"):
                new.writestr(entry, content)
                continue
            made = stream(content)
            new.writestr(entry, made)
            assert new.fp is not None
            entry.compress_type, entry.CRC, entry.file_size = method, info.CRC, info.file_size
            new.fp.seek(entry.header_offset)
            new.fp.write(entry.FileHeader(zip64=False))
    return out.getvalue()


def deflate(content: bytes) -> bytes:
    return zlib.compress(content, wbits=-zlib.MAX_WBITS)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (hide_in_local_header(), "match-1/title.txt: it is described in two places that differ"),
        *(
            (made, "match-1/title.txt: it has bytes that do not belong to its content")
            for made in (
                hide_behind_content(lambda content: deflate(content) + b"hidden"),
                hide_behind_content(lambda content: deflate(content) + bytes(2**17)),
                hide_behind_content(lambda content: deflate(content + b"hidden")),
                hide_behind_content(lambda content: content + b"hidden", zipfile.ZIP_STORED),
                hide_behind_content(lambda content: bz2.compress(content) + b"hidden", zipfile.ZIP_BZIP2),
            )
        ),
        (with_comment(), "the zip file has a comment, which no sum covers"),
        (b"hidden" + small_bundle(), "the zip file has 6 bytes that belong to no file, before rules/r.json"),
        (
            repack(insert_bytes),
            "the zip file has 6 bytes that belong to no file, between the files, before match-1/title.txt",
        ),
        (before_central_directory(), "the zip file has 6 bytes that belong to no file, behind the last file"),
        (
            repack(lambda _, entry: setattr(entry, "comment", b"hidden")),
            "match-1/title.txt: it has a comment or other data beside its content",
        ),
        (
            repack(lambda _, entry: setattr(entry, "extra", b"\xfe\xca\x02\x00hi")),
            "match-1/title.txt: it has a comment or other data beside its content",
        ),
        (
            repack(lambda _, entry: setattr(entry, "external_attr", 0o120777 << 16)),
            "match-1/title.txt: it is a link or another special file",
        ),
    ],
)  # fmt: skip
def test_what_no_sum_covers_is_named(made: bytes, said: str) -> None:
    """The files and the hash over the whole are the same."""
    found = check_bundle(io.BytesIO(made))
    assert found.sha256 == check_bundle(io.BytesIO(small_bundle())).sha256
    assert said in found.problems


def write_large_bundle() -> bytes:
    """A bundle of texts that do not compress to less than half."""
    out = io.BytesIO()
    writer, letters = BundleWriter(out, NOON, "1.0"), Random(1)
    for number in range(1, 5):
        text = "".join(letters.choices(string.ascii_letters, k=3000))
        digests = {"title_sha256": sha256(b"T").hexdigest(), "text_sha256": sha256(text.encode()).hexdigest()}
        row = {"article": {**digests, "authors": [], "tags": []}, "spans": [], "rule": {"file": "rules/r.json"}}
        writer.add(EvidenceItem(number, "T", text, row, "rules/r.json", {}))
    writer.close()
    return out.getvalue()


def test_the_offsets_of_a_bundle_beyond_4_gib_are_no_stray_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry beyond 4 GiB has its offset in an extra field (zip64). Any other changed byte of a header is reported,
    except in fields that do not describe content."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 4000)
    whole = write_large_bundle()
    assert check_bundle(io.BytesIO(whole)).problems == ()
    with zipfile.ZipFile(io.BytesIO(whole)) as bundle:
        offsets = {info.filename: info.header_offset for info in bundle.infolist() if info.extra}
        names = {info.header_offset: info.filename for info in bundle.infolist()}
        at = whole.index(b"PK\x01\x02", bundle.start_dir)
    assert len(offsets) > 5
    unchecked = {4, 5, *range(34, 42)}  # which system made it, on which disk, and attributes of the file
    while whole[at : at + 4] == b"PK\x01\x02":
        name, extra = struct.unpack_from("<HH", whole, at + 28)
        for position in {*range(46 + name + extra)} - unchecked:
            damaged = bytearray(whole)
            damaged[at + position] ^= 0x55
            assert check_bundle(io.BytesIO(damaged)).problems, position
        at += 46 + name + extra
    for at, name in names.items():
        for position in range(30 + len(name)):
            damaged = bytearray(whole)
            damaged[at + position] ^= 0x55
            assert check_bundle(io.BytesIO(damaged)).problems, (name, position)


def test_a_zip64_offset_in_front_of_the_content_is_stray_data() -> None:
    """Zipfile skips this field there, so it could be anything."""

    def add_offset(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        entry.extra = struct.pack("<HHQ", 1, 8, bundle.start_dir)
        entry.extract_version = 45

    found = check_bundle(io.BytesIO(repack(add_offset)))
    assert found.problems == ("match-1/title.txt: it is described in two places that differ",)


@pytest.mark.parametrize("rest", [b"", b"\xfe\xca\x02\x00hi"])
def test_another_zip64_offset_or_extra_data_is_stray_data(rest: bytes) -> None:
    """An entry below 4 GiB has a zip64 field."""
    made = repack(lambda _, entry: setattr(entry, "extra", struct.pack("<HHQ", 1, 8, 2**40) + rest))
    found = check_bundle(io.BytesIO(made))
    assert "match-1/title.txt: it has a comment or other data beside its content" in found.problems


def test_bytes_behind_the_end_are_named() -> None:
    (problem,) = check_bundle(io.BytesIO(small_bundle() + b"hidden")).problems
    assert "6 bytes that belong to no file" in problem or "a comment" in problem


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_is_there_twice_is_named() -> None:
    out = io.BytesIO(small_bundle())
    with zipfile.ZipFile(out, "a") as bundle:
        bundle.writestr("match-1/title.txt", "T")
    assert "match-1/title.txt: it is there twice" in check_bundle(io.BytesIO(out.getvalue())).problems


@pytest.mark.parametrize("span", [(0, 0, ""), (1, 1, ""), (1, 0, ""), (-1, 1, "T"), (0, 2, "T")])
def test_an_empty_span_is_no_evidence(span: tuple[int, int, str]) -> None:
    start, end, text = span
    made = small_bundle(spans=[{"field": "title", "start": start, "end": end, "text": text}])
    assert check_bundle(io.BytesIO(made)).problems == ("match-1/match.json: a span is empty, or not in its text",)


def test_what_is_wrong_with_one_file_hides_no_fault_of_another() -> None:
    """Even if the name of one begins with the other's, and if the list of sums is another one than was noted."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr("SHA256SUMS", f"{'0' * 64}  note\n" * 2)
        for name in ("note", "note: 1", "note: 1"):
            archive.writestr(name, "x")
    assert set(check_bundle(file, "1" * 64).problems) == {
        "note: 1: it is there twice",
        f"SHA256SUMS: its SHA-256 is not the one that was noted, {'1' * 64}",
        "SHA256SUMS: note is listed twice",
        "note: it was altered",
    }
