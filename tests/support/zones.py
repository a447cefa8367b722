"""One text of an article as the reference evaluator reads it: its tokens, and where a term stands among them.

Normalising, folding, cutting into tokens, sentences and paragraphs, a word's forms and the scripts' table are
`monitor.text`'s, which has tests of its own. What a term stands for, with its edges, is said here once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property

from monitor.languages import LANGUAGES
from monitor.model import Term
from monitor.text.folding import fold
from monitor.text.inflection import inflect_phrase
from monitor.text.record import Offsets, normalize_text
from monitor.text.scripts import HANGUL, KATAKANA, TOKEN, is_unspaced, script_of
from monitor.text.sentences import split_paragraphs, split_sentences

SHORTEST_COMPOUND = 4  # syllables of a Korean word that ends with a rule's word


class Zone:
    """One text of an article, apart from the others."""

    def __init__(self, text: str, *, prose: bool) -> None:
        self.text, self.record, self._prose = text, normalize_text(text), prose
        self.spans = [match.span() for match in TOKEN.finditer(self.record)]

    @cached_property
    def cased(self) -> list[str]:
        return [fold(self.record[a:b], cased=True) for a, b in self.spans]

    @cached_property
    def folded(self) -> list[str]:
        return [fold(self.record[a:b]) for a, b in self.spans]

    @cached_property
    def words(self) -> list[float]:
        """How much each token counts as a word."""
        return [0.5 if is_unspaced(token) else 1.0 for token in self.folded]

    @cached_property
    def sentence(self) -> list[int]:
        return self._numbers(split_sentences(self.record) if self._prose else [])

    @cached_property
    def paragraph(self) -> list[int]:
        return self._numbers(split_paragraphs(self.record) if self._prose else [])

    def _numbers(self, pieces: Sequence[tuple[int, int]]) -> list[int]:
        """Of each token, the number of the piece of the text that it stands in."""
        return [sum(start <= a for start, _ in pieces) for a, _ in self.spans]

    def found(self, term: Term, *, is_name: bool = False) -> set[tuple[int, int]]:
        """Where the term stands: from one token up to another."""
        tokens = self.cased if term.exact else self.folded
        return {
            (first, first + len(wanted))
            for wanted in described(term, is_name)
            for first in range(len(tokens) - len(wanted) + 1 if wanted else 0)
            if wanted[0].fullmatch(tokens[first])
            and all(map(re.Pattern.fullmatch, wanted, tokens[first : first + len(wanted)]))
            and (not term.edged or self._apart(term, first, first + len(wanted)))
        }

    def _apart(self, term: Term, first: int, end: int) -> bool:
        """Whether no katakana runs on where the term begins or ends in katakana."""
        before, behind = self.record[: self.spans[first][0]][-1:], self.record[self.spans[end - 1][1] :][:1]
        tokens = TOKEN.findall(normalize_text(term.text))
        runs_on_left = not term.text.startswith("*") and KATAKANA.match(tokens[0][0]) and KATAKANA.match(before)
        runs_on_right = not term.text.endswith("*") and KATAKANA.match(tokens[-1][-1]) and KATAKANA.match(behind)
        return not runs_on_left and not runs_on_right

    @cached_property
    def offsets(self) -> Offsets:
        return Offsets(self.text)


@cache
def described(term: Term, is_name: bool) -> list[list[re.Pattern[str]]]:
    """Of each of its forms, an expression for each token, edges included."""
    texts = inflect_phrase(term.text, term.language) if term.forms else (term.text,)
    return [
        [
            re.compile(left + re.escape(fold(token, cased=term.exact)) + right)
            for word in text.split()
            for token, left, right in edged(word, in_compounds=not (is_name or term.edged))
        ]
        for text in texts
    ]


def edged(word: str, *, in_compounds: bool) -> Iterator[tuple[str, str, str]]:
    """The tokens of a word, with what may touch them on the left and on the right."""
    tokens = TOKEN.findall(normalize_text(word))
    for number, token in enumerate(tokens):
        left = right = ""
        if number == 0 and not is_unspaced(token):
            left = ".*" if word.startswith("*") else one_of(script_of(token[0]).allowed_prefixes)
            if in_compounds and "*" not in word and may_end_compound(token):
                left = f"(?:.{{{SHORTEST_COMPOUND - len(token)},}}|)" if len(token) < SHORTEST_COMPOUND else ".*"
        if number == len(tokens) - 1 and not is_unspaced(token):
            right = ".*" if word.endswith("*") else one_of(script_of(token[-1]).allowed_suffixes)
        yield token, left, right


def may_end_compound(token: str) -> bool:
    """Whether a Korean word is also found at the end of a longer one: at least two syllables are left without a
    particle at its end."""
    return HANGUL.match(token) is not None and all(
        len(token) - len(particle) >= 2 for particle in ("", *LANGUAGES["ko"].particles) if token.endswith(particle)
    )


def one_of(texts: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, texts))})"
