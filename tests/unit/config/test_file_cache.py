"""A file is read again when it may be another than it was, and only then; what is looked up in it is always of now."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import clock
from monitor.config.loading.file_cache import FileCache
from monitor.config.loading.load import LoadCache, LoadedConfig, load_config_files
from monitor.config.yaml.yaml12 import PlainData, YamlDocument

_FILES = {
    "monitor.yaml": "sources: [sources.yaml]\nrules: [rules]\nentities: [entities.yaml]\n"
    "channels: {desk: {url: 'console://'}}\nroutes: {default: [desk], news: [desk]}\n",
    "rules/drills.yaml": "rule: drills\ntitle: Drills\nlevel: high\nmatch: {entity: taiwan}\nalert: {to: [news]}\n",
    "rules/other.yaml": "rule: other\ntitle: Other\nlevel: low\nmatch: {words: [other]}\n",
    "entities.yaml": "entity: taiwan\nkind: place\nname: Taiwan\nsure: {en: [Taiwan]}\n",
    "sources.yaml": "sources: [{id: one, url: 'https://one.example/feed'}]\n",
}
_SECOND = 10**9  # ns


class Files:
    """Files that are loaded again and again, as a daemon does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._remembered = LoadCache()
        (folder / "rules").mkdir()
        for name, text in _FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str, *, at: int | None = None) -> None:
        """In place; `at`: with this time (ns), an hour ago if None."""
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        written = time.time_ns() - 3600 * _SECOND if at is None else at
        os.utime(path, ns=(written, written))

    def edit(self, name: str, old: str, new: str) -> None:
        self.write(name, (self._folder / name).read_text().replace(old, new), at=time.time_ns() - 60 * _SECOND)

    def load(self) -> LoadedConfig:
        return load_config_files(self._folder / "monitor.yaml", {}, self._remembered)

    def title(self) -> str:
        return self.load().config.rules["other"].title


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> int:
    """The moment (ns) at which the clock stands: reading a file takes no time."""
    at = clock.now()
    monkeypatch.setattr("monitor.clock.now", lambda: at)
    return int(at.timestamp() * _SECOND)


@pytest.mark.parametrize(
    ("before_now", "title"),
    [
        (3600 * _SECOND, "Other"),
        (5 * _SECOND, "Other"),
        # the very moment: what is written next may have the same time
        (0, "Rehto"),
        # the clock of the machine that keeps the file may be ahead
        (-60 * _SECOND, "Rehto"),
    ],
)
def test_a_file_is_read_again_only_where_it_may_be_another(files: Files, now: int, before_now: int, title: str) -> None:
    """It has the same size and the same time: if that time was long past, it is the same and is not even opened."""
    at = (now - before_now) | 1  # no whole second
    files.write("rules/other.yaml", _FILES["rules/other.yaml"], at=at)
    assert files.title() == "Other"
    files.write("rules/other.yaml", _FILES["rules/other.yaml"].replace("Other", "Rehto"), at=at)
    assert files.title() == title


def test_where_files_have_their_time_in_whole_seconds_one_second_is_no_proof(files: Files, now: int) -> None:
    """On a USB stick an edit of the next second can have the same time."""
    at = (now // _SECOND - 1) * _SECOND
    files.write("rules/other.yaml", _FILES["rules/other.yaml"], at=at)
    assert files.title() == "Other"
    files.write("rules/other.yaml", _FILES["rules/other.yaml"].replace("Other", "Rehto"), at=at)
    assert files.title() == "Rehto"


def test_an_edit_while_a_file_is_parsed_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the parsing takes: what was written after the file had been read may have the same time."""
    path = tmp_path / "slow.yaml"
    path.write_text("a: 1")
    written = path.stat().st_mtime_ns | 1
    os.utime(path, ns=(written, written))
    moment = [datetime.fromtimestamp(written / _SECOND, UTC)]
    monkeypatch.setattr("monitor.clock.now", lambda: moment[-1])

    def slowly(document: YamlDocument) -> list[PlainData]:
        moment.append(moment[-1] + timedelta(hours=1))
        path.write_text("a: 2")
        os.utime(path, ns=(written, written))
        return [document.data]

    memory = FileCache[PlainData]()
    said = [memory.read([path], slowly, {})[0].values for _ in range(2)]
    assert said == [({"a": 1},), ({"a": 2},)]


def test_a_rule_that_nothing_has_changed_is_the_very_same(files: Files) -> None:
    """So that comparing thousands of them costs nothing."""
    before = files.load().config
    files.edit("rules/drills.yaml", "Drills", "All drills")
    after = files.load().config
    assert after.rules["drills"].title == "All drills"
    assert after.rules["other"] is before.rules["other"]
    assert files.load().config == after


def test_what_a_file_names_is_looked_up_again_though_the_file_is_not(files: Files) -> None:
    """An entity, a route and the interval stand in other files; a rule is another when its entity is."""
    before = files.load().config
    files.edit("entities.yaml", "[Taiwan]", "[Taiwan, Formosa]")
    files.edit("monitor.yaml", "sources:", "every: 20 s\nsources:")
    after = files.load()
    assert after.faults == ()
    assert after.config.rules["drills"].version != before.rules["drills"].version
    assert after.config.sources["one"].every == timedelta(seconds=20)
    files.edit("entities.yaml", "taiwan", "formosa")
    files.edit("monitor.yaml", "news:", "nws:")
    said = [fault.problem for fault in files.load().faults]
    assert said == ["there is no entity 'taiwan'", "there is no route 'news'"]


def test_the_faults_of_a_file_are_told_for_as_long_as_they_stand(files: Files) -> None:
    """Also when nothing has touched it since."""
    files.load()
    files.edit("rules/other.yaml", "low", "lwo")
    first, second = files.load(), files.load()
    assert [fault.problem.partition(" is")[0] for fault in first.faults] == ["'lwo'"]
    assert second.faults == first.faults
    assert set(second.config.rules) == {"drills"}
    files.edit("rules/other.yaml", "lwo", "low")
    assert files.load().faults == ()
