"""The words and phrases of a text that a rule could look for, as its author would write them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from monitor.languages import LANGUAGES
from monitor.text.folding import fold
from monitor.text.record import normalize_text
from monitor.text.scripts import HANGUL, TOKEN, is_unspaced
from monitor.text.sentences import split_sentences

_LONGEST_UNSPACED = 5  # characters
_LONGEST_WORD = 4  # characters: nearly all words of Chinese and Japanese news have two to four
_SHORTEST_STEM = 5  # letters that the forms of a word share, at least
_ENDING = 3  # letters that inflection changes at the end of a word, at most


def find_phrases(text: str, language: str) -> dict[str, str]:
    """The phrases of a text: folded, as they are compared -> as they are written. They are single words and pairs of
    words beside each other; in a script without spaces, two to five characters. Words that say nothing of a subject
    (“the”, “is”) and numbers are left out, and no phrase begins with one;
    it may end with one (“walk out”)."""
    found: dict[str, str] = {}
    record = normalize_text(text)
    for start, end in split_sentences(record):
        for run in _split_runs([token.group() for token in TOKEN.finditer(record, start, end)]):
            phrases = _unspaced_phrases(run) if is_unspaced(run[0]) else _spaced_phrases(run, language)
            for phrase in phrases:
                found.setdefault(fold(phrase), phrase)
    return found


def surrounding_phrases(text: str, start: int, end: int) -> set[str]:
    """The phrases that consist of a place of the text and the word before it, the word after it, or both; in a script
    without spaces, the one or two characters. They do not cross a sentence."""
    sentence = next(((a, b) for a, b in split_sentences(text) if a <= start and end <= b), (start, end))
    before = [match.span() for match in TOKEN.finditer(text, sentence[0], start)]
    after = [match.span() for match in TOKEN.finditer(text, end, sentence[1])]
    starts = {start, *(place[0] for place in before[-2:])}
    ends = {end, *(place[1] for place in after[:2])}
    found = {" ".join(TOKEN.findall(text, a, b)) if a < start or b > end else "" for a in starts for b in ends}
    return {write_in_lower_case(_join_unspaced(phrase)) for phrase in found if phrase}


def write_in_lower_case(phrase: str) -> str:
    """A phrase as people write it in a list: in lower case, unless it is all capitals."""
    return phrase if phrase.isupper() else phrase.lower()


def _join_unspaced(phrase: str) -> str:
    """Words with a space between them, and characters of a script without spaces without one."""
    words = phrase.split()
    joined = words[0]
    for previous, word in pairwise(words):
        joined += word if is_unspaced(previous) and is_unspaced(word) else f" {word}"
    return joined


def find_parts_of_words(counts: Mapping[str, int]) -> set[str]:
    """Of phrases in a script without spaces, with how often each occurs, those that are a part of a word: always the
    same character is before or after them."""
    parts: set[str] = set()
    for phrase, count in counts.items():
        if len(phrase) > 2 and is_unspaced(phrase):
            parts.update(part for part in (phrase[1:], phrase[:-1]) if counts.get(part) == count)
    return parts


def is_too_long(phrase: str) -> bool:
    """Whether a phrase in a script without spaces is longer than words are. It only shows what shorter ones are parts
    of."""
    return is_unspaced(phrase) and len(phrase) > _LONGEST_WORD


def find_stems(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The stems that several of the words share: “strajk*” of strajk, strajku, strajkiem. A stem is as long as it can
    be, and has at most three letters less than each of its words; it has no more words than a longer one."""
    sharing: defaultdict[str, set[str]] = defaultdict(set)
    for word in words:
        if _may_inflect(word):
            for length in range(max(_SHORTEST_STEM, len(word) - _ENDING), len(word) + 1):
                sharing[word[:length]].add(word)
    shared = {stem: forms for stem, forms in sharing.items() if len(forms) > 1}
    return {f"{stem}*": tuple(sorted(forms)) for stem, forms in shared.items() if not _is_too_short(stem, shared)}


def _is_too_short(stem: str, shared: Mapping[str, set[str]]) -> bool:
    """Whether a longer stem has the same words."""
    next_letters = {form[len(stem) :][:1] for form in shared[stem]} - {""}
    return any(shared.get(f"{stem}{letter}") == shared[stem] for letter in next_letters)


def _may_inflect(word: str) -> bool:
    return len(word) >= _SHORTEST_STEM and " " not in word and not HANGUL.match(word) and not is_unspaced(word)


def _split_runs(tokens: Sequence[str]) -> Iterator[list[str]]:
    """The tokens, cut where a script with spaces meets one without."""
    run: list[str] = []
    for token in tokens:
        if run and is_unspaced(run[-1]) is not is_unspaced(token):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def _unspaced_phrases(run: Sequence[str]) -> Iterator[str]:
    text = "".join(run)
    for length in range(2, _LONGEST_UNSPACED + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def _spaced_phrases(run: Sequence[str], language: str) -> Iterator[str]:
    common = _common_words(language)
    words = [_without_particle(token) for token in run]
    is_content = [_is_content(word, common) for word in words]
    for word, counts in zip(words, is_content, strict=True):
        if counts:
            yield word
    for (first, counts), (second, _) in pairwise(zip(run, is_content, strict=True)):
        if counts and not second[0].isdigit():
            yield f"{first} {_without_particle(second)}"


def _is_content(word: str, common: frozenset[str]) -> bool:
    return len(word) > 1 and not word[0].isdigit() and word.casefold() not in common


@cache
def _common_words(language: str) -> frozenset[str]:
    """Those of the language, and of English, which texts of every language quote."""
    return frozenset(word for code in ("en", language) if code in LANGUAGES for word in LANGUAGES[code].function_words)


@cache
def _particles() -> tuple[str, ...]:
    return tuple(sorted(LANGUAGES["ko"].particles, key=len, reverse=True))


def _without_particle(token: str) -> str:
    """A Korean word without its particle, which the matcher adds by itself; any other word as it is."""
    if not HANGUL.match(token):
        return token
    return next(
        (token[: -len(each)] for each in _particles() if token.endswith(each) and len(token) - len(each) > 1), token
    )


def quote_sentence(text: str, phrase: str) -> str:
    """The first sentence of a text in which a phrase occurs, or else its first sentence. A `*` may open the phrase."""
    wanted = fold(" ".join(TOKEN.findall(normalize_text(phrase.replace("*", "")))))
    sentences = [text[start:end] for start, end in split_sentences(text)]
    found = (sentence for sentence in sentences if wanted in fold(" ".join(TOKEN.findall(normalize_text(sentence)))))
    return " ".join(next(found, sentences[0] if sentences else "").split())
