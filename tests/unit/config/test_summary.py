"""What is kept of the rules for the next command is what the files say now, or it is not used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.config.loading.load import load_config_files
from monitor.config.loading.summary import ConfigSummary, SummaryReader, load_config_summary
from monitor.config.loading.summary_cache import SummaryCache, find_cache_folder
from monitor.config.loading.user_files import UserFiles
from monitor.errors import InvalidFiles
from monitor.model import Level, RuleBrief, RuleStatus

CONFIG = """\
sources: [sources.yaml]
rules: [rules]
channels: {screen: {url: "console://"}}
routes: {desk: [screen], default: [screen]}
retention: {rules: {drills: 1 year}}
"""
SOURCES = "sources:\n  - {id: wire, url: https://wire.test/feed, name: Wire}\n"
DRILLS = "rule: drills\ntitle: Drills\nlevel: low\nmatch: {words: {en: [drill]}}\nalert: {to: [desk]}\n"
QUIET = "---\nrule: quiet\ntitle: Quiet\nlevel: low\nstatus: shadow\nmatch: {words: {en: [ship]}}\n"
KNOWN = {"drills": RuleStatus.LIVE, "quiet": RuleStatus.SHADOW}
NEVER_READ = {"kept": RuleBrief(RuleStatus.OFF, "Kept", Level.HIGH, "1")}


class Files:
    """A config with two rules, and what is kept of it."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "monitor.yaml"
        self.rules = folder / "rules" / "all.yaml"
        self.rules.parent.mkdir()
        self.config.write_text(CONFIG, encoding="utf-8")
        self.rules.write_text(DRILLS + QUIET, encoding="utf-8")
        (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
        self.folder = folder / "cache" / "news-monitor"

    def load(self) -> ConfigSummary:
        return load_config_summary(self.config, {}, SummaryCache(self.folder, self.config))

    @property
    def kept(self) -> list[Path]:
        return list(self.folder.glob("*"))

    def mark(self) -> None:
        """Put another rule into what is kept, so that its use shows."""
        (file,) = self.kept
        row = json.loads(file.read_text(encoding="utf-8"))
        row["summary"]["briefs"] = {"kept": {"status": "off", "title": "Kept", "level": "high", "version": "1"}}
        file.write_text(json.dumps(row), encoding="utf-8")


def statuses_of(summary: ConfigSummary) -> dict[str, RuleStatus]:
    """The status of each rule, by id."""
    return {id_: rule.status for id_, rule in summary.rules.items()}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_it_says_what_all_files_say(files: Files) -> None:
    """The first time, and from what was kept."""
    full = load_config_files(files.config, {})
    for _ in range(2):
        summary = files.load()
        assert (summary.settings, summary.sources) == (full.config.settings, full.config.sources)
        assert summary.rules == {id_: RuleBrief.from_rule(rule) for id_, rule in full.config.rules.items()}
        assert (statuses_of(summary), summary.faults) == (KNOWN, full.faults) == (KNOWN, ())


def test_the_files_of_rules_are_read_once(files: Files) -> None:
    """Another command finds what was kept."""
    files.load()
    files.mark()
    assert files.load().rules == NEVER_READ


def test_an_edit_counts_at_once(files: Files) -> None:
    """Also one that leaves the file's time and size as they were."""
    files.load()
    files.mark()
    before = files.rules.stat()
    files.rules.write_text((DRILLS + QUIET).replace("shadow", " off  "), encoding="utf-8")
    os.utime(files.rules, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert files.rules.stat().st_size == before.st_size
    assert statuses_of(files.load()) == {**KNOWN, "quiet": RuleStatus.OFF}


def test_a_new_file_counts_at_once(files: Files) -> None:
    files.load()
    (files.rules.parent / "more.yaml").write_text(QUIET.replace("quiet", "more"), encoding="utf-8")
    assert statuses_of(files.load()) == {**KNOWN, "more": RuleStatus.SHADOW}


def test_a_daemon_reads_the_files_again_if_they_have_changed(files: Files) -> None:
    """A page that is asked for again and again costs a look at the files; one that is faulty is a fault each time."""
    user_files = UserFiles(files.config, {})
    user_files.load()
    reader = SummaryReader(files.config, {}, user_files.signature)
    first = reader.read()
    assert (statuses_of(first), reader.read() is first) == (KNOWN, True)
    files.rules.write_text(DRILLS, encoding="utf-8")
    assert statuses_of(reader.read()) == {"drills": RuleStatus.LIVE}
    files.config.write_text(f"{CONFIG}what: 1\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(InvalidFiles):
            reader.read()
    files.config.write_text(CONFIG, encoding="utf-8")
    assert statuses_of(reader.read()) == {"drills": RuleStatus.LIVE}


def test_a_daemon_remembers_the_faults_of_a_config_that_cannot_be_used(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are not read again for each request: what no file's time, size or number shows is noticed within
    seconds only."""
    monkeypatch.setattr("monitor.clock.monotonic", lambda: 100.0)
    files.config.write_text(f"{CONFIG}what: 1\n", encoding="utf-8")
    user_files = UserFiles(files.config, {})
    with pytest.raises(InvalidFiles):
        user_files.load()
    reader = SummaryReader(files.config, {}, user_files.signature)
    with pytest.raises(InvalidFiles) as first:
        reader.read()
    before = files.rules.stat()
    files.rules.write_text((DRILLS + QUIET).replace("level: low", "level: lo "), encoding="utf-8")
    os.utime(files.rules, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(InvalidFiles) as second:
        reader.read()
    assert second.value.faults == first.value.faults
    monkeypatch.setattr("monitor.clock.monotonic", lambda: 111.0)
    with pytest.raises(InvalidFiles) as third:
        reader.read()
    assert len(third.value.faults) > len(first.value.faults)


def test_a_rule_names_a_route_that_is_gone(files: Files) -> None:
    """An edit of monitor.yaml alone makes a rule faulty."""
    files.load()
    files.config.write_text(CONFIG.replace("desk: [screen], ", ""), encoding="utf-8")
    summary = files.load()
    assert [fault.problem for fault in summary.faults] == ["there is no route 'desk'"]
    assert statuses_of(summary) == {"quiet": RuleStatus.SHADOW}


def test_a_rule_names_a_channel_that_comes_later(files: Files) -> None:
    """The same fault gets another advice, as monitor.yaml has another channel."""
    files.rules.write_text(DRILLS.replace("[desk]", "[mail]"), encoding="utf-8")
    [fault] = files.load().faults
    assert fault.hint == "known are: desk, default"
    channels = 'mail: {url: "console://"}, screen:'
    files.config.write_text(CONFIG.replace("screen:", channels, 1), encoding="utf-8")
    [fault] = files.load().faults
    assert fault.hint == "mail is a channel: add `mail: [mail]` under routes in monitor.yaml"


def test_faults_of_monitor_yaml_and_sources_are_always_found(files: Files) -> None:
    """Nothing of them is kept: they depend on secrets."""
    files.load()
    files.config.write_text(CONFIG.replace("{drills", "{drill"), encoding="utf-8")
    (files.config.parent / "sources.yaml").write_text(SOURCES.replace("https", "gopher"), encoding="utf-8")
    first, second = files.load().faults
    assert (Path(first.place.file).name, Path(second.place.file).name) == ("monitor.yaml", "sources.yaml")


@pytest.mark.parametrize("edit", ["rule: [", "nonsense: 1", "rule: worse\nlevel: low", "rule: drills\nlevel: low"])
def test_faults_of_rules_are_kept_too(files: Files, edit: str) -> None:
    """The next command reports the same faults, of the same rules, and reads no rule again."""
    files.rules.write_text(f"{DRILLS}{QUIET}---\n{edit}\n", encoding="utf-8")
    full = load_config_files(files.config, {})
    first = files.load()
    assert first.faults == full.faults != ()
    files.mark()
    second = files.load()
    assert (second.rules, second.faults) == (NEVER_READ, full.faults)
    files.rules.write_text(DRILLS + QUIET, encoding="utf-8")
    assert (statuses_of(files.load()), files.load().faults) == (KNOWN, ())


def test_a_faulty_rule_is_known_from_the_cache(files: Files) -> None:
    """Otherwise `retention` of monitor.yaml would name an unknown rule."""
    files.rules.write_text(DRILLS.replace("low", "lower"), encoding="utf-8")
    for _ in range(2):
        assert ["lower" in fault.problem for fault in files.load().faults] == [True]


def test_a_file_that_cannot_be_read_is_a_fault_of_each_command(files: Files) -> None:
    """The cached fault counts until the file can be read, or cannot be read for another reason."""
    broken = files.rules.with_name("broken.yaml")
    broken.symlink_to("gone")
    for _ in range(2):
        assert ["this is a link to 'gone'" in fault.problem for fault in files.load().faults] == [True]
    files.mark()
    assert files.load().rules == NEVER_READ
    broken.unlink()
    broken.symlink_to("away")
    assert ["this is a link to 'away'" in fault.problem for fault in files.load().faults] == [True]
    (files.rules.parent / "away").write_text(QUIET.replace("quiet", "more"), encoding="utf-8")
    assert (statuses_of(files.load()), files.load().faults) == ({**KNOWN, "more": RuleStatus.SHADOW}, ())


def test_the_same_content_elsewhere_has_its_faults_there(files: Files) -> None:
    files.rules.write_text(DRILLS.replace("low", "lower"), encoding="utf-8")
    (first,) = files.load().faults
    files.rules.rename(files.rules.with_name("other.yaml"))
    (second,) = files.load().faults
    assert (Path(first.place.file).name, Path(second.place.file).name) == ("all.yaml", "other.yaml")


def test_a_path_that_is_gone_is_a_fault(files: Files) -> None:
    files.load()
    files.config.write_text(CONFIG.replace("[rules]", "[rules, gone]"), encoding="utf-8")
    for _ in range(2):
        (fault,) = files.load().faults
        assert "there is no file or folder" in fault.problem
    (files.config.parent / "gone").mkdir()
    assert files.load().faults == ()


def test_a_faulty_monitor_yaml_raises_all_faults(files: Files) -> None:
    files.load()
    files.config.write_text(CONFIG.replace("console://", "${env:GONE}"), encoding="utf-8")
    files.rules.write_text(DRILLS.replace("low", "lower"), encoding="utf-8")
    with pytest.raises(InvalidFiles) as raised:
        files.load()
    with pytest.raises(InvalidFiles) as expected:
        load_config_files(files.config, {})
    assert raised.value.faults == expected.value.faults
    assert len(raised.value.faults) == 2


@pytest.mark.parametrize(
    "damaged",
    [
        *("", "[]", "{}", "null", '{"key": 1}', "\udcff"),
        *(
            f'{{"key": "KEY", "summary": {{"briefs": {briefs}, "faults": {faults}, "declared_ids": {declared}}}}}'
            for briefs, faults, declared in (
                ("1", "[]", "[]"),
                ('{"a": 1}', "[]", "[]"),
                ('{"a": {"status": "live", "title": "A"}}', "[]", "[]"),
                ('{"a": {"status": "live", "title": "A", "level": "top", "version": "1"}}', "[]", "[]"),
                ("{}", '[{"place": "file", "problem": "bad"}]', "[]"),
                ("{}", "[]", "1"),
            )
        ),
    ],
)
def test_damage_does_not_matter(files: Files, damaged: str) -> None:
    """The files are read again, and what they say is kept."""
    files.load()
    (file,) = files.kept
    key = json.loads(file.read_text(encoding="utf-8"))["key"]
    file.write_bytes(damaged.replace("KEY", key).encode(errors="surrogateescape"))
    assert statuses_of(files.load()) == KNOWN
    files.mark()
    assert files.load().rules == NEVER_READ


def test_a_folder_into_which_others_may_write_is_not_used(files: Files) -> None:
    files.load()
    files.mark()
    files.folder.chmod(0o777)
    assert statuses_of(files.load()) == KNOWN


def test_a_link_is_not_followed(files: Files) -> None:
    """It could lead to a folder that somebody else fills, or that must not be written to."""
    files.load()
    files.mark()
    files.folder.rename(files.folder.with_name("elsewhere"))
    files.folder.symlink_to(files.folder.with_name("elsewhere"))
    assert statuses_of(files.load()) == KNOWN


def test_without_a_place_to_keep_it_the_files_are_read(files: Files) -> None:
    """No home, or one in which nothing can be made."""
    files.folder.parent.write_text("", encoding="utf-8")
    assert statuses_of(files.load()) == KNOWN
    assert statuses_of(load_config_summary(files.config, {}, SummaryCache(None, files.config))) == KNOWN


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"HOME": "/home/desk"}, "/home/desk/.cache/news-monitor"),
        ({"HOME": "/home/desk", "XDG_CACHE_HOME": "/tmp/cache"}, "/tmp/cache/news-monitor"),
        ({"HOME": "/home/desk", "XDG_CACHE_HOME": "cache"}, "/home/desk/.cache/news-monitor"),
        ({"HOME": ""}, None),
        ({}, None),
    ],
)
def test_the_folder_is_the_users(environment: dict[str, str], folder: str | None) -> None:
    """As the XDG Base Directory Specification says."""
    assert find_cache_folder(environment) == (folder and Path(folder))
