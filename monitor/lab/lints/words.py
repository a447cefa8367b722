"""Lints of single words: those that find too much, that never count, or that stand there twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain

from monitor.config.yaml.yaml12 import ValuePath
from monitor.lab.annotated_document import NETS, AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.matching.terms import KatakanaEdgePattern, TermPattern, Token, compile_term, tokenize_term
from monitor.model import AnyOf, Entity, Ignore, ListNamed, Rule, Term, WordList, Words, terms_within
from monitor.text.scripts import HAN, HANGUL, KANA

_SHORT = 3  # letters of an alphabet: fewer begin thousands of words
_CHARACTERS = (HAN, KANA, HANGUL)
Lists = Mapping[str, WordList]
_compiled = lru_cache(maxsize=100_000)(compile_term)


# --- words that find too much -----------------------------------------------------------------------------------


def lint_single_characters(written: AnnotatedDocument, bare_lists: Iterable[str]) -> Iterator[Lint]:
    """A word of one character, where nothing must stand near it. `bare_lists`: those that rules name without near."""
    for where, term in _list_terms_without_near(written, bare_lists):
        letters = term.text.replace("*", "")
        if len(letters) == 1 and any(script.match(letters) for script in _CHARACTERS):
            stands = "has many meanings" if HANGUL.match(letters) else "stands inside many other words"
            meant = "put it into a near with what it belongs to, or write a longer word"
            if isinstance(written.definition, Entity):
                meant = "write a longer name, or put it under maybe with what makes it count"
            yield written.make_lint(LintKind.SINGLE_CHARACTER, where, f"'{term.text}' alone {stands}", meant)


def _list_terms_without_near(written: AnnotatedDocument, bare_lists: Iterable[str]) -> Iterator[tuple[ValuePath, Term]]:
    says = written.definition
    if isinstance(says, Entity):
        yield from _locate_terms(written, ("sure",), says.sure)
    elif isinstance(says, WordList):
        if says.id in bare_lists:
            yield from _locate_terms(written, ("words",), says.terms)
    else:
        for part in written.all_parts():
            if isinstance(part.condition, Words) and not part.inside_near:
                yield from _locate_terms(written, (*part.path, "words"), part.condition.terms)


def lint_short_prefixes(written: AnnotatedDocument) -> Iterator[Lint]:
    """An open word of so few letters that it says nothing."""
    for words in written.word_sets():
        open_ones = ((where, term) for where, term in words.terms() if "*" in term.text)  # few are
        for where, term in open_ones:
            tokens = tokenize_term(term)
            for token in tokens if len(tokens) == 1 else ():
                is_open, is_character = token.open_left or token.open_right, HANGUL.match(token.text)
                if is_open and not is_character and len(token.text) < _SHORT:
                    yield written.make_lint(
                        LintKind.SHORT_PREFIX,
                        where,
                        f"'{term.text}' stands for every word with '{term.text.strip('*')}' there",
                        "write more letters, or the words that you mean",
                    )


# --- words that never count -------------------------------------------------------------------------------------


def lint_never_counting(written: AnnotatedDocument, lists: Lists) -> Iterator[Lint]:
    """A word that lies, wherever it stands, inside what is to be ignored; a name that does so in `never`."""
    says = written.definition
    if isinstance(says, Entity):
        names = [*_locate_terms(written, ("sure",), says.sure)]
        names += _locate_terms(written, ("maybe", "words"), says.maybe.terms if says.maybe else ())
        yield from _lint_covered_words(written, names, says.never, "never")
    elif isinstance(says, Rule):
        for part in written.all_parts():
            if isinstance(part.condition, Words) and part.ignores:
                words = _locate_terms(written, (*part.path, "words"), part.condition.terms)
                yield from _lint_covered_words(written, words, _list_ignored_terms(part.ignores, lists), "ignore")


def _lint_covered_words(
    written: AnnotatedDocument, words: Iterable[tuple[ValuePath, Term]], swallowing: Iterable[Term], key: str
) -> Iterator[Lint]:
    others = WordIndex(swallowing, names=isinstance(written.definition, Entity))
    for where, term in words:
        if (by := others.term_implied_by(term, whole=True)) is not None:
            what = f"'{term.text}' never counts: wherever it stands, '{by}' under {key} stands too"
            yield written.make_lint(LintKind.NEVER_COUNTS, where, what, f"remove it here, or '{by}' there")


def _list_ignored_terms(ignores: Iterable[Ignore], lists: Lists) -> Iterator[Term]:
    for ignore in ignores:
        yield from ignore.terms
        for name in ignore.lists:
            yield from terms_within(lists[name], lists)


def lint_dropped_by_unless(written: AnnotatedDocument, lists: Lists) -> Iterator[Lint]:
    """A word of `match` or `mention` that cannot help, because `unless` drops every article in which it stands."""
    if not isinstance(written.definition, Rule) or written.definition.unless is None:
        return
    enough = [part for unless in written.conditions["unless"] for part in _list_alternatives(unless)]
    dropping = [
        (part.field, WordIndex(words_of_part(part, lists))) for part in enough if not part.ignores and part.times == 1
    ]
    for part in (part for net in NETS for each in written.conditions[net] for part in each.positive_parts()):
        if not isinstance(part.condition, Words):
            continue
        others = [words for field, words in dropping if field in (None, part.field)]
        for term in part.condition.terms:
            for by in (by for words in others if (by := words.term_implied_by(term, whole=False)) is not None):
                yield written.make_lint(
                    LintKind.DROPPED_BY_UNLESS,
                    written.path_of_word((*part.path, "words"), term),
                    f"'{term.text}' can never help: where it stands, unless drops the article for '{by}'",
                    "remove it here, or there; what is wrong in one place only belongs under ignore",
                )


def _list_alternatives(part: ConditionPart) -> Iterator[ConditionPart]:
    """The conditions each of which is enough."""
    if isinstance(part.condition, AnyOf) and part.times == 1:
        for each in part.parts:
            yield from _list_alternatives(each)
    else:
        yield part


def words_of_part(part: ConditionPart, lists: Lists) -> tuple[Term, ...]:
    """The words of a condition, or of the list that it names; none of others."""
    if isinstance(part.condition, Words):
        return part.condition.terms
    return terms_within(lists[part.condition.list], lists) if isinstance(part.condition, ListNamed) else ()


class WordIndex:
    """Words, to be asked which of them stand wherever another word does."""

    def __init__(self, terms: Iterable[Term], *, names: bool = False) -> None:
        self._names = names
        self._closed: dict[str, list[tuple[str, TermPattern]]] = defaultdict(list)  # by their first tokens
        self._open: list[tuple[str, TermPattern]] = []
        for term in terms:
            for pattern in _compiled(term, name=names):
                token = pattern.tokens[0]
                listed = self._open if token.open_left or token.open_right else self._closed[token.text]
                listed.append((term.text, pattern))

    def term_implied_by(self, term: Term, *, whole: bool) -> str | None:
        """One that stands wherever the term does; `whole`: that holds all of it."""
        found = [self._with(pattern, whole=whole) for pattern in _compiled(term, name=self._names)]
        return found[0] if found and None not in found else None

    def terms_implied_by(self, term: Term) -> frozenset[str]:
        """All of them that stand wherever the term does."""
        found = [frozenset(self._each_with(pattern, whole=False)) for pattern in _compiled(term, name=self._names)]
        return frozenset[str]().union(*found) if all(found) else frozenset()

    def _with(self, pattern: TermPattern, *, whole: bool) -> str | None:
        return next(self._each_with(pattern, whole=whole), None)

    def _each_with(self, pattern: TermPattern, *, whole: bool) -> Iterator[str]:
        closed = (self._closed.get(token.text, ()) for token in pattern.tokens)
        others = chain(self._open, *closed)
        return (text for text, other in others if _pattern_covers(other, pattern, whole=whole))


def _pattern_covers(other: TermPattern, pattern: TermPattern, *, whole: bool) -> bool:
    if isinstance(other, KatakanaEdgePattern):  # it stands in fewer places
        return False
    if other.language not in (None, pattern.language) or (
        other.cased_tokens is not None and pattern.cased_tokens is None
    ):
        return False
    mine, its = (
        (pattern.tokens, other.tokens)
        if other.cased_tokens is None
        else (pattern.cased_tokens or (), other.cased_tokens)
    )
    if whole and len(its) != len(mine):
        return False
    return any(
        all(map(_token_covers, its, mine[first : first + len(its)])) for first in range(len(mine) - len(its) + 1)
    )


def _token_covers(other: Token, token: Token) -> bool:
    """Whether the one is any token that the other is."""
    if other.open_left and other.open_right:
        return other.text in token.text
    if other.open_right:
        return (
            not token.open_left
            and token.text.startswith(other.text)
            and token.first_script.allowed_prefixes <= other.first_script.allowed_prefixes
        )
    if other.open_left:
        return (
            not token.open_right
            and token.text.endswith(other.text)
            and token.last_script.allowed_suffixes <= other.last_script.allowed_suffixes
        )
    return token.text == other.text and not (token.open_left or token.open_right)


def _make_token_key(token: Token) -> object:
    """Equal for two that are the same tokens."""
    return (
        token.text,
        token.open_left,
        token.open_right,
        token.first_script.allowed_prefixes,
        token.last_script.allowed_suffixes,
    )


# --- words that stand there twice -------------------------------------------------------------------------------


def lint_duplicates(written: AnnotatedDocument) -> Iterator[Lint]:
    """A word that stands in its list already, as it is or as it is compared."""
    for words in written.word_sets():
        known: dict[object, str] = {}
        for where, term in words.terms():
            key = tuple(map(_make_token_key, tokenize_term(term)))
            if (first := known.get(key)) is not None:
                same = "stands here twice" if first == term.text else f"is the same word here as '{first}'"
                yield written.make_lint(LintKind.TWICE, where, f"'{term.text}' {same}", "remove one of them")
            known.setdefault(key, term.text)


def _locate_terms(
    written: AnnotatedDocument, where: ValuePath, terms: Iterable[Term]
) -> Iterator[tuple[ValuePath, Term]]:
    return ((written.path_of_word(where, term), term) for term in terms)
