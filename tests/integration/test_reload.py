"""Edits of the user's files while a daemon runs: what is taken up, and what is said of the rest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from monitor.app import open_daemon
from monitor.config.loading.user_files import UserFiles
from monitor.daemon.reload import _AT_START, Reloader
from monitor.errors import StoreFailed
from monitor.model import Config, RouteStep, Settings
from monitor.telemetry import LogEvent
from tests.support.patience import PATIENCE
from tests.support.site import serving
from tests.support.whole import write_config

SETTINGS = """\
database: sqlite:///news.db
sources: [sources.yaml]
rules: [rules]
entities: [entities.yaml]
channels: {screen: {url: "console://"}, log: {url: "console://"}}
routes: {default: [screen]}
"""
RULE = "rule: {id}\ntitle: {title}\nlevel: low\nmatch: {{words: {{en: [missile]}}}}\n"
ABOUT = "rule: about\ntitle: About\nlevel: low\nmatch: {entity: somewhere}\n"
SOMEWHERE = "entity: somewhere\nkind: place\nname: Somewhere\nsure: {en: [Somewhere]}\n"
SOURCE = "sources:\n  - {id: wire, url: 'https://wire.test/feed', name: Wire}\n"


@dataclass
class Taken:
    """What has been taken up, and a database that may refuse it."""

    configs: list[Config] = field(default_factory=list)
    refusing: bool = False
    tellings: int = 0

    async def up(self, config: Config) -> None:
        if self.refusing:
            raise StoreFailed("locked")
        self.configs.append(config)

    async def told(self) -> None:
        self.tellings += 1

    @property
    def titles(self) -> dict[str, str]:
        """Of the rules that run."""
        return {rule.id: rule.title for rule in self.configs[-1].rules.values()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files without a fault: two rules, an entity and a source."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "monitor.yaml").write_text(SETTINGS)
    (tmp_path / "rules" / "launch.yaml").write_text(RULE.format(id="launch", title="Launch"))
    (tmp_path / "rules" / "about.yaml").write_text(ABOUT)
    (tmp_path / "entities.yaml").write_text(SOMEWHERE)
    (tmp_path / "sources.yaml").write_text(SOURCE)
    return tmp_path


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
def reloader(folder: Path, taken: Taken) -> Reloader:
    """As a daemon begins with these files."""
    return start(folder, taken)


def start(folder: Path, taken: Taken) -> Reloader:
    """As a daemon begins with the files of the folder."""
    files = UserFiles(folder / "monitor.yaml", os.environ)
    loaded = files.load()
    taken.configs.append(loaded.config)
    return Reloader(files, loaded.config, loaded.faults, taken.up, taken.told, left_out=loaded.left_out)


async def looks(reloader: Reloader, count: int = 3) -> None:
    """As the clockwork has it look, while time goes by; it may not look as often as it is asked."""
    for _ in range(count):
        reloader._look_at = 0
        reloader._alike_since -= 1
        await reloader.check_files()


def write(path: Path, text: str) -> None:
    path.write_text(text)


def rename(path: Path, text: str) -> None:
    half = path.with_name(".half")
    half.write_text(text)
    half.replace(path)


@pytest.mark.parametrize("edit", [write, rename], ids=["in place", "by rename"])
async def test_a_good_edit_is_taken_up(
    folder: Path, taken: Taken, reloader: Reloader, edit: Callable[[Path, str], None]
) -> None:
    """However an editor writes, and once: the same files are not taken up again."""
    since = reloader.running.since
    edit(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="A new title"))
    await looks(reloader, 5)
    assert len(taken.configs) == 2
    assert taken.titles["launch"] == "A new title"
    assert (reloader.running.edited_at, reloader.running.faults, reloader.running.rules) == (None, (), 2)
    assert reloader.running.since > since
    assert taken.tellings == 1


async def test_the_log_says_the_time_as_status_does(folder: Path, taken: Taken) -> None:
    """In the timezone of the desk."""
    write(folder / "monitor.yaml", f"timezone: Asia/Seoul\n{SETTINGS}")
    files = UserFiles(folder / "monitor.yaml", os.environ)
    loaded = files.load()
    reloader = Reloader(files, loaded.config, loaded.faults, taken.up, taken.told)
    write(folder / "rules" / "launch.yaml", "rule: launch\n")
    with capture_logs() as logs:
        await looks(reloader)
    edited = reloader.running.edited_at
    assert edited is not None
    told = next(each for each in logs if each["event"] == LogEvent.FILES_RELOADED)
    assert f"your edit of {edited.astimezone(ZoneInfo('Asia/Seoul')):%H:%M} has" in told["now"]


async def test_rules_that_are_off_are_not_among_those_that_run(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """In the log they are counted at an edit as at the start: by what runs."""
    before = reloader.running.rules
    write(folder / "rules" / "off.yaml", RULE.format(id="off", title="Off") + "\nstatus: off\n")
    with capture_logs() as logs:
        await looks(reloader)
    assert "off" in taken.titles
    assert [each["rules"] for each in logs if each["event"] == LogEvent.FILES_RELOADED] == [before]


async def test_an_edit_of_once_per_says_what_follows(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """Of the rules that it concerns, if they are live."""
    launch, about = folder / "rules" / "launch.yaml", folder / "rules" / "about.yaml"
    for once_per, title, status in (("story", "L", "live"), ("event", "L", "live"), ("article", "L", "shadow")):
        alert = f"status: {status}\nalert: {{once_per: {once_per}}}\n"
        write(launch, RULE.format(id="launch", title=title) + alert)
        write(about, ABOUT + alert.partition("\n")[2].replace("event", "story"))
        with capture_logs() as logs:
            await looks(reloader)
        said = [each for each in logs if each["event"] == LogEvent.ONCE_PER_EDITED]
        if once_per == "event":
            assert [(each["rule"], each["before"], each["after"]) for each in said] == [("launch", "story", "event")]
            assert "in another language or in very different words comes as a first alert" in said[0]["follows"]
        else:
            assert [each["rule"] for each in said] == (["about"] if once_per == "article" else [])
    assert taken.titles["launch"] == "L"


async def test_a_new_id_of_a_rule_says_what_follows(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """Not of a rule that is new: its match is another one, or it is in another file, or it was not sent."""
    launch, rules = folder / "rules" / "launch.yaml", folder / "rules"
    renamed = RULE.format(id="start", title="Start")
    for file, text in (
        (launch, renamed.replace("low", "high")),
        (launch, RULE.format(id="other", title="L").replace("missile", "rocket")),
        (launch, RULE.format(id="shadow", title="L").replace("missile", "rocket") + "status: shadow\n"),
        (launch, RULE.format(id="live", title="L").replace("missile", "rocket")),
        (rules / "moved.yaml", RULE.format(id="moved", title="L").replace("missile", "rocket")),
    ):
        launch.unlink()
        write(file, text)
        with capture_logs() as logs:
            await looks(reloader)
        said = [each for each in logs if each["event"] == LogEvent.RULE_RENAMED]
        if text.startswith("rule: start"):
            assert [(each["rule"], each["before"]) for each in said] == [("start", "launch")]
            assert said[0]["follows"].endswith("come as first alerts")
        else:
            assert said == []
    assert "moved" in taken.titles


async def test_an_edit_of_a_template_is_taken_and_a_faulty_one_is_not(
    folder: Path, taken: Taken, reloader: Reloader
) -> None:
    """The file that a channel names is watched as monitor.yaml is; it is tried with samples before it is used."""
    template = folder / "screen.txt.j2"
    write(template, "{{ title }}")
    write(
        folder / "monitor.yaml",
        SETTINGS.replace('{url: "console://"}', '{url: "console://", template: screen.txt.j2}', 1),
    )
    await looks(reloader)
    write(template, "{{ level }} {{ title }}")
    await looks(reloader)
    write(template, "{{ nobody }}, and more")
    await looks(reloader)
    used = [config.settings.channels["screen"].template for config in taken.configs]
    assert [each.source for each in used if each] == ["{{ title }}", "{{ level }} {{ title }}"]
    assert reloader.running.faults == ("screen.txt.j2:1:1: 'nobody' is undefined; seen with a sample: new",)


async def test_nothing_is_read_while_it_is_being_written(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """A file that differs from look to look is half of something."""
    for number in range(4):
        write(folder / "rules" / "launch.yaml", RULE.format(id="launch", title=f"Title {number:0{number + 1}}"))
        await looks(reloader, 1)
    assert len(taken.configs) == 1
    await looks(reloader, 1)
    assert taken.titles["launch"] == "Title 0003"


async def test_what_is_replaced_is_whole_and_what_is_written_in_place_must_be_left_alone_for_a_while(
    folder: Path, taken: Taken, reloader: Reloader
) -> None:
    """A file that was renamed into its place waits for nothing; another may be half of something."""
    rename(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="Replaced"))
    await reloader.check_files()
    await reloader.check_files()
    assert taken.titles["launch"] == "Replaced"
    write(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="In place"))
    write(folder / "rules" / "new.yaml", RULE.format(id="new", title="New"))
    await reloader.check_files()
    await reloader.check_files()
    assert taken.titles["launch"] == "Replaced"
    await looks(reloader, 1)
    assert (taken.titles["launch"], taken.titles["new"]) == ("In place", "New")


async def test_a_change_is_followed_until_it_is_read(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """One call does it, however long the file must be left alone; without a change it ends at once."""
    await reloader.follow_changes()
    write(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="In place"))
    await reloader.follow_changes()
    assert taken.titles["launch"] == "In place"
    await reloader.follow_changes()
    assert len(taken.configs) == 2


async def test_where_files_have_their_time_in_whole_seconds_a_change_must_be_older(
    folder: Path, taken: Taken, reloader: Reloader
) -> None:
    """On a USB stick an edit of the same second has the same time: it would not be seen, so it is waited for."""
    path = folder / "rules" / "launch.yaml"
    rename(path, RULE.format(id="launch", title="One"))
    os.utime(path, (10**9, 10**9))
    await looks(reloader, 2)
    assert taken.titles["launch"] == "Launch"
    await looks(reloader, 1)
    assert taken.titles["launch"] == "One"


async def test_a_file_that_is_renamed_into_its_place_is_seen_before_the_next_look_at_all(
    folder: Path, taken: Taken, reloader: Reloader
) -> None:
    """A look at thousands of files is dear, and comes seldom; their folder is cheap to ask."""
    await reloader.check_files()
    await reloader.check_files()
    reloader._look_at = float("inf")
    rename(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="Soon"))
    await reloader.check_files()
    await reloader.check_files()
    assert taken.titles["launch"] == "Soon"


async def test_an_edit_is_applied_whole_or_not_at_all(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """While a file has a fault, no other edit counts either: half of what a person meant may send what the whole would
    not. It is said at once, and all comes with the correction."""
    write(folder / "rules" / "launch.yaml", "rule: launch\nlevel: enormous\n")
    write(folder / "sources.yaml", SOURCE + "  - {id: post, url: 'https://post.test/feed', name: Post}\n")
    write(folder / "rules" / "new.yaml", RULE.format(id="new", title="New"))
    await looks(reloader)
    assert len(taken.configs) == 1
    running = reloader.running
    assert running.edited_at is not None
    assert [fault.partition(":")[0] for fault in running.faults] == [str(folder / "rules" / "launch.yaml")] * 3
    assert running.left_out == {str(folder / "rules" / "new.yaml"): ("new",)}
    write(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="Mended"))
    await looks(reloader)
    assert taken.titles == {"launch": "Mended", "about": "About", "new": "New"}
    assert set(taken.configs[-1].sources) == {"wire", "post"}
    assert (reloader.running.edited_at, reloader.running.faults, reloader.running.left_out) == (None, (), {})


async def test_rules_that_do_not_run_are_known_after_a_start_and_after_an_edit(folder: Path, taken: Taken) -> None:
    """At a start nothing older runs. After an edit the version before does, so only what is new is silent."""
    launch, about = folder / "rules" / "launch.yaml", folder / "rules" / "about.yaml"
    write(launch, launch.read_text() + "\nlevle: high\n")
    reloader = start(folder, taken)
    assert reloader.running.left_out == {str(launch): ("launch",)}
    write(about, about.read_text() + "\nlevle: high\n---\nrule: new-one\n")
    write(folder / "rules" / "unreadable.yaml", "rule: [\n")
    await looks(reloader)
    silent = {str(launch): ("launch",), str(about): ("new-one",), str(folder / "rules" / "unreadable.yaml"): ()}
    assert reloader.running.left_out == silent
    write(folder / "monitor.yaml", "channels: [\n")
    await looks(reloader)
    assert reloader.running.left_out == silent
    write(folder / "monitor.yaml", SETTINGS)
    write(launch, RULE.format(id="launch", title="Launch"))
    write(about, ABOUT)
    (folder / "rules" / "unreadable.yaml").unlink()
    await looks(reloader)
    assert (reloader.running.left_out, reloader.running.faults) == ({}, ())


async def test_a_fault_of_the_start_that_keeps_an_edit_away_is_said_with_it(folder: Path, taken: Taken) -> None:
    """The fault is an old one: that the edit is not applied is new. Files that are read again unchanged are no edit."""
    write(folder / "rules" / "launch.yaml", "rule: [\n")
    reloader = start(folder, taken)
    await reloader.reload()
    before = reloader.running
    write(folder / "rules" / "about.yaml", ABOUT.replace("About", "Else"))
    await looks(reloader)
    zone = ZoneInfo("UTC")
    assert "without its faulty parts" in before.describe(zone, before.since)
    assert "your edit of" in reloader.running.describe(zone, before.since)
    assert taken.titles == {"about": "About"}


def become_folder(path: Path) -> None:
    """A folder with its name is in its place."""
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "edit",
    [
        # a file without a fault of its own
        lambda folder: write(folder / "entities.yaml", SOMEWHERE.replace("somewhere", "elsewhere")),
        lambda folder: write(folder / "monitor.yaml", SETTINGS.replace("[screen]", "[nobody]")),
        # as while a network drive is away
        lambda folder: (folder / "rules").rename(folder / "away"),
        lambda folder: write(folder / "monitor.yaml", SETTINGS.replace("console", "carrier-pigeon", 1)),
        # an editor that crashed, a full disk
        lambda folder: write(folder / "rules" / "launch.yaml", ""),
        # as a container makes one where a file to mount is missing
        lambda folder: become_folder(folder / "rules" / "launch.yaml"),
        lambda folder: become_folder(folder / "sources.yaml"),
    ],
    ids=[
        *("an entity goes", "a route leads nowhere", "a folder is gone", "an unknown channel", "a file is emptied"),
        *("a file in a folder is a folder", "a file is a folder"),
    ],
)
async def test_no_edit_with_a_fault_anywhere_is_taken_up(
    folder: Path, taken: Taken, reloader: Reloader, edit: Callable[[Path], None]
) -> None:
    """All stays as it runs, and is said to."""
    since = reloader.running.since
    edit(folder)
    await looks(reloader)
    assert taken.titles == {"launch": "Launch", "about": "About"}
    assert len(taken.configs) == 1
    assert reloader.running.since == since
    assert reloader.running.edited_at is not None
    assert reloader.running.faults


MY_RULE = "rule: summits\ntitle: Mine\nlevel: low\nmatch: {entity: somewhere}\n"


async def test_a_rule_of_a_pack_counts_again_once_the_users_is_deleted(folder: Path, taken: Taken) -> None:
    """In good order: with no fault anywhere."""
    write(folder / "monitor.yaml", f"{SETTINGS}packs: {{east-asia: {{sources: off}}}}\n")
    write(folder / "rules" / "mine.yaml", MY_RULE)
    reloader = start(folder, taken)
    assert taken.titles["summits"] == "Mine"
    (folder / "rules" / "mine.yaml").unlink()
    await looks(reloader)
    assert taken.titles["summits"] == "Leaders of the region meet"


async def test_a_channel_of_the_start_that_cannot_be_used_is_reported_until_it_is_right(
    folder: Path, taken: Taken
) -> None:
    """The others are served, and edits of other things are applied. An edit that brings such a channel is not."""
    write(folder / "monitor.yaml", SETTINGS.replace("console", "carrier-pigeon", 1))
    reloader = start(folder, taken)
    began = taken.tellings
    with capture_logs() as logs:
        await reloader.check_channels()
    fault = reloader.running.faults[0]
    assert [line["fault"] for line in logs if line["event"] == LogEvent.FAULT] == [fault]
    assert "the kind 'carrier-pigeon'" in fault or "such a channel" in fault
    assert (reloader.running.edited_at, taken.tellings) == (reloader.running.since, began + 1)
    # another edit, which also moves the channel to another line, and removes a rule
    write(folder / "monitor.yaml", "# a comment\n" + SETTINGS.replace("console", "carrier-pigeon", 1))
    (folder / "rules" / "about.yaml").unlink()
    await looks(reloader)
    assert taken.titles == {"launch": "Launch"}
    still = reloader.running.faults
    assert len(still) == 1
    write(folder / "monitor.yaml", SETTINGS)
    await looks(reloader)
    assert not reloader.running.faults


@pytest.mark.parametrize("first", ["a.yaml", "z.yaml", "launch.yaml"], ids=["first", "last", "above"])
async def test_a_second_rule_with_the_id_of_one_that_runs_never_takes_its_place(
    folder: Path, taken: Taken, reloader: Reloader, first: str
) -> None:
    """Whichever path sorts first, the running rule stays, and a fault names both places."""
    running = folder / "rules" / "launch.yaml"
    second = RULE.format(id="launch", title="Another launch")
    below = f"---\n{running.read_text()}" if first == "launch.yaml" else ""
    write(folder / "rules" / first, second + below)
    await looks(reloader)
    assert taken.titles["launch"] == "Launch"
    (fault,) = reloader.running.faults
    assert "there is another rule 'launch'; it is at" in fault
    assert f"{folder}/rules/{first}:1:1" in fault
    running.unlink()  # now only one has the id
    write(folder / "rules" / first, second)
    await looks(reloader)
    assert (taken.titles["launch"], reloader.running.faults) == ("Another launch", ())


async def test_a_rule_that_is_removed_in_good_order_goes(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """A deleted file is no fault."""
    (folder / "rules" / "launch.yaml").unlink()
    await looks(reloader)
    assert taken.titles == {"about": "About"}


async def test_the_edit_that_brought_the_faults_keeps_its_time(folder: Path, reloader: Reloader) -> None:
    """A later good edit of another file does not make an old fault younger."""
    write(folder / "rules" / "launch.yaml", "rule: launch\nlevel: enormous\n")
    await looks(reloader)
    edited = reloader.running.edited_at
    write(folder / "rules" / "about.yaml", ABOUT.replace("About", "Else"))
    await looks(reloader)
    assert reloader.running.edited_at == edited


async def test_hours_and_their_files_of_holidays_are_live(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """An edit of either counts at once; a date that is none changes nothing."""
    shift = "hours: {shift: {weekdays: mon-fri, holidays: days.txt}}\n"
    step = "[{channel: screen, hours: shift}]"
    write(folder / "days.txt", "2026-12-24\n")
    write(folder / "monitor.yaml", SETTINGS.replace("[screen]", step) + shift)
    await looks(reloader)
    write(folder / "days.txt", "2026-12-24\n12-25\n")
    await looks(reloader)
    write(folder / "days.txt", "Christmas\n")
    await looks(reloader)
    days = [
        (len(step.hours.holidays), len(step.hours.yearly_holidays))
        for config in taken.configs
        for step in config.settings.routes["default"]
        if step.hours is not None
    ]
    assert days == [(1, 0), (1, 1)]
    (fault,) = reloader.running.faults
    assert "'Christmas', is not a date" in fault


async def test_what_is_taken_up_at_the_next_start_is_named(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """Channels and routes change at once; a database does not."""
    edited = SETTINGS.replace("news.db", "other.db").replace("[screen]", "[log]")
    write(folder / "monitor.yaml", edited + "web: {listen: '127.0.0.1:8799'}\n")
    await looks(reloader)
    assert taken.configs[-1].settings.routes == {"default": (RouteStep("log"),)}
    assert reloader.running.restart_settings == ("database", "web")


async def test_networks_are_live(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """Those for all sources and those for one."""
    one, other = "{network: 10.0.0.0/8, sources: [wire]}", "192.168.0.0/16"
    write(folder / "monitor.yaml", f"{SETTINGS}network: {{allow: [{one}, {other}]}}\n")
    await looks(reloader)
    settings = taken.configs[-1].settings
    assert (settings.allow, settings.allow_for) == ((ip_network(other),), {"wire": (ip_network("10.0.0.0/8"),)})
    assert reloader.running.restart_settings == ()


def test_every_setting_is_live_or_taken_up_at_the_next_start() -> None:
    """Whoever adds one decides; a setting that is neither would be edited in vain, and nobody told."""
    live = {
        "channels", "routes", "operator", "retention", "weekly_misses", "heartbeat", "canary", "archive", "allow",
        "allow_for",
    }  # fmt: skip
    assert live.isdisjoint(_AT_START)
    assert live | set(_AT_START) == {each.name for each in fields(Settings)}


async def test_what_the_database_refused_is_tried_again(folder: Path, taken: Taken, reloader: Reloader) -> None:
    """The edit is good: it must not wait for the next one."""
    taken.refusing = True
    write(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="Later"))
    with pytest.raises(StoreFailed):
        await looks(reloader)
    taken.refusing = False
    await looks(reloader)
    assert taken.titles["launch"] == "Later"


async def test_what_the_database_refused_and_was_undone_is_not_tried_for_ever(
    folder: Path, taken: Taken, reloader: Reloader
) -> None:
    """Nothing is left to take up: that is told once."""
    taken.refusing = True
    write(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="Later"))
    with pytest.raises(StoreFailed):
        await looks(reloader)
    write(folder / "rules" / "launch.yaml", RULE.format(id="launch", title="Launch"))
    await looks(reloader, 9)
    assert taken.tellings == 1


async def test_networks_of_an_edit_that_the_database_refused_are_not_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old config still runs, so its networks hold until the edit is stored."""

    def refuse(*_: object) -> None:
        raise StoreFailed("locked")

    async with serving() as site:
        write_config(tmp_path, {"wire": f"{site.url}/feed"})
        config = tmp_path / "monitor.yaml"
        allowing = config.read_text(encoding="utf-8")
        write(config, allowing.replace("network: {allow: [127.0.0.0/8]}\n", ""))
        files = UserFiles(config, {})
        loaded = files.load()
        async with open_daemon(loaded.config, files, loaded.faults) as daemon:
            assert daemon._reload is not None
            write(config, allowing)
            with monkeypatch.context() as patch:
                patch.setattr("monitor.app._register_edit", refuse)
                with pytest.raises(StoreFailed):
                    await daemon._reload()
            await asyncio.wait_for(daemon.run_once(asyncio.Event()), PATIENCE)
            assert site.asked == []
            await daemon._reload()
            await asyncio.wait_for(daemon.run_once(asyncio.Event()), PATIENCE)
            assert site.asked != []
