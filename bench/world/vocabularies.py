"""Vocabularies of made-up words: each language's own script, word lengths and rank-frequency, from one seed.

A word's place in `words` is its rank. Around the words stand phrases, acronyms and topics, which articles and rules
share: what a rule looks for is what articles speak of. Nobody can read them, and no dictionary is needed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from monitor.text.folding import fold

WORDS = 60_000  # a vocabulary
PHRASES = 6_000
ACRONYMS = 1_500
TOPICS = 20
LANGUAGES = ("en", "zh", "ko", "ja", "ru")
_PARTICLES = ["을", "를", "이", "가", "은", "는", "에", "의", "에서", "와", "과", "도", "로", "으로", "까지"]

_KEY = [1 / (place + 2) for place in range(100)]

Make = Callable[[random.Random, int], str]


@dataclass(frozen=True, slots=True)
class Topic:
    """What an article or a rule is about; the first words and phrases are its key words, and come most often."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]
    acronyms: tuple[str, ...]

    def word(self, rng: random.Random) -> str:
        return rng.choices(self.words, _KEY[: len(self.words)])[0]

    def phrase(self, rng: random.Random) -> str:
        return rng.choices(self.phrases, _KEY[: len(self.phrases)])[0]


class Vocabulary:
    """A language's words by rank, and what is made of them."""

    def __init__(self, language: str, seed: int) -> None:
        rng = random.Random(f"{seed} {language}")
        self.language = language
        self.glue = "" if language in ("zh", "ja") else " "
        self.words = list(_words(rng, _MAKERS[language](rng)))
        self.rank = {word: rank for rank, word in enumerate(self.words, 1)}
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(1, WORDS + 1)))  # Zipf, as Mandelbrot has it
        self.phrases = [self._phrase(rng) for _ in range(PHRASES)]
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        self.acronyms = ["".join(rng.choices(letters, k=rng.randint(2, 4))) for _ in range(ACRONYMS)]
        self.topics = [self._topic(rng) for _ in range(TOPICS)]

    def drawn(self, rng: random.Random, count: int) -> list[str]:
        """Words as often as their ranks have it."""
        return rng.choices(self.words, cum_weights=self._weights, k=count)

    def at_rank(self, rng: random.Random, least: int, most: int) -> str:
        """A word whose rank is log-uniform between two."""
        return self.words[int(least * (most / least) ** rng.random()) - 1]

    def _phrase(self, rng: random.Random) -> str:
        if not self.glue:
            return "".join(self.at_rank(rng, 200, 30_000) for _ in range(2))
        words = [self.at_rank(rng, 200, 30_000) for _ in range(rng.choice((2, 2, 2, 3)))]
        capitals = {"en": 0.6, "ru": 0.4}.get(self.language, 0)
        return " ".join(word.capitalize() for word in words) if rng.random() < capitals else " ".join(words)

    def _topic(self, rng: random.Random) -> Topic:
        words = (self.at_rank(rng, 2_500, 40_000) for _ in range(100))
        return Topic(tuple(words), tuple(rng.sample(self.phrases, 100)), tuple(rng.sample(self.acronyms, 4)))


@cache
def vocabulary(language: str, seed: int) -> Vocabulary:
    """The vocabulary of a language; zh serves simplified and traditional."""
    return Vocabulary(language, seed)


def with_particle(rng: random.Random, word: str) -> str:
    """A Korean word as it stands in a sentence."""
    return word + rng.choice((*_PARTICLES, ""))


@cache
def traditional() -> dict[int, str]:
    """Simplified characters -> traditional ones, as `str.translate` takes them."""
    return {ord(fold(c)): c for c in map(chr, range(0x4E00, 0xA000)) if fold(c) != c}


def _words(rng: random.Random, make: Make) -> Iterator[str]:
    """So many different words, by rank."""
    seen: set[str] = set()
    while len(seen) < WORDS:
        word = make(rng, len(seen) + 1)
        if word not in seen:
            seen.add(word)
            yield word


# --- how each language makes a word of a rank: frequent ones are short ------------------------------------------


def _syllables(onsets: str, nuclei: str, codas: str) -> Callable[[random.Random, int], str]:
    parts = [("", *onsets.split()), nuclei.split(), ("", "", *codas.split())]
    return lambda rng, count: "".join(rng.choice(part) for _ in range(count) for part in parts)


def _length(rng: random.Random, rank: int, *lengths: tuple[int, Sequence[int]]) -> int:
    """One of the lengths of the first row whose rank is not exceeded."""
    return rng.choice(next(choice for most, choice in lengths if rank <= most))


def _english(_: random.Random) -> Make:
    spoken = _syllables(
        "b c d f g h j k l m n p r s t v w br ch cl cr dr fl fr gr pl pr sh sl sp st str th tr wh",
        "a e i o u a e i o ai ea ee ou",
        "n r s t l m d ck nd nt st ng",
    )
    accents = str.maketrans("aeiou", "áéíöü")

    def word(rng: random.Random, rank: int) -> str:
        made = spoken(rng, _length(rng, rank, (400, [1]), (3_000, [1, 2, 2]), (WORDS, [2, 2, 3])))
        return made.translate(accents) if rank > 200 and rng.random() < 0.02 else made

    return word


def _russian(_: random.Random) -> Make:
    spoken = _syllables(
        "б в г д ж з к л м н п р с т ф х ц ч ш щ ст пр тр кр гр", "а е и о у ы я ю ё а е и о", "й н т л р с в м ть"
    )
    return lambda rng, rank: spoken(rng, _length(rng, rank, (60, [1]), (3_000, [1, 2, 2, 3]), (WORDS, [2, 3, 3])))


def _korean(rng: random.Random) -> Make:
    blocks = [chr(code) for code in rng.sample(range(0xAC00, 0xD7A4), 900)]
    return lambda rng, rank: "".join(
        rng.choices(blocks, k=_length(rng, rank, (60, [1, 2]), (3_000, [2]), (WORDS, [2, 3, 3, 4])))
    )


def _chinese(rng: random.Random) -> Make:
    """A third of the characters are others in traditional writing."""
    changed = set(traditional())
    alike = [code for code in range(0x4E00, 0x9FA6) if code not in changed and fold(chr(code)) == chr(code)]
    codes = rng.sample(sorted(changed), 800) + rng.sample(alike, 1_600)
    rng.shuffle(codes)
    characters = [chr(code) for code in codes]
    weights = list(accumulate(1 / (rank + 30) for rank in range(len(characters))))
    return lambda rng, rank: "".join(
        rng.choices(
            characters, cum_weights=weights, k=_length(rng, rank, (150, [1]), (3_000, [2]), (WORDS, [2, 2, 2, 3, 4]))
        )
    )


def _japanese(rng: random.Random) -> Make:
    alike = [chr(code) for code in range(0x4E00, 0x9FA6) if fold(chr(code)) == chr(code)]
    kanji = rng.sample(alike, 1_800)
    weights = list(accumulate(1 / (rank + 30) for rank in range(len(kanji))))
    hiragana, katakana = [chr(code) for code in range(0x3042, 0x3094)], [chr(code) for code in range(0x30A2, 0x30F4)]

    def word(rng: random.Random, rank: int) -> str:
        if rank <= 60:
            return "".join(rng.choices(hiragana, k=rng.randint(1, 2)))
        kind = rng.random()
        if kind < 0.2:
            return "".join(rng.choices(hiragana, k=rng.randint(2, 4)))
        if kind < 0.4:
            return "".join(rng.choices(katakana, k=rng.randint(3, 5)))
        written = "".join(rng.choices(kanji, cum_weights=weights, k=2))
        return written + rng.choice(hiragana) if kind < 0.55 else written

    return word


_MAKERS: dict[str, Callable[[random.Random], Make]] = {
    "en": _english,
    "zh": _chinese,
    "ko": _korean,
    "ja": _japanese,
    "ru": _russian,
}
