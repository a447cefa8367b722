"""What was joined to one story or event can be listed and shown; matches say which they are of, and what told it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, update

from monitor.cli import cli
from monitor.errors import InvalidRequest
from monitor.matching import RuleSet
from monitor.matching.live import compile_live
from monitor.model import AlertPolicy, OncePer, Source, UpdateTrigger
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, config_of, rule, sources, to_desk
from tests.support.commands import read_output, rows
from tests.support.newest import make_newest
from tests.support.whole import write_config

CREDITED = "SEOUL (Yonhap) -- North Korea fired a missile toward the sea on Monday, the military said."
DEEP = (
    "Before dawn boats of our eastern port come home with squid, and by eight all lorries are on the road. An auction "
    "takes eleven minutes. Old Mr Chen has rung its bell for forty years, and knows every skipper by his engine. His "
    "grandson sells on a telephone now, to kitchens in three capitals, and has another screen for weather. Nobody here "
    "speaks of politics. Only once it was loud: in spring one missile flew by."
)
CAME = [
    ("coast", "Squid for three capitals", DEEP),
    ("wire", "North Korea fires missile toward the sea", CREDITED),
    ("post", "NORTH KOREA FIRES MISSILE TOWARD THE SEA", CREDITED),
    ("times", "북한, 미사일 발사", ""),
    ("globe", "Fishing boats warned of two missiles off Pyongyang", ""),
    ("post", "Rivers flood two towns", ""),
]
DIGESTS = NOON + 20 * HOUR  # at eight, in the zone of the tests' rules


def ruleset() -> RuleSet:
    """A rule that tells each launch once, with its new facts, and one that tells each story of floods."""
    policy = AlertPolicy(
        (), OncePer.EVENT, frozenset({UpdateTrigger.NEW_FACT}), cooldown=3 * HOUR, event_lasts=24 * HOUR
    )
    launch = replace(rule("launch", ["missile", "missiles", "*미사일"]), alert=policy)
    named = {of: Source(of, f"https://{of}.test/", f"The {of.title()}", 5 * MINUTE) for of, _, _ in CAME}
    return compile_live([launch, rule("floods", ["flood"])], {}, sources=named)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A folder after some minutes: a story mentions a missile; a launch is printed by two outlets from a wire, told by
    a third in Korean and counted by a fourth; and there is a flood."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, {}, channels={"desk": "console://"})
    database = make_newest(tmp_path / "monitor.db")
    section, claims, rules = SerialSection(database), Claims(database, "here:1"), ruleset()
    claims.register_sources(sources(*dict.fromkeys(of for of, _, _ in CAME)), NOON)
    for number, (of, title, text) in enumerate(CAME):
        now = NOON + number * 10 * MINUTE
        each = article(f"a{number}", title, text, of=of, seen=now, url=f"https://{of}.test/{number}")
        commit(section, claimed(claims, of, now), each, at=now, ruleset=rules)
    yield database
    database.close()


def what_time_brings(database: Database) -> None:
    """The digest of the next morning, and the update that has waited longer than the rule's cooldown."""
    with SerialSection(database).enter(DIGESTS) as section:
        section.commit_due(section.decide_due(ruleset().rules), to_desk)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("options", "titles"),
    [
        (("--rule", "floods"), [CAME[5][1]]),
        (("--since", "2026-01-05 21:45"), [CAME[5][1]]),
        (("--most", "2"), [CAME[5][1], CAME[4][1]]),
        (("--rule", "floods", "--since", "2026-01-06"), []),
    ],
)
def test_only_what_is_asked_for_is_listed(options: tuple[str, ...], titles: list[str]) -> None:
    """By rule, by time, and so many."""
    assert [each["title"] for each in rows("stories", "list", *options)] == titles


@pytest.mark.usefixtures("database")
def test_a_rule_that_nobody_knows_is_wrong_use() -> None:
    """As `matches list` has it: an empty list would be taken for an answer."""
    for command in ("stories", "matches"):
        ended = CliRunner().invoke(cli, [command, "list", "--rule", "lanch"])
        assert isinstance(ended.exception, InvalidRequest), command
        assert (ended.stdout, str(ended.exception)) == ("", "there is no rule 'lanch'; did you mean 'launch'?")


def test_of_a_story_that_was_forgotten_the_alert_names_the_rule(database: Database) -> None:
    """Its row stays, without words; so does the event of which only that was told."""
    flood, *_, wire, _ = rows("stories", "list")
    assert "21:50:00 KST; 1 article\n" in read_output("stories", "show", flood["id"])
    forgetting = ArticleEraser(database, config_of())
    for of in ("post", "wire", "times", "globe"):
        list(forgetting.erase(forgetting.plan(of), NOON + HOUR))
    assert [each["rules"] for each in rows("stories", "list") if each["id"] == flood["id"]] == [["floods"]]
    for story, rule_, others in ((flood, "floods", 0), (wire, "launch", 1)):
        listed = read_output("stories", "list", "--rule", rule_).splitlines()[1:]
        [line] = [each.split() for each in listed if each.startswith(story["id"])]
        assert (line[-2:], len(listed)) == ([rule_, "(forgotten)"], 1 + others)
        shown = read_output("stories", "show", story["id"])
        assert shown.startswith(f"story     {story['id']}: (forgotten)\n")
        assert ("0 articles\n" in shown, f", by {rule_}, alert " in shown) == (True, True)
    [event] = wire["events"]
    assert f"event     {event}, as launch sees it: (forgotten)\n" in read_output("stories", "show", wire["id"])
    assert read_output("stories", "show", event).startswith(f"event     {event}, as launch sees it: (forgotten)\n")


def test_an_event_is_shown_with_all_its_stories_and_what_waits(database: Database) -> None:
    """In whatever language; an update that waits, until it is told."""
    event = rows("stories", "list", "--rule", "launch")[2]["events"][0]
    shown = read_output("stories", "show", event)
    assert shown.startswith(
        f"event     {event}, as launch sees it: {CAME[1][1]}\n          first article published 2026-01-05 "
    )
    assert [title for _, title, _ in CAME[1:5] if title not in shown] == []
    assert "independent publishers: 3\n" in shown
    assert "waits     2026-01-06 00:10:00 KST  update, by launch: update: new fact: 2 missiles; first sent at" in shown
    what_time_brings(database)
    shown = read_output("stories", "show", event)
    assert "waits" not in shown
    assert "sent      2026-01-06 17:00:00 KST  update, high, by launch, alert " in shown


def test_what_may_be_the_same_is_shown_on_both_sides(database: Database) -> None:
    """With the reason, of an event and of its stories; the list has a column of it where there is any."""
    flood, *_, wire, _ = rows("stories", "list")
    (launch,), another, doubt = wire["events"], "E0000000000000001", "both today; the places are not known"
    with database.writing() as connection:
        its = {"rule_id": "floods", "title": "Another", "opened_at": NOON, "last_at": NOON}
        connection.execute(insert(tables.event).values(id=another, possibly_of=launch, doubt=doubt, **its))
        of_flood = update(tables.match).where(tables.match.c.rule_id == "floods")
        connection.execute(of_flood.values(event_id=another))
    heads, first, *others, coast = read_output("stories", "list").splitlines()
    assert heads.split()[-2:] == ["title", "possibly"]
    assert [first.split()[-1], *(each.split()[-1] for each in others)] == [launch, *[another] * 3]
    assert coast.rstrip().endswith(CAME[0][1])
    for older_side in (launch, wire["id"]):
        assert f"possibly  the same as {another} (“Another”): {doubt}\n" in read_output("stories", "show", older_side)
    for younger_side in (another, flood["id"]):
        assert f"possibly  the same as {launch} (“{CAME[1][1]}”): {doubt}\n" in read_output(
            "stories", "show", younger_side
        )
    assert rows("stories", "show", another)[0]["possibly"] == [{"id": launch, "title": CAME[1][1], "doubt": doubt}]


@pytest.mark.usefixtures("database")
def test_the_beginning_of_an_id_is_enough() -> None:
    """Of stories and events; where several begin so, the first are told, the last told of them first."""
    stories = rows("stories", "list")
    for id_ in (stories[0]["id"], stories[3]["events"][0]):
        assert rows("stories", "show", id_[:9]) == rows("stories", "show", id_)
    first, *named = str(CliRunner().invoke(cli, ["stories", "show", "S"]).exception).splitlines()
    assert first == "several stories and events begin with 'S'; write more of its id:"
    assert named == [f"  {each['id']}  {each['title']}" for each in stories]
    assert str(CliRunner().invoke(cli, ["stories", "show", "%"]).exception).startswith("there is no story or event '%'")


@pytest.mark.usefixtures("database")
def test_a_story_that_is_not_there_is_told() -> None:
    """With what to ask."""
    ended = CliRunner().invoke(cli, ["stories", "show", "S1"])
    assert str(ended.exception).startswith("there is no story or event 'S1'; `news-monitor stories list` names those")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("command", ["show", "mute", "unmute"])
def test_the_id_of_an_alert_brings_the_commands_for_its_story_and_event(command: str) -> None:
    """Each message has three ids in its last line."""
    wire = rows("stories", "list")[3]
    story, (event,) = wire["id"], wire["events"]
    [alert] = [each["id"] for each in rows("alerts", "list") if each["rule"] == "launch"]
    for id_ in (alert, alert[:6]):
        assert str(CliRunner().invoke(cli, ["stories", command, id_]).exception) == (
            f"'{id_}' is an alert, not a story or event; for those of the alert: "
            f"`news-monitor stories {command} {event}` or `news-monitor stories {command} {story}`"
        )


def test_the_id_of_a_digest_brings_no_story(database: Database) -> None:
    """It may be about several."""
    what_time_brings(database)
    [digest] = [each["id"] for each in rows("alerts", "list") if each["kind"] == "digest"]
    with pytest.raises(InvalidRequest, match=f"there is no story or event '{digest}'"):
        CliRunner().invoke(cli, ["stories", "mute", digest], catch_exceptions=False)


def test_matches_say_what_waits_what_is_held_and_what_told_them(database: Database) -> None:
    """A mention waits for the morning, a new fact for the cooldown; each then names what it was told by."""
    waiting = rows("matches", "list", "--decision", "deferred")
    assert [each["article"]["title"] for each in waiting] == [CAME[4][1], CAME[0][1]]
    update, mention = (str(each["id"]) for each in waiting)
    assert "outcome   deferred: only mentioned, deeper in the text" in read_output("matches", "show", mention)
    shown = read_output("matches", "show", update)
    assert f"event     {waiting[0]['event']}, within event_lasts, and nothing keeps it apart\n" in shown
    because = "update: new fact: 2 missiles; first sent at 12:10; no update before 15:10 (cooldown: 3 hours)"
    assert f"outcome   deferred: {because}\n" in shown
    [held] = [
        each for each in rows("matches", "list", "--decision", "suppressed") if each["article"]["source"] == "post"
    ]
    shown = read_output("matches", "show", str(held["id"]))
    why = "copied text"
    of_event = f"launch sent this event at 12:10 ({held['event']}); {why}; sent again if: new fact"
    assert f"outcome   suppressed: {of_event}\n" in shown
    assert f"story     {held['story']}, the same headline: {CAME[1][1]}\n" in shown
    assert f"event     {held['event']}, {why}\n" in shown
    what_time_brings(database)
    assert rows("matches", "list", "--decision", "deferred") == []
    for number, kind in ((update, "update"), (mention, "digest")):
        shown = read_output("matches", "show", number)
        assert "outcome   sent: " in shown
        assert f"\n{kind:<10}" in shown
        assert rows("matches", "show", number)[0]["alert_kind"] == kind


def test_why_names_the_event_and_what_told_it(database: Database) -> None:
    """Of an article that was told in a digest or an update, that one; of one that was held, the first alert."""
    what_time_brings(database)
    for of, kind in (("coast a0", "digest"), ("globe a4", "update"), ("times a3", "alert")):
        assert f"\n    {kind} " in read_output("why", of), of
    [event] = {each["event"] for each in rows("matches", "list", "--decision", "suppressed")}
    assert f", news, high, event {event}\n" in read_output("why", "times a3")


@pytest.fixture
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is an hour after the first article."""
    monkeypatch.setattr("monitor.clock.now", lambda: NOON + HOUR)
    monkeypatch.setenv("LOGNAME", "ann")


@pytest.mark.usefixtures("database", "_at_noon")
def test_a_story_is_muted_and_the_views_say_so() -> None:
    """Until when, by whom, and how to end it: the list, the story with its event, its matches, `why` and `status`."""
    assert "muted" not in read_output("stories", "list")
    wire = rows("stories", "list")[3]
    story, (event,) = wire["id"], wire["events"]
    done = read_output("stories", "mute", story[:9])
    assert done == (
        f"{story} is muted until 2026-01-06 22:00:00 KST, for all rules, in its language: {CAME[1][1]}\n"
        f"To mute it in all languages, for launch: news-monitor stories mute {event}\n"
        f"To end that: news-monitor stories unmute {story}\n"
    )
    muted = [f"until 2026-01-06 22:00:00 KST, by ann; to end that: news-monitor stories unmute {story}"]
    [number] = [each["id"] for each in rows("matches", "list") if each["article"]["source"] == "wire"]
    for view in (("stories", "show", story), ("matches", "show", str(number)), ("why", "wire a1")):
        assert re.findall(r"muted     S\w+ (.*)", read_output(*view)) == muted
    assert "muted     " not in read_output("stories", "show", event)
    heads, line = read_output("stories", "list", "--muted").splitlines()
    assert heads.split()[-2:] == ["muted", "until"]
    assert (line.split()[0], line.rstrip()[-25:]) == (story, "  2026-01-06 22:00:00 KST")
    assert "stories     5; by people: 1 muted now (`news-monitor stories list --muted`)\n" in read_output("status")
    assert rows("status")[0]["muted"] == 1
    assert read_output("stories", "unmute", story) == f"{story} is no longer muted: {CAME[1][1]}\n"
    assert read_output("stories", "unmute", story) == f"{story} is not muted: {CAME[1][1]}\n"
    assert "muted     " not in read_output("stories", "show", story)
    assert read_output("stories", "list", "--muted").splitlines()[1:] == []


@pytest.mark.usefixtures("database", "_at_noon")
def test_the_mutes_of_a_story_and_of_its_event_are_shown() -> None:
    """Both, also if one ends before the other: a person must end both. The list shows the event's in all its
    stories."""
    wire = rows("stories", "list")[3]
    story, (event,) = wire["id"], wire["events"]
    read_output("stories", "mute", story)
    read_output("stories", "mute", event, "--for", "2 hours")
    [number] = [each["id"] for each in rows("matches", "list") if each["article"]["source"] == "wire"]
    for view in (("stories", "show", story), ("matches", "show", str(number)), ("why", "wire a1")):
        assert re.findall("muted     (.*) until (.*), by", read_output(*view)) == [
            (story, "2026-01-06 22:00:00 KST"),
            (event, "2026-01-06 00:00:00 KST"),
        ]
    in_all_languages = [each["id"] for each in rows("stories", "list") if event in each["events"]]
    listed = {each.split()[0]: each.rstrip() for each in read_output("stories", "list", "--muted").splitlines()[1:]}
    assert (list(listed), len(listed)) == (in_all_languages, 3)
    of_event = f"{event} 2026-01-06 00:00:00 KST"
    assert {id_: line.endswith(f"  {of_event}") for id_, line in listed.items()} == {
        id_: id_ != story for id_ in in_all_languages
    }
    assert listed[story].endswith(f"  2026-01-06 22:00:00 KST, {of_event}")
    assert [[mute["id"] for mute in each["mutes"]] for each in rows("stories", "list", "--muted")] == [
        [story, event] if id_ == story else [event] for id_ in in_all_languages
    ]
    read_output("stories", "unmute", story)
    assert re.findall("muted     (.*) until", read_output("stories", "show", story)) == [event]


@pytest.mark.usefixtures("database", "_at_noon")
@pytest.mark.parametrize("ends_story", [True, False])
def test_unmute_prints_the_mutes_that_still_hold(ends_story: bool) -> None:
    """Those of the story's events, or of the event's stories, each with the command that ends it."""
    wire = rows("stories", "list")[3]
    story, (event,) = wire["id"], wire["events"]
    ended, other, kind = (story, event, "event") if ends_story else (event, story, "story")
    read_output("stories", "mute", story)
    read_output("stories", "mute", event)
    first, *more = read_output("stories", "unmute", ended).splitlines()
    assert first.startswith(f"{ended} is no longer muted")
    until = f"until 2026-01-06 22:00:00 KST, by ann; to end that: news-monitor stories unmute {other}"
    assert more == [f"But nothing is sent for its {kind} {other}, which is muted {until}"]
    assert len(read_output("stories", "unmute", ended).splitlines()) == 2  # it was not muted
    assert len(read_output("stories", "unmute", other).splitlines()) == 1


@pytest.mark.usefixtures("database", "_at_noon")
def test_an_event_is_muted_for_its_rule_and_a_mute_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a time, or after one."""
    wire = rows("stories", "list")[3]
    story, (event,) = wire["id"], wire["events"]
    assert read_output("stories", "mute", event, "--until", "08:00").startswith(
        f"{event} is muted until 2026-01-06 08:00:00 KST, in all languages, for launch: "
    )
    assert f"muted     {event} until 2026-01-06 08:00:00 KST" in read_output("stories", "show", story)
    monkeypatch.setenv("LOGNAME", "bob")
    read_output("stories", "mute", event, "--until", "2026-01-07")
    kept = read_output("stories", "mute", event).splitlines()
    assert kept[0].startswith(f"{event} is muted until 2026-01-07 00:00:00 KST, ")
    assert kept[1] == "It was muted until then already, by bob. To shorten that, give --for or --until."
    monkeypatch.setenv("LOGNAME", "ann")
    shortened = read_output("stories", "mute", event, "--for", "90 minutes").splitlines()
    assert shortened[1] == "It was muted until 2026-01-07 00:00:00 KST, by bob."
    assert f"muted     {event} until 2026-01-05 23:30:00 KST" in read_output("stories", "show", story)
    monkeypatch.setattr("monitor.clock.now", lambda: NOON + 150 * MINUTE)
    assert "muted     " not in read_output("stories", "show", story)
    assert "muted" not in read_output("stories", "list")


@pytest.mark.usefixtures("database", "_at_noon")
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("--for soon", "'soon' is not a length of time"),
        ("--for 1h --until 09:00", "give --for or --until, not both"),
        ("--until 2026-01-05", "'2026-01-05' is past"),
        ("--for 2years", "the longest mute is 1 year; to keep a subject out of a rule, add its words to `unless`"),
    ],
)
def test_a_mute_that_cannot_be_is_wrong_use(options: str, problem: str) -> None:
    """And nothing is muted."""
    story = rows("stories", "list")[3]["id"]
    ended = CliRunner().invoke(cli, ["stories", "mute", story, *options.split()])
    assert isinstance(ended.exception, InvalidRequest)
    assert problem in str(ended.exception)
    assert read_output("stories", "list", "--muted").splitlines()[1:] == []
