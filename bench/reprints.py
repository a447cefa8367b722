"""Reprints of made-up articles, cut and with other headlines, are told apart from what only shares a quotation.

    ./dev bench reprints [--stories 1000] [--seed 1]

Of each article come three copies: with 90 to 100 % of its sentences, and twice with 30 to 70 % (half of the time the
first ones, else any, in order), each under another headline, the short ones with 20 to 80 foreign words behind them. As
many negatives share a sentence and the names of a story. The items of thirty words: the same lead under a clipped or a
new headline, or two words of title and text. All come within a day, in any order. Precision and recall: an article that
is joined to a story is right if the story's first is of the same one. And another day's launch, told in the words of
yesterday's, is a story of its own. Exit code 1: beyond the limits.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bench.world.articles import Text, articles
from bench.world.figures import Figures
from monitor.identity.clusters import ClusterIndex
from monitor.identity.features import features_of
from monitor.identity.stories import join_story
from tests.support.building import HOUR, NOON, article

LANGUAGE = "en"
SHARE = 6  # of so many articles one is English
_SENTENCE = re.compile(r"[^.]+\.\S*\s*")


@dataclass(frozen=True, slots=True)
class Item:
    """What is told: of which story, if of any."""

    story: int | None
    title: str
    text: str


def english(count: int, seed: int) -> list[Text]:
    """So many English articles."""
    return [text for text in articles(count * SHARE, seed) if text.language == LANGUAGE]


def cut(text: str, share: float, rng: random.Random) -> str:
    """So large a share of the sentences: the first ones, or any, in order."""
    sentences = _SENTENCE.findall(text)
    kept = max(1, round(share * len(sentences)))
    chosen = range(kept) if rng.random() < 0.5 else sorted(rng.sample(range(len(sentences)), kept))
    return "".join(sentences[number] for number in chosen)


def shuffled(text: str, rng: random.Random) -> list[str]:
    """The words of a text, in any order."""
    words = text.split()
    return rng.sample(words, len(words))


def reprints(texts: list[Text], rng: random.Random) -> Iterator[Item]:
    """Originals, their copies, and what only quotes them."""
    for number, text in enumerate(texts):
        other = rng.choice(texts)
        yield Item(number, text.title, text.text)
        for share in (rng.uniform(0.9, 1), rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)):
            foreign = shuffled(other.text, rng)[: rng.randint(20, 80)] if share < 0.9 else []
            title = " ".join(shuffled(text.text, rng)[:9])
            yield Item(number, title, f"By Ann Onymous | AFP\n{cut(text.text, share, rng)} {' '.join(foreign)}")
        if number % 10 < 7:
            names = [word for word in text.text.split() if word[0].isupper()]
            words = [
                rng.choice(names) if word[0].isupper() and rng.random() < 0.3 else word
                for word in shuffled(other.text, rng)
            ]
            quoted = rng.choice(_SENTENCE.findall(text.text))
            yield Item(None, " ".join(words[:9]), f"{' '.join(words[9:200])} {quoted} {' '.join(words[200:])}")


def short_items(texts: list[Text], rng: random.Random) -> Iterator[Item]:
    """Title and lead of thirty words, the same lead under another title, and what shares two words of each."""
    for number, text in enumerate(texts):
        words = text.text.split()
        title, lead = words[40:46], words[:24]
        yield Item(number, " ".join(title), " ".join(lead))
        clipped = title[:5] if rng.random() < 0.5 else [*rng.sample(title, 3), *rng.choice(texts).text.split()[60:63]]
        yield Item(number, " ".join(clipped), " ".join(lead[: rng.randint(16, 24)]))
        foreign = words[200:]  # nobody else's
        mixed = rng.sample([*rng.sample(title, 2), *foreign[:4]], 6)
        yield Item(None, " ".join(mixed), " ".join([*foreign[10:32], *rng.sample(lead, 2)]))


def measured(items: Iterable[Item]) -> tuple[float, float]:
    """Precision and recall of joining, the items coming half a minute apart or closer, within a day."""
    rows = list(items)
    stories, first, told = ClusterIndex(), {}, set()
    right = wrong = missed = 0
    for number, item in enumerate(rows):
        seen = NOON + number * timedelta(hours=20) / len(rows)
        one = article(f"a{number}", item.title, item.text, of=f"outlet{number % 50}", seen=seen)
        joined = join_story(features_of(one), stories)
        if joined.reason == "the first article of its story":
            first[joined.story.id] = item.story
            missed += item.story in told
        elif item.story is not None and first[joined.story.id] == item.story:
            right += 1
        else:
            wrong += 1
        if item.story is not None:
            told.add(item.story)
    return right / max(right + wrong, 1), right / max(right + missed, 1)


LAUNCH = {
    "North Korea fires two ballistic missiles toward the East Sea": (
        "North Korea fired two short-range ballistic missiles toward the East Sea {day}, South Korea's military said."
    ),
    "北, 동해상으로 탄도미사일 발사": (
        "북한이 {day} 동해상으로 단거리 탄도미사일 여러 발을 발사했다고 합동참모본부가 밝혔다."
    ),
    "朝鲜向东部海域发射弹道导弹": "韩国军方表示，朝鲜{day}上午向东部海域发射了数枚短程弹道导弹。",
    "北朝鮮が弾道ミサイルを発射": "韓国軍は、北朝鮮が{day}午前、日本海に向けて弾道ミサイルを発射したと発表した。",
    "КНДР запустила две баллистические ракеты": "КНДР {day} запустила две баллистические ракеты малой дальности.",
}
DAYS = (("on Monday", "on Tuesday"), ("5일", "6일"), ("5日", "6日"), ("5日", "6日"), ("5 января", "6 января"))


def swallowed() -> int:
    """How many of another day's launches are joined to yesterday's; they come 13 to 30 hours after it."""
    count = 0
    for (title, text), days in zip(LAUNCH.items(), DAYS, strict=True):
        for hours in range(13, 31):
            stories = ClusterIndex()
            before, after = (text.format(day=day) for day in days)
            join_story(features_of(article("a", title, before)), stories)
            later = article("b", title, after, of="post", seen=NOON + hours * HOUR)
            joined = join_story(features_of(later), stories)
            count += joined.reason != "the first article of its story"
    return count


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng, figures = random.Random(given.seed), Figures()
    texts = english(given.stories, given.seed)
    for name, items, least in (
        ("reprints", list(reprints(texts, rng)), (0.995, 0.99)),
        ("items of 30 words", list(short_items(texts, rng)), (0.99, None)),
    ):
        precision, recall = measured(rng.sample(items, len(items)))
        figures.demand(f"{name}: precision", precision, least=least[0])
        if least[1] is None:
            figures.note(**{f"{name}: recall": recall})
        else:
            figures.demand(f"{name}: recall", recall, least=least[1])
    figures.demand("another day's launches that were joined", swallowed(), most=0)
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
