"""Articles of made-up news in six languages, from one seed, written as news is written.

Of real text they have the frequency of words, the phrases and acronyms of two topics each, curly quotes, hyphens,
possessives, Korean particles, full-width signs and no spaces where the script has none. They have no grammar.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.world.vocabularies import Topic, Vocabulary, traditional, vocabulary, with_particle

WRITTEN = ("en", "zh-Hans", "zh-Hant", "ko", "ja", "ru")
WORDS = 600  # or twice as many characters of a script without spaces
_TITLE = 10
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Text:
    """An article's words."""

    language: str
    title: str
    text: str


def articles(count: int, seed: int, words: int = WORDS) -> list[Text]:
    """So many, in equal shares of the languages. Longer ones of the same seed begin as the shorter ones do."""
    return [
        _article(WRITTEN[number % len(WRITTEN)], f"{seed} article {number}", seed, words) for number in range(count)
    ]


def _article(language: str, own: str, seed: int, words: int) -> Text:
    rng = random.Random(own)
    language_of_words = language.partition("-")[0]
    known = vocabulary(language_of_words, seed)
    topics = rng.sample(known.topics, 2)
    title = _joined(known, [_word(rng, known, topics) for _ in range(_TITLE)])
    text = "".join(_prose(rng, known, topics, words - _TITLE))
    if language == "zh-Hant":
        title, text = title.translate(traditional()), text.translate(traditional())
    return Text(language, title, text)


def _joined(known: Vocabulary, words: list[str]) -> str:
    return known.glue.join(words)


def _prose(rng: random.Random, known: Vocabulary, topics: list[Topic], words: int) -> Iterator[str]:
    """Sentences, until there are so many words."""
    written = 0.0
    stop, between = (".", " ") if known.glue else ("。", "")
    while written < words:
        sentence: list[str] = []
        for _ in range(max(5, round(rng.gauss(20, 7)))):
            word = _word(rng, known, topics)
            written += word.count(" ") + 1 if known.glue else len(word) / 2
            sentence.append(word + _comma(rng, known.language))
            if written >= words:
                break
        said = _joined(known, sentence)
        if known.glue:
            said = said[0].upper() + said[1:]
        if rng.random() < 0.1:
            said = f"“{said}”" if known.language != "ja" else f"「{said}」"
        if not known.glue and rng.random() < 0.15:
            said += "（？）"  # full width, as most signs are: normalising changes them
        yield said + stop + ("\n\n" if rng.random() < 0.3 else between)


def _comma(rng: random.Random, language: str) -> str:
    if rng.random() >= 0.06:
        return ""
    return {"zh": "，", "ja": "、"}.get(language, ",")


def _word(rng: random.Random, known: Vocabulary, topics: list[Topic]) -> str:
    """The next word (or phrase) of a text."""
    kind, topic = rng.random(), rng.choice(topics)
    if kind < 0.12:
        word = topic.word(rng)
    elif kind < 0.15:
        word = topic.phrase(rng)
    elif kind < 0.17:
        word = rng.choice(known.phrases)
    elif kind < 0.175:
        return rng.choice(topic.acronyms)
    elif kind < 0.183:
        number = str(rng.randint(1, 2_030))
        return number.translate(_WIDE) if not known.glue and rng.random() < 0.5 else number
    else:
        (word,) = known.drawn(rng, 1)
    return _inflected(rng, known, word)


def _inflected(rng: random.Random, known: Vocabulary, word: str) -> str:
    if known.language == "ko":
        return with_particle(rng, word)
    if known.language == "en":
        how = rng.random()
        if how < 0.01:
            return f"{word}-{known.drawn(rng, 1)[0]}"
        if how < 0.02:
            return f"{word}’s"
    return word
