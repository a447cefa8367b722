"""The gazetteer: how long it takes to load, what memory it takes, and what finding the places of a text costs.

load       the first question, in a process that has imported everything else: at most .3 s
memory     what the process holds more after 2,000 texts: at most 25 MiB
find       a title and a lead (250 characters), by language, in processor time: printed

./dev bench places [--texts 2000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time

from monitor.places.find import find_places
from monitor.places.gazetteer import places_named
from tests.bench.world import articles as news
from tests.bench.world.figures import Figures, mean, resident

MOST_SECONDS = 0.3
MOST_MEMORY = 25.0  # MiB
_LEAD = 200  # characters


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    figures = Figures()
    texts = [(f"{a.title}\n{a.text[:_LEAD]}", a.language) for a in news.articles(given.texts, given.seed)]
    before = resident()
    started = time.perf_counter()
    places_named("Busan")
    figures.demand("load, s", time.perf_counter() - started, most=MOST_SECONDS)
    spent: dict[str, list[float]] = {}
    for text, language in texts:
        started = time.process_time()
        find_places(text, language)
        spent.setdefault(language, []).append(1_000 * (time.process_time() - started))
    figures.demand("memory, MiB", (resident() - before) / 2**20, most=MOST_MEMORY)
    figures.note(**{f"ms a text, {language}": mean(each) for language, each in sorted(spent.items())})
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
