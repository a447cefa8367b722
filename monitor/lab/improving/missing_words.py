"""Words that a rule lacks: what texts say where a slot of the rule finds nothing, and what each word would bring."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.lab.improving.condition_changes import add_term, change_part
from monitor.lab.improving.examples import MIN_SUPPORT, UNKNOWN_LANGUAGE, Example, ExampleVerdict, count_independent
from monitor.lab.improving.log_odds import CLEAR, score_words
from monitor.lab.improving.phrases import (
    find_parts_of_words,
    find_phrases,
    find_stems,
    is_too_long,
    write_in_lower_case,
)
from monitor.lab.improving.relaxing import Definitions, RulePart
from monitor.model import Condition, Rule, Term

_BEGINNING = 600  # characters of a text
_TRIED = 60  # words of one slot and language that are tried, those with the highest scores


@dataclass(frozen=True)
class MissingWord:
    """A word that a slot lacks. `score`: how typical it is of the texts in which the slot finds nothing (`log_odds`);
    `gained`: wanted articles that would be hit, `brought`: unwanted ones, `unjudged`: others. `also`: other words that
    gain no more."""

    slot: RulePart
    term: Term
    score: float
    gained: tuple[Example, ...]
    brought: tuple[Example, ...]
    unjudged: tuple[Example, ...]
    also: tuple[str, ...] = ()

    @property
    def support(self) -> int:
        """How many independent articles speak for it."""
        return count_independent(self.gained)

    @property
    def is_supported(self) -> bool:
        return self.support >= MIN_SUPPORT


@dataclass(slots=True)
class PhraseCounts:
    """In how many texts of each language each phrase is."""

    texts: Counter[str] = field(default_factory=Counter)
    phrases: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, language: str, phrases: Collection[str]) -> None:
        """Count a text."""
        self.texts[language] += 1
        self.phrases[language].update(iter(phrases))


NearMisses = Mapping[RulePart, Sequence[Example]]
"""For each slot, the articles that the rule would hit if the slot asked for nothing."""


def find_missing_words(
    rule: Rule,
    near_misses: NearMisses,
    background: PhraseCounts,
    definitions: Definitions,
) -> list[MissingWord]:
    """The words that the slots lack, those that gain most first. Each was tried: the rule with it was matched with all
    near misses. A word that gains nothing wanted is left out where there are wanted articles in its language; if there
    is nothing to gain in a language, nothing is proposed for it."""
    candidates = [
        (slot, term, score)
        for slot, examples in near_misses.items()
        for term, score in _choose_candidates(examples, background)
    ]
    variants = [replace(rule, condition=_with_term(rule, slot, term)) for slot, term, _ in candidates]
    if not variants:
        return []
    compiled = definitions.compile_variants(variants)
    hits: defaultdict[int, list[Example]] = defaultdict(list)
    texts = list({example.id: example for examples in near_misses.values() for example in examples}.values())
    for example in texts:
        for number in compiled.find_news(example.article):
            hits[number].append(example)
    words = [
        MissingWord(slot, term, score, *_split_by_verdict(hits[number]))
        for number, (slot, term, score) in enumerate(candidates)
    ]
    return list(_keep_best(words))


def _with_term(rule: Rule, slot: RulePart, term: Term) -> Condition:
    changed = change_part(rule.condition, slot.position, lambda part: add_term(part, term))
    assert changed is not None
    return changed


def _choose_candidates(examples: Sequence[Example], background: PhraseCounts) -> Iterator[tuple[Term, float]]:
    """The phrases that are typical of the near misses of a slot, in each language: of the wanted ones where there are
    any. Where no article is wanted, there is nothing to gain."""
    by_language: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.is_wanted and example.language != UNKNOWN_LANGUAGE:
            by_language[example.language].append(example)
    for language, wanted in by_language.items():
        yield from _choose_in_language(language, wanted, background)


def _choose_in_language(
    language: str, wanted: Sequence[Example], background: PhraseCounts
) -> Iterator[tuple[Term, float]]:
    """The phrases that are typical of these articles, and the stems that their words share."""
    foreground: Counter[str] = Counter()
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for example in wanted:
        phrases = examined_phrases(example)
        foreground.update(iter(phrases))
        for folded, phrase in phrases.items():
            written[folded][phrase] += 1
    stems = find_stems(foreground)
    for example in wanted:
        words = examined_phrases(example)
        foreground.update(stem for stem, forms in stems.items() if not words.keys().isdisjoint(forms))
    everywhere = background.phrases[language]
    others = Counter({word: max(everywhere[word] - count, 0) for word, count in foreground.items()})
    others.update({stem: sum(everywhere[form] for form in forms) for stem, forms in stems.items()})
    scores = score_words(foreground, len(wanted), others, max(background.texts[language] - len(wanted), 1))
    parts = find_parts_of_words({word: count + others[word] for word, count in foreground.items()})
    clear = [
        word
        for word, count in foreground.items()
        if (scores[word] > CLEAR or count >= MIN_SUPPORT) and word not in parts and not is_too_long(word)
    ]
    for word in sorted(clear, key=lambda word: (-scores[word], word))[:_TRIED]:
        phrase = written[word].most_common(1)[0][0] if word in written else word
        yield Term(write_in_lower_case(phrase), language), scores[word]


def examined_phrases(example: Example) -> dict[str, str]:
    """The phrases of an article that are examined, as `find_phrases` returns them: those of the title and of the
    beginning of the text, where news says what it is about."""
    article = example.article
    return find_phrases(f"{article.title}\n{article.text[:_BEGINNING]}", example.language)


def _split_by_verdict(
    hits: Sequence[Example],
) -> tuple[tuple[Example, ...], tuple[Example, ...], tuple[Example, ...]]:
    wanted = tuple(example for example in hits if example.is_wanted)
    unwanted = tuple(example for example in hits if example.verdict is ExampleVerdict.UNWANTED)
    unjudged = tuple(example for example in hits if not example.is_wanted and example.verdict is ExampleVerdict.UNKNOWN)
    return wanted, unwanted, unjudged


def _keep_best(words: Sequence[MissingWord]) -> Iterator[MissingWord]:
    """The words by what they gain. Of words that gain nothing that a better one does not gain, only the better one is
    kept, and names the others."""
    groups: defaultdict[tuple[RulePart, str], list[MissingWord]] = defaultdict(list)
    for word in words:
        if word.gained:
            groups[word.slot, word.term.language].append(word)
    kept = [word for group in groups.values() for word in _cover(group)]
    yield from sorted(kept, key=lambda word: (-word.support, len(word.brought), -word.score))


def _cover(group: Sequence[MissingWord]) -> Iterator[MissingWord]:
    left = list(group)
    while left:
        best = max(left, key=_value_word)
        gained = {example.id for example in best.gained}
        covered = [word for word in left if gained.issuperset(example.id for example in word.gained)]
        also = tuple(word.term.text for word in covered if word is not best)[:4]
        yield replace(best, also=also)
        left = [word for word in left if word not in covered]


def _value_word(word: MissingWord) -> tuple[float, ...]:
    """What makes a word better than another: what it gains and brings, and then that it is one word and no stem."""
    text = word.term.text
    return (word.support - len(word.brought), -len(word.unjudged), -text.count(" "), "*" not in text, word.score)
