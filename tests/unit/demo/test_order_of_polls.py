"""What the demo sends does not depend on which outlet answers first: on a busy machine, that is chance."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from monitor.config.loading.compiled import compile_loaded
from monitor.config.loading.load import load_rules
from monitor.demo.newsroom import EDITIONS, load_outlets
from monitor.demo.summary import EXPECTED
from monitor.lab.recorded import RecordedArticle, read_recorded
from monitor.lab.replay import Replay, ReplayedAlert, ScheduledArticle, replay_articles
from monitor.matching import RuleSet
from monitor.model import AlertKind
from tests.support.building import NOON

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    loaded = load_rules([ROOT / "rules", ROOT / "seeds" / "entities"])
    return compile_loaded(loaded.rules.values(), loaded)


def arrivals(chance: random.Random) -> Iterator[ScheduledArticle]:
    """All editions; the outlets of each in any order, the entries of an outlet the oldest first."""
    outlets, number = load_outlets(), 0
    for edition in range(len(EDITIONS)):
        for place, outlet in enumerate(chance.sample(outlets, len(outlets))):
            at = NOON + timedelta(seconds=5 * edition, milliseconds=place)
            for item in sorted(outlet.editions[edition], key=lambda item: -item.age):
                number += 1
                row = {"id": number, "title": item.title, "text": item.text, "source": outlet.id}
                row |= {"lang": outlet.language, "date": (NOON - item.age).isoformat()}
                record = cast("RecordedArticle", next(read_recorded([json.dumps(row)], NOON)))
                yield ScheduledArticle(at, number, replace(record.article, seen=at, uid=item.path))


@pytest.mark.parametrize("seed", range(8))
def test_each_happening_is_sent_as_new_once(seed: int, rules: RuleSet) -> None:
    """The first alert is one that most readers can read. What is in doubt is quiet, and is at most one a rule."""
    replayed = replay_articles(arrivals(random.Random(seed)), Replay(rules))
    sent = [each for each in replayed if isinstance(each, ReplayedAlert)]
    new = Counter(alert.rule for alert in sent if alert.kind is AlertKind.NEW)
    assert {rule: new[rule] for rule in EXPECTED} == dict.fromkeys(EXPECTED, 1)
    assert max(Counter(alert.rule for alert in sent if alert.kind is AlertKind.POSSIBLY).values(), default=0) <= 1
    assert sent[0].title.startswith("North Korea fires two ballistic missiles")
