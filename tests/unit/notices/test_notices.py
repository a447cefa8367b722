"""Notices: told once, again each day, and when it is over; many at once are one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import (
    Channel,
    Config,
    DeadAlerts,
    FailingSource,
    Level,
    Notice,
    NoticeKind,
    NoticeState,
    OpsObservation,
    RunningVersion,
    Settings,
    SourceTrouble,
    StalledChannel,
    TroubleKind,
)
from monitor.notices.notices import MAX_LINES, due_notices
from monitor.notices.troubles import DAY, MIN_STALL, OF_SOURCES, OpsSnapshot
from tests.support.building import HOUR, MINUTE, NOON, sources

SEOUL = ZoneInfo("Asia/Seoul")  # noon UTC is 21:00
CHANNELS = ("desk", "mail", "phone")


class Operator:
    """Who is told: remembers what was told between one look and the next."""

    def __init__(
        self, *, operator: tuple[str, ...] = ("mail", "phone"), of: Collection[str] = ("wire", "post", "gone")
    ) -> None:
        channels = {name: Channel(name, "json://x.test") for name in CHANNELS}
        self.config = Config(Settings("Asia/Seoul", "", channels, {}, operator), sources(*of), {}, {})
        self.noticed: tuple[NoticeState, ...] = ()

    def looks(self, now: datetime, seen: OpsObservation, *, began: datetime = NOON - DAY) -> list[Notice]:
        noted = due_notices(OpsSnapshot(replace(seen, notice_states=self.noticed), self.config, SEOUL, began, now))
        self.noticed = noted.states
        return list(noted.notices)


def failing(name: str = "wire", since: datetime = NOON, *, next_in: timedelta = 100 * DAY) -> FailingSource:
    return FailingSource(name, since, since + next_in, "the server answered 503")


def waiting(name: str = "desk", since: datetime = NOON, messages: int = 3) -> StalledChannel:
    return StalledChannel(name, since, messages, "the server answered 502")


def sick(*which: FailingSource | StalledChannel | DeadAlerts, **well: datetime) -> OpsObservation:
    """These are not as they should be; of `well`, "source_wire" did well then."""
    return OpsObservation(
        failing_sources=tuple(each for each in which if isinstance(each, FailingSource)),
        stalled_channels=tuple(each for each in which if isinstance(each, StalledChannel)),
        dead_alerts=tuple(each for each in which if isinstance(each, DeadAlerts)),
        last_well_at={name.replace("_", " "): at for name, at in well.items()},
    )


def short(notices: list[Notice]) -> list[tuple[str, str]]:
    return [(each.kind.value, each.subject) for each in notices]


def test_a_source_is_told_of_once_after_three_hours() -> None:
    """Not before, and not again at every look; the notice says what, since when, why, what to do."""
    operator = Operator()
    assert operator.looks(NOON + 3 * HOUR - MINUTE, sick(failing())) == []
    (told,) = operator.looks(NOON + 3 * HOUR, sick(failing(next_in=4 * HOUR)))
    assert told == Notice(
        id=told.id,
        dedup_key=told.dedup_key,
        subject="source wire",
        kind=NoticeKind.PROBLEM,
        level=Level.MEDIUM,
        at=NOON + 3 * HOUR,
        title="Source wire fails since 5 Jan, 21:00",
        text=(
            "wire, since 5 Jan, 21:00: the server answered 503; next try 01:00\n"
            "It is still tried. If it is gone for good: `news-monitor sources remove wire`."
        ),
        reason="a source that fails for 3 hours is reported once, and again each day",
        channels=("mail", "phone"),
    )
    assert operator.looks(NOON + 3 * HOUR + MINUTE, sick(failing())) == []
    assert operator.looks(NOON + 20 * HOUR, sick(failing())) == []


def test_a_channel_is_told_of_once_after_a_quarter_of_an_hour() -> None:
    """With how many wait, since when, and what it answered last."""
    operator = Operator()
    assert operator.looks(NOON + 14 * MINUTE, sick(waiting())) == []
    (told,) = operator.looks(NOON + 15 * MINUTE, sick(waiting()))
    assert (told.subject, told.level, told.title) == (
        "channel desk",
        Level.HIGH,
        "Channel desk: 3 messages wait, the oldest since 21:00",
    )
    assert "last answer: the server answered 502" in told.text
    assert "news-monitor channels test desk" in told.text
    assert operator.looks(NOON + 16 * MINUTE, sick(waiting())) == []


def test_a_channel_with_an_urgent_alert_is_told_of_after_five_minutes() -> None:
    """Once, and a day later again."""
    urgent = replace(waiting(), urgent_since=NOON + 2 * MINUTE)
    operator = Operator()
    assert operator.looks(NOON + 6 * MINUTE, sick(urgent)) == []
    (told,) = operator.looks(NOON + 7 * MINUTE, sick(urgent))
    assert short([told]) == [("problem", "channel desk")]
    assert "or an urgent alert for 5" in told.reason
    assert operator.looks(NOON + 8 * MINUTE, sick(urgent)) == []
    assert short(operator.looks(NOON + DAY + 7 * MINUTE, sick(urgent))) == [("reminder", "channel desk")]


@pytest.mark.parametrize(
    ("trouble", "subject", "first"),
    [(failing(), "source wire", 3 * HOUR), (waiting(), "channel desk", 15 * MINUTE)],
)
def test_what_lasts_is_told_again_each_day(
    trouble: FailingSource | StalledChannel, subject: str, first: timedelta
) -> None:
    """A day after it was told last, for as long as it lasts; each is a notice of its own."""
    operator, keys = Operator(), set()
    for day in range(4):
        at = NOON + first + day * DAY
        (told,) = operator.looks(at, sick(trouble))
        keys.add(told.dedup_key)
        assert short([told]) == [("problem" if day == 0 else "reminder", subject)]
        assert told.title.startswith("Still: ") is (day > 0)
        assert operator.looks(at + DAY - MINUTE, sick(trouble)) == []
    assert len(keys) == 4


def test_what_is_over_is_told_once_it_does_well() -> None:
    """The first good poll after the notice; what follows is silence, and a new failure a new problem."""
    operator = Operator()
    operator.looks(NOON + 3 * HOUR, sick(failing()))
    (told,) = operator.looks(NOON + 5 * HOUR, sick(source_wire=NOON + 5 * HOUR))
    assert (short([told]), told.level) == ([("recovery", "source wire")], Level.INFO)
    assert (told.title, told.text) == ("Source wire works again", "wire: had failed since 5 Jan, 21:00")
    assert operator.noticed == ()
    assert operator.looks(NOON + 6 * HOUR, sick(source_wire=NOON + 6 * HOUR)) == []
    again = sick(failing(since=NOON + 7 * HOUR))
    assert operator.looks(NOON + 9 * HOUR, again) == []
    assert short(operator.looks(NOON + 10 * HOUR, again)) == [("problem", "source wire")]


def test_what_was_not_told_has_no_recovery() -> None:
    """A source that failed for two hours is nobody's business."""
    operator = Operator()
    operator.looks(NOON + 2 * HOUR, sick(failing()))
    assert operator.looks(NOON + 2 * HOUR + MINUTE, sick(source_wire=NOON + 2 * HOUR)) == []


def test_a_failure_that_is_forgotten_is_no_recovery() -> None:
    """A source whose address was edited starts afresh: it works again when it has given something, not before."""
    operator = Operator()
    operator.looks(NOON + 3 * HOUR, sick(failing()))
    assert operator.looks(NOON + 4 * HOUR, sick(source_wire=NOON - HOUR)) == []
    assert short(operator.looks(NOON + 5 * HOUR, sick(source_wire=NOON + 5 * HOUR))) == [("recovery", "source wire")]


def test_a_channel_has_recovered_only_if_it_took_something() -> None:
    """Messages that were given up or discarded do not wait any more: that is no recovery."""
    operator = Operator()
    operator.looks(NOON + 15 * MINUTE, sick(waiting(), channel_desk=NOON + MINUTE))
    assert operator.looks(NOON + 30 * MINUTE, sick(channel_desk=NOON + MINUTE)) == []
    assert operator.looks(NOON + 40 * DAY, sick(channel_desk=NOON + MINUTE)) == []
    new = sick(waiting(since=NOON + 41 * DAY))
    assert short(operator.looks(NOON + 41 * DAY + 15 * MINUTE, new)) == [("reminder", "channel desk")]
    took = sick(channel_desk=NOON + 42 * DAY)
    assert short(operator.looks(NOON + 42 * DAY, took)) == [("recovery", "channel desk")]


def test_a_channel_that_lags_does_not_come_and_go() -> None:
    """While its backlog shrinks it is neither over nor told again; over it is when nothing has waited for long."""
    operator = Operator()
    operator.looks(NOON + 15 * MINUTE, sick(waiting()))
    for minutes in range(16, 40):
        now = NOON + minutes * MINUTE
        age = max(MIN_STALL, (31 - minutes) * MINUTE)
        assert operator.looks(now, sick(waiting(since=now - age), channel_desk=now)) == []
    now = NOON + HOUR
    over = sick(waiting(since=now - MIN_STALL + MINUTE), channel_desk=now)
    assert short(operator.looks(now, over)) == [("recovery", "channel desk")]


@pytest.mark.parametrize("subject", ["source wire", "channel desk"])
def test_what_has_left_the_config_ends_silently(subject: str) -> None:
    """No reminder and no recovery of what nobody wants any more. What still waits for a channel is another matter."""
    operator = Operator()
    trouble = sick(failing() if subject == "source wire" else waiting())
    assert short(operator.looks(NOON + 3 * HOUR, trouble)) == [("problem", subject)]
    channels = {name: each for name, each in operator.config.settings.channels.items() if name != "desk"}
    operator.config = Config(replace(operator.config.settings, channels=channels), sources("post"), {}, {})
    left = operator.looks(NOON + 3 * DAY, trouble)
    assert short(left) == ([("problem", "removed desk")] if subject == "channel desk" else [])
    assert {state.subject for state in operator.noticed} == {notice.subject for notice in left}


def names(count: int) -> list[str]:
    return [f"s{number:03}" for number in range(count)]


def test_three_hundred_sources_at_once_are_one_message() -> None:
    """The network went down: they fail within an hour of each other. One notice lists ten and counts the rest."""
    operator = Operator(of=names(300))
    down = sick(*(failing(name, NOON + 12 * n * timedelta(seconds=1)) for n, name in enumerate(names(300))))
    (told,) = operator.looks(NOON + 3 * HOUR, down)
    assert (told.subject, told.title) == ("source", "300 sources fail")
    lines = told.text.splitlines()
    assert [line[:4] for line in lines[:MAX_LINES]] == names(MAX_LINES)
    assert lines[MAX_LINES] == "and 290 more"
    assert "this machine's network" in lines[-1]
    looks = (NOON + 3 * HOUR + minutes * MINUTE for minutes in range(0, 24 * 60, 10))
    assert [notice for now in looks for notice in operator.looks(now, down)] == []
    assert short(operator.looks(NOON + 3 * HOUR + DAY, down)) == [("reminder", "source")]


def test_three_hundred_recoveries_are_one_message() -> None:
    """They come back within a quarter of an hour, as they are polled: told when all are, in one."""
    operator, all_ = Operator(of=names(300)), names(300)
    operator.looks(NOON + 3 * HOUR, sick(*map(failing, all_)))
    now, told = NOON + 8 * HOUR, []
    for back in range(0, 301, 20):
        now += MINUTE
        told += operator.looks(now, sick(*map(failing, all_[back:]), **{f"source_{name}": now for name in all_[:back]}))
    (notice,) = told
    assert (notice.at, notice.title) == (now, "300 sources work again")
    assert operator.noticed == ()


def test_recoveries_wait_an_hour_for_one_that_stays_away() -> None:
    """What works again is told then; the one that does not is told when it does."""
    operator = Operator()
    operator.looks(NOON + 3 * HOUR, sick(failing("wire"), failing("post"), failing("gone")))
    back = NOON + 4 * HOUR
    partly = sick(failing("gone"), source_wire=back, source_post=back)
    assert operator.looks(back, partly) == []
    (told,) = operator.looks(back + HOUR, partly)
    assert told.title == "2 sources work again"
    assert short(operator.looks(back + 2 * HOUR, sick(source_gone=back + HOUR))) == [("recovery", "source gone")]


def test_a_recovery_does_not_wait_for_what_failed_long_ago() -> None:
    """Only what began together may end together."""
    operator = Operator()
    operator.looks(NOON + 3 * HOUR, sick(failing("gone")))
    both = (failing("gone"), failing("wire", NOON + 10 * HOUR))
    assert short(operator.looks(NOON + 13 * HOUR, sick(*both))) == [("problem", "source wire")]
    (told,) = operator.looks(NOON + 14 * HOUR, sick(both[0], source_wire=NOON + 14 * HOUR))
    assert short([told]) == [("recovery", "source wire")]


def test_a_source_that_fails_again_before_it_was_told_to_be_over_has_not_recovered() -> None:
    """One good poll among the bad, while others are down: neither a recovery nor a new problem."""
    operator = Operator()
    operator.looks(NOON + 3 * HOUR, sick(failing("wire"), failing("post")))
    once = NOON + 4 * HOUR
    assert operator.looks(once, sick(failing("post"), source_wire=once)) == []
    worse = sick(failing("post"), failing("wire", once + MINUTE), source_wire=once)
    assert operator.looks(once + 2 * HOUR, worse) == []
    assert [each.over_at for each in operator.noticed] == [None, None]


def test_reminders_come_together() -> None:
    """What was told at different hours is reminded of at one."""
    operator = Operator()
    first, second = failing("wire"), failing("post", NOON + 8 * HOUR)
    operator.looks(NOON + 3 * HOUR, sick(first))
    operator.looks(NOON + 11 * HOUR, sick(first, second))
    (told,) = operator.looks(NOON + 3 * HOUR + DAY, sick(first, second))
    assert told.title == "Still: 2 sources fail"
    assert operator.looks(NOON + 11 * HOUR + DAY, sick(first, second)) == []


def test_a_source_that_we_did_not_ask_is_not_told() -> None:
    """After a night in which the daemon did not run, a failure of yesterday evening is no failure of a whole night."""
    operator = Operator()
    left = failing(next_in=10 * MINUTE)
    assert operator.looks(NOON + 10 * HOUR, sick(left)) == []
    assert short(operator.looks(NOON + 10 * HOUR, sick(failing(next_in=10 * HOUR + MINUTE)))) == [
        ("problem", "source wire")
    ]


def test_what_was_told_is_not_told_again_before_it_was_looked_at() -> None:
    """Nor is a reminder sent at a start after a day's absence."""
    operator = Operator()
    operator.looks(NOON + 3 * HOUR, sick(failing()))
    assert operator.looks(NOON + 3 * DAY, sick(failing(next_in=3 * HOUR))) == []


def test_a_restart_does_not_delay_the_notice_of_a_channel() -> None:
    """Once an attempt of this daemon has failed, the age of the oldest message counts: 15 minutes, as without the
    restart."""
    operator, start = Operator(), NOON + 13 * MINUTE
    tried = replace(waiting(), tried_at=start)
    assert operator.looks(start + MINUTE, sick(tried), began=start) == []
    assert short(operator.looks(start + 2 * MINUTE, sick(tried), began=start)) == [("problem", "channel desk")]


@pytest.mark.parametrize("tried_at", [None, NOON])
def test_a_message_that_waited_while_we_were_away_is_no_channels_fault(tried_at: datetime | None) -> None:
    """A channel that we have not tried since our start is given its time from then on. An attempt before it does not
    count."""
    operator, start = Operator(), NOON + 10 * HOUR
    waits = replace(waiting(), tried_at=tried_at)
    assert operator.looks(start, sick(waits), began=start) == []
    assert operator.looks(start + 14 * MINUTE, sick(waits), began=start) == []
    assert short(operator.looks(start + 15 * MINUTE, sick(waits), began=start)) == [("problem", "channel desk")]
    failed = replace(waits, tried_at=start)  # then its messages have waited long enough
    assert short(Operator().looks(start + MINUTE, sick(failed), began=start)) == [("problem", "channel desk")]


@pytest.mark.parametrize(
    ("operator", "sick_already", "told"),
    [
        (("mail", "phone"), [], ("mail", "phone")),  # the channel is none of the operator's
        (("desk", "mail"), [], ("mail",)),  # not on itself
        (("desk", "mail", "phone"), ["mail"], ("phone",)),  # not on one that does not work either
        (("desk", "mail"), ["mail"], ("mail",)),  # none works: on another one, for later
        (("desk",), [], ("desk",)),  # there is no other: it is told when it comes back
        ((), [], ()),  # nobody is to be told
    ],
)
def test_a_channels_trouble_is_told_elsewhere(
    operator: tuple[str, ...], sick_already: list[str], told: tuple[str, ...]
) -> None:
    """Where somebody reads it."""
    who = Operator(operator=operator)
    down = [waiting(name, NOON - HOUR) for name in sick_already]
    who.looks(NOON, sick(*down))
    (notice,) = who.looks(NOON + 15 * MINUTE, sick(*down, waiting("desk")))
    assert (notice.subject, notice.channels) == ("channel desk", told)
    given_up = DeadAlerts("desk", 1, NOON + HOUR)
    (notice,) = who.looks(NOON + HOUR, sick(*down, waiting("desk"), given_up))
    assert (notice.subject, notice.channels) == ("dead desk", told)


@pytest.mark.parametrize(
    ("operator", "trouble", "blocked"),
    [
        (("desk",), waiting(), True),  # through itself
        (("desk",), DeadAlerts("desk", 1, NOON), True),
        (("desk", "phone"), waiting(), False),
        (("phone",), waiting(), False),
        ((), waiting(), False),  # nobody is to be told
    ],
)
def test_it_is_known_when_a_notice_can_reach_nobody_in_time(
    operator: tuple[str, ...], trouble: StalledChannel | DeadAlerts, *, blocked: bool
) -> None:
    """None of its channels takes messages; what is told of a source while they do not is no better off."""
    who = Operator(operator=operator)
    (told,) = who.looks(NOON + HOUR, sick(trouble))
    assert told.blocked is blocked
    if isinstance(trouble, StalledChannel):
        (_, other) = who.looks(NOON + DAY + HOUR, sick(trouble, failing()))
        assert (other.subject, other.blocked) == ("source wire", blocked)


def test_a_recovery_is_told_on_all() -> None:
    """The channel that is back too."""
    who = Operator(operator=("desk", "mail"))
    who.looks(NOON + HOUR, sick(waiting()))
    (notice,) = who.looks(NOON + 2 * HOUR, sick(channel_desk=NOON + 2 * HOUR))
    assert (short([notice]), notice.channels) == ([("recovery", "channel desk")], ("desk", "mail"))


def test_alerts_that_were_given_up_are_told_with_the_command_that_sends_them() -> None:
    """At once; new ones on the same channel at most once an hour; again each day while they are dead; and they end
    silently: they arrive, or somebody has discarded them."""
    operator = Operator()
    (told,) = operator.looks(NOON, sick(DeadAlerts("desk", 1, NOON)))
    assert (told.title, told.level) == ("Channel desk: 1 alert was given up", Level.HIGH)
    assert "news-monitor outbox retry --dead" in told.text
    more = DeadAlerts("desk", 41, NOON + MINUTE)
    assert operator.looks(NOON + MINUTE, sick(more)) == []
    (told,) = operator.looks(NOON + HOUR, sick(more))
    assert (short([told]), told.title) == ([("problem", "dead desk")], "Channel desk: 41 alerts were given up")
    assert operator.looks(NOON + DAY, sick(more)) == []
    (told,) = operator.looks(NOON + DAY + HOUR, sick(more))
    assert (short([told]), told.title) == (
        [("reminder", "dead desk")],
        "Still: Channel desk: 41 alerts were given up",
    )
    assert operator.looks(NOON + 3 * DAY, sick()) == []
    assert operator.noticed == ()


def runs(edited: datetime | None = None, *, faults: int = 2, since: datetime = NOON - 2 * HOUR) -> RunningVersion:
    lines = tuple(f"rules/r.yaml:{n}:1: no such word" for n in range(faults)) if edited else ()
    return RunningVersion(since, 3, 10, edited, lines)


def test_a_bad_edit_is_told_and_a_good_one_too() -> None:
    """Which version runs, which edit is faulty, the first faults; a minute later, so that nobody is told of half an
    edit."""
    operator, edited = Operator(), NOON + 15 * MINUTE
    bad = OpsObservation(running=(runs(edited),))
    assert operator.looks(edited + MINUTE / 2, bad) == []
    (told,) = operator.looks(edited + MINUTE, bad)
    assert told.title == "Running the version of 19:00; your edit of 21:15 has 2 faults"
    assert told.text.splitlines()[:3] == [
        "every rule runs as before the edit",
        "rules/r.yaml:0:1: no such word",
        "rules/r.yaml:1:1: no such word",
    ]
    assert "news-monitor check" in told.text
    assert operator.looks(edited + HOUR, bad) == []
    (told,) = operator.looks(edited + 2 * HOUR, OpsObservation(running=(runs(),)))
    assert (short([told]), told.text.splitlines()[0]) == ([("recovery", "config")], "config: had faults since 21:15")
    assert "`news-monitor rules try FILE` shows what" in told.text


def test_a_start_with_a_faulty_rule_says_which_rule_is_silent() -> None:
    """Nothing older runs in its place. The reason fits a start, where nobody may have edited anything."""
    started = replace(runs(NOON, faults=1, since=NOON), left_out={"rules/barge.yaml": ("rhine-barge",)})
    (told,) = Operator().looks(NOON + MINUTE, OpsObservation(running=(started,)))
    silent = "rule rhine-barge does not run: nothing is sent for it"
    assert told.title == f"Running the version of 21:00 without its faulty parts: 1 fault; {silent}"
    assert told.text.splitlines()[0].startswith(silent)
    assert "edit" not in told.reason


def test_a_second_bad_edit_is_told_too() -> None:
    """What was told of the first is not true of the second."""
    operator = Operator()
    operator.looks(NOON + MINUTE, OpsObservation(running=(runs(NOON),)))
    second = OpsObservation(running=(runs(NOON + 5 * MINUTE, faults=1),))
    assert operator.looks(NOON + 5 * MINUTE, second) == []
    (told,) = operator.looks(NOON + 6 * MINUTE, second)
    assert told.title.endswith("your edit of 21:05 has 1 fault")


def test_of_several_daemons_the_faulty_one_is_told() -> None:
    """They look one after the other, and must not tell a problem and its recovery in turns; and a daemon of which
    nothing is seen says nothing."""
    operator = Operator()
    both = OpsObservation(running=(runs(NOON - HOUR, faults=1), runs(), runs(NOON)))
    (told,) = operator.looks(NOON + MINUTE, both)
    assert told.title.endswith("your edit of 21:00 has 2 faults")  # the last one
    assert operator.looks(NOON + 2 * MINUTE, both) == []
    assert operator.looks(NOON + 3 * MINUTE, OpsObservation()) == []


def test_what_was_decided_twice_has_one_key() -> None:
    """Two daemons that see the same make the same notice, whenever each looks: the database takes it once."""
    keys = {
        due_notices(OpsSnapshot(sick(failing(), failing("post")), Operator().config, SEOUL, NOON, NOON + hours * HOUR))
        .notices[0]
        .dedup_key
        for hours in (3, 4)
    }
    assert len(keys) == 1


@pytest.mark.parametrize("count", [1, MAX_LINES, MAX_LINES + 1])
def test_a_notice_is_short(count: int) -> None:
    """Whatever servers answer: what to do is never cut off."""
    many = [replace(failing(name), problem="x" * 1000) for name in names(count)]
    (told,) = Operator(of=names(count)).looks(NOON + 3 * HOUR, sick(*many))
    assert len(told.text) <= 760
    assert "news-monitor sources" in told.text.splitlines()[-1]


MOMENTARY = (TroubleKind.GAP, TroubleKind.BURST)
LASTING = (TroubleKind.SILENT, TroubleKind.UNREADABLE, TroubleKind.UNDATED, TroubleKind.GONE)
AFTER = {TroubleKind.GONE: timedelta(0)}


def trouble(
    kind: TroubleKind, name: str = "wire", at: datetime = NOON, *, over_at: datetime | None = None
) -> SourceTrouble:
    """Seen then, since five minutes before."""
    return SourceTrouble(name, kind, at - 5 * MINUTE, at, "as nobody expected", over_at)


def troubled(*which: SourceTrouble, fails: FailingSource | None = None) -> OpsObservation:
    """As the database has them; those that are over have done well then."""
    over = {f"{each.kind.value.removeprefix('possible_')} {each.source}": each.over_at for each in which}
    well = {subject: at for subject, at in over.items() if at is not None}
    return OpsObservation(failing_sources=(fails,) if fails else (), source_troubles=which, last_well_at=well)


@pytest.mark.parametrize("kind", [TroubleKind.UNREADABLE, TroubleKind.UNDATED])
def test_the_command_that_is_advised_names_the_source(kind: TroubleKind) -> None:
    """It is copied as it stands: without it `parse` does not know what to read."""
    assert "`news-monitor parse --source wire` " in OF_SOURCES[kind].advice.format(name="wire")


def test_a_possible_gap_is_told_at_once_with_its_window() -> None:
    """It is over at the next good poll, and told all the same."""
    over = trouble(TroubleKind.GAP, over_at=NOON + MINUTE)
    (told,) = Operator().looks(NOON + 2 * MINUTE, troubled(over))
    assert (told.subject, told.title, told.level) == (
        "gap wire",
        "Source wire: possible gap, between 20:55 and 21:00",
        Level.MEDIUM,
    )
    assert told.text == (
        "wire, between 20:55 and 21:00: as nobody expected\n"
        "If it happens again, have wire polled more often: by its `fastest`, `every` or `cron`."
    )


@pytest.mark.parametrize("kind", MOMENTARY)
def test_what_happens_again_and_again_is_told_once_a_day(kind: TroubleKind) -> None:
    """Without a reminder, and it ends without a word."""
    operator, told = Operator(), []
    for minutes in range(0, 50 * 60, 10):
        now = NOON + minutes * MINUTE
        told += operator.looks(now, troubled(trouble(kind, at=now, over_at=None)))
    assert [each.kind for each in told] == [NoticeKind.PROBLEM] * 3
    assert [each.at for each in told] == [NOON, NOON + DAY, NOON + 2 * DAY]
    assert operator.looks(now + DAY, troubled(trouble(kind, at=now, over_at=now))) == []
    assert operator.noticed == ()


@pytest.mark.parametrize("kind", LASTING)
def test_what_lasts_at_a_source_is_told_again_and_when_it_is_over(kind: TroubleKind) -> None:
    """Each day; what is ill-formed or undated is no loss of news, and is told again each week."""
    operator, name = Operator(), kind.value
    first = NOON + AFTER.get(kind, 3 * HOUR)
    if first > NOON:
        assert operator.looks(first - 6 * MINUTE, troubled(trouble(kind))) == []
    assert short(operator.looks(first, troubled(trouble(kind)))) == [("problem", f"{name} wire")]
    every = DAY if kind in {TroubleKind.SILENT, TroubleKind.GONE} else 7 * DAY
    assert operator.looks(first + every - MINUTE, troubled(trouble(kind))) == []
    (again,) = operator.looks(first + every, troubled(trouble(kind)))
    assert (short([again]), again.reason.startswith("reported ")) == ([("reminder", f"{name} wire")], True)
    over = troubled(trouble(kind, over_at=first + every + HOUR))
    assert short(operator.looks(first + every + HOUR, over)) == [("recovery", f"{name} wire")]
    assert (operator.looks(first + every + DAY, over), operator.noticed) == ([], ())


def test_guids_that_churn_are_told_once() -> None:
    """Nothing is to be done: it is asked by its links from then on."""
    operator = Operator()
    told = [
        each for days in range(30) for each in operator.looks(NOON + days * DAY, troubled(trouble(TroubleKind.GUIDS)))
    ]
    assert short(told) == [("problem", "guids wire")]


def test_a_thousand_that_go_silent_on_a_holiday_are_one_message() -> None:
    """Each by its own habits, over half a day: gathered, and not told one by one. So are those that come back."""
    all_, operator = names(1000), Operator(of=names(1000))
    began = [NOON + n * timedelta(seconds=40) for n in range(1000)]  # over eleven hours
    told: list[Notice] = []
    for minutes in range(0, 24 * 60, 10):
        now = NOON + minutes * MINUTE
        silent = [trouble(TroubleKind.SILENT, name, at) for name, at in zip(all_, began, strict=True) if at <= now]
        told += operator.looks(now, troubled(*silent))
    assert [each.title for each in told] == ["271 sources are silent", "729 sources are silent"]
    assert "is it a holiday?" in told[1].text
    back: list[Notice] = []
    for minutes in range(0, 12 * 60, 10):
        now = NOON + DAY + minutes * MINUTE
        ends = [at + DAY if at + DAY <= now else None for at in began]
        rows = zip(all_, began, ends, strict=True)
        back += operator.looks(
            now, troubled(*(trouble(TroubleKind.SILENT, name, at, over_at=end) for name, at, end in rows))
        )
    recoveries = [each for each in back if each.kind is NoticeKind.RECOVERY]
    assert len(recoveries) <= 5
    assert operator.noticed == ()


def test_gaps_after_our_own_absence_are_gathered() -> None:
    """The first is told at once, and the rest together."""
    operator, told = Operator(of=names(300)), []
    seen = [trouble(TroubleKind.GAP, name, NOON + n * MINUTE / 60) for n, name in enumerate(names(300))]
    for minutes in range(0, 8 * 60, 1):
        now = NOON + minutes * MINUTE
        told += operator.looks(now, troubled(*(each for each in seen if each.last_at <= now)))
    assert [each.title.partition(" ")[2] for each in told] == [
        "s000: possible gap, between 20:55 and 21:00",
        "sources may have lost entries",
    ]
    assert "was this machine away?" in told[1].text


def test_what_fails_is_not_told_to_be_silent_too() -> None:
    """One word a source; and what says that it is gone is not told to fail."""
    operator = Operator()
    gone = troubled(trouble(TroubleKind.GONE), fails=failing())
    assert short(operator.looks(NOON + 4 * HOUR, gone)) == [("problem", "gone wire")]
    operator = Operator()
    both = troubled(trouble(TroubleKind.SILENT), fails=failing())
    assert short(operator.looks(NOON + 4 * HOUR, both)) == [("problem", "source wire")]


def test_the_troubles_of_a_source_that_left_the_config_are_nobodys() -> None:
    """Of each kind."""
    every = [trouble(kind, "unknown") for kind in TroubleKind]
    assert Operator().looks(NOON + DAY / 2, troubled(*every)) == []


def test_messages_for_a_channel_that_the_config_no_longer_has_are_reported() -> None:
    """After a minute, with the commands; and with the name that its address seems to have now."""
    operator, start = Operator(), NOON + 10 * HOUR
    lost = sick(waiting("old"))
    assert operator.looks(start, lost, began=start) == []
    (told,) = operator.looks(start + MINUTE, lost, began=start)
    assert (told.subject, told.channels) == ("removed old", ("mail", "phone"))
    assert told.title == "monitor.yaml has no channel old, and 3 messages wait for it"
    assert "seems" not in told.text
    assert "`news-monitor outbox move --channel old --to NEW_NAME`" in told.text
    assert operator.looks(start + HOUR, lost) == []
    assert operator.looks(start + 2 * HOUR, sick()) == []
    renamed = replace(lost, channel_addresses={"old": Channel("old", "json://x.test").address})
    (told,) = operator.looks(start + 3 * HOUR, renamed)
    assert "; desk or mail or phone seems to have its address" in told.text


def test_a_channel_with_another_address_is_not_the_renamed_one() -> None:
    """Neither one of another kind, nor one of the same kind."""
    for url in ("jsons://x.test", "json://y.test"):
        lost = replace(sick(waiting("old")), channel_addresses={"old": Channel("old", url).address})
        (told,) = Operator().looks(NOON + HOUR, lost)
        assert "seems" not in told.text
