"""Lints of words: those that find too much, that never count, or that are listed twice; members of a `near` that share
words; and habits from search engines and alert services."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, combinations

from monitor.config.yaml.yaml12 import ValuePath
from monitor.lab.annotated_document import NETS, AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.matching.terms import TermForm, Token, list_forms, tokenize_term
from monitor.model import (
    AllOf,
    AnyOf,
    Entity,
    Field,
    Ignore,
    ListNamed,
    Near,
    NewsIn,
    Not,
    Rule,
    Term,
    WordList,
    Words,
    terms_within,
)
from monitor.text.function_words import find_languages_of_function_word
from monitor.text.scripts import HAN, HANGUL, KANA

_MIN_PREFIX = 3  # letters of an alphabet: thousands of words begin with fewer
_CHARACTERS = (HAN, KANA, HANGUL)
Lists = Mapping[str, WordList]


@lru_cache(maxsize=100_000)
def _list_forms_cached(term: Term, *, names: bool) -> tuple[TermForm, ...]:
    return tuple(list_forms(term, name=names))


# --- words that find too much -----------------------------------------------------------------------------------


def lint_single_characters(annotated: AnnotatedDocument, bare_lists: Iterable[str]) -> Iterator[Lint]:
    """A word of one character outside of a near. `bare_lists`: the lists that rules name outside of a near."""
    for path, term in _list_terms_without_near(annotated, bare_lists):
        letters = term.text.replace("*", "")
        if len(letters) == 1 and any(script.match(letters) for script in _CHARACTERS):
            reason = "has many meanings" if HANGUL.match(letters) else "is part of many other words"
            hint = "put it into a near with what it belongs to, or write a longer word"
            if isinstance(annotated.definition, Entity):
                hint = "write a longer name, or put it under maybe with what makes it count"
            yield annotated.make_lint(LintKind.SINGLE_CHARACTER, path, f"'{term.text}' alone {reason}", hint)


def _list_terms_without_near(
    annotated: AnnotatedDocument, bare_lists: Iterable[str]
) -> Iterator[tuple[ValuePath, Term]]:
    definition = annotated.definition
    if isinstance(definition, Entity):
        yield from _locate_terms(annotated, ("sure",), definition.sure)
    elif isinstance(definition, WordList):
        if definition.id in bare_lists:
            yield from _locate_terms(annotated, ("words",), definition.terms)
    else:
        for part in annotated.all_parts():
            if isinstance(part.condition, Words) and not part.inside_near:
                yield from _locate_terms(annotated, (*part.path, "words"), part.condition.terms)


def lint_function_words(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """An article, preposition, conjunction or pronoun that suffices for the match of a rule."""
    for match in annotated.conditions["match"] if isinstance(annotated.definition, Rule) else ():
        for part in _list_alternatives(match):
            for term in part.condition.terms if isinstance(part.condition, Words) else ():
                if languages := [] if term.exact else find_languages_of_function_word(term.text, term.language):
                    problem = f"'{term.text}' alone meets this rule, and nearly every text in {languages[0]} has it"
                    hint = "write a longer phrase; for an abbreviation add `case: exact`"
                    if term.language == "any":
                        hint += "; if you mean a word of another language, list it under that language"
                    path = annotated.path_of_word((*part.path, "words"), term)
                    yield annotated.make_lint(LintKind.FUNCTION_WORD, path, problem, hint)


def lint_short_prefixes(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """An open word (`*`) of so few letters that it matches thousands of words."""
    for words in annotated.word_sets():
        open_ones = ((path, term) for path, term in words.terms() if "*" in term.text)  # which is rare
        for path, term in open_ones:
            tokens = tokenize_term(term)
            for token in tokens if len(tokens) == 1 else ():
                is_open, is_character = bool(token.min_before) or token.open_right, HANGUL.match(token.text)
                if is_open and not is_character and len(token.text) < _MIN_PREFIX:
                    yield annotated.make_lint(
                        LintKind.SHORT_PREFIX,
                        path,
                        f"'{term.text}' stands for every word with '{term.text.strip('*')}' there",
                        "write more letters, or the words that you mean",
                    )


# --- words that never count -------------------------------------------------------------------------------------


def lint_never_counting(annotated: AnnotatedDocument, lists: Lists) -> Iterator[Lint]:
    """A word that is always part of something ignored; a name that is always part of one under `never`."""
    definition = annotated.definition
    if isinstance(definition, Entity):
        names = [*_locate_terms(annotated, ("sure",), definition.sure)]
        names += _locate_terms(annotated, ("maybe", "words"), definition.maybe.terms if definition.maybe else ())
        yield from _lint_covered_words(annotated, names, definition.never, "never")
    elif isinstance(definition, Rule):
        for part in annotated.all_parts():
            if isinstance(part.condition, Words) and part.ignores:
                words = _locate_terms(annotated, (*part.path, "words"), part.condition.terms)
                yield from _lint_covered_words(annotated, words, _list_ignored_terms(part.ignores, lists), "ignore")


def _lint_covered_words(
    annotated: AnnotatedDocument, words: Iterable[tuple[ValuePath, Term]], covering: Iterable[Term], key: str
) -> Iterator[Lint]:
    index = WordIndex(covering, names=isinstance(annotated.definition, Entity))
    for path, term in words:
        if (cover := index.term_implied_by(term, whole=True)) is not None:
            problem = f"'{term.text}' never counts: wherever it is found, '{cover}' under {key} is found too"
            yield annotated.make_lint(LintKind.NEVER_COUNTS, path, problem, f"remove it here, or '{cover}' there")


def _list_ignored_terms(ignores: Iterable[Ignore], lists: Lists) -> Iterator[Term]:
    for ignore in ignores:
        yield from ignore.terms
        for name in ignore.lists:
            yield from terms_within(lists[name], lists)


def lint_dropped_by_unless(annotated: AnnotatedDocument, lists: Lists) -> Iterator[Lint]:
    """A word of `match` or `mention` that cannot help, because `unless` drops every article that contains it."""
    if not isinstance(annotated.definition, Rule) or annotated.definition.unless is None:
        return
    parts = [part for net in NETS for each in annotated.conditions[net] for part in each.positive_parts()]
    yield from _lint_dropped_words(annotated, parts, annotated.conditions["unless"], "unless drops the article", lists)


def lint_dropped_by_not(annotated: AnnotatedDocument, lists: Lists) -> Iterator[Lint]:
    """A word in an `all` that cannot help, because a `not` beside it drops every article that contains it."""
    nets = NETS if isinstance(annotated.definition, Rule) else ()
    roots = (root for net in nets for root in annotated.conditions[net])
    for all_of in (part for root in roots for part in root.positive_parts() if isinstance(part.condition, AllOf)):
        excluding = [part.parts[0] for part in all_of.parts if isinstance(part.condition, Not)]
        if excluding:
            parts = [*all_of.positive_parts()]
            yield from _lint_dropped_words(annotated, parts, excluding, "the `not` beside it drops the article", lists)


def _lint_dropped_words(
    annotated: AnnotatedDocument,
    parts: Iterable[ConditionPart],
    excluding: Iterable[ConditionPart],
    consequence: str,
    lists: Lists,
) -> Iterator[Lint]:
    """The words of `parts` that are only in articles that meet one of `excluding`. `consequence`: of meeting it."""
    alternatives = [part for each in excluding for part in _list_alternatives(each)]
    indexes = [
        (part.field, WordIndex(words_of_part(part, lists)))
        for part in alternatives
        if not part.ignores and part.times == 1
    ]
    for part in parts:
        if not isinstance(part.condition, Words):
            continue
        field_indexes = [words for field, words in indexes if field in (None, part.field)]
        for term in part.condition.terms:
            for by in (by for words in field_indexes if (by := words.term_implied_by(term, whole=False)) is not None):
                yield annotated.make_lint(
                    LintKind.DROPPED_BY_UNLESS,
                    annotated.path_of_word((*part.path, "words"), term),
                    f"'{term.text}' can never help: where it is found, {consequence} for '{by}'",
                    "remove it here, or there; to exclude only some places, write it under ignore",
                )


def _list_alternatives(part: ConditionPart) -> Iterator[ConditionPart]:
    """The conditions each of which suffices alone."""
    if isinstance(part.condition, AnyOf) and part.times == 1:
        for inner in part.parts:
            yield from _list_alternatives(inner)
    else:
        yield part


def words_of_part(part: ConditionPart, lists: Lists) -> tuple[Term, ...]:
    """The words of a condition, or of the list that it names; other conditions have none."""
    if isinstance(part.condition, Words):
        return part.condition.terms
    return terms_within(lists[part.condition.list], lists) if isinstance(part.condition, ListNamed) else ()


class WordIndex:
    """An index of words: which of them are found wherever another word is found?"""

    def __init__(self, terms: Iterable[Term], *, names: bool = False) -> None:
        self._names = names
        terms = tuple(terms)
        self.languages = frozenset(term.language for term in terms)
        self._forms: dict[object, list[tuple[str, TermForm]]] = defaultdict(list)  # by what its first token demands
        for term in terms:
            for form in _list_forms_cached(term, names=names):
                self._forms[_make_index_key(form.tokens[0])].append((term.text, form))

    def term_implied_by(self, term: Term, *, whole: bool) -> str | None:
        """A word of the index that is found wherever the term is; `whole`: it must cover the whole term."""
        found = [self._find_first(form, whole=whole) for form in _list_forms_cached(term, names=self._names)]
        return found[0] if found and None not in found else None

    def terms_implied_by(self, term: Term, *, whole: bool = False) -> frozenset[str]:
        """All words of the index that are found wherever the term is; `whole`: they must cover the whole term."""
        found = [frozenset(self._find_all(form, whole=whole)) for form in _list_forms_cached(term, names=self._names)]
        return frozenset[str]().union(*found) if all(found) else frozenset()

    def _find_first(self, form: TermForm, *, whole: bool) -> str | None:
        return next(self._find_all(form, whole=whole), None)

    def _find_all(self, form: TermForm, *, whole: bool) -> Iterator[str]:
        keys = dict.fromkeys(key for token in form.tokens for key in _list_index_keys(token))
        others = chain.from_iterable(self._forms.get(key, ()) for key in keys)
        return (text for text, other in others if _form_covers(other, form, whole=whole))


def _make_index_key(token: Token) -> object:
    """What a token that this one matches has for certain: its text, its first letter, its last letter, or nothing."""
    if token.min_before and token.open_right:
        return None
    if token.open_right:
        return True, token.text[:1]
    return (False, token.text[-1:]) if token.min_before else token.text


def _list_index_keys(token: Token) -> tuple[object, ...]:
    """The keys of all tokens that may match this one."""
    return None, token.text, (True, token.text[:1]), (False, token.text[-1:])


def _form_covers(other: TermForm, form: TermForm, *, whole: bool) -> bool:
    if other.katakana_left or other.katakana_right:  # it is found in fewer places
        return False
    if other.language not in (None, form.language) or (other.cased_tokens is not None and form.cased_tokens is None):
        return False
    tokens, other_tokens = (
        (form.tokens, other.tokens) if other.cased_tokens is None else (form.cased_tokens or (), other.cased_tokens)
    )
    if whole and len(other_tokens) != len(tokens):
        return False
    return any(
        all(map(_token_covers, other_tokens, tokens[start : start + len(other_tokens)]))
        for start in range(len(tokens) - len(other_tokens) + 1)
    )


def _token_covers(other: Token, token: Token) -> bool:
    """Whether `other` matches every token that `token` matches."""
    if other.min_before and other.open_right:
        return other.text in token.text
    if other.open_right:
        return (
            not token.min_before
            and token.text.startswith(other.text)
            and token.first_script.allowed_prefixes <= other.first_script.allowed_prefixes
        )
    if other.min_before:
        before = len(token.text) - len(other.text)
        return (
            not token.open_right
            and token.text.endswith(other.text)
            and (not before or before >= other.min_before)
            and (not token.min_before or before + token.min_before >= other.min_before)
            and token.last_script.allowed_suffixes <= other.last_script.allowed_suffixes
        )
    return token.text == other.text and not (token.min_before or token.open_right)


def _make_token_key(token: Token) -> object:
    """A key that is equal for equal tokens."""
    return (
        token.text,
        token.min_before,
        token.open_right,
        token.first_script.allowed_prefixes,
        token.last_script.allowed_suffixes,
    )


# --- words that are listed twice ---------------------------------------------------------------------------------


def lint_duplicates(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A word that is in its list already, as written or as it is compared."""
    names = isinstance(annotated.definition, Entity)
    for words in annotated.word_sets():
        known: dict[object, str] = {}
        for where, term in words.terms():
            key = tuple(map(_make_token_key, tokenize_term(term, name=names)))
            if (first := known.get(key)) is not None:
                same = "is listed here twice" if first == term.text else f"is the same word here as '{first}'"
                yield annotated.make_lint(LintKind.TWICE, where, f"'{term.text}' {same}", "remove one of them")
            known.setdefault(key, term.text)


def _locate_terms(
    annotated: AnnotatedDocument, where: ValuePath, terms: Iterable[Term]
) -> Iterator[tuple[ValuePath, Term]]:
    return ((annotated.path_of_word(where, term), term) for term in terms)


# --- near: too many things for one sentence, and words that would have to be two things at once -----------------------


MAX_THINGS = 3
"""How many things a headline says; each further thing is missing in every second headline."""
_SHOWN = 3  # words; the others are not listed
_NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth")


def lint_many_things(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """More things in one `near`, or in the title, than a headline says."""
    for part in _list_match_parts(annotated):
        yield from _lint_things(annotated, part, in_title=_is_title_only(annotated.definition))


def _is_title_only(definition: object) -> bool:
    return isinstance(definition, Rule) and definition.news_in is NewsIn.TITLE


def _lint_things(annotated: AnnotatedDocument, part: ConditionPart, *, in_title: bool) -> Iterator[Lint]:
    in_title = in_title or part.field is Field.TITLE
    if isinstance(part.condition, Near) or (isinstance(part.condition, AllOf) and in_title):
        if (things := _count_things(part)) > MAX_THINGS:
            where = "near each other" if isinstance(part.condition, Near) else "in the title"
            problem = f"{things} things must be {where}: the rule misses a headline that leaves one out"
            hint = "keep those that distinguish this from other news; use the rest to raise the level, or under unless"
            yield annotated.make_lint(LintKind.MANY_THINGS, part.path, problem, hint)
        return
    for inner in part.parts:
        yield from _lint_things(annotated, inner, in_title=in_title)


def _count_things(part: ConditionPart) -> int:
    """How many things an article must say, at least, for the condition to hold."""
    if isinstance(part.condition, Not):
        return 0
    if isinstance(part.condition, AnyOf):
        return min(map(_count_things, part.parts))
    return sum(map(_count_things, part.parts)) if part.parts else 1


def lint_shared_words(annotated: AnnotatedDocument, lists: Mapping[str, WordList]) -> Iterator[Lint]:
    """Words that belong to two members of a `near`: one word counts for only one of them."""
    for part in (part for net in _list_match_parts(annotated) for part in net.positive_parts()):
        if isinstance(part.condition, Near) and not part.condition.may_share_words:
            yield from _lint_shared_in_near(annotated, part, lists)


def _lint_shared_in_near(
    annotated: AnnotatedDocument, near: ConditionPart, lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    for (first, one), (second, other) in combinations(enumerate(near.parts), 2):
        if words := _find_words_in_both(one, other, lists):
            some = ", ".join(f"'{word}'" for word in words[:_SHOWN]) + (" ..." if len(words) > _SHOWN else "")
            name = f"{_name_part(first, one)} and {_name_part(second, other)}"
            problem = f"{some} would have to be {name} at once: a word counts for one of them only"
            hint = "if it says both, write may_share_words: true beside within; else take it out of one of the two"
            yield annotated.make_lint(LintKind.SHARED_WORD, near.path, problem, hint)


def _find_words_in_both(one: ConditionPart, other: ConditionPart, lists: Mapping[str, WordList]) -> list[str]:
    """The words of either part that are or contain a word of the other part, and no further word of their own part:
    降息 is both a rate and a cut, while “product recall” has a word for each of the two. Two parts with the same
    words mean that the word must be there twice: this is no problem."""
    words, other_words = (frozenset(words_of_part(part, lists)) for part in (one, other))
    if words == other_words:
        return []
    index, other_index = WordIndex(words), WordIndex(other_words)
    shared = {
        term.text
        for term in words
        if other_index.terms_implied_by(term) and index.terms_implied_by(term) <= {term.text}
    }
    return sorted(
        shared
        | {
            term.text
            for term in other_words
            if index.terms_implied_by(term) and other_index.terms_implied_by(term) <= {term.text}
        }
    )


def _name_part(number: int, part: ConditionPart) -> str:
    return f"`{part.name}`" if part.name else f"the {_NUMBERS[number]}"


def _list_match_parts(annotated: AnnotatedDocument) -> Iterator[ConditionPart]:
    return (part for net in NETS for part in annotated.conditions.get(net, ()))


# --- habits from search engines, and Latin words that mean something else in English ----------------------------------


OPERATORS = (  # what a word contains; the operator that this is elsewhere; how it is written here
    (re.compile(r"\S\s+AND\s+\S"), "AND", "write both under all: (anywhere in the article) or near: (together)"),
    (re.compile(r"\S\s+OR\s+\S|\S\s*\|\s*\S"), "OR", "write each as a separate word: [one, other]"),
    (re.compile(r"(?:^|\s)NOT\s+\S"), "NOT", "write it under unless: (no such article) or ignore: (not these places)"),
    (
        re.compile(r"(?:^|\s)[-−–][^\W\d_]"),
        "-",
        "write it under unless: (no such article) or ignore: (not these places)",
    ),
    (re.compile(r'"'), "quotes", "words next to each other are a phrase without them"),
    (re.compile(r"(?:^|\s)(?:site|source|inurl):\S", re.IGNORECASE), "site:", "write where: {sources: [...]}"),
    (re.compile(r"(?:^|\s)(?:all)?intitle:\S", re.IGNORECASE), "intitle:", "write in: title beside words:"),
    (re.compile(r"[()]"), "brackets", "write the alternatives under any:, and what else is required, under all:"),
)
_SHORT_WORD = re.compile(
    r"[A-Za-z]{1,2}|[a-z]{3}"
)  # longer words, or three capitals, are hardly another word in English
_EAST_ASIAN = ("ko", "zh", "ja")


def lint_search_operators(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A word with an operator of a search engine, which would be searched for literally."""
    for words in annotated.word_sets():
        for path, text in words.words:
            for sign, name, hint in OPERATORS:
                if sign.search(text):
                    problem = f"'{text}' is searched for literally: {name} is not an operator here"
                    yield annotated.make_lint(LintKind.SEARCH_OPERATOR, path, problem, hint)
                    break


def lint_short_latin_words(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A short word in Latin letters that is listed for Korean, Chinese or Japanese only, but matches English text
    too."""
    listed: dict[ValuePath, set[str]] = defaultdict(set)
    sets = [*annotated.word_sets()]
    for words in sets:
        if words.language.partition("-")[0] not in _EAST_ASIAN:
            listed[_find_language_mapping(words.words, words.language)] |= {text for _, text in words.words}
    for words in sets:
        if words.language.partition("-")[0] in _EAST_ASIAN:
            listed_too = listed[_find_language_mapping(words.words, words.language)]
            for path, text in words.words:
                if _SHORT_WORD.fullmatch(text) and text not in listed_too:
                    problem = f"'{text}' is also searched for in English, where it may mean something else"
                    hint = "write the word that it is short for, or list it under en too if it is meant there as well"
                    yield annotated.make_lint(LintKind.SHORT_LATIN, path, problem, hint)


def _find_language_mapping(words: tuple[tuple[ValuePath, str], ...], language: str) -> ValuePath:
    """The path of the mapping of languages that contains these words."""
    path = words[0][0][:-1] if words else ()
    return path[:-1] if path[-1:] == (language,) else path
