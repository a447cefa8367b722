"""Documents that are replaced between two polls, in simulated time: all reported, nothing else, and mostly prevented.

    ./dev bench rollovers [--sources 300] [--seed 1]

Of each simulated source is known what was really lost; flatlines are simulated too, and must be called silent.
Exit code 1: a rollover was not reported, a poll that overlapped was, the interval was not halved or did not come back,
a rate that rises slowly made rollovers, or sources were called silent that were not.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.model import Source, TroubleKind
from tests.bench.world.figures import Figures
from tests.bench.world.simulated import HOUR, Poll, Rate, World, intervals, moments, polls

MINUTE = timedelta(minutes=1)
DAY = 24.0


def some(name: str, every: timedelta) -> Source:
    """A source that is asked so often."""
    return Source(name, f"https://{name}.test/feed", name, every)


def bursting(base: float, peak: float, starts: Sequence[float], lasts: float) -> Rate:
    """So many entries an hour, and from these hours on, for a while, so many more."""
    return lambda at: base + peak * any(start <= at < start + lasts for start in starts)


def resting(base: float, night: float, weekend: float) -> Rate:
    """So many entries an hour, and shares of it at night and at the weekend."""
    return lambda at: base * (night if at % DAY < 8 else 1) * (weekend if at // DAY % 7 >= 5 else 1)


def mixed(count: int, chance: random.Random) -> list[Poll]:
    """Two days of sources of all kinds, most of them asked too seldom for their bursts."""
    made: list[Poll] = []
    for number in range(count):
        base, peak = 10 ** chance.uniform(-1, 2), 10 ** chance.uniform(1, 3)
        starts = [chance.uniform(0, 2 * DAY) for _ in range(chance.randrange(6))]
        lasts = chance.uniform(0.1, 1)

        rate = bursting(base, peak, starts, lasts)
        world = World(chance.randint(5, 100), moments(rate, base + peak, 2 * DAY, chance), dated=chance.random() < 0.8)
        source = replace(some(f"s{number}", chance.choice([1, 2, 5, 15, 30, 60]) * MINUTE), fastest=MINUTE / 2)
        made += list(polls(source, world, 2 * DAY))[1:]
    return made


def demand_reports(figures: Figures, made: Sequence[Poll]) -> None:
    """All rollovers, and nothing else."""
    replaced = [poll for poll in made if poll.replaced]
    overlapping = [poll for poll in made if not poll.replaced]
    figures.note(rollovers=len(replaced), entries_lost=sum(poll.lost for poll in made))
    figures.demand("overlapping polls", len(overlapping), least=10_000)
    figures.demand("rollovers reported", sum(poll.reported for poll in replaced) / len(replaced), least=1)
    figures.demand("overlapping polls reported", sum(poll.reported for poll in overlapping), most=0)
    held = sum(len(poll.found.burst.backlog_uids) for poll in made if poll.dated and poll.found.burst)
    figures.note(entries_with_dates=sum(poll.new for poll in made if poll.dated))
    figures.demand("entries with true dates held", held, most=0)
    figures.demand("losses not reported", sum(poll.lost > 0 and not poll.reported for poll in made), most=0)


def demand_pace(figures: Figures, chance: random.Random) -> None:
    """A rate that doubles every three hours, from 4 an hour to 500, in a document of 30 asked every quarter of an hour:
    with the interval as it is given, and as it is learnt."""
    hours = 3 * math.log2(500 / 4)
    world = World(30, moments(lambda at: 4 * 2 ** (at / 3), 500, hours, chance))
    source = some("rising", 15 * MINUTE)
    fixed, learnt = (list(polls(source, world, hours, adaptive=adaptive)) for adaptive in (False, True))
    figures.note(polls_fixed=len(fixed), polls_adaptive=len(learnt))
    figures.demand("rollovers of a rising rate, fixed interval", sum(poll.replaced for poll in fixed[1:]), least=1)
    figures.demand("rollovers of a rising rate, adaptive", sum(poll.replaced for poll in learnt[1:]), most=0)


def demand_halving(figures: Figures, chance: random.Random) -> None:
    """One burst of 200 entries in forty minutes, in a document of 30 that is asked every 20 minutes."""
    calm = moments(lambda _: 6, 6, 4 * DAY, chance)
    burst = [calm[0] + 10 * HOUR + n * MINUTE / 5 for n in range(200)]
    made = list(polls(some("bursting", 20 * MINUTE), World(30, sorted(calm + burst)), 4 * DAY))
    gap = next(n for n, poll in enumerate(made) if poll.reported)
    waits = intervals(made)
    back = next((n for n, wait in enumerate(waits) if n > gap and wait == waits[gap - 1]), len(waits))
    minutes = [round(wait / MINUTE, 1) for wait in waits]
    figures.note(minutes_between_polls_from_the_gap_on=minutes[gap - 1 : gap + 3])
    figures.demand("interval after a gap, as a share", waits[gap] / waits[gap - 1], most=0.5)
    figures.demand("hours until it is as before", (made[back].at - made[gap].at) / HOUR, most=2 * DAY)


def demand_silence(figures: Figures, count: int, chance: random.Random) -> None:
    """Sources with nights and weekends, seven weeks of them; then nothing comes any more."""
    false = missed = 0
    late: list[float] = []
    weeks = 49 * DAY
    for number in range(count):
        base, night, weekend = 10 ** chance.uniform(-0.5, 1.5), chance.choice([0.02, 0.2, 1]), chance.choice([0.05, 1])

        world = World(30, moments(resting(base, night, weekend), base, weeks, chance))
        made = list(polls(some(f"s{number}", HOUR), world, weeks + 10 * DAY))
        told = [poll.at for poll in made if any(each.kind is TroubleKind.SILENT for each in poll.found.opened_troubles)]
        end = world.moments[-1]
        false += sum(at <= end for at in told)
        after = [(at - end) / HOUR for at in told if at > end]
        missed += not after
        late += after[:1]
    figures.note(source_weeks=7 * count, hours_until_a_flatline_is_seen=sorted(late)[len(late) // 2])
    figures.demand("silences that were none, a source and year", false / count / 49 * 365, most=1)
    figures.demand("flatlines not seen", missed, most=0)


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures, chance = Figures(), random.Random(options.seed)
    demand_reports(figures, mixed(options.sources, chance))
    demand_pace(figures, chance)
    demand_halving(figures, chance)
    demand_silence(figures, max(1, options.sources // 10), chance)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
