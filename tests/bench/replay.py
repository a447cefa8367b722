"""How fast a day of news is replayed with the shipped rules, and what that costs beside matching alone.

5,000 articles of 60 words in six languages, spread over a day, each from one of 50 sources; one in 50 is a report that
a shipped rule hits: a launch or a drill of the hour, in the words of several outlets. CPU time, of one process and one
run. It demands:

    articles of a CPU second        at least 500, those that no rule hits left out of stories
    replaying / matching alone      at most 3; of `--stories all` it is only told

    ./dev bench replay [--articles 5000] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from monitor.config.loading.load import load_rules
from monitor.lab.recorded import RecordedArticle
from monitor.lab.replay import Replay, ReplayedAlert, ScheduledArticle, in_time_order, replay_articles
from monitor.matching import RuleSet
from monitor.matching.live import compile_live
from tests.bench.world import articles as news
from tests.bench.world.figures import Figures
from tests.building import NOON, article

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)
WORDS = 60  # what feeds give of an article
SOURCES = 50
ONE_IN = 50
REPORTS = (
    ("North Korea fires ballistic missile toward the sea", "Seoul's military said so in the {hour}th hour of the day."),
    ("N. Korea launches missile, Seoul says", "It flew about {hour}0 km, the Joint Chiefs of Staff said."),
    ("[속보] 합참 “북한, 동해상으로 탄도미사일 발사”", "합동참모본부는 {hour}시에 발사를 포착했다고 밝혔다."),
    ("北朝鮮が弾道ミサイルを発射", "防衛省が{hour}時に発表した。"),
    ("China begins live-fire drills around Taiwan", "Taipei counted {hour} ships in the {hour}th hour."),
    ("解放军东部战区开始环台军演", "东部战区{hour}时宣布。"),
)


def day(count: int, seed: int) -> list[ScheduledArticle]:
    """So many articles, in time order."""
    rng = random.Random(seed)
    texts = news.articles(count, seed, WORDS)
    return list(in_time_order([list(_recorded(texts, rng))], NOON))


def _recorded(texts: Sequence[news.Text], rng: random.Random) -> Iterator[RecordedArticle]:
    for number, text in enumerate(texts):
        seen = NOON + DAY * (number / len(texts))
        title, body = text.title, text.text
        if number % ONE_IN == 0:
            title, body = rng.choice(REPORTS)
            body = body.format(hour=seen.hour)
        source = f"source-{rng.randrange(SOURCES)}"
        yield RecordedArticle(number, article(f"a{number}", title, body, of=source, seen=seen))


def replayed(coming: Sequence[ScheduledArticle], rules: RuleSet, *, all_stories: bool) -> tuple[float, Counter[str]]:
    """CPU time, and how many alerts of each kind."""
    began = time.process_time()
    player = Replay(rules, all_stories=all_stories)
    sent = Counter[str](each.kind for each in replay_articles(coming, player) if isinstance(each, ReplayedAlert))
    return time.process_time() - began, sent


def matched(coming: Sequence[ScheduledArticle], rules: RuleSet) -> float:
    """CPU time of the rules alone."""
    began = time.process_time()
    for each in coming:
        rules.match(each.article)
    return time.process_time() - began


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    loaded = load_rules([ROOT / "rules", ROOT / "seeds" / "entities"])
    rules = compile_live(loaded.rules.values(), loaded.entities, loaded.lists)
    coming = day(given.articles, given.seed)
    matched(coming, rules)  # the first time some things are worked out once for all
    alone = matched(coming, rules)
    took, sent = replayed(coming, rules, all_stories=False)
    took_all, _ = replayed(coming, rules, all_stories=True)
    figures = Figures()
    figures.note(articles=len(coming), rules=len(rules.rules), **{f"alerts: {kind}": n for kind, n in sent.items()})
    figures.demand("articles of a CPU second", len(coming) / took, least=500)
    figures.demand("replaying / matching alone", took / alone, most=3)
    figures.note(**{"stories of all: articles of a CPU second": len(coming) / took_all})
    figures.note(**{"stories of all: replaying / matching alone": took_all / alone})
    return figures.verdict()


if __name__ == "__main__":
    sys.exit(main())
