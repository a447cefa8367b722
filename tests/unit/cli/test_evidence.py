"""Evidence of matches, to keep: what is in it, and that `sha256sum` finds out an altered one."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.config.loading.load import load_config_files
from monitor.matching.live import compile_live
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, sources
from tests.support.newest import make_newest
from tests.support.whole import news_monitor, write_config

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
def archive(tmp_path: Path) -> Iterator[Database]:
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
    yield database
    database.close()


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


def run_sha256sum(folder: Path) -> subprocess.CompletedProcess[str]:
    """Unpack the bundle and check it, as docs/operate.md says."""
    with zipfile.ZipFile(folder / "evidence.zip") as bundle:
        bundle.extractall(folder / "unpacked")
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    return subprocess.run(check, cwd=folder / "unpacked", check=False, capture_output=True, text=True)


@pytest.mark.usefixtures("archive")
async def test_sha256sum_finds_a_bundle_whole_and_names_what_was_altered(tmp_path: Path) -> None:
    """Nobody needs this program for it."""
    noted, files = await export(tmp_path)
    assert run_sha256sum(tmp_path).returncode == 0
    assert sha256((tmp_path / "unpacked" / "SHA256SUMS").read_bytes()).hexdigest() == noted
    pack(tmp_path, files | {"match-1/text.txt": b"It is denied."})
    ended = run_sha256sum(tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "match-1/text.txt: FAILED\n")


@pytest.mark.usefixtures("archive")
async def test_only_the_noted_hash_shows_that_everything_was_rewritten(tmp_path: Path) -> None:
    """The sums alone prove no origin, as docs/operate.md says."""
    noted, files = await export(tmp_path)
    files = {name: content for name, content in files.items() if name != "SHA256SUMS"}
    files["match-1/text.txt"] = b"It is denied."
    sums = "".join(f"{sha256(each).hexdigest()}  {name}\n" for name, each in files.items()).encode()
    pack(tmp_path, files | {"SHA256SUMS": sums})
    assert run_sha256sum(tmp_path).returncode == 0
    assert sha256(sums).hexdigest() != noted


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("matches export --evidence", "name a file: an evidence bundle is a zip file"),
        ("matches export --match 99", "there is no match 99: `news-monitor matches list` shows those that are"),
    ],
)
async def test_wrong_usage_is_said(arguments: str, said: str, tmp_path: Path) -> None:
    """In one line."""
    ended = await news_monitor(*arguments.split(), folder=tmp_path)
    assert (ended.code, ended.out, ended.err) == (2, "", f"{said}\n")
