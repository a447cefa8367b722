"""All that is known of each language, one file a language. Pure data, on which `text`, `places` and `stories` build.

To add a language, add a file with a `LANGUAGE` (docs/internals.md). No other file lists the languages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from monitor.languages.language import Language

_FIRST = ("en", "ru", "uk", "de", "fr", "es", "it", "pt", "pl", "ko", "zh", "ja")
"""Where the words of two languages match at the same place, the earlier of these wins; the other languages follow."""


def _load_languages() -> Iterator[Language]:
    codes = {module.name for module in iter_modules(__path__)} - {"language"}
    for code in sorted(codes, key=lambda code: (_FIRST.index(code) if code in _FIRST else len(_FIRST), code)):
        yield import_module(f"{__name__}.{code}").LANGUAGE


LANGUAGES = {language.code: language for language in _load_languages()}
"""The languages by their code (primary subtag)."""


def join_patterns(field: Callable[[Language], str]) -> str:
    """Return one alternation of the patterns that the languages have in a field."""
    return "|".join(dict.fromkeys(filter(None, map(field, LANGUAGES.values()))))


def join_tables(
    field: Callable[[Language], Mapping[str, str]],
    keys: Iterable[str],
    shared: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return an alternation of one named group for each of the keys: the patterns that the languages have for it in
    a field, and the one that they share."""
    tables = [*map(field, LANGUAGES.values()), shared]
    joined = {key: "|".join(dict.fromkeys(table[key] for table in tables if key in table)) for key in keys}
    return "|".join(f"(?P<{key}>{pattern})" for key, pattern in joined.items())


def collect_words(field: Callable[[Language], Iterable[str]]) -> tuple[str, ...]:
    """Return the words that the languages have in a field, each once."""
    return tuple(dict.fromkeys(word for language in LANGUAGES.values() for word in field(language)))
