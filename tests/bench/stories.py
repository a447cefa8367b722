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
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median

from monitor.allocator import be_thrifty
from monitor.config.load import load_rules
from monitor.decide import Decision, Fallen, State, decide, decide_due
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    Again,
    AlertPolicy,
    AnyOf,
    Article,
    Condition,
    Entity,
    EntityNamed,
    Match,
    OncePer,
    Rule,
    Term,
    Words,
)
from tests.bench.world import articles as news
from tests.bench.world.figures import Figures, resident
from tests.building import HOUR, MINUTE, NOON, article, rule

ROOT = Path(__file__).parents[2]
BEGAN = NOON - 4 * HOUR  # as it ends: just before the mentions of a day are told
SPAN = timedelta(days=4)
SIZES = (1_000, 10_000, 100_000)
MEASURED = 500  # articles at each size
TURN = 25
TICK = MINUTE / 2  # `due` looks twice a minute
TEXTS = 3_000  # whose words the articles are mixed from
WORDS = 60
COPIES = MENTIONS = COUNTS = 0.1
SECOND = 0.5  # of articles hit two rules
RECENT = 2_000  # articles: those of the last hours are copied
OUTLETS = 97  # of each language
PIECE = 4  # characters, where the script has no spaces
MOST_MEMORY = 150  # MB
MOST_GROWTH = 1.5

KILLED = {"en": "{} people were killed", "ko": "{}명 사망", "zh": "{}人死亡", "ja": "{}人死亡", "ru": "погибли {}"}
MADE_UP = 2_000
ALL = frozenset(Again)
POLICIES = {
    "stories": AlertPolicy(),
    "updates": AlertPolicy(again_if=ALL, more_publishers=2),
    "held": AlertPolicy(wait_at_least=10 * MINUTE),
    "capped": AlertPolicy(most_an_hour=20),
    "events": AlertPolicy(once_per=OncePer.EVENT, again_if=frozenset({Again.NEW_FACT, Again.CORRECTED})),
    "actors": AlertPolicy(once_per=OncePer.EVENT, again_if=ALL, more_publishers=2),  # has those that are made up
    "lasting": AlertPolicy(once_per=OncePer.EVENT, event_lasts=6 * HOUR),
    "for-days": AlertPolicy(once_per=OncePer.EVENT, event_lasts=SPAN, again_if=frozenset({Again.NEW_FACT})),
}


def made_up() -> dict[str, Entity]:
    """Actors with names that stand in no text else."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    names = [f"{a}{b}x".title() for a in syllables for b in syllables][:MADE_UP]
    return {name.lower(): Entity(name.lower(), "person", name, (Term(name),)) for name in names}


def plain_names(entity: Entity) -> dict[str, str]:
    """By language, a name that is enough to know it by, and stands as it is written."""
    known = {term.language: term.text for term in reversed(entity.sure) if "*" not in term.text}
    return known if "any" not in known else dict.fromkeys(KILLED, known["any"])


def desks() -> tuple[Timed, dict[str, list[Entity]]]:
    """The rules, and whom each of them hears of."""
    shipped = load_rules([ROOT / "seeds" / "entities"]).entities
    named = [each for each in shipped.values() if not each.never]  # a name with any word behind it is theirs
    everywhere = [each for each in named if KILLED.keys() <= plain_names(each).keys()]
    others = [name for name in POLICIES if name != "actors"]
    of_rules = {name: everywhere[number :: len(others)] for number, name in enumerate(others)}
    of_rules["actors"] = list(made_up().values())
    rules = [_rule(name, policy, of_rules[name]) for name, policy in POLICIES.items()]
    compiled = compile_rules(rules, dict(shipped) | {each.id: each for each in of_rules["actors"]})
    return Timed(compiled.compiled, compiled._lookup), of_rules


def _rule(name: str, policy: AlertPolicy, entities: Sequence[Entity]) -> Rule:
    hears_of: Condition = AnyOf(tuple(EntityNamed(each.id) for each in entities))
    if name == "actors":  # are named by these words alone; as many entities would take long to look through
        hears_of = Words(tuple(term for each in entities for term in each.sure))
    return replace(rule(name), condition=hears_of, alert=policy)


class Timed(RuleSet):
    """Rules that know how long they matched, in seconds of CPU time."""

    took = 0.0

    def match(self, article: Article) -> tuple[Match, ...]:
        """As they do."""
        began = time.process_time()
        matches = super().match(article)
        self.took += time.process_time() - began
        return matches


@dataclass(frozen=True, slots=True)
class Told:
    """What an article says. `names`: of whom it is; `mentions`: only at its end."""

    language: str
    names: tuple[str, ...]
    title: str
    text: str
    mentions: bool


class Newsroom:
    """Articles by their numbers, each made of its own seed."""

    def __init__(self, seed: int, of_rules: Mapping[str, Sequence[Entity]]) -> None:
        self._seed = seed
        self._of_rules = {
            name: [plain_names(entity) for entity in entities] for name, entities in sorted(of_rules.items())
        }
        self._pieces: dict[str, list[str]] = defaultdict(list)
        for text in news.articles(TEXTS, seed, WORDS):
            self._pieces[text.language] += text.text.split() if " " in text.text else pieces(text.text)
        self._languages = sorted(self._pieces)

    def article(self, number: int, most: int) -> Article:
        """One of so many."""
        told = self._told(number)
        names = " ".join(told.names)
        title = told.title if told.mentions else f"{names}: {told.title}"
        text = f"{told.text}. {names}" if told.mentions else told.text
        seen = BEGAN + number * (SPAN / most)
        made = article(f"a{number}", title, text, of=f"{told.language}{number % OUTLETS}", seen=seen)
        return replace(made, language=told.language)

    def _told(self, number: int) -> Told:
        rng = random.Random(f"{self._seed} {number}")
        if number >= RECENT and rng.random() < COPIES:
            copied = self._told(number - rng.randrange(1, RECENT))
            return replace(copied, title=self._mixed(rng, copied.language, 10))
        language = rng.choice(self._languages)
        title, text = self._mixed(rng, language, 10), self._mixed(rng, language, WORDS)
        spoken = language.partition("-")[0]
        if rng.random() < COUNTS:
            text = f"{KILLED[spoken].format(rng.randrange(2, 30))} {text}"
        return Told(language, tuple(self._named(rng, spoken)), title, text, rng.random() < MENTIONS)

    def _named(self, rng: random.Random, language: str) -> Iterator[str]:
        for desk in rng.sample(list(self._of_rules), 2 if rng.random() < SECOND else 1):
            known = self._of_rules[desk]
            yield from (each[language] for each in rng.sample(known, rng.randint(1, 3)))

    def _mixed(self, rng: random.Random, language: str, words: int) -> str:
        known = self._pieces[language]
        if language.partition("-")[0] in ("zh", "ja"):
            return "".join(rng.choices(known, k=words * 2 // PIECE))
        return " ".join(rng.choices(known, k=words))


def pieces(text: str) -> list[str]:
    """A text without spaces, in pieces of a few characters."""
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]


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
    rules, of_rules = desks()
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
