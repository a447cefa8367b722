"""Made-up news that rules of every kind hit, in six languages, and these rules: of a number always the same article.

Articles of 60 words, one in ten a copy of a recent one under another headline. Every one hits a rule, and half of them
hit two. Half of the rules tell stories, half events, with and without updates, holds, a cap and `event_lasts`; one
hears of two thousand actors. One article in ten only mentions what the rule is about.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bench.world import articles as news
from monitor.config.loading.load import load_rules
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    AlertPolicy,
    AnyOf,
    Article,
    Condition,
    Entity,
    EntityNamed,
    OncePer,
    Rule,
    Term,
    UpdateTrigger,
    Words,
)
from tests.support.building import HOUR, MINUTE, NOON, article, rule

ROOT = Path(__file__).parents[2]
BEGAN = NOON - 4 * HOUR  # as it ends: just before the mentions of a day are told
SPAN = timedelta(days=4)
COPIES = MENTIONS = COUNTS = 0.1
SECOND = 0.5  # of articles hit two rules
RECENT = 2_000  # articles: those of the last hours are copied
OUTLETS = 97  # of each language
TEXTS = 3_000  # whose words the articles are mixed from
WORDS = 60
PIECE = 4  # characters, where the script has no spaces

KILLED = {"en": "{} people were killed", "ko": "{}명 사망", "zh": "{}人死亡", "ja": "{}人死亡", "ru": "погибли {}"}
MADE_UP = 2_000
ALL = frozenset(UpdateTrigger)
POLICIES = {
    "stories": AlertPolicy(),
    "updates": AlertPolicy(again_if=ALL, more_publishers=2),
    "held": AlertPolicy(wait_at_least=10 * MINUTE),
    "capped": AlertPolicy(most_an_hour=20),
    "events": AlertPolicy(
        once_per=OncePer.EVENT, again_if=frozenset({UpdateTrigger.NEW_FACT, UpdateTrigger.CORRECTED})
    ),
    "actors": AlertPolicy(once_per=OncePer.EVENT, again_if=ALL, more_publishers=2),  # has those that are made up
    "lasting": AlertPolicy(once_per=OncePer.EVENT, event_lasts=6 * HOUR),
    "for-days": AlertPolicy(once_per=OncePer.EVENT, event_lasts=SPAN, again_if=frozenset({UpdateTrigger.NEW_FACT})),
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


def desks() -> tuple[RuleSet, dict[str, list[Entity]]]:
    """The rules, and whom each of them hears of."""
    shipped = load_rules([ROOT / "seeds" / "entities"]).entities
    named = [each for each in shipped.values() if not each.never]  # a name with any word behind it is theirs
    everywhere = [each for each in named if KILLED.keys() <= plain_names(each).keys()]
    others = [name for name in POLICIES if name != "actors"]
    of_rules = {name: everywhere[number :: len(others)] for number, name in enumerate(others)}
    of_rules["actors"] = list(made_up().values())
    rules = [_rule(name, policy, of_rules[name]) for name, policy in POLICIES.items()]
    return compile_rules(rules, dict(shipped) | {each.id: each for each in of_rules["actors"]}), of_rules


def _rule(name: str, policy: AlertPolicy, entities: Sequence[Entity]) -> Rule:
    hears_of: Condition = AnyOf(tuple(EntityNamed(each.id) for each in entities))
    if name == "actors":  # are named by these words alone; as many entities would take long to look through
        hears_of = Words(tuple(term for each in entities for term in each.sure))
    return replace(rule(name), condition=hears_of, alert=policy)


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
