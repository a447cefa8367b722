"""What is forgotten stands nowhere any more, and never comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from monitor.alerting.release import ReleasedAlert
from monitor.alerting.retry import RetryVerdict
from monitor.identity.features import ArticleFeatures
from monitor.ingest.entry_identity import assign_uids
from monitor.ingest.new_articles import select_new_articles
from monitor.matching import RuleSet
from monitor.model import (
    Alert,
    AlertKind,
    AlertPolicy,
    AllOf,
    Article,
    DeliveryState,
    Entry,
    Level,
    LevelChange,
    Named,
    OncePer,
    Outcome,
    Pattern,
    Receipt,
    ReceiptKind,
    Retention,
    Rule,
    RuleStatus,
    Term,
    UpdateTrigger,
    Words,
)
from monitor.model.hashing import digest_texts
from monitor.model.outcome import clauses_from_row, clauses_to_row
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.table_walk import SLICE
from monitor.store.engine.tables import (
    account,
    alert,
    article_features,
    attempt,
    cluster_key,
    delivery,
    event,
    known,
    metadata,
    story,
    waiting,
)
from monitor.store.engine.tables import article as articles
from monitor.store.engine.tables import match as matches
from monitor.store.lifecycle import store_pending_replacement
from monitor.store.lifecycle.erasure import ERASED, ERASED_REASON, ArticleEraser
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.wording.commands import write_why_command
from monitor.wording.reasons import reason_in_words
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    alert_of,
    article,
    claimed,
    commit,
    config_of,
    decide_in,
    deep,
    polled,
    reason_of,
    rule,
    rules,
    source,
    sources,
    to_desk,
)

URL = "https://x.test/2026/secret-name"
SECRET = "Tr0ub4dor"
RULES = rules(rule("launch"), rule("every", once_per=OncePer.ARTICLE))
CORRECTED = AlertPolicy(once_per=OncePer.ARTICLE, again_if=frozenset({UpdateTrigger.CORRECTED}))
HELD = AlertPolicy(wait_at_least=HOUR)
HELD_ARTICLES = AlertPolicy(once_per=OncePer.ARTICLE, wait_at_least=HOUR)
ALL_SORTS = rules(
    rule("launch"),
    rule("events", once_per=OncePer.EVENT),
    replace(rule("again"), alert=CORRECTED),
    replace(rule("held"), alert=HELD),
    replace(rule("waits"), alert=HELD_ARTICLES),
    rule("unseen", once_per=OncePer.ARTICLE, status=RuleStatus.SHADOW),
)


class Desk:
    """A database, the claims and the section of a running daemon, and the operator."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.claims = Claims(database, "here:1")
        self.claims.register_sources(sources("wire", "post", "times"), NOON)
        self.section = SerialSection(database)
        self.outbox = Outbox(database, "here:1")

    def poll(self, *brought: Article, at: datetime = NOON, ruleset: RuleSet = RULES) -> None:
        commit(self.section, claimed(self.claims, brought[0].source, at), *brought, at=at, ruleset=ruleset)

    def fall(self, at: datetime) -> tuple[ReleasedAlert, ...]:
        """What waited until now, told."""
        with self.section.enter(at) as inside:
            fallen = inside.decide_due(RULES.rules)
            inside.commit_due(fallen, to_desk)
            return fallen.released

    def forget(self, what: str, *by: Rule) -> int:
        forgetting = ArticleEraser(self.database, config_of(*by))
        return sum(forgetting.erase(forgetting.plan(what), NOON + 5 * MINUTE))

    def everything(self) -> str:
        """All that stands in the tables, as text."""
        with self.database.reading() as connection:
            rows = [row for table in metadata.sorted_tables for row in connection.execute(select(table))]
            return "\n".join(map(str, rows))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def leave(desk: Desk) -> None:
    """All that is in the archive leaves it, as it does when it has been kept for its time."""
    with desk.database.writing() as connection:
        connection.execute(update(delivery).values(state=DeliveryState.ACCEPTED))
    for _ in ArchivePruner(desk.database, Retention()).prune_slices(NOON + timedelta(days=1000)):
        pass


def secret(uid: str = URL, *, version: int = 1, of: str = "wire") -> Article:
    """An article that is told, with a name in its title, text, author, tags, address and uid."""
    title = f"{SECRET}'s missile flies"
    made = article(uid, title, f"{SECRET} {version}", of=of, version=version, url=URL, canonical=URL)
    return replace(made, digest=digest_texts(title, str(version)), authors=(SECRET,), tags=(SECRET,))


@pytest.mark.parametrize("what", [URL, "http://www.x.test/2026/secret-name?utm_source=a", "wire"])
def test_no_word_is_left_anywhere(desk: Desk, what: str) -> None:
    """By an address, however it is written, or with all of its source; earlier versions, matches and alerts too."""
    desk.poll(secret())
    desk.poll(secret(version=2))
    assert SECRET in desk.everything()
    assert desk.forget(what) == 1
    left = desk.everything()
    assert SECRET not in left
    assert "secret-name" not in left
    assert list(desk.database.check()) == []
    if not desk.database.shared:
        path = desk.database.path  # type: ignore[attr-defined]  # SQLite's
        assert all(SECRET.encode() not in file.read_bytes() for file in path.parent.glob("news.db*"))


def test_no_word_is_left_of_why_another_is_of_the_same_event(desk: Desk) -> None:
    """It quotes what both said."""
    title = f"Missile strike in {SECRET} harbour kills 9"
    first = article("a", title, url=URL, canonical=URL)
    joins = article("b", f"{title} in {SECRET}", of="post", seen=NOON + MINUTE)
    polls(desk, rule("events", once_per=OncePer.EVENT), first, joins)
    whys = select(matches.c.why_event, matches.c.reason_parameters).where(matches.c.article_id == 2)
    with desk.database.reading() as connection:
        assert all(SECRET in str(value) for value in connection.execute(whys).one())
    desk.forget(URL)
    with desk.database.reading() as connection:
        assert connection.execute(whys).one().why_event == "compared with an article that was forgotten"
        assert not any(SECRET in str(value) for value in connection.execute(whys).one())


def test_no_word_is_left_of_what_was_heard_and_waits(desk: Desk) -> None:
    """Of what it is named by, updates of it, and rules in shadow too; in the memory of a daemon it waits no more."""
    beside = Desk(desk.database)
    desk.poll(secret(), ruleset=ALL_SORTS)
    desk.poll(replace(secret(version=2), title=f"CORRECTED: {SECRET}'s missile flies"), ruleset=ALL_SORTS)
    assert beside.fall(NOON + MINUTE) == ()
    with desk.database.reading() as connection:
        assert len(connection.execute(select(waiting)).all()) == 2
        assert len(connection.execute(select(account)).all()) == 6
        assert len(connection.execute(select(alert).where(alert.c.kind == AlertKind.UPDATE)).all()) == 1
    assert desk.forget(URL) == 1
    left = desk.everything()
    assert SECRET not in left
    assert "secret-name" not in left
    for each in (desk, beside, Desk(desk.database)):
        assert each.fall(NOON + 2 * HOUR) == ()
    other = article("b", "Missile over the sea flies", of="post", url=URL, canonical=URL, seen=NOON + MINUTE)
    desk.poll(other, at=NOON + MINUTE, ruleset=ALL_SORTS)  # joins what the daemon remembers
    assert SECRET not in desk.everything()


PRINTED = article(
    "b", "Missile over the sea flies", of="post", url=URL, canonical=URL, seen=NOON + MINUTE
)  # of one story
REPORTED = article("b", "Debris of a missile washes ashore", of="post", seen=NOON + MINUTE)  # of another
EVENT = {"once_per": OncePer.EVENT, "event_lasts": 24 * HOUR}


def by(**policy: object) -> Rule:
    """The rule `launch` with this policy."""
    return replace(rule(), alert=AlertPolicy(**policy))  # type: ignore[arg-type]


def polls(desk: Desk, its: Rule, *brought: Article) -> None:
    """One after the other, a minute apart."""
    for minute, new in enumerate(brought):
        desk.poll(new, at=NOON + minute * MINUTE, ruleset=rules(its))


def only(desk: Desk, at: datetime = NOON + 2 * HOUR) -> Alert:
    """The only alert of what waited, in which no word of the secret stands."""
    (telling,) = desk.fall(at)
    assert SECRET not in desk.everything()
    return telling.alert


@pytest.mark.parametrize("other_daemon", [False, True])
@pytest.mark.parametrize(
    ("its", "other"),
    [
        (by(wait_at_least=HOUR), PRINTED),
        (by(wait_at_least=HOUR, **EVENT), PRINTED),
        (by(wait_at_least=HOUR, **EVENT), REPORTED),
        (by(most_an_hour=1, **EVENT), REPORTED),
    ],
)
def test_what_others_were_heard_to_say_is_told_with_them(
    desk: Desk, its: Rule, other: Article, other_daemon: bool
) -> None:
    """At the time at which it was to be told; whichever daemon looks."""
    if its.alert.most_an_hour:  # the hour is full
        desk.poll(article("first", "Missile of the morning", seen=NOON - 24 * HOUR), at=NOON, ruleset=rules(its))
    beside = Desk(desk.database)
    polls(desk, its, secret(), other)
    assert beside.fall(NOON + 2 * MINUTE) == ()
    desk.forget(URL if other.canonical is None else "wire", its)
    (match,) = MatchQueries(desk.database).newest(MatchFilter(outcome=Outcome.DEFERRED), 10)
    assert match.article.uid == "b"
    assert reason_of(match).endswith("; it replaces an article that was forgotten, and is sent at 13:00")
    assert desk.fall(NOON + 59 * MINUTE) == beside.fall(NOON + 59 * MINUTE) == ()
    told = only(beside if other_daemon else desk)
    assert (told.article.uid, told.article.title) == ("b", other.title)
    assert told.sentence == other.title
    assert [told.sentence[start:end].lower() for start, end in told.highlights] == ["missile"]
    assert MatchQueries(desk.database).newest(MatchFilter(outcome=Outcome.DEFERRED), 10) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(PRINTED, published=NOON - 20 * HOUR),  # held for its age
        replace(PRINTED, title="WITHDRAWN: Missile over the sea"),
        replace(PRINTED, title="A quiet day", text=deep("quiet")),  # only a mention
        replace(REPORTED, title="Ferries run on time"),  # not hit
        REPORTED,  # of another story
    ],
)
def test_what_nobody_else_was_heard_to_say_is_not_told(desk: Desk, other: Article) -> None:
    """Neither with old news, nor with what takes it back."""
    its = replace(by(wait_at_least=HOUR), max_age=12 * HOUR)
    polls(desk, its, secret(), other)
    if other is REPORTED:
        desk.forget("post", its)
    desk.forget("wire", its)
    assert [each.alert.kind for each in desk.fall(NOON + 2 * HOUR)] == []
    assert SECRET not in desk.everything()


def test_of_several_it_is_told_with_what_says_most(desk: Desk) -> None:
    """As if the one that is forgotten had never come."""
    its = by(wait_at_least=HOUR)
    others = (replace(PRINTED, uid=str(dead), text=f"{dead} people were killed.") for dead in (3, 9, 4))
    polls(desk, its, replace(secret(), text="50 people were killed."), *others)
    desk.forget("wire", its)
    assert only(desk).article.uid == "9"


def test_no_more_than_the_last_that_were_heard_are_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their texts are read while nobody else may write; what waits itself is always among them."""
    its = by(wait_at_least=HOUR)
    others = [replace(PRINTED, uid=str(dead), text=f"{dead} people were killed.") for dead in (9, 3, 4)]
    polls(desk, its, replace(secret(), text="50 people were killed."), *others)
    monkeypatch.setattr(store_pending_replacement, "_MAX_MATCHES", 2)
    desk.forget("wire", its)
    assert only(desk).article.uid == "4"


NEWER = replace(PRINTED, uid="c", text="Nine people were killed.")


@pytest.mark.parametrize(
    ("known", "others", "told"),
    [
        (True, [NEWER], "update: new fact: 9 dead; first sent at 12:00"),
        (True, [PRINTED, NEWER], "update: new fact: 9 dead; first sent at 12:00"),
        (False, [NEWER], "update: new fact: 9 dead; first sent at 12:00"),  # the rule has left the config since
        (True, [PRINTED], None),  # which says nothing new
        (True, [], None),
    ],
)
def test_an_update_is_told_with_another_that_says_something_new(
    desk: Desk, known: bool, others: list[Article], told: str | None
) -> None:
    """And says what is new in that one."""
    its = by(again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=HOUR)
    first = article("a", "Missile news from Seoul", of="times", url=URL, canonical=URL)
    update = replace(secret(), text="50 people were killed.", seen=NOON + MINUTE)
    polls(desk, its, first, update, *(replace(each, seen=NOON + 2 * MINUTE) for each in others))
    desk.forget("wire", *([its] if known else []))
    assert SECRET not in desk.everything()
    tellings = desk.fall(NOON + 2 * HOUR)
    assert [reason_of(each.alert).partition("; ")[2] for each in tellings] == ([told] if told else [])
    assert [(each.alert.kind, each.alert.article.uid) for each in tellings] == (
        [(AlertKind.UPDATE, "c")] if told else []
    )


SAME_HEADLINE = "A missile flies over the sea at dawn"


def own_page(source: str) -> Article:
    """What that source prints at an address of its own: one address is of one publisher, whoever lists it."""
    url = f"https://{source}.test/1"
    return replace(PRINTED, source=source, title=SAME_HEADLINE, url=url, canonical=url)


def named_page() -> Article:
    """The article with a name in its text, under the same headline."""
    return replace(secret(), title=SAME_HEADLINE)


@pytest.mark.parametrize("more", [1, 2])
def test_an_update_for_more_publishers_is_told_with_the_others_if_they_are_enough(desk: Desk, more: int) -> None:
    """Whoever has come since the first message; who was forgotten counts no more."""
    its = by(again_if=frozenset({UpdateTrigger.MORE_PUBLISHERS}), more_publishers=2, cooldown=HOUR)
    first = replace(own_page("post"), uid="a", text="From Seoul.", seen=NOON)
    desk.claims.register_sources(sources("wire", "post", "echo", "herald"), NOON)
    others = [own_page(name) for name in ("echo", "herald")][:more]
    polls(desk, its, first, others[0], named_page(), *others[1:])
    desk.forget("wire", its)
    if more == 1:
        assert desk.fall(NOON + 2 * HOUR) == ()
        return
    told = only(desk)
    assert (told.article.source, told.kind) == ("echo", AlertKind.UPDATE)
    assert reason_of(told).endswith("; update: 2 more independent publishers; first sent at 12:00")


FORGOTTEN = replace(secret(), text="50 people were killed.", seen=NOON + MINUTE)
LATER = replace(PRINTED, text="Two missiles flew 900 km. 9 people were killed.", seen=NOON + 2 * MINUTE)


def facts_that_wait(desk: Desk) -> str:
    """All that waits, and what matches say of it."""
    with desk.database.reading() as connection:
        rows = [*connection.execute(select(waiting)), *connection.execute(select(matches.c.reason_parameters))]
        said = [reason_in_words(clauses_from_row(row.reason_parameters)) for row in rows]
        return "\n".join([*map(str, rows), *said])


def test_an_update_tells_nothing_that_only_another_said_which_is_forgotten(desk: Desk) -> None:
    """It was to be told with the later article, in every daemon; that says no more than it does alone."""
    its, beside = by(again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=HOUR), Desk(desk.database)
    polls(desk, its, article("a", "Missile news from Seoul", of="times", url=URL, canonical=URL), FORGOTTEN, LATER)
    assert beside.fall(NOON + 3 * MINUTE) == ()
    assert "50 dead" in facts_that_wait(desk)
    desk.forget("wire", its)
    left = facts_that_wait(desk)
    assert "50 dead" not in left
    assert "['dead', 50]" not in left
    (match,) = MatchQueries(desk.database).newest(MatchFilter(outcome=Outcome.DEFERRED), 10)
    assert reason_of(match) == (
        "update: new fact: 9 dead, 2 missiles; first sent at 12:00; "
        "what an article said that was forgotten is left out, and it is sent at 13:00"
    )
    (telling,) = beside.fall(NOON + 2 * HOUR)
    assert "50 dead" not in reason_of(telling.alert)
    more = replace(PRINTED, uid="d", text="30 people were killed.", seen=NOON + 6 * HOUR)
    desk.poll(more, at=NOON + 6 * HOUR, ruleset=rules(its))
    (match,) = MatchQueries(desk.database).newest(MatchFilter(outcome=Outcome.SENT), 1)
    assert "new fact: 30 dead" in reason_of(match)


@pytest.mark.parametrize("order", [(FORGOTTEN, LATER), (PRINTED, FORGOTTEN, LATER), (FORGOTTEN, PRINTED, LATER)])
def test_a_first_telling_tells_nothing_that_only_another_said_which_is_forgotten(
    desk: Desk, order: tuple[Article, ...]
) -> None:
    """Its account holds nothing of that either."""
    its = by(wait_at_least=HOUR, again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=MINUTE)
    polls(desk, its, *(replace(each, uid=f"{each.uid}{place}") for place, each in enumerate(order)))
    desk.forget("wire", its)
    assert only(desk).article.uid.startswith("b")
    with desk.database.reading() as connection:
        assert connection.execute(select(account.c.row)).scalar_one()["facts"]["dead"] == 9


def test_an_alert_keeps_no_level_that_only_another_reached_which_is_forgotten(desk: Desk) -> None:
    """What it is told with is as high as what it says itself."""
    raises = (LevelChange(Level.CRITICAL, Words((Term("killed"),))),)
    its = replace(by(wait_at_least=HOUR), raises=raises)
    polls(desk, its, FORGOTTEN, replace(LATER, text="Two missiles flew 900 km."))
    desk.forget("wire", its)
    assert only(desk).level is Level.HIGH


def test_what_says_nothing_new_without_another_that_is_forgotten_is_not_told(desk: Desk) -> None:
    """A match that waited says so."""
    its = by(again_if=frozenset({UpdateTrigger.MORE_PUBLISHERS}), more_publishers=2, cooldown=HOUR)
    desk.claims.register_sources(sources("wire", "post", "echo"), NOON)
    first = replace(own_page("post"), uid="a", text="From Seoul.", seen=NOON)
    polls(desk, its, first, named_page(), own_page("echo"))
    desk.forget("wire", its)
    assert desk.fall(NOON + 2 * HOUR) == ()
    assert (
        "it was deferred with news from an article that was forgotten, and has nothing new without it"
        in facts_that_wait(desk)
    )


def test_what_was_heard_before_one_that_is_forgotten_waits_as_it_did(desk: Desk) -> None:
    """Nothing of it was told with that."""
    its = by(wait_at_least=HOUR)
    polls(desk, its, LATER, replace(secret(), text="One missile."))
    before = facts_that_wait(desk).splitlines()[0]
    desk.forget("wire", its)
    assert facts_that_wait(desk).splitlines()[0] == before


def test_an_update_waits_as_it_did_where_what_was_told_is_forgotten(desk: Desk) -> None:
    """It tells nothing that was told before."""
    its = by(again_if=frozenset({UpdateTrigger.MORE_PUBLISHERS}), more_publishers=2, cooldown=HOUR)
    desk.claims.register_sources(sources("wire", "post", "echo"), NOON)
    polls(desk, its, named_page(), own_page("post"), own_page("echo"))
    before = facts_that_wait(desk).splitlines()[0]
    desk.forget("wire", its)
    assert facts_that_wait(desk).splitlines()[0] == before
    assert [each.alert.article.source for each in desk.fall(NOON + 2 * HOUR)] == ["echo"]


def test_a_later_version_stands_for_the_one_that_waits_only_if_it_is_heard(desk: Desk) -> None:
    """The version that waits is told without what is forgotten, though its article says something else since."""
    its = by(wait_at_least=HOUR)
    polls(desk, its, FORGOTTEN, LATER, replace(LATER, version=2, title="Ferries run", text="on time"))
    desk.forget("wire", its)
    told = only(desk)
    assert (told.article.version, told.article.title) == (1, PRINTED.title)


def test_who_stands_in_may_take_it_back(desk: Desk) -> None:
    """Whoever is forgotten has not reported it too; in each daemon."""
    its, beside = by(wait_at_least=HOUR), Desk(desk.database)
    polls(desk, its, named_page(), own_page("post"))
    assert beside.fall(NOON + 2 * MINUTE) == ()
    desk.forget("wire", its)
    taken_back = replace(own_page("post"), version=2, title="WITHDRAWN: Missile over the sea", seen=NOON + 3 * MINUTE)
    beside.poll(taken_back, at=NOON + 3 * MINUTE, ruleset=rules(its))
    assert desk.fall(NOON + 2 * HOUR) == beside.fall(NOON + 2 * HOUR) == ()


def test_who_has_said_it_in_another_article_too_is_still_heard(desk: Desk) -> None:
    """What one of their articles said is forgotten, and no other one."""
    polls(desk, by(wait_at_least=HOUR), named_page(), own_page("post"), replace(own_page("wire"), uid="e"))
    desk.forget("e")
    with desk.database.reading() as connection:
        voices = connection.execute(select(account.c.row)).scalar_one()["voices"]
    assert voices == ["wire", "post"]


def test_what_was_heard_after_its_rule_told_stories_and_not_events_stands_in(desk: Desk) -> None:
    """What waits was heard of an event, and this of its story."""
    desk.poll(secret(), ruleset=rules(by(wait_at_least=HOUR, **EVENT)))
    its = by(wait_at_least=HOUR)
    desk.poll(PRINTED, at=NOON + MINUTE, ruleset=rules(its))
    desk.forget("wire", its)
    told = only(desk)
    assert (told.article.uid, told.publisher_count) == ("b", 1)


def test_a_mention_is_told_with_another_of_its_story(desk: Desk) -> None:
    """In the digest of the morning."""
    page = replace(secret(), title=f"{SECRET} speaks", text=f"{SECRET} {deep('speech')}")
    polls(desk, rule(), page, replace(PRINTED, title="A quiet day", text=deep("quiet")))
    desk.forget("wire", rule())
    assert [line.title for line in only(desk, NOON + 24 * HOUR).items] == ["A quiet day"]


def test_an_event_goes_on_under_its_next_headline(desk: Desk) -> None:
    """As a story does."""
    desk.poll(secret(), ruleset=ALL_SORTS)
    other = article("b", "Missile over the sea flies", of="post", url=URL, canonical=URL, seen=NOON + MINUTE)
    desk.poll(other, at=NOON + MINUTE, ruleset=ALL_SORTS)
    desk.forget("wire")
    assert SECRET not in desk.everything()
    with desk.database.reading() as connection:
        assert connection.execute(select(event.c.title)).scalar_one() == "Missile over the sea flies"


@pytest.mark.parametrize("first", [True, False])
def test_a_digest_loses_its_line_and_goes_out_with_the_others(desk: Desk, first: bool) -> None:
    """What others are told of is not lost with it."""
    page = replace(secret(), title=f"{SECRET} speaks", text=f"{SECRET} {deep('speech')}")
    quiet = article("b", "A quiet day", deep("quiet"))
    for minute, new in enumerate((page, quiet) if first else (quiet, page)):
        desk.poll(new, at=NOON + minute * MINUTE, ruleset=rules())
    (telling,) = desk.fall(NOON + 24 * HOUR)
    assert len(telling.alert.items) == 2
    desk.forget(URL)
    assert SECRET not in desk.everything()
    sent = alert_of(desk.outbox.claim("desk", NOON + 24 * HOUR, MINUTE))
    assert (sent.article.uid, [line.title for line in sent.items]) == ("b", ["A quiet day"])


def test_a_digest_of_nothing_else_is_not_sent(desk: Desk) -> None:
    """That there was one is kept."""
    desk.poll(replace(secret(), title=f"{SECRET} speaks", text=f"{SECRET} {deep('speech')}"), ruleset=rules())
    assert len(desk.fall(NOON + 24 * HOUR)) == 1
    desk.forget(URL)
    assert SECRET not in desk.everything()
    assert desk.outbox.claim("desk", NOON + 24 * HOUR, MINUTE) is None
    with desk.database.reading() as connection:
        told = connection.execute(select(alert.c.reason_parameters, alert.c["items"], alert.c.article_id)).one()
    assert tuple(told) == (clauses_to_row(ERASED), None, None)


def test_that_there_was_an_alert_is_kept(desk: Desk) -> None:
    """Its rule, story, time, deliveries and attempts stay, and what was still to be sent says why it was not."""
    desk.poll(secret())
    sent = desk.outbox.claim("desk", NOON, MINUTE)
    assert sent is not None
    assert desk.outbox.settle(sent, Receipt(ReceiptKind.ACCEPTED), RetryVerdict(DeliveryState.ACCEPTED), NOON)
    desk.forget(URL)
    with desk.database.reading() as connection:
        told = connection.execute(select(alert).order_by(alert.c.rule_id)).all()
        states = connection.execute(select(delivery.c.state, delivery.c.detail).order_by(delivery.c.state)).all()
        assert [(row.rule_id, row.reason_parameters, row.article_id) for row in told] == [
            ("every", clauses_to_row(ERASED), None),
            ("launch", clauses_to_row(ERASED), None),
        ]
        assert all(row.story_id for row in told)
        assert [tuple(row) for row in states] == [("accepted", ""), ("discarded", ERASED_REASON)]
        assert len(connection.execute(select(attempt)).all()) == 1


@pytest.mark.parametrize(
    "state", [DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.SENDING, DeliveryState.DEAD]
)
def test_nothing_of_it_is_sent_any_more(desk: Desk, state: DeliveryState) -> None:
    """Neither what waits nor what is dead and could be tried again."""
    desk.poll(secret())
    with desk.database.writing() as connection:
        connection.execute(update(delivery).values(state=state, lease_until=NOON))
    desk.forget(URL)
    assert desk.outbox.claim("desk", NOON + MINUTE, MINUTE) is None
    assert desk.outbox.release_expired(NOON + MINUTE) == 0
    (first, *_) = desk.outbox.ids([DeliveryState.DISCARDED])
    assert desk.outbox.retry([first], NOON) == {first: DeliveryState.DISCARDED}
    assert ReportQueries(desk.database).delivery_counts()["discarded"] == 2


def test_an_attempt_under_way_ends_as_it_ends(desk: Desk) -> None:
    """The sender gets its receipt, which stays as evidence; the delivery stays discarded."""
    desk.poll(secret())
    sent = desk.outbox.claim("desk", NOON, MINUTE)
    assert sent is not None
    desk.forget(URL)
    later = RetryVerdict(DeliveryState.RETRY, NOON)
    assert not desk.outbox.settle(sent, Receipt(ReceiptKind.TRY_LATER), later, NOON)
    assert ReportQueries(desk.database).delivery_counts()["discarded"] == 2
    with desk.database.reading() as connection:
        assert connection.execute(select(attempt.c.receipt)).scalar_one() == "try later"


@pytest.mark.parametrize(
    "document",
    [
        [Entry(guid="g1", link=URL, title="Missile", content="Other words")],
        [Entry(link=URL, title="Missile")],  # the feed has lost its guids
        [Entry(guid="g1", link=URL, title="a"), Entry(guid="g1", link="https://x.test/2", title="b")],  # all have one
    ],
)
@pytest.mark.parametrize("left", [False, True], ids=["here", "had left before"])
def test_it_never_comes_back(desk: Desk, document: list[Entry], left: bool) -> None:
    """Whatever it says, and however its source names it."""
    desk.poll(secret("g1"))
    if left:  # and came back changed
        with desk.database.writing() as connection:
            row = {"version": 1, "digest": "d", "seen_at": NOON, "baseline": False, "forgotten": False}
            connection.execute(insert(known).values(source_id="wire", uid_hash=digest_texts("g1"), left_at=NOON, **row))
    desk.forget(URL)
    uids = assign_uids(document)
    found = desk.claims.find_known("wire", uids)
    assert found[uids[0]].is_erased
    assert [
        new.title for new in select_new_articles(source(), document, uids, found, now=NOON, baseline=False).articles
    ] == [entry.title for entry in document[1:]]


def test_what_left_the_archive_is_forgotten_too(desk: Desk) -> None:
    """Nothing of it can be read, but it would have come back with its next version."""
    row = {"version": 3, "digest": "d", "seen_at": NOON, "baseline": False, "forgotten": False, "left_at": NOON}
    with desk.database.writing() as connection:
        for of in ("wire", "post"):
            connection.execute(insert(known).values(source_id=of, uid_hash=digest_texts(URL), **row))
    assert ArticleEraser(desk.database, config_of()).plan("wire").left_archive == 1
    assert ArticleEraser(desk.database, config_of()).plan(URL).left_archive == 2
    desk.forget(URL)
    assert [desk.claims.find_known(of, [URL])[URL].is_erased for of in ("wire", "post")] == [True, True]
    assert ArticleEraser(desk.database, config_of()).plan(URL).left_archive == 0


def test_only_what_is_meant_is_forgotten(desk: Desk) -> None:
    """Articles without an address of their own are not those of any; the rest of a source stays."""
    desk.poll(secret(), article("other", "Another missile"), article("https://x.test/", "Home missile"))
    assert ArticleEraser(desk.database, config_of()).plan("https://x.test/nothing").articles == []
    assert ArticleEraser(desk.database, config_of()).plan("nobody").articles == []
    assert desk.forget("https://x.test/") == 1
    assert desk.forget(URL) == 1
    with desk.database.reading() as connection:
        assert connection.execute(select(articles.c.uid)).scalar_one() == "other"


def test_a_story_goes_on_under_its_next_headline(desk: Desk) -> None:
    """The same story in another outlet keeps its own words."""
    desk.poll(secret())
    other = article("b", "Missile over the sea flies", of="post", url=URL, canonical=URL, seen=NOON + MINUTE)
    desk.poll(other, at=NOON + MINUTE)
    desk.forget("wire")
    with desk.database.reading() as connection:
        assert connection.execute(select(story.c.title)).scalar_one() == "Missile over the sea flies"


def test_what_comes_next_does_not_bring_the_headline_back(desk: Desk) -> None:
    """Nothing is left by which it could join the story of what was forgotten: it is told as a story of its own."""
    desk.poll(secret())
    desk.forget("wire")
    other = article("b", "Missile over the sea flies", of="post", url=URL, canonical=URL, seen=NOON + MINUTE)
    desk.poll(other, at=NOON + MINUTE, ruleset=ALL_SORTS)
    assert SECRET not in desk.everything()
    with desk.database.reading() as connection:
        assert len(connection.execute(select(alert).where(alert.c.rule_id == "launch")).all()) == 2
        assert set(connection.execute(select(event.c.title)).scalars()) == {"Missile over the sea flies"}
    Desk(desk.database).poll(article("c", "Third missile", seen=NOON + 2 * MINUTE), at=NOON + 2 * MINUTE)


def test_a_story_goes_on_without_what_was_forgotten(desk: Desk) -> None:
    """What joins it is compared with what is left, and found by no word that only the forgotten article has said."""
    desk.poll(secret(), article("b", "Missile over the sea flies", of="post", canonical=URL))
    with desk.database.reading() as connection:
        (before,) = connection.execute(select(story)).all()
        words = set(connection.execute(select(cluster_key.c.key)).scalars())
    desk.forget("wire")
    with desk.database.reading() as connection:
        (after,) = connection.execute(select(story).where(story.c.id == before.id)).all()
        left = set(connection.execute(select(cluster_key.c.key)).scalars())
        (kept,) = connection.execute(select(article_features)).all()
    assert (len(before.members), [each[:2] for each in after.members]) == (2, [[kept.article_id, 1]])
    assert left < words
    assert left == set(ArticleFeatures.from_row(kept.row).index_keys)
    desk.poll(article("c", "Missile over the sea", seen=NOON + MINUTE), at=NOON + MINUTE)
    with desk.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(story)).scalar_one() == 1


BY_NAME = replace(
    rule("events"),
    condition=AllOf((Words((Term("missile"),)), Named("who", Pattern("[A-Z]r0ub4dor|Jones|Smith")))),
    alert=AlertPolicy(once_per=OncePer.EVENT, by=("who",)),
)


@pytest.mark.parametrize("others", [0, 1, 9], ids=["alone", "with another", "no member any more"])
def test_an_event_forgets_what_only_the_forgotten_article_has_said(desk: Desk, others: int) -> None:
    """Of what its rule names in `by` as well; it is compared with, and found by, what the others say."""
    ruleset = rules(BY_NAME)
    desk.poll(article("first", "Jones sees a missile fly", of="times", seen=NOON - MINUTE), ruleset=ruleset)
    desk.poll(article("second", "Jones sees a missile fly, he says", of="times", seen=NOON - MINUTE), ruleset=ruleset)
    desk.poll(replace(secret(), title=f"Jones sees a missile fly with {SECRET}"), ruleset=ruleset)
    for number in range(others):
        desk.poll(article(f"p{number}", "Jones sees the missile fly", of="post", seen=NOON), ruleset=ruleset)
    assert SECRET.lower() in desk.everything().lower()
    with desk.database.reading() as connection:
        (its,) = connection.execute(select(event)).all()
        assert len(its.members) == min(3 + others, 8)
    desk.forget("wire")
    assert SECRET.lower() not in desk.everything().lower()
    with desk.database.reading() as connection:
        keys = set(connection.execute(select(cluster_key.c.key).where(cluster_key.c.scope == "events")).scalars())
    assert {"who:word:any:jones", "found:missile"} <= keys
    desk.poll(article("more", "Jones sees that missile fly", of="post", seen=NOON), ruleset=ruleset)
    desk.poll(article("smith", "Smith sees a missile fly", of="post", seen=NOON), ruleset=ruleset)
    with desk.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(event)).scalar_one() == 2


@pytest.mark.parametrize("left", [False, True], ids=["here", "had left before"])
def test_a_poll_that_is_under_way_brings_nothing_back(desk: Desk, left: bool) -> None:
    """It has read what we know before it was forgotten: it is not committed, and the source is due again."""
    desk.poll(secret())
    if left:
        leave(desk)
    under_way = claimed(desk.claims, at=NOON + MINUTE)
    desk.forget(URL)
    with desk.section.enter(NOON + MINUTE) as inside:
        decision = decide_in(inside, [secret(version=2)], RULES)
        assert not inside.commit(polled(under_way), decision, to_desk)
    assert SECRET not in desk.everything()
    assert desk.claims.find_known("wire", [URL])[URL].is_erased
    assert claimed(desk.claims, at=NOON + MINUTE).token == under_way.token + 2


@pytest.mark.parametrize("at_first", ["here", "left"])
def test_what_leaves_or_comes_back_while_the_operator_is_asked_is_forgotten_too(desk: Desk, at_first: str) -> None:
    """What was found may be another thing when it is done."""
    desk.poll(secret())
    if at_first == "left":
        leave(desk)
    found = ArticleEraser(desk.database, config_of()).plan(URL)
    if at_first == "left":
        desk.poll(secret(version=2), at=NOON + MINUTE)
    else:
        leave(desk)
    assert sum(ArticleEraser(desk.database, config_of()).erase(found, NOON + MINUTE)) == (
        1 if at_first == "left" else 0
    )
    assert SECRET not in desk.everything()
    assert desk.claims.find_known("wire", [URL])[URL].is_erased


def test_between_two_slices_others_may_use_the_database(desk: Desk) -> None:
    """A slice that is told is committed, and a daemon beside it polls on."""
    desk.poll(*(secret(str(number)) for number in range(SLICE + 1)))
    slices = ArticleEraser(desk.database, config_of()).erase(
        ArticleEraser(desk.database, config_of()).plan("wire"), NOON + MINUTE
    )
    assert next(slices) == SLICE
    desk.poll(article("b", "Another missile", of="post", seen=NOON + MINUTE), at=NOON + MINUTE)
    with desk.database.reading() as connection:
        assert len(connection.execute(select(articles.c.id)).all()) == 2
    assert sum(slices) == 1


@pytest.mark.parametrize("uid", [URL, "it's-one", "a b"])
def test_a_report_that_names_an_article_is_emptied(desk: Desk, uid: str) -> None:
    """The weekly report of misses quotes articles that no rule matched; another report stays."""
    desk.poll(secret(uid))
    command = write_why_command("wire", uid, "launch")
    named = f"launch: 1 miss\n- {SECRET}'s missile flies (3 publishers)\n  `{command}`"
    with desk.database.writing() as connection:
        for id_, sentence in (("report", named), ("other", "the channel does not answer")):
            row = {"id": id_, "dedup_key": id_, "kind": "report", "at": NOON, "level": "info", "subject": "misses"}
            connection.execute(insert(alert).values(**row, sentence=sentence, marks=[]))
            values = {"channel": "desk", "state": DeliveryState.PENDING, "not_before": NOON}
            connection.execute(insert(delivery).values(alert_id=id_, **values))
    desk.forget(URL)
    assert SECRET not in desk.everything()
    with desk.database.reading() as connection:
        rows = connection.execute(select(delivery.c.alert_id, delivery.c.state, alert.c.sentence).join(alert)).all()
    found = {row.alert_id: (row.state, row.sentence) for row in rows if row.alert_id in {"report", "other"}}
    assert found == {
        "report": (DeliveryState.DISCARDED, ""),
        "other": (DeliveryState.PENDING, "the channel does not answer"),
    }


def test_no_word_is_left_of_a_doubt(desk: Desk) -> None:
    """It quotes both headlines, in the match and in the alert; and the event has the headline of its own article."""
    first = article("a", f"North Korea fires {SECRET} missile", url=URL, canonical=URL)
    second = article("b", "North Korea fires cruise missile", of="post", seen=NOON + MINUTE)
    polls(desk, rule("events", once_per=OncePer.EVENT), first, second)
    assert desk.everything().lower().count(f"not {SECRET.lower()}") >= 2
    desk.forget(URL)
    assert SECRET.lower() not in desk.everything().lower()
