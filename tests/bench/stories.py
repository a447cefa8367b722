"""What stories and policy cost for an article, in time and memory, by how many recent articles there are.

    ./dev bench stories [--seed 1]

Made-up articles in six languages, of 60 words, one in ten a copy of a recent one under another headline, over four
days. Every one hits a rule, and half of them hit two. Half of the rules tell stories, half events, with and without
updates, holds, a cap and `event_lasts`; one hears of two thousand actors, so that it has as many events open as a rule
may have. One article in ten only mentions what the rule is about, and waits for the digest of mentions. What falls due
is told twice a minute. Each article is decided on and settled alone, as in the serial section.

Three states live side by side, of 1,000, 10,000 and 100,000 recent articles, and take turns. CPU time of deciding
without that of matching within: of the turns the median, and the growth between the first and the last state; the means
over all articles, of matching and of what falls due too, are only told. The memory is that of the state of 100,000,
with the daemon's allocator. Exit code 1: beyond the limits.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from statistics import median

from monitor.allocator import be_thrifty
from monitor.decide import Decision, Fallen, State, decide, decide_due
from monitor.matching import RuleSet
from monitor.model import Article, Match
from tests.bench.world.figures import Figures, resident
from tests.bench.world.newsroom import BEGAN, Newsroom, desks
from tests.building import MINUTE

SIZES = (1_000, 10_000, 100_000)
MEASURED = 500  # articles at each size
TURN = 25
TICK = MINUTE / 2  # `due` looks twice a minute
MOST_MEMORY = 150  # MB
MOST_GROWTH = 1.5


class Timed(RuleSet):
    """Rules that know how long they matched, in seconds of CPU time."""

    took = 0.0

    def match(self, article: Article) -> tuple[Match, ...]:
        """As they do."""
        began = time.process_time()
        matches = super().match(article)
        self.took += time.process_time() - began
        return matches


class Desk:
    """A state that lives through a newsroom's articles, and what that costs: `deciding`, `matching` and `falling` due,
    each alone, in seconds of CPU time."""

    def __init__(self, rules: Timed, articles: Iterator[Article]) -> None:
        self.deciding = self.matching = self.falling = 0.0
        self.came: Counter[str] = Counter()
        self._rules, self._articles = rules, articles
        self._state, self._looked = State(), BEGAN

    def take(self, count: int) -> float:
        """Live through so many more; how long deciding took for each, in ms."""
        before = self.deciding
        for one in islice(self._articles, count):
            began = time.process_time()
            if one.seen - self._looked >= TICK:
                self._fall(one)
            then, matched = time.process_time(), self._rules.took
            decision = decide([one], self._rules, self._state.draft(), one.seen)  # the draft is the section's
            self._state = decision.state.settled(one.seen).settled(one.seen)
            took, matched = time.process_time() - then, self._rules.took - matched
            self.falling += then - began
            self.matching += matched
            self.deciding += took - matched
            self._count(decision)
        return (self.deciding - before) / count * 1e3

    def _fall(self, one: Article) -> None:
        fallen: Fallen = decide_due(self._rules, self._state.draft(), one.seen)
        if fallen.tellings or fallen.moved:
            self._state = fallen.state.settled(one.seen).settled(one.seen)
        self._looked = one.seen
        self.came["messages of what waited"] += len(fallen.tellings)

    def _count(self, decision: Decision) -> None:
        (judged,) = decision.judged
        self.came["articles that hit"] += bool(judged.decisions)
        self.came["matches"] += len(judged.decisions)
        self.came["stories"] += judged.joined == "the first article of its story"
        self.came["alerts"] += sum(each.alert is not None for each in judged.decisions)
        self.came["waited"] += sum(each.waiting is not None for each in judged.decisions)

    @property
    def waiting(self) -> int:
        """What waits to be told now."""
        return len(self._state.told.waiting)


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    be_thrifty()
    compiled, of_rules = desks()
    rules = Timed(compiled.compiled, compiled._lookup)
    newsroom = Newsroom(given.seed, of_rules)
    last = SIZES[-1]
    made = {size: Desk(rules, (newsroom.article(number, last) for number in range(size))) for size in SIZES}
    # What is worked out once for all is not of the first state.
    Desk(rules, (newsroom.article(number, last) for number in range(last, last + TURN))).take(TURN)
    gc.collect()
    before = resident()
    made[last].take(last - MEASURED)
    gc.collect()
    alone = resident()
    for size in SIZES[:-1]:
        made[size].take(size - MEASURED)
    gc.collect()
    others = resident() - alone
    costs: dict[int, list[float]] = defaultdict(list)
    for _ in range(MEASURED // TURN):
        for size, desk in made.items():
            costs[size].append(desk.take(TURN))
    gc.collect()
    return report(made, costs, (resident() - before - others) / 1e6)


def report(made: Mapping[int, Desk], costs: Mapping[int, Sequence[float]], memory: float) -> int:
    """Print the figures; the exit code."""
    figures, last = Figures(), made[SIZES[-1]]
    for size, turns in costs.items():
        figures.note(**{f"ms an article at {size:,}": median(turns)})
    means = {"all": last.deciding, "what falls due": last.falling, "matching": last.matching}
    figures.note(**{f"ms an article, the mean: {name}": cost / SIZES[-1] * 1e3 for name, cost in means.items()})
    figures.note(**last.came, waiting=last.waiting, kB_an_article=memory * 1e3 / SIZES[-1])
    figures.demand("articles that hit no rule", SIZES[-1] - last.came["articles that hit"], most=0)
    figures.demand("MB", memory, most=MOST_MEMORY)
    figures.demand("growth of the cost", median(costs[SIZES[-1]]) / median(costs[SIZES[0]]), most=MOST_GROWTH)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
