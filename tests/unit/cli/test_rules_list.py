"""`news-monitor rules list` and `rules packs`."""

from __future__ import annotations

from pathlib import Path

from tests.support.commands import run_in

RULES = """\
rule: strikes
title: Strikes
level: low
status: shadow
owner: labour-desk
match: {words: {en: [strike, walk out], ko: [파업]}}
tests: {fires: [A strike, 파업], silent: [Rain]}
"""


def test_with_rules_a_missing_name_asks_for_the_file_that_holds_it(tmp_path: Path) -> None:
    """monitor.yaml may name that file already, but with --rules it is not read."""
    (tmp_path / "monitor.yaml").write_text("rules: [rules]\nentities: [rivers.yaml]\n", encoding="utf-8")
    (tmp_path / "rivers.yaml").write_text("entity: nakdong\nkind: place\nname: N\nsure: [Nakdong]\n", encoding="utf-8")
    (tmp_path / "rules").mkdir()
    rule = RULES.replace("{words: {en: [strike, walk out], ko: [파업]}}", "{entity: nakdong}")
    (tmp_path / "rules" / "a.yaml").write_text(rule, encoding="utf-8")
    ended = run_in(tmp_path, "rules", "list", "--rules", "rules")
    assert ended.code == 1
    assert ended.told[1] == (
        "rules/a.yaml:6:17: there is no entity 'nakdong'; add `--rules FILE` with the file that holds it, or write it"
    )
    again = run_in(tmp_path, "rules", "list", "--rules", "rules", "--rules", "rivers.yaml")
    assert (again.code, again.err) == (0, "")


def test_a_rule_of_a_file_is_shown_without_a_config(tmp_path: Path) -> None:
    """With where it sends and how often; there are no figures of it."""
    keys = "to: [night], once_per: event, by: where, event_lasts: 2 days, again_if: new fact, at_most: 6 an hour"
    rule = RULES.replace("match: {words: {en: [strike, walk out], ko: [파업]}}", "match: {name: where, words: [Busan]}")
    text = f"{rule.replace('[A strike, 파업]', '[Busan]')}alert: {{{keys}}}\n"
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    ended = run_in(tmp_path, "rules", "show", "strikes", "--rules", "rules.yaml")
    assert (ended.code, ended.err) == (0, "")
    age = "of any age (12 hours at the first poll of a source)"
    how_often = "events differ by where; an event lasts 2 days; sent again if: new fact; cooldown: 1 hour, "
    how_often += "four times as long after each update"
    assert ended.out.splitlines() == [
        "rule       strikes, low, shadow",
        "title      Strikes",
        "file       rules.yaml:1:1",
        "owner      labour-desk",
        f"alerts     to night, once per event, {age}; {how_often}; at most 6 an hour",
        "languages  any; 1 word, 2 tests",
    ]


def test_packs_are_listed_with_what_is_in_them(tmp_path: Path) -> None:
    """East Asia among them, with its eleven rules, in five languages; for people and for programs."""
    ended = run_in(tmp_path, "rules", "packs", "--json")
    packs = {row["pack"]: row for row in ended.rows}
    asia = packs["east-asia"]
    assert asia["title"] == "East Asia"
    assert {"taiwan-drills", "korea-china-diplomacy"} <= set(asia["rules"])
    assert {"en", "ja", "ko", "ru", "zh"} <= set(asia["languages"])
    assert "yonhap-ko" in asia["sources"]
    assert "korea.yaml" in asia["source_files"]
    told = run_in(tmp_path, "rules", "packs")
    assert [line.partition(":")[0] for line in told.out.splitlines() if line and line[0] != " "] == list(packs)
    assert f"{len(asia['sources'])} sources: " in told.out
    assert "taiwan-drills" in told.out


def test_init_names_the_packs_that_are_asked_for(tmp_path: Path) -> None:
    """One, several, or none. Three files are written, and the rules are there without a copy."""
    for options, packs in (
        ([], "[east-asia]"),
        (["--pack", "cyber, east-asia,cyber"], "[cyber, east-asia]"),
        (["--empty"], "[]"),
    ):
        folder = tmp_path / f"set{packs}"
        ended = run_in(tmp_path, "init", *options, folder)
        assert ended.code == 0, ended.err
        files = [folder / name for name in ("monitor.yaml", "sources.yaml", "rules/my-rule.yaml")]
        assert ended.out.splitlines() == [f"wrote {path}" for path in files]
        assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(files)
        assert f"\npacks: {packs}\n" in files[0].read_text(encoding="utf-8")
        listed = run_in(tmp_path, "rules", "list", "--json", "-c", files[0])
        ids = {row["rule"] for row in listed.rows}
        assert ("taiwan-drills" in ids, "ransomware" in ids) == ("east-asia" in packs, "cyber" in packs)
        assert "my-rule" in ids


def test_init_leaves_a_configured_folder_as_it_is(tmp_path: Path) -> None:
    """It would give a running daemon rules and sources that nobody asked for."""
    mine = tmp_path / "monitor.yaml"
    mine.write_text("sources: []\n")
    for options in ([], ["--pack", "east-asia"], ["--empty"]):
        refused = run_in(tmp_path, "init", *options, ".")
        assert (refused.code, refused.out) == (2, "")
        assert refused.err.startswith("monitor.yaml is there already; to use another pack, add its name to `packs`")
    assert not (tmp_path / "sources.yaml").exists()
    assert not (tmp_path / "rules").exists()
