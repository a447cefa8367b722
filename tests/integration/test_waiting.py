"""What waits is told exactly once, on each of its channels, whatever happens to the daemons meanwhile."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from monitor.active_config import ActiveConfig, ActiveConfigHolder, plan_alert
from monitor.alerting.case import DecisionContext, PollGap
from monitor.alerting.mutes import Mute
from monitor.alerting.release import ReleasedAlert
from monitor.alerting.subject_keys import first_key
from monitor.due import DueProcessor
from monitor.errors import StoreRefused
from monitor.matching import RuleSet
from monitor.model import (
    Alert,
    AlertKind,
    AlertPolicy,
    Article,
    Channel,
    Config,
    DeliveryState,
    Notice,
    Outcome,
    PlannedDelivery,
    Reason,
    RouteStep,
    Rule,
    RuleStatus,
    Settings,
    UpdateTrigger,
)
from monitor.services.commands.stories import mute_story, unmute_story
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import alert, delivery, waiting
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queries.stories import StoryQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.wording.reasons import reason_in_words
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    alert_of,
    article,
    claimed,
    decide_in,
    deep,
    polled,
    rule,
    rules,
    sources,
)

HALF_A_MINUTE = timedelta(seconds=30)
AT_HOME = DecisionContext()


def by(**policy: object) -> Rule:
    """The rule `launch` with this policy."""
    return replace(rule(), alert=AlertPolicy(**policy))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Scene:
    """Polls at these minutes after noon, and what is told of them when it is due: of so many articles, as this kind.
    `at_once`: how many alerts are told before."""

    rule: Rule
    polls: tuple[tuple[int, Article], ...]
    due: datetime
    kind: AlertKind
    told: int = 1
    at_once: int = 0
    around: DecisionContext = AT_HOME


def late(uid: str, title: str) -> Article:
    return article(uid, title, published=NOON - 2 * HOUR)


SCENES = {
    "a hold": Scene(by(wait_at_least=20 * MINUTE), ((0, article()),), NOON + 20 * MINUTE, AlertKind.NEW),
    "an update": Scene(
        by(again_if=frozenset({UpdateTrigger.NEW_FACT})),
        ((0, article()), (10, article(version=2, text="Nine people were killed."))),
        NOON + HOUR,
        AlertKind.UPDATE,
        at_once=1,
    ),
    "a cap": Scene(
        by(most_an_hour=1),
        ((0, article()), (10, article("b", "Missile lands", seen=NOON + 10 * MINUTE))),
        NOON + HOUR,
        AlertKind.DIGEST,
        at_once=1,
    ),
    "a daily digest": Scene(
        by(),
        ((0, article("a", "A quiet day", deep("quiet"))), (10, article("b", "Ferries run on time", deep("ferry")))),
        NOON + 20 * HOUR,
        AlertKind.DIGEST,
        told=2,
    ),
    "what was missed": Scene(
        by(),
        ((0, late("a", "Missile lands in a field")), (5, late("b", "North Korea fires two ballistic missiles"))),
        NOON + 10 * MINUTE,
        AlertKind.DIGEST,
        told=2,
        around=DecisionContext(poll_gap=PollGap(NOON - 5 * HOUR, NOON)),
    ),
}
ROUTES = {"default": ("desk", "phone"), "night": ("pager",)}


@dataclass
class Daemon:
    """One process on the database: what it decides, and what falls due with it."""

    database: Database
    section: SerialSection
    due: DueProcessor
    ruleset: RuleSet
    active: ActiveConfigHolder
    breaks: list[None] = field(default_factory=list)  # so many commits end half way

    def edit(self, *edited: Rule) -> None:
        """The rules are these from now on."""
        current = self.active.current
        config = replace(current.config, rules={each.id: each for each in edited})
        self.active.current = replace(current, config=config, rules=rules(*edited))

    def poll(self, new: Article, at: datetime, around: DecisionContext = AT_HOME) -> None:
        claim = claimed(Claims(self.database, "here:1"), new.source, at)
        with self.section.enter(at) as inside:
            decision = decide_in(inside, [new], self.ruleset, around)
            assert inside.commit(polled(claim, at), decision, partial(plan_alert, routes=settings().routes))


def settings(**routes: tuple[str, ...]) -> Settings:
    """Channels, and the routes to them."""
    channels = {name: Channel(name, "json://x.test") for name in ("desk", "phone", "pager")}
    steps = {name: tuple(map(RouteStep, named)) for name, named in (routes or ROUTES).items()}
    return Settings("UTC", "", channels, steps, ())


Begin = Callable[..., Daemon]


@pytest.fixture
def begin(database: Database, thread: StoreThread) -> Iterator[Begin]:
    """Starts a daemon on the database, with connections and a memory of its own."""
    Claims(database, "here:1").register_sources(sources("wire"), NOON)
    url = database.write.url.render_as_string(hide_password=False)
    with ExitStack() as stack:

        def begun(*in_force: Rule, of: Settings | None = None) -> Daemon:
            here = open_database(url)
            stack.callback(here.close)
            breaks: list[None] = []

            class Breaking(ActiveConfig):
                def plan_alert(self, alert: Alert) -> list[PlannedDelivery]:
                    if breaks:
                        breaks.pop()
                        raise RuntimeError("power cut")
                    return super().plan_alert(alert)

            ruleset, section = rules(*in_force), SerialSection(here)
            config = Config(of or settings(), sources("wire"), {each.id: each for each in in_force}, {})
            active = ActiveConfigHolder(Breaking(config, ruleset))
            due = DueProcessor(active, section=section, thread=thread, deliver=lambda: None, began=NOON)
            return Daemon(here, section, due, ruleset, active, breaks)

        yield begun


@pytest.fixture
async def thread() -> AsyncIterator[StoreThread]:
    made = StoreThread()
    yield made
    made.close()


def lived(begin: Begin, first: Daemon, scene: Scene) -> Iterator[ReleasedAlert]:
    """Nothing happens."""
    del begin
    yield from first.due.release_due(scene.due - HALF_A_MINUTE)
    yield from first.due.release_due(scene.due)


def restarted(begin: Begin, first: Daemon, scene: Scene) -> Iterator[ReleasedAlert]:
    """The daemon ends while it waits, and another one begins when it is long due."""
    yield from first.due.release_due(scene.due - HALF_A_MINUTE)
    yield from begin(scene.rule).due.release_due(scene.due + HOUR)


def killed_in_the_commit(begin: Begin, first: Daemon, scene: Scene) -> Iterator[ReleasedAlert]:
    """Between decision and commit: once it goes on, once it has to begin anew."""
    second = begin(scene.rule)
    for each in (first, second):
        each.breaks.append(None)
        with pytest.raises(RuntimeError, match="power cut"):
            each.due.release_due(scene.due)
    yield from first.due.release_due(scene.due + MINUTE)
    yield from second.due.release_due(scene.due + MINUTE)


def taking_turns(begin: Begin, first: Daemon, scene: Scene) -> Iterator[ReleasedAlert]:
    """Two daemons look, one after the other."""
    second = begin(scene.rule)
    for turn in range(-4, 5):
        yield from (first if turn % 2 else second).due.release_due(scene.due + turn * HALF_A_MINUTE)


def another_falls_first(begin: Begin, first: Daemon, scene: Scene) -> Iterator[ReleasedAlert]:
    """A daemon that has heard of it only from the database tells it; the one that decided finds it told."""
    yield from begin(scene.rule).due.release_due(scene.due)
    assert first.due.release_due(scene.due) == ()


def both_at_once(begin: Begin, first: Daemon, scene: Scene) -> Iterator[ReleasedAlert]:
    """Three daemons look at the same moment."""
    told: list[ReleasedAlert] = []
    ready = threading.Barrier(3)

    def look(each: Daemon) -> None:
        ready.wait()
        told.extend(each.due.release_due(scene.due))

    daemons = [first, begin(scene.rule), begin(scene.rule)]
    threads = [threading.Thread(target=look, args=[each]) for each in daemons]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    yield from told


WAYS = [lived, restarted, killed_in_the_commit, taking_turns, another_falls_first, both_at_once]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SCENES)
def test_what_waits_is_told_once(
    database: Database, begin: Begin, name: str, way: Callable[[Begin, Daemon, Scene], Iterator[ReleasedAlert]]
) -> None:
    """Its matches say that they wait, and afterwards by which alert they were told; that has its deliveries; and then
    nothing waits any more, whoever looks."""
    scene = SCENES[name]
    first = begin(scene.rule)
    for minutes, new in scene.polls:
        first.poll(new, NOON + minutes * MINUTE, scene.around)
    waits = MatchQueries(database).newest(MatchFilter(outcome=Outcome.DEFERRED), 10)
    assert (len(waits), len(alerts(database))) == (scene.told, scene.at_once)
    (telling,) = way(begin, first, scene)
    assert (telling.alert.kind, len(telling.pending)) == (scene.kind, scene.told)
    assert {id_: channels for id_, channels in alerts(database).items() if id_ == telling.alert.id} == {
        telling.alert.id: ["desk", "phone"]
    }
    assert len(alerts(database)) == scene.at_once + 1
    after = {each.id: each for each in MatchQueries(database).newest(MatchFilter(), 10)}
    assert [(after[each.id].outcome, after[each.id].alert) for each in waits] == [
        ("sent", telling.alert.id)
    ] * scene.told
    assert MatchQueries(database).newest(MatchFilter(outcome=Outcome.DEFERRED), 10) == []
    with database.reading() as connection:
        assert connection.execute(select(waiting)).all() == []
    for each in (first, begin(scene.rule)):
        assert each.due.release_due(scene.due + 25 * HOUR) == ()


def alerts(database: Database) -> dict[str, list[str]]:
    """The alerts, each with the channels on which it waits to be sent."""
    asked = select(alert.c.id, delivery.c.channel, delivery.c.state).join(delivery).order_by(delivery.c.id)
    found: dict[str, list[str]] = {}
    with database.reading() as connection:
        for row in connection.execute(asked):
            assert row.state == DeliveryState.PENDING
            found.setdefault(row.id, []).append(row.channel)
    return found


def test_a_digest_is_sent_with_its_lines(database: Database, begin: Begin) -> None:
    """The one who sends it reads it from the database: the lines are those that were decided."""
    scene = SCENES["what was missed"]
    first = begin(scene.rule)
    for minutes, new in scene.polls:
        first.poll(new, NOON + minutes * MINUTE, scene.around)
    (telling,) = first.due.release_due(scene.due)
    sent = alert_of(Outbox(database, "here:1").claim("desk", scene.due, HOUR))
    assert sent.items == telling.alert.items
    assert {item.title for item in sent.items} == {new.title for _, new in scene.polls}


def test_a_route_that_has_left_the_config_meanwhile(database: Database, begin: Begin) -> None:
    """What waited for it goes the default way."""
    night = by(to=("night",), wait_at_least=20 * MINUTE)
    begin(night).poll(article(), NOON)
    (telling,) = begin(night, of=settings(default=("desk",))).due.release_due(NOON + 20 * MINUTE)
    assert alerts(database) == {telling.alert.id: ["desk"]}


def test_a_rule_that_has_left_the_config_meanwhile(database: Database, begin: Begin) -> None:
    """What it heard while it was there is told."""
    begin(by(wait_at_least=20 * MINUTE)).poll(article(), NOON)
    (telling,) = begin(rule("other", ["quake"])).due.release_due(NOON + 20 * MINUTE)
    assert (telling.alert.rule, alerts(database)[telling.alert.id]) == ("launch", ["desk", "phone"])


def test_an_update_that_is_deferred_is_due_by_a_cooldown_that_is_shorter_now(database: Database, begin: Begin) -> None:
    """As soon as a daemon runs with the edited rule, and only once, whoever looks."""
    again = by(again_if=frozenset({UpdateTrigger.NEW_FACT}))
    before, after = begin(again), begin(replace(again, alert=replace(again.alert, cooldown=20 * MINUTE)))
    before.poll(article(), NOON)
    before.poll(article(version=2, text="Nine people were killed."), NOON + 10 * MINUTE)
    before.due.advance_updates(NOON + 11 * MINUTE)
    assert before.due.release_due(NOON + 20 * MINUTE) == ()
    for each in (after, before, after):
        each.due.advance_updates(NOON + 12 * MINUTE)
        (deferred,) = MatchQueries(database).newest(MatchFilter(outcome=Outcome.DEFERRED), 10)
        assert reason_in_words(deferred.why).endswith("no update before 12:20 (cooldown: 20 minutes)")
    (update,) = before.due.release_due(NOON + 20 * MINUTE)
    assert (update.alert.kind, update.pending[0].due) == (AlertKind.UPDATE, NOON + 20 * MINUTE)
    assert after.due.release_due(NOON + 2 * HOUR) == ()


async def test_the_time_of_a_deferred_update_follows_an_edit_while_the_daemon_runs(
    database: Database, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next look after the edit is enough: no further report must come."""
    again = by(again_if=frozenset({UpdateTrigger.NEW_FACT}))
    daemon = begin(again)
    daemon.poll(article(), NOON)
    daemon.poll(article(version=2, text="Nine people were killed."), NOON + 10 * MINUTE)
    monkeypatch.setattr("monitor.clock.now", lambda: NOON + 15 * MINUTE)
    await daemon.due.run_once()
    assert len(alerts(database)) == 1
    daemon.edit(replace(again, alert=replace(again.alert, cooldown=MINUTE)))
    await daemon.due.run_once()
    assert len(alerts(database)) == 2


def test_a_rule_that_is_switched_off_meanwhile(database: Database, begin: Begin) -> None:
    """No daemon sends an alert that was deferred for it."""
    held = by(wait_at_least=20 * MINUTE)
    begin(held).poll(article(), NOON)
    off = begin(replace(held, status=RuleStatus.OFF))
    assert off.due.release_due(NOON + 20 * MINUTE) == ()
    (only,) = MatchQueries(database).newest(MatchFilter(), 10)
    assert (only.outcome, only.reason_code) == (Outcome.SUPPRESSED, Reason.OFF)
    assert reason_in_words(only.why) == "launch was switched off before it was sent"
    assert begin(held).due.release_due(NOON + 2 * HOUR) == ()
    assert alerts(database) == {}


def test_a_story_that_is_muted_meanwhile(database: Database, begin: Begin) -> None:
    """All daemons that run see it at once: they send neither what was deferred nor what comes. After the mute, what
    comes is sent, and nothing of before."""
    held, again = by(wait_at_least=20 * MINUTE), replace(by(), id="again")
    first, second = begin(held, again), begin(held, again)
    first.poll(article(), NOON)
    assert len(alerts(database)) == 1
    (story,) = StoryQueries(database).newest()
    mute_story(database, story.id, NOON + HOUR, now=NOON + MINUTE, who="ann")
    assert second.due.release_due(NOON + 20 * MINUTE) == first.due.release_due(NOON + 20 * MINUTE) == ()
    second.poll(article(title="North Korea fires two ballistic missiles, Seoul says", version=2), NOON + 30 * MINUTE)
    assert len(alerts(database)) == 1
    muted = MatchQueries(database).newest(MatchFilter(reason=Reason.MUTED), 10)
    until = f"{story.id} is muted until 13:00 (`stories unmute {story.id}` ends that)"
    assert {reason_in_words(each.why) for each in muted} == {
        f"{story.id} was muted before it was sent",
        f"{until}; not sent: first alert of this story, 20 minutes later",
    }
    for daemon in (first, second):
        assert daemon.due.release_due(NOON + 25 * HOUR) == ()
    second.poll(article(title="North Korea fires two ballistic missiles, Tokyo says", version=3), NOON + HOUR)
    assert len(first.due.release_due(NOON + 80 * MINUTE)) == 1


def test_a_story_that_is_no_longer_muted(database: Database, begin: Begin) -> None:
    """What is deferred and not yet due is sent when it is due."""
    daemon = begin(by(wait_at_least=20 * MINUTE))
    daemon.poll(article(), NOON)
    (story,) = StoryQueries(database).newest()
    mute_story(database, story.id, NOON + HOUR, now=NOON + MINUTE, who="ann")
    ended = unmute_story(database, story.id[:6], now=NOON + 2 * MINUTE)
    assert (ended.story.id, ended.before) == (story.id, Mute(story.id, NOON + MINUTE, NOON + HOUR, "ann"))
    assert unmute_story(database, story.id, now=NOON + 3 * MINUTE).before is None
    assert len(daemon.due.release_due(NOON + 20 * MINUTE)) == 1


def test_what_is_withdrawn_while_it_waits_is_told_by_nobody(database: Database, begin: Begin) -> None:
    """Not by a daemon that has heard of the withdrawal only from the database either."""
    held = by(wait_at_least=20 * MINUTE)
    first, second = begin(held), begin(held)
    first.poll(article(), NOON)
    assert second.due.release_due(NOON + MINUTE) == ()
    first.poll(article(title="WITHDRAWN: North Korea fires two ballistic missiles", version=2), NOON + 5 * MINUTE)
    assert second.due.release_due(NOON + HOUR) == first.due.release_due(NOON + HOUR) == ()
    assert [each.outcome for each in MatchQueries(database).newest(MatchFilter(), 10)] == ["suppressed"] * 2
    assert alerts(database) == {}


async def test_notices_are_told_even_if_what_waits_cannot_be(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the error is not kept quiet."""
    first = begin(by(wait_at_least=20 * MINUTE))
    looked: list[datetime] = []

    def look(now: datetime) -> list[Notice]:
        looked.append(now)
        return []

    monkeypatch.setattr(first.due, "issue_notices", look)
    monkeypatch.setattr("monitor.clock.now", lambda: NOON + HOUR)
    first.poll(article(), NOON)
    first.breaks.append(None)
    with pytest.raises(RuntimeError, match="power cut"):
        await first.due.run_once()
    assert looked == [NOON + HOUR]


def test_an_update_that_waits_through_weeks_of_silence(database: Database, begin: Begin) -> None:
    """The daemon was down until nothing else is remembered of the story: it is told as the update that it is, and what
    comes next as the one after it, whoever tells it."""
    again = by(again_if=frozenset({UpdateTrigger.NEW_FACT, UpdateTrigger.CORRECTED}))
    first = begin(again)
    first.poll(article(), NOON)
    first.poll(article(version=2, text="Nine people were killed."), NOON + 10 * MINUTE)
    late = NOON + timedelta(days=15)
    (telling,) = begin(again).due.release_due(late)
    title = "CORRECTED: North Korea fires two ballistic missiles"
    begin(again).poll(article(title=title, version=3, text="Nine people were killed."), late + HOUR)
    with database.reading() as connection:
        rows = connection.execute(select(alert.c.id, alert.c.kind, alert.c.dedup_key).order_by(alert.c.at)).all()
    told, update, corrected = rows
    assert telling.alert.thread == told.id
    assert (update.kind, corrected.kind) == (AlertKind.UPDATE, AlertKind.UPDATE)
    for number, sent_update in enumerate((update, corrected), start=1):
        assert sent_update.dedup_key.startswith(f"{told.dedup_key} update {number} ")
        assert first_key(sent_update.dedup_key) == told.dedup_key


async def test_what_cannot_be_told_takes_no_other_with_it(
    database: Database, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told by itself, whatever the database has against one; and the error is not kept quiet."""
    held = by(wait_at_least=20 * MINUTE)
    first = begin(held)
    for uid, title in (("a", "Missile lands in a field"), ("b", "North Korea fires two ballistic missiles")):
        first.poll(article(uid, title), NOON)
    (bad, good) = begin(held).due.due_message_groups(NOON + HOUR)
    with database.writing() as connection:
        hearing = connection.execute(select(waiting.c.hearing).where(waiting.c.id.in_(bad))).scalar_one()
    monkeypatch.setattr("monitor.clock.now", lambda: NOON + HOUR)
    begin(held).due.release_due(NOON + HOUR, bad)
    with database.writing() as connection:  # as if its alert had been told, and it waited all the same
        connection.execute(
            insert(waiting).values(
                id=next(iter(bad)), kind="hold", rule_id="launch", key=hearing["key"], article_id=1,
                since=NOON, due=NOON, reason_parameters=[], hearing=hearing,
            )
        )  # fmt: skip
    for _ in range(2):
        with pytest.raises(StoreRefused):
            await begin(held).due.run_once()
        assert len(alerts(database)) == 2
    with database.reading() as connection:
        assert set(connection.execute(select(waiting.c.id)).scalars()) == bad
    assert not good & bad
