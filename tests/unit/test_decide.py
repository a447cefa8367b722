"""decide(): pure; every match ends in a decision with a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.mutes import Mutes
from monitor.decide import decide_articles, decide_due
from monitor.identity.clusters import ClusterIndex
from monitor.matching import compile_rules
from monitor.model import Alert, AlertKind, AlertPolicy, Entity, MatchKind, OncePer, RuleStatus, Term, UpdateTrigger
from monitor.state import State
from tests.support.building import HEADLINE, HOUR, MINUTE, NOON, alerts, article, reasons, rule, rules, source

OUTLETS = ("wire", "post", "times", "herald", "globe")


def test_five_reprints_make_one_alert() -> None:
    """Five outlets with one story in one call: the first is told, four are held, and say so."""
    decision = decide_articles([article(of=outlet) for outlet in OUTLETS], rules(), State(), NOON)
    assert [alert.article.source for alert in alerts(decision)] == ["wire"]
    (story,) = {judged.story.id for judged in decision.article_decisions if judged.story}
    assert reasons(decision)[1:] == [f"suppressed: launch sent this story at 12:00 ({story}); the same headline"] * 4
    assert [judged.join_reason for judged in decision.article_decisions[1:]] == ["the same headline"] * 4


@pytest.mark.parametrize("same_call", [True, False])
@pytest.mark.parametrize("once_per", [OncePer.STORY, OncePer.EVENT])
def test_one_page_is_of_one_publisher(once_per: OncePer, *, same_call: bool) -> None:
    """However many sources list it: it corroborates nothing. Another page of another source does."""
    policy = AlertPolicy(once_per=once_per, again_if=frozenset({UpdateTrigger.MORE_PUBLISHERS}), more_publishers=1)
    asked = rules(replace(rule(), alert=policy))
    page = "https://harbour.test/launch"
    listed = [article(of="wire", canonical=page), article(of="post", canonical=page), article(of="post", version=2)]
    listed[2] = replace(listed[2], canonical=page, text="Missiles flew.")
    state = State()
    for articles in [listed] if same_call else [[each] for each in listed]:
        decision = decide_articles(articles, asked, state, NOON)
        state = decision.state.commit()
        assert {judged.publisher for judged in decision.article_decisions} == {"wire"}
    other = decide_articles([article(of="times", canonical="https://times.test/1")], asked, state, NOON + MINUTE)
    counts = {len(record.independent_publishers) for record in other.state[NotificationLedger].changed_records}
    assert counts == {2}


def test_a_source_stays_one_publisher_when_it_gets_a_name() -> None:
    """Without a name it is counted by its id. The publishers of the last message are counted by the name, too."""
    policy = AlertPolicy(again_if=frozenset({UpdateTrigger.MORE_PUBLISHERS}), more_publishers=1)
    its_rule, state = replace(rule(), alert=policy), State()
    for minute, name in enumerate(("wire", "Harbour Wire")):
        now = NOON + minute * MINUTE
        named = compile_rules([its_rule], {}, {}, {"wire": replace(source("wire"), name=name)})
        decision = decide_articles([article(name, seen=now)], named, state, now)
        assert {judged.publisher for judged in decision.article_decisions} == {name}
        (record,) = decision.state[NotificationLedger].changed_records
        assert (record.independent_publishers, record.publishers_at_last_send) == ((name,), 1)
        state = decision.state.commit()
    outlet = article("c", f"{HEADLINE} - BBC News", seen=NOON + HOUR)
    other = decide_articles([outlet], named, state, NOON + HOUR)
    (record,) = other.state[NotificationLedger].changed_records
    assert record.independent_publishers == ("Harbour Wire", "BBC News")


def test_once_per_article_tells_every_outlet() -> None:
    """Who asks for every article gets every article."""
    decision = decide_articles([article(of=o) for o in OUTLETS], rules(rule(once_per=OncePer.ARTICLE)), State(), NOON)
    assert len(alerts(decision)) == len({alert.id for alert in alerts(decision)}) == 5


def test_a_mention_waits_and_does_not_use_up_the_telling() -> None:
    """A story that was only mentioned is told when the news comes."""
    deep = article("deep", "Korea in the week that was", "word " * 80 + "missile")
    news = article("news", "Korea in the week that was", "A missile flew.", of="post")
    decision = decide_articles([deep, news], rules(), State(), NOON)
    kinds = [each.match.kind for judged in decision.article_decisions for each in judged.decisions]
    assert kinds == [MatchKind.MENTION, MatchKind.NEWS]
    assert reasons(decision)[0].startswith("deferred: only mentioned")
    assert [alert.article.uid for alert in alerts(decision)] == ["news"]
    assert decision.article_decisions[0].story == decision.article_decisions[1].story


def test_a_new_version_is_matched_again_and_told_once() -> None:
    """An edit that makes a rule fire is told; the edit of a told article is not."""
    quiet, edited, again = article(title="Something happened off Japan"), article(version=2), article(version=3)
    decision = decide_articles([quiet, edited, again], rules(), State(), NOON)
    assert [len(judged.decisions) for judged in decision.article_decisions] == [0, 1, 1]
    assert [alert.article.version for alert in alerts(decision)] == [2]


def test_a_corrected_typo_tells_nothing() -> None:
    """Of a told article, and of one that was held because its story was told: matched again, with the same result."""
    misspelt = "North Korea fires two ballistic missles"
    told, held = article(text=f"{misspelt}. Missiles flew."), article(of="post")
    first = decide_articles([told, held], rules(), State(), NOON)
    assert len(alerts(first)) == 1
    state, now = first.state.commit(), NOON + 30 * HOUR
    edits = [replace(told, text=f"{HEADLINE}. Missiles flew.", version=2), replace(held, text="Corrected.", version=2)]
    second = decide_articles(edits, rules(), state, now)
    (story,) = {judged.story.id for judged in first.article_decisions if judged.story}
    why = f"suppressed: launch sent this story at 5 Jan, 12:00 ({story}); an earlier version of the article"
    assert reasons(second) == [why] * 2
    assert [judged.join_reason for judged in second.article_decisions] == ["an earlier version of the article"] * 2


def test_a_version_that_meets_another_rule_tells_that_rule_once() -> None:
    """The story is the same, and the rule hears of it for the first time; the rule that has told it stays silent."""
    both, state = rules(rule(), rule("korea", ["Seoul"])), State()
    told = []
    for number, text in enumerate(("", "Seoul protests.", "Seoul protests again.", "", "Seoul is silent."), 1):
        now = NOON + number * HOUR
        decision = decide_articles([article(text=text, version=number)], both, state, now)
        told += [(alert.rule, alert.article.version) for alert in alerts(decision)]
        state = decision.state.commit()
    assert told == [("launch", 1), ("korea", 2)]


def test_a_mention_that_an_edit_makes_news_is_told_once() -> None:
    """Held as a mention it was not told: a new headline tells it."""
    mention = article(title="Markets close higher", text=f"{'Shares rose again. ' * 60}A missile was a topic.")
    edits = [
        replace(mention, title=title, version=number) for number, title in enumerate((HEADLINE, f"{HEADLINE}!"), 2)
    ]
    decision = decide_articles([mention, *edits], rules(), State(), NOON)
    assert [alert.article.version for alert in alerts(decision)] == [2]


def test_every_article_is_judged_and_every_match_decided_with_a_reason() -> None:
    """Nothing is dropped: what hits has a story and a reason, what hits nothing says so."""
    articles = [
        article("quiet", "Spring festival opens in Seoul"),
        article("told"),
        article("held", of="post"),
        article("stale", "Old missile test recalled again", published=NOON - 48 * HOUR),
    ]
    decision = decide_articles(articles, rules(rule(max_age=HOUR)), State(), NOON)
    assert [judged.article for judged in decision.article_decisions] == articles
    assert all(judged.join_reason for judged in decision.article_decisions)
    assert [judged.story is None for judged in decision.article_decisions] == [
        True,
        False,
        False,
        False,
    ]  # only what a rule hits
    assert [reason.split(":")[0] for reason in reasons(decision)] == ["sent", "suppressed", "suppressed"]


def test_deciding_changes_nothing() -> None:
    """The state that decide() is given stays as it was, so deciding again decides the same."""
    told = NotificationLedger({"another story S"})
    state = State([ClusterIndex(), told, Mutes()])
    first = decide_articles([article()], rules(), state, NOON)
    assert decide_articles([article()], rules(), state, NOON).article_decisions == first.article_decisions
    (alert,) = alerts(first)
    assert (alert.dedup_key in told, alert.dedup_key in first.state[NotificationLedger]) == (False, True)
    assert alerts(decide_articles([article("b")], rules(), first.state.commit(), NOON)) == []


def test_what_happens_at_another_place_of_the_user_is_told_too() -> None:
    """The gazetteer has neither; in whatever language the same place is named, it is the same event."""
    sites = {
        names[0]: Entity(names[0], "place", names[0], tuple(Term(name, "any") for name in names), lies_in="KP")
        for names in (("Hodo", "호도"), ("Musudan", "무수단"))
    }
    events = replace(rule(words=["missile", "*미사일"]), alert=AlertPolicy(once_per=OncePer.EVENT))
    known = compile_rules([events], {}, {}, {}, sites)
    told, state = [], State()
    for hour, (language, title) in enumerate(
        (
            ("en", "North Korea fires ballistic missile from Hodo naval yard"),
            ("en", "Missile launch detected at Musudan site, North Korea silent"),
            ("ko", "북한, 무수단서 미사일 발사"),
        )
    ):
        now = NOON + hour * HOUR
        decision = decide_articles([replace(article(title, title, seen=now), language=language)], known, state, now)
        told += alerts(decision)
        state = decision.state.commit()
    assert [alert.kind for alert in told] == ["new", "new"]


def test_a_rule_that_is_edited_does_not_tell_again() -> None:
    """Once is once for the rule's id, whatever it says now."""
    first = decide_articles([article()], rules(), State(), NOON)
    changed = rules(replace(rule(words=["ballistic"]), version="v2"))
    assert alerts(decide_articles([article(version=2, text="More.")], changed, first.state.commit(), NOON)) == []


@pytest.mark.parametrize("uid", ["b", "other"])
@pytest.mark.parametrize("once_per", [OncePer.STORY, OncePer.EVENT])
def test_what_waits_is_told_once_though_the_rule_tells_events_from_now_on(once_per: OncePer, uid: str) -> None:
    """Or stories again: what comes of it meanwhile is no news of its own, also of another story of the event."""
    stories = AlertPolicy(wait_at_least=20 * MINUTE)
    events = replace(stories, once_per=OncePer.EVENT, event_lasts=24 * HOUR)
    before, after = (stories, events) if once_per is OncePer.EVENT else (events, stories)
    another = article("a2", "Missile news of the day", of="post", seen=NOON + MINUTE)
    first = decide_articles([article(), another], rules(replace(rule(), alert=before)), State(), NOON)
    edited = rules(replace(rule(), alert=after))
    more = {"b": article("b", of="times"), "other": article("c", another.title, of="times")}[uid]
    second = decide_articles([more], edited, first.state.commit(), NOON + 2 * MINUTE)
    assert reasons(second)[0].startswith(f"suppressed: this {once_per} is deferred until 12:20")
    waits = 1 if once_per is OncePer.STORY else 2  # two stories, each of which was to be told
    assert len(decide_due(edited.rules, second.state.commit(), NOON + HOUR).released) == waits


EVERY_EDIT = [(OncePer.STORY, OncePer.EVENT), (OncePer.EVENT, OncePer.STORY)]


@pytest.mark.parametrize(("before", "after"), EVERY_EDIT)
def test_what_was_sent_gets_updates_though_once_per_was_edited(before: OncePer, after: OncePer) -> None:
    """In the thread of its first alert, at the pace of the rule; without news it is suppressed, and says when it was
    sent."""
    policy = AlertPolicy(again_if=frozenset({UpdateTrigger.NEW_FACT}))
    old, edited = (rules(replace(rule(), alert=replace(policy, once_per=each))) for each in (before, after))
    first = decide_articles([article(text="Two people were killed.")], old, State(), NOON)
    (sent,) = alerts(first)
    same = article("b", of="post", text="Two people were killed.", seen=NOON + MINUTE)
    second = decide_articles([same], edited, first.state.commit(), NOON + MINUTE)
    assert reasons(second)[0].startswith(f"suppressed: launch sent this {after} at 12:00")
    more = article("c", of="times", text="Nine people were killed.", seen=NOON + 2 * MINUTE)
    third = decide_articles([more], edited, second.state.commit(), NOON + 2 * MINUTE)
    assert alerts(third) == []
    (update,) = decide_due(edited.rules, third.state.commit(), NOON + HOUR).released
    assert (update.alert.kind, update.alert.thread) == (AlertKind.UPDATE, sent.id)
    again = decide_articles([replace(more, uid="d")], edited, third.state.commit(), NOON + 3 * MINUTE)
    assert alerts(again) == []


@pytest.mark.parametrize("modes", ["eeese", "esees", "sssese", "ssases", "eeaese", "seseses"])
def test_an_edit_of_once_per_that_is_undone_sends_nothing_twice(modes: str) -> None:
    """Each alert and update has a key that no other has, whatever the rule was meanwhile: a second one could not be
    stored. A report of the same number is not news again."""
    by_letter = {"s": OncePer.STORY, "e": OncePer.EVENT, "a": OncePer.ARTICLE}
    policy = AlertPolicy(again_if=frozenset({UpdateTrigger.NEW_FACT}), event_lasts=90 * HOUR)
    titles = (HEADLINE, "Missile news of the day")
    state, sent = State(), list[Alert]()
    for number, letter in enumerate(modes):
        desk = rules(replace(rule(), alert=replace(policy, once_per=by_letter[letter])))
        for title in titles:
            at = NOON + (7 * number + titles.index(title)) * HOUR
            report = article(f"{number}{title}", title, of=f"paper{number}", text=f"{number + 2} people died.", seen=at)
            decided = decide_articles([report], desk, state, at)
            later = decide_due(desk.rules, decided.state.commit(), at + 50 * MINUTE)
            sent += [*alerts(decided), *(released.alert for released in later.released)]
            state = later.state.commit()
            copy = article(f"{number}{title}x", title, of=f"late{number}", text=f"{number + 2} people died.", seen=at)
            if letter != "a":
                again = decide_articles([copy], desk, state, at + 51 * MINUTE)
                assert [reason.partition(":")[0] for reason in reasons(again)] == ["suppressed"]
    keys = Counter(alert.dedup_key for alert in sent)
    assert [key for key, times in keys.items() if times > 1] == []
    assert sum(alert.kind is AlertKind.UPDATE for alert in sent) > 1


def test_an_update_that_is_deferred_from_before_the_edit_is_sent_once() -> None:
    """A later report that says nothing more is suppressed, and one that says more goes into it."""
    policy = AlertPolicy(again_if=frozenset({UpdateTrigger.NEW_FACT}))
    stories, events = (rules(replace(rule(), alert=replace(policy, once_per=each))) for each in EVERY_EDIT[0])
    state, found = State(), []
    for number, (desk, text) in enumerate([(stories, "Two"), (stories, "Nine"), (events, "Nine"), (events, "Twelve")]):
        at = NOON + number * MINUTE
        news = article(f"a{number}", of=f"paper{number}", text=f"{text} people were killed.", seen=at)
        decided = decide_articles([news], desk, state, at)
        state = decided.state.commit()
        found.append(reasons(decided)[0].partition(":")[0])
    assert found == ["sent", "deferred", "suppressed", "deferred"]
    (update,) = decide_due(events.rules, state, NOON + 2 * HOUR).released
    assert update.alert.article.uid == "a3"


def test_other_stories_of_an_event_that_was_sent_as_a_story_are_suppressed() -> None:
    """As soon as a report of that story has opened the event."""
    stories = AlertPolicy()
    events = AlertPolicy(once_per=OncePer.EVENT, event_lasts=24 * HOUR)
    old, edited = (rules(replace(rule(), alert=each)) for each in (stories, events))
    first = decide_articles([article()], old, State(), NOON)
    same = decide_articles([article("b", of="post")], edited, first.state.commit(), NOON + MINUTE)
    other = article("c", "Missile news of the day", of="times", seen=NOON + 2 * MINUTE)
    found = decide_articles([other], edited, same.state.commit(), NOON + 2 * MINUTE)
    assert [len(alerts(each)) for each in (first, same, found)] == [1, 0, 0]
    assert "launch sent this event at 12:00" in reasons(found)[0]


def test_what_says_more_takes_over_what_waits_from_before_the_edit() -> None:
    """As what is now told once."""
    held = AlertPolicy(wait_at_least=20 * MINUTE)
    first = decide_articles([article()], rules(replace(rule(), alert=held)), State(), NOON)
    edited = rules(replace(rule(), alert=replace(held, once_per=OncePer.EVENT)))
    more = article("b", of="post", text="Nine people were killed.")
    second = decide_articles([more], edited, first.state.commit(), NOON + MINUTE)
    (telling,) = decide_due(edited.rules, second.state.commit(), NOON + HOUR).released
    assert telling.alert.article.uid == "b"
    assert telling.alert.dedup_key == f"launch event {telling.alert.event}"


def test_what_is_withdrawn_is_not_told_though_the_rule_was_edited() -> None:
    """Unless somebody else has reported it too, before or after the edit."""
    held = AlertPolicy(wait_at_least=20 * MINUTE)
    edited = rules(replace(rule(), alert=replace(held, once_per=OncePer.EVENT)))
    withdrawn = article(title=f"WITHDRAWN: {HEADLINE}", version=2)
    for others, told in (((), 0), ((article("b", of="post"),), 1)):
        first = decide_articles([article(), *others], rules(replace(rule(), alert=held)), State(), NOON)
        second = decide_articles([withdrawn], edited, first.state.commit(), NOON + MINUTE)
        assert len(decide_due(edited.rules, second.state.commit(), NOON + HOUR).released) == told


def test_a_rule_in_shadow_would_tell_once_and_is_not_used_up() -> None:
    """It says of one article of five that it would have told it; made live, it tells the next of the same story."""
    shadow = rules(rule(status=RuleStatus.SHADOW))
    seen = decide_articles([article(of=outlet) for outlet in OUTLETS], shadow, State(), NOON)
    assert alerts(seen) == []
    assert ["would have sent:" in reason for reason in reasons(seen)] == [True, False, False, False, False]
    state = seen.state.commit()
    live = decide_articles([article("live"), article("b")], rules(), state, NOON)
    assert [alert.article.uid for alert in alerts(live)] == ["live"]
    back = decide_articles([article("c")], shadow, live.state.commit(), NOON)
    assert reasons(back)[0].startswith("suppressed: launch sent this story already")


def test_no_article_is_begun_once_enough_work_is_done() -> None:
    """How much an article costs is counted, not timed: the first ones are decided on as ever, on every machine."""
    some = [article(f"a{n}", f"{HEADLINE}, report {n}", "미사일 발사 " * 10_000) for n in range(5)]
    whole = decide_articles(some, rules(), State(), NOON)
    part = decide_articles(some, rules(), State(), NOON, max_work=whole.work // 2)
    assert part.article_decisions == whole.article_decisions[:3]
    assert whole.work // 2 <= part.work < whole.work
    assert len(decide_articles(some, rules(), State(), NOON, max_work=1).article_decisions) == 1  # it always goes on


def test_work_grows_with_what_is_folded_and_laid_out() -> None:
    """And with nothing else: ordinary news costs little beside what folding makes longer."""
    news = decide_articles([article("news", HEADLINE, "Officials said so. " * 1_000)], rules(), State(), NOON)
    folded = decide_articles([article("fold", "Nothing", "\ufdfa" * 19_000)], rules(), State(), NOON)
    silent = decide_articles([article("none", "Nothing", "Officials said so. " * 1_000)], rules(), State(), NOON)
    assert silent.work < news.work
    assert folded.work >= 18 * 19_000 > 18 * silent.work
