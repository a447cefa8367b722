"""Articles that a person split off a story, or an event, are one of their own; later articles like them join it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from monitor.errors import InvalidRequest
from monitor.identity.clusters import ClusterIndex
from monitor.identity.features import ArticleFeatures, features_of
from monitor.identity.stories import join_story
from monitor.model import STORIES, AllOf, Entity, IdentityMarkKind, Named, OncePer, Pattern, Term, UpdateTrigger, Words
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, article_features, cluster_key
from monitor.store.state.clusters import StoredClusters
from monitor.store.state.identity_marks import IdentityMark
from tests.support.building import HOUR, alerts
from tests.support.outbreaks import Desk, event_of, story_of

# Nothing in them keeps the two apart: only a person knows that they are two.
FIRST = "Doctors report mpox cluster at school in northern district"
SECOND = "Doctors report mpox cluster at school and prison in northern district"
FIRST_AGAIN = "Doctors report mpox cluster at primary school in northern district"
SECOND_AGAIN = "Doctors report mpox cluster at prison and school in northern district"
"""Told of one story by words; the last two are each nearer to one of the first two."""


def numbers(desk: Desk, id_: str) -> dict[str, int]:
    """The articles of a story or an event, by their titles."""
    return {each.title: each.article for each in desk.show(id_).members}


def test_without_a_person_all_are_one(database: Database) -> None:
    """So the other tests are of what a person said."""
    desk = Desk(database)
    assert len({story_of(desk.hear(title)) for title in (FIRST, SECOND, FIRST_AGAIN, SECOND_AGAIN)}) == 1


def test_what_is_split_off_goes_its_own_way_and_the_next_like_it_is_sent(database: Database) -> None:
    """Nothing is sent of the article itself, which a person has read. What is like the rest stays, after a restart
    too."""
    desk = Desk(database)
    whole = story_of(desk.hear(FIRST))
    assert alerts(suppressed := desk.hear(SECOND)) == []
    assert story_of(suppressed) == whole
    before = desk.decisions()
    done = desk.split(whole, numbers(desk, whole)[SECOND])
    assert (done.whole, done.articles) == (whole, 1)
    assert (len(desk.sent()), desk.decisions()) == (1, before)
    later, again = desk.hear(SECOND_AGAIN), desk.hear(FIRST_AGAIN)
    assert [(each.kind, each.story) for each in alerts(later)] == [("new", done.id)]
    assert (story_of(again), alerts(again)) == (whole, [])
    assert list(numbers(desk, whole)) == [FIRST, FIRST_AGAIN]
    assert list(numbers(desk, done.id)) == [SECOND, SECOND_AGAIN]


def test_without_a_number_the_last_is_split_off(database: Database) -> None:
    """Who did it is shown on both sides."""
    desk = Desk(database)
    whole = story_of(desk.hear(FIRST))
    desk.hear(FIRST_AGAIN)
    desk.hear(SECOND)
    done = desk.split(whole)
    assert list(numbers(desk, done.id)) == [SECOND]
    mark = IdentityMark(IdentityMarkKind.SPLIT, whole, done.id, desk.now, "ann")
    assert desk.show(whole).marks == desk.show(done.id).marks == (mark,)
    assert {each.how for each in desk.show(done.id).members} == {f"split off {whole} by a person"}


def test_an_event_is_split_as_its_rule_sees_it(database: Database) -> None:
    """Its stories are as they were; another rule's events too."""
    desk = Desk(database, once_per=OncePer.EVENT)
    first, second = desk.hear(FIRST), desk.hear(SECOND)
    whole = event_of(first)
    assert event_of(second) == whole
    done = desk.split(whole, numbers(desk, whole)[SECOND])
    assert done.id.startswith("E")
    assert len(desk.sent()) == 1
    later, again = desk.hear(SECOND_AGAIN), desk.hear(FIRST_AGAIN)
    assert [(each.kind, each.event) for each in alerts(later)] == [("new", done.id)]
    assert (event_of(again), alerts(again)) == (whole, [])
    assert {story_of(each) for each in (first, second, again)} == {story_of(first)}


def test_what_was_sent_already_is_not_sent_again(database: Database) -> None:
    """The article whose message went out leaves: what follows it is an update in the thread of that message."""
    desk = Desk(database, again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=0 * HOUR)
    whole = story_of(desk.hear(FIRST))
    desk.hear(SECOND)
    done = desk.split(whole, numbers(desk, whole)[FIRST])
    [update] = alerts(desk.hear(FIRST_AGAIN, "Nine people were killed."))
    with database.reading() as connection:
        sent = connection.execute(select(alert.c.id).where(alert.c.story_id == whole)).scalar_one()
    assert (update.kind, update.story, update.thread) == ("update", done.id, sent)


def test_a_deferred_message_is_sent_as_it_is(database: Database) -> None:
    """A split changes no decision."""
    desk = Desk(database, wait_at_least=HOUR)
    whole = story_of(desk.hear(FIRST, "Two people were killed."))
    desk.hear(SECOND, "Nine people were killed.")  # says more: it is sent for both
    desk.split(whole)
    assert desk.falls_due(desk.now + 2 * HOUR) == [f"new {whole} {SECOND}"]


def test_a_split_leaves_what_articles_are_compared_by_as_it_was(database: Database) -> None:
    """What is stored knows the names of entities; where it has left with time, it is worked out as the daemon does."""
    people = ("Emmanuel Macron", "Narendra Modi")
    known = {each: Entity(each, "person", each, (Term(each, "any"),)) for each in people}

    def stored() -> dict[int, ArticleFeatures]:
        with database.reading() as connection:
            return {
                row.article_id: ArticleFeatures.from_row(row.row)
                for row in connection.execute(select(article_features))
            }

    desk = Desk(database)
    desk.entities = known
    whole = story_of(desk.hear("Emmanuel Macron opens new mpox ward at capital hospital today"))
    desk.hear("Emmanuel Macron opens new mpox ward at capital hospital")
    before = stored()
    assert {name.key for each in before.values() for name in each.facts.names} == {"entity:Emmanuel Macron"}
    first = desk.split(whole)
    assert stored() == before
    desk.merge(whole, first.id)
    with database.writing() as connection:
        connection.execute(delete(article_features))
    desk.split(whole)
    assert stored().items() <= before.items()
    assert stored() != {}
    later = desk.hear("At capital hospital, new mpox ward opened by Narendra Modi")
    assert story_of(later) not in {whole, first.id}


def test_what_is_split_off_an_event_takes_its_values_along(database: Database) -> None:
    """Those of the conditions that the rule names in `by`: what is left is found by none of them."""
    desk = Desk(database, once_per=OncePer.EVENT, by=("who",))
    words = (Words((Term("mpox"),)), Named("who", Words((Term("Alpha"), Term("Beta")))))
    desk.rule = replace(desk.rule, condition=AllOf(words))
    whole = event_of(desk.hear("Alpha ward: mpox cluster reported in northern district"))
    both = desk.hear("Alpha and Beta wards: mpox cluster reported in northern district")
    assert event_of(both) == whole
    done = desk.split(whole)
    with database.reading() as connection:
        rows = connection.execute(select(cluster_key).where(cluster_key.c.scope == "mpox")).all()
    found = {row.key: {id_ for _, id_ in row.postings} for row in rows}
    assert found["who:word:any:beta"] == {done.id}
    assert found["found:Beta"] == {done.id}
    assert found["who:word:any:alpha"] == {whole, done.id}
    assert event_of(desk.hear("Beta ward doctors say mpox spreads")) == done.id


def test_a_split_event_is_found_by_words_and_not_by_patterns(database: Database) -> None:
    """As when its articles came: another article need not mean the same by a pattern."""
    desk = Desk(database, once_per=OncePer.EVENT)
    desk.rule = replace(desk.rule, condition=AllOf((Words((Term("mpox"),)), Pattern("[Ww]ards?"))))
    whole = event_of(desk.hear("Alpha ward: mpox cluster reported in northern district"))
    assert event_of(desk.hear("Alpha wards: mpox cluster reported in northern district")) == whole
    desk.split(whole)
    with database.reading() as connection:
        keys = set(connection.execute(select(cluster_key.c.key).where(cluster_key.c.scope == "mpox")).scalars())
    assert {key for key in keys if key.startswith("found:")} == {"found:mpox"}


def test_a_merge_takes_a_split_back(database: Database) -> None:
    """What was kept apart is one again, whatever it is like."""
    desk = Desk(database)
    whole = story_of(desk.hear(FIRST))
    desk.hear(SECOND)
    done = desk.split(whole)
    desk.merge(whole, done.id)
    assert [story_of(desk.hear(title)) for title in (SECOND_AGAIN, FIRST_AGAIN)] == [whole, whole]
    assert [each.kind for each in desk.show(whole).marks] == [IdentityMarkKind.SPLIT, IdentityMarkKind.MERGE]


def test_what_cannot_be_split_is_refused(database: Database) -> None:
    """An article of another story, all of a story, and what is not there; nothing is changed."""
    desk = Desk(database)
    whole = story_of(desk.hear(FIRST))
    with pytest.raises(InvalidRequest, match=f"nothing would be left of {whole}"):
        desk.split(whole)
    with pytest.raises(InvalidRequest, match=f"{whole} has no article 99: `news-monitor stories show {whole}` gives"):
        desk.split(whole, 99)
    with pytest.raises(InvalidRequest, match="there is no story or event 'S0'"):
        desk.split("S0")
    assert desk.show(whole).marks == ()


def test_a_state_that_holds_all_decides_as_one_that_is_loaded(database: Database) -> None:
    """What a person has merged and split is known of each story: nothing else is asked."""
    desk = Desk(database)
    whole = story_of(desk.hear(FIRST))
    desk.hear(SECOND)
    done = desk.split(whole)
    other = story_of(desk.hear("Laos confirms first mpox case"))
    desk.merge(done.id, other)
    with database.reading() as connection:
        stored = StoredClusters(connection)
        keys = [(row.scope, row.key) for row in connection.execute(select(cluster_key)).all()]
        stored.load_keys(keys)
        stored.load_clusters((STORIES, id_) for id_ in (whole, done.id, other))
    complete = ClusterIndex()
    complete.postings.load({key: stored.index.postings.get(key) for key in keys})
    complete.clusters.load({(STORIES, id_): stored.index.get(STORIES, id_) for id_ in (whole, done.id, other)})
    for title in (SECOND_AGAIN, FIRST_AGAIN, "Laos confirms first mpox case, ministry says"):
        decision = desk.hear(title)
        [judged] = decision.article_decisions
        joined = join_story(features_of(judged.article), complete)
        assert (joined.story.id, joined.reason) == (story_of(decision), judged.join_reason)
