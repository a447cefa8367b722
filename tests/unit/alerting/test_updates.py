"""What is worth an update, and when it may come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.subject_keys import alert_id, first_key, update_key
from monitor.alerting.updates import (
    AT_ONCE,
    find_update_reasons,
    has_new_information,
    merge_candidates,
    next_update_time,
)
from monitor.model import AlertPolicy, Level, UpdateTrigger
from monitor.wording.reasons import reason_in_words
from tests.support.building import HOUR, NOON, article, hearing

ALL = AlertPolicy(again_if=frozenset(UpdateTrigger), more_publishers=2)
HEARD = hearing()


def told(facts: dict[str, int] | None = None, **changed: object) -> SubjectRecord:
    """An account of one telling, by the wire."""
    before = SubjectRecord(
        HEARD.key,
        "launch",
        NOON,
        "a1",
        NOON,
        NOON,
        level=Level.HIGH,
        independent_publishers=("Wire",),
        publishers_at_last_send=1,
    )
    return replace(before, facts=facts or {}, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("heard", "account", "why"),
    [
        # nothing new
        ({}, told(), []),
        # a number that none before it brought; zero is none
        ({"facts": (("dead", 3),)}, told(), ["new fact: 3 dead"]),
        ({"facts": (("dead", 0),)}, told(), []),
        ({"facts": (("dead", 1200), ("ships", 2))}, told({"ships": 2}), ["new fact: 1,200 dead"]),
        ({"facts": (("dead", 3), ("ships", 2))}, told(), ["new fact: 3 dead, 2 ships"]),
        # a report of a missile is of one at least; an explosion need not have killed anybody
        ({"facts": (("missiles", 1), ("aircraft", 1), ("ships", 1))}, told(), []),
        (
            {"facts": (("missiles", 2), ("aircraft", 2), ("ships", 2))},
            told(),
            ["new fact: 2 missiles, 2 aircraft, 2 ships"],
        ),
        ({"facts": (("dead", 1), ("injured", 1))}, told(), ["new fact: 1 dead, 1 injured"]),
        # larger by more than a fifth
        ({"facts": (("dead", 620),)}, told({"dead": 600}), []),
        ({"facts": (("dead", 720),)}, told({"dead": 600}), []),
        ({"facts": (("dead", 721),)}, told({"dead": 600}), ["new fact: 721 dead"]),
        ({"facts": (("dead", 2),)}, told({"dead": 1}), ["new fact: 2 dead"]),
        # a smaller one is no update
        ({"facts": (("dead", 2),)}, told({"dead": 5}), []),
        # the level
        ({"level": Level.CRITICAL}, told(), ["the level rises from high to critical"]),
        ({"level": Level.LOW}, told(), []),
        # an official source, once
        ({"official": True}, told(), ["an official source reports it"]),
        ({"official": True}, told(official=True), []),
        # a correction, once; a flash or a second lead corrects nothing
        ({"wire_status": "corrected"}, told(), ["it was corrected"]),
        ({"wire_status": "corrected"}, told(wire_statuses=("corrected",)), []),
        ({"wire_status": "withdrawn"}, told(wire_statuses=("corrected",)), ["it was withdrawn"]),
        ({"wire_status": "flash"}, told(), []),
        ({"wire_status": "numbered"}, told(), []),
        # independent publishers since the last telling
        ({}, told(independent_publishers=("Wire", "Post")), []),
        ({}, told(independent_publishers=("Wire", "Post", "Times")), ["2 more independent publishers"]),
        ({}, told(independent_publishers=("Wire", "Post", "Times"), publishers_at_last_send=3), []),
        # several at once, in the order in which rules name them
        (
            {"facts": (("dead", 3),), "level": Level.CRITICAL, "official": True, "wire_status": "corrected"},
            told(),
            [
                "new fact: 3 dead",
                "the level rises from high to critical",
                "an official source reports it",
                "it was corrected",
            ],
        ),
    ],
)
def test_reasons(heard: dict[str, object], account: SubjectRecord, why: list[str]) -> None:
    """Each says in words what is new beside what was told."""
    hearing = replace(HEARD, **heard)  # type: ignore[arg-type]
    assert [reason_in_words([clause]) for _, clause in find_update_reasons(ALL, hearing, account)] == why


@pytest.mark.parametrize("again", UpdateTrigger)
def test_only_what_the_rule_asks_for_counts(again: UpdateTrigger) -> None:
    """A rule that asks for one reason hears no other; without any, nothing is an update."""
    hearing = replace(HEARD, facts=(("dead", 3),), level=Level.CRITICAL, official=True, wire_status="corrected")
    account = told(independent_publishers=("Wire", "Post", "Times"))
    policy = replace(ALL, again_if=frozenset({again}))
    assert [each for each, _ in find_update_reasons(policy, hearing, account)] == [again]
    assert find_update_reasons(AlertPolicy(), hearing, account) == []


def test_what_was_told_is_not_new() -> None:
    """After a telling, the same article is worth no other."""
    hearing = replace(HEARD, facts=(("dead", 3),), level=Level.CRITICAL, official=True, wire_status="withdrawn")
    account = told(independent_publishers=("Wire", "Post", "Times")).after_send(hearing, NOON + HOUR, "a2")
    assert find_update_reasons(ALL, hearing, account) == []


def test_a_correction_and_a_higher_level_wait_for_nothing() -> None:
    """Everything else waits for the cooldown."""
    assert {UpdateTrigger.LEVEL_RISES, UpdateTrigger.CORRECTED} == AT_ONCE


def test_each_update_waits_four_times_as_long() -> None:
    """3, 12 and 48 hours after the one before; and at most a week, however many there were."""
    policy = AlertPolicy(cooldown=3 * HOUR)
    waits = [
        next_update_time(policy, told(deferred_updates=number), NOON) - NOON for number in (0, 1, 2, 3, 9, 10, 500)
    ]
    assert waits == [3 * HOUR, 12 * HOUR, 48 * HOUR, *[timedelta(7)] * 4]


def test_a_clock_that_went_back_makes_nobody_wait_longer() -> None:
    """The cooldown counts from now at the latest."""
    assert next_update_time(AlertPolicy(), told(last_sent_at=NOON + timedelta(1)), NOON) == NOON + HOUR


@pytest.mark.parametrize(
    ("heard", "more"),
    [
        ({}, False),
        ({"facts": (("dead", 3),)}, True),
        ({"level": Level.CRITICAL}, True),
        ({"official": True}, True),
        ({"wire_status": "corrected"}, True),
        ({"publisher": "Post"}, False),  # one voice more says nothing more
    ],
)
def test_what_says_more_than_what_waits(heard: dict[str, object], more: bool) -> None:
    """A first message that waits is told in the words that say most, whatever the rule tells again."""
    waits = SubjectRecord(HEARD.key, "launch", NOON).after_send(HEARD, NOON, None)
    assert has_new_information(replace(HEARD, **heard), waits) is more  # type: ignore[arg-type]


def test_one_stands_for_all_that_wait() -> None:
    """The last one's words; the highest level, the greatest numbers, and the correction of any."""
    before = replace(
        HEARD, level=Level.CRITICAL, facts=(("dead", 5), ("ships", 1)), official=True, wire_status="corrected"
    )
    last = replace(
        HEARD, article=article("b"), publisher="Post", facts=(("dead", 3), ("aircraft", 9)), wire_status="flash"
    )
    both = merge_candidates(before, last)
    assert (both.article.uid, both.publisher, both.level) == ("b", "Post", Level.CRITICAL)
    assert (dict(both.facts), both.official, both.wire_status) == (
        {"dead": 5, "ships": 1, "aircraft": 9},
        True,
        "corrected",
    )
    assert merge_candidates(before, replace(last, wire_status="withdrawn")).wire_status == "withdrawn"


def test_an_update_has_another_id_than_one_of_another_article() -> None:
    """Also with the same number: an older database that was restored counts again what it had not sent yet."""
    of_updates = (article("a"), article("a"), article("b"), article("a", version=2))
    keys = [update_key("launch event E1", 1, each) for each in of_updates]
    assert keys[0] == keys[1]
    assert len({alert_id(key) for key in keys}) == 3
    assert {first_key(key) for key in keys} == {"launch event E1"}
