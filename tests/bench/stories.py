"""What it costs to find the story of an article, in time and memory, by how many recent articles there are.

    ./dev bench stories [--most 100000] [--seed 1]

Made-up articles in six languages, of 60 words, one in ten a copy of a recent one under another headline, over four
days. CPU time of reading and joining one, at 1,000, 10,000 and 100,000 that are remembered, and the growth between the
first and the last; the growth of the process's memory until then. Exit code 1: beyond the limits.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections import defaultdict
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
TEXTS = 3_000  # whose words the articles are mixed from
WORDS = 60
COPIES = 0.1
RECENT = 2_000  # articles: those of the last hours are copied
PIECE = 4  # characters, where the script has no spaces
MOST_MEMORY = 150  # MB
MOST_GROWTH = 1.5
FIRST = "the first article of its story"


class Newsroom:
    """Articles by their numbers, each made of its own seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._pieces: dict[str, list[str]] = defaultdict(list)
        for text in news.articles(TEXTS, seed, WORDS):
            self._pieces[text.language] += text.text.split() if " " in text.text else pieces(text.text)
        self._languages = sorted(self._pieces)

    def told(self, number: int) -> tuple[str, str, str]:
        """The language, title and text of an article."""
        rng = random.Random(f"{self._seed} {number}")
        if number >= RECENT and rng.random() < COPIES:
            language, _, text = self.told(number - rng.randrange(1, RECENT))
            return language, self._mixed(rng, language, 10), text
        language = rng.choice(self._languages)
        return language, self._mixed(rng, language, 10), self._mixed(rng, language, WORDS)

    def _mixed(self, rng: random.Random, language: str, words: int) -> str:
        known = self._pieces[language]
        if language.partition("-")[0] in ("zh", "ja"):
            return "".join(rng.choices(known, k=words * 2 // PIECE))
        return " ".join(rng.choices(known, k=words))


def pieces(text: str) -> list[str]:
    """A text without spaces, in pieces of a few characters."""
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]


def recent(most: int, seed: int) -> Iterator[Article]:
    """So many articles, in the order of time."""
    newsroom = Newsroom(seed)
    for number in range(most):
        language, title, text = newsroom.told(number)
        seen = NOON + number * (SPAN / most)
        yield article(f"a{number}", title, text, of=f"{language}{number % 97}", seen=seen)


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
        opened += join(one, draft).how == FIRST
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
