"""What it costs to find the story of an article, in time and memory, by how many recent articles there are.

    ./dev bench stories [--most 100000] [--seed 1]

Made-up articles in six languages, of 60 words, one in ten a copy of an earlier one, over four days. CPU time of reading
and joining one, at 1,000, 10,000 and 100,000 that are remembered, and the growth between the first and the last; the
growth of the process's memory until then. Exit code 1: beyond the limits.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

from monitor.model import Article
from monitor.stories import Stories, join
from tests.bench.world import articles as news
from tests.bench.world.figures import Figures, resident
from tests.building import NOON, article

SPAN = timedelta(days=4)
MEASURED = 500  # articles at each size
SIZES = (1_000, 10_000, 100_000)
TEXTS = 3_000  # different ones; the others are mixed from their sentences
MOST_MEMORY = 150  # MB
MOST_GROWTH = 1.5


def recent(most: int, seed: int) -> Iterator[Article]:
    """So many articles, in the order of time."""
    rng = random.Random(seed)
    texts = news.articles(TEXTS, seed, 60)
    step = SPAN / most
    for number in range(most):
        one, other = texts[number % TEXTS], texts[(number + 6 * rng.randrange(TEXTS)) % TEXTS]
        half, rest = one.text[: len(one.text) // 2], other.text[len(other.text) // 2 :]
        title = one.title if rng.random() < 0.1 else f"{other.title[:20]} {number} {one.title[:30]}"
        found = article(
            f"a{number}", title, f"{half} {rest}", of=f"{one.language}{number % 97}", seen=NOON + number * step
        )
        yield found


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sizes = [size for size in SIZES if size <= given.most]
    figures, stories, costs = Figures(), Stories(), {}
    some = recent(sizes[-1], given.seed)
    first = next(some)
    join(first, stories)
    gc.collect()
    before, began, opened = resident(), time.process_time(), 0
    for number, one in enumerate(some, 2):
        if number + MEASURED in sizes:
            began = time.process_time()
        draft = stories.draft()
        opened += join(one, draft).story.title == one.title
        stories = draft.settled(one.seen)
        if number in sizes:
            costs[number] = (time.process_time() - began) / MEASURED * 1e3
            figures.note(**{f"ms an article at {number:,}": costs[number]})
    memory = (resident() - before) / 1e6
    figures.note(stories=opened, kB_an_article=memory * 1e3 / sizes[-1])
    figures.demand("MB", memory, most=MOST_MEMORY)
    figures.demand("growth of the cost", costs[sizes[-1]] / costs[sizes[0]], most=MOST_GROWTH)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
