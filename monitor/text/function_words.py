"""The closed classes of words, which begin sentences and join the other words. Pure."""

from monitor.languages import LANGUAGES

_FUNCTION_WORDS = {
    code: frozenset(language.function_words) for code, language in LANGUAGES.items() if language.function_words
}
_ALL_FUNCTION_WORDS = frozenset().union(*_FUNCTION_WORDS.values())


def function_words(language: str) -> frozenset[str]:
    """Return the articles, prepositions, conjunctions and pronouns of a language, in lower case; for an unknown
    language those of all. Sentences and headlines capitalize them, and a function word of one language is a name in
    another (Han)."""
    return _FUNCTION_WORDS.get(language, _ALL_FUNCTION_WORDS)


def find_languages_of_function_word(word: str, language: str) -> list[str]:
    """The names of the languages of which this is a function word, among this language or, for "any", all."""
    codes = _FUNCTION_WORDS if language == "any" else {language} & _FUNCTION_WORDS.keys()
    return sorted(LANGUAGES[code].name for code in codes if word.casefold() in _FUNCTION_WORDS[code])
