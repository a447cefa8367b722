"""Whatever is wrong is one clear line, and stops nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.whole import LAUNCH, Site, document, news_monitor, now, rss, serving, silent, status, write_config

GOOD = "rule: good\ntitle: Good\nlevel: high\nmatch: {words: {en: [missiles]}}\n"
CONFIG = 'channels: {a: {url: "console://"}}\nroutes: {default: [a]}\n'


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (b"timezone: \xff\n", "monitor.yaml:1"),  # no UTF-8
        (b"- a\n", "monitor.yaml:1:1: "),  # no mapping
        (b"timezone: 5\n", "monitor.yaml:1:11: "),  # a wrong type
        (b"timezone: UTC\ntimezone: UTC\n", "monitor.yaml:2:1: "),  # a key twice
        (b"timezones: UTC\n", "monitor.yaml:1:1: "),  # an unknown key
        (b"rules: [nosuch]\n", "monitor.yaml:1:9: "),  # a folder that is not there
        (b"channels: {a: {url: 'console://'}}\nroutes: {default: [b]}\n", "monitor.yaml:2:20: there is no channel 'b'"),
        (b"channels: {a: {url: 'json://${env:NOT_SET}@h'}}\n", "monitor.yaml:1:21: the environment variable NOT_SET"),
        (b"channels: {a: {url: 'nosuch://hush-hush@h'}}\nroutes: {default: [a]}\n", "monitor.yaml:1:21: Apprise does"),
        (CONFIG.encode() + b"rules: [r.yaml]\n", "r.yaml:4:17: there is no entity 'nosuch'"),
        (CONFIG.encode() + b"rules: [s.yaml]\n", "s.yaml:5:14: there is no route 'nosuch'"),
    ],
)
async def test_check_says_where_and_what(config: bytes, line: str, tmp_path: Path) -> None:
    """file:line:col, for people and as JSON; no address is ever shown."""
    (tmp_path / "monitor.yaml").write_bytes(config)
    (tmp_path / "r.yaml").write_text(GOOD.replace("words: {en: [missiles]}", "entity: nosuch"), encoding="utf-8")
    (tmp_path / "s.yaml").write_text(GOOD + "alert: {to: [nosuch]}\n", encoding="utf-8")
    ended = await news_monitor("check", folder=tmp_path)
    assert ended.code == 1
    assert any(told.startswith(line) for told in ended.out.splitlines()), ended.out
    assert "hush" not in ended.out + ended.err
    rows = (await news_monitor("check", "--json", folder=tmp_path)).rows
    assert any(f"{row['file']}:{row['line']}:{row['col']}: {row['what']}".startswith(line) for row in rows)
    assert [list(row) for row in rows] == [["file", "line", "col", "kind", "what", "meant"]] * len(rows)


BAD = {
    "html": (document("<!doctype html><title>Home</title>", "text/html"), "this is an HTML page"),
    "moved": (status(404), "404"),
    "gone": (status(410), "410"),
    "often": (status(429, **{"Retry-After": "60"}), "429"),
    "broken": (status(500), "500"),
    "garbled": (document(b"\xb0\xa1\xff\xfe\x80" * 20), "no feed"),
    "silent": (silent, "silent"),
    "cut": (document(rss(("A", "/a", None))[:-30]), "ill-formed"),
    "refused": (None, "no connection"),
}


async def test_bad_sources_and_a_bad_rule_stop_nothing(tmp_path: Path) -> None:
    """One good feed among nine bad ones is told of; each bad one has its line in `sources list` and `status`."""
    site = Site({f"/{name}": page for name, (page, _) in BAD.items() if page})
    misread = rss((LAUNCH, "/good", now()), ("북한 소식", "/ko", now())).encode("cp949")  # says utf-8, and is not
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "rules" / "broken.yaml").write_text("rule: broken\nmatsh: 1\n", encoding="utf-8")
    async with serving(site):
        site.pages |= {"/good": document(rss((LAUNCH, "/good", now()))), "/misread": document(misread)}
        sources = {name: site.url(f"/{name}") for name in ("good", "misread", *BAD)}
        sources["refused"] = "http://127.0.0.1:1/feed"
        write_config(tmp_path, sources, rules="rules", more="limits: {idle: 8 s}\n")
        ended = await news_monitor("run", "--once", folder=tmp_path)
    assert ended.code == 0
    assert ended.out.count(f"\nHIGH: {LAUNCH}\n") == 1
    faults = [row for row in map(json.loads, ended.told) if row["event"] == "config.fault"]
    assert {Path(row["fault"].split(":")[0]).name for row in faults} == {"broken.yaml"}
    [left_out] = [row for row in map(json.loads, ended.told) if row["event"] == "config.left_out"]
    assert (left_out["level"], Path(left_out["file"]).name, left_out["rules"]) == ("warning", "broken.yaml", ["broken"])
    assert f"`news-monitor rules try {left_out['file']}`" in left_out["see"]
    rows = {row["id"]: row for row in (await news_monitor("sources", "list", "--json", folder=tmp_path)).rows}
    problems = {name: rows[name]["problem"] or "" for name in BAD}
    assert {
        name: said in problems[name] and "\n" not in problems[name] for name, (_, said) in BAD.items()
    } == dict.fromkeys(BAD, True), problems
    assert (rows["good"]["problem"], rows["good"]["articles"], rows["misread"]["articles"]) == (None, 1, 2)
    (told,) = (await news_monitor("status", "--json", folder=tmp_path)).rows
    assert set(told["failing"]) == set(BAD) - {"cut"}  # of that one what could be read was kept
    assert told["failing"]["gone"] == problems["gone"]


async def test_the_starter_set_of_init_works(tmp_path: Path) -> None:
    """It passes `check`, is never overwritten, and tells of a launch on the screen once its sources are there."""
    assert (await news_monitor("init", "desk", folder=tmp_path)).code == 0
    checked = await news_monitor("check", "-c", "desk/monitor.yaml", folder=tmp_path)
    assert (checked.code, checked.out) == (0, "")
    config = tmp_path / "desk" / "monitor.yaml"
    text = config.read_text(encoding="utf-8").replace("[east-asia]", "{east-asia: {sources: off}}")
    mine = text + "network: {allow: [127.0.0.0/8]}\n"
    config.write_text(mine, encoding="utf-8")
    again = await news_monitor("init", "--pack", "east-asia", "desk", folder=tmp_path)
    assert (again.code, again.out) == (2, "")
    assert "desk/monitor.yaml is there already; to use another pack, add its name to `packs` in it" in again.told
    assert config.read_text(encoding="utf-8") == mine
    async with serving(Site({"/feed": document(rss((LAUNCH, "/launch", now())))})) as site:
        sources = f"sources: [{{id: local, url: '{site.url('/feed')}', name: Local}}]\n"
        (tmp_path / "desk" / "sources.yaml").write_text(sources, encoding="utf-8")
        ended = await news_monitor("run", "--once", "-c", "desk/monitor.yaml", folder=tmp_path)
    assert ended.code == 0
    assert ended.out.startswith(f"\nCRITICAL: {LAUNCH}\n")
    assert "Rule north-korea-missile-launch" in ended.out
