"""Forms of names in the languages that decline them, made when the gazetteer is built."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Endings of adjectives, as what is cut from the lemma and what is put there.
_RU_SKY = ["ий", "ого", "ому", "им", "ом", "ая", "ой", "ую", "ое", "ие", "их", "ими"]
_RU_Y = ["ый", "ого", "ому", "ым", "ом", "ая", "ой", "ую", "ое", "ые", "ых", "ыми"]
_RU_SOFT = "ий его ему им ем яя ей юю ее ие их ими".split()
_UK = ["ий", "ого", "ому", "им", "ім", "а", "ої", "ій", "у", "ою", "е", "і", "их", "ими"]
_PL = ["i", "a", "ie", "iego", "iej", "iemu", "im", "ich", "imi", "ą"]
_CS = ["ý", "á", "é", "ého", "ému", "ým", "ém", "ou", "í", "ých", "ými"]
_SLAVIC_NOUNS = (  # nominative's end -> the ends of the other cases; the first that fits
    ("ия", ["ия", "ии", "ию", "ией", "иею"]),
    ("ія", ["ія", "ії", "ію", "ією"]),
    ("ья", ["ья", "ьи", "ье", "ью", "ьей"]),
    ("я", ["я", "и", "е", "ю", "ей", "ею", "ї", "єю"]),
    ("а", ["а", "ы", "и", "е", "у", "ой", "ою", "і"]),
    ("ий", ["ий", "ия", "ию", "ием", "ии", "ого", "ому", "им", "ом"]),
    ("ый", ["ый", "ого", "ому", "ым", "ом"]),
    ("ой", ["ой", "ого", "ому", "ым", "ом", "ою"]),
    ("ай", ["ай", "ая", "аю", "аем", "ае"]),
    ("ей", ["ей", "ея", "ею", "еем", "ее"]),
    ("й", ["й", "я", "ю", "ем", "е"]),
    ("ь", ["ь", "я", "ю", "ем", "е", "и", "ью"]),
    ("ец", ["ец", "ца", "цу", "цом", "це"]),
    ("ёк", ["ёк", "ька", "ьку", "ьком", "ьке"]),
    ("ок", ["ок", "ка", "ку", "ком", "ке", "ока", "оку", "оком", "оке"]),
    ("во", ["во", "ва", "ву", "вом", "ве"]),
    ("но", ["но", "на", "ну", "ном", "не"]),
    ("це", ["це", "ці", "цю", "цем"]),
)
_RU_ADJECTIVE = re.compile("(ск|цк|н|в)(ий|ый|ая|ое|ой)$")
_CYRILLIC = re.compile("[А-Яа-яЁёІіЇїЄєҐґ]")


def cyrillic(name: str) -> set[str]:
    """A Russian or Ukrainian name in all cases: each of its words declined together, and only the last."""
    words = name.split(" ")
    if len(words) > 3:
        return {name}
    tables = [_cyrillic_word(word) for word in words]
    found = {name}
    if len(words) == 1:
        return set(tables[0]) | found
    for case in range(6):
        found.add(" ".join(table[min(case, len(table) - 1)] for table in tables))
    if not _RU_ADJECTIVE.search(words[0]):
        found |= {" ".join((*words[:-1], last)) for last in tables[-1]}
    else:
        found |= {" ".join((first, *rest)) for first in tables[0] for rest in _tails(words[1:], tables[1:])}
    return found


def _tails(words: list[str], tables: list[list[str]]) -> Iterator[list[str]]:
    for form in tables[-1]:
        yield [*words[:-1], form]


def _cyrillic_word(word: str) -> list[str]:
    if not _CYRILLIC.search(word):
        return [word]
    adjective = _RU_ADJECTIVE.search(word)
    if adjective and len(word) > 5:
        stem = word[: -len(adjective[2])]
        if adjective[1] == "н" and adjective[2] == "ий":  # Нижний
            return [word] + [stem + end for end in _RU_SOFT]
        return (
            [word]
            + [stem + end for end in (_RU_Y if adjective[2] == "ый" else _RU_SKY)]
            + [stem + end for end in ("а", "ої", "ій", "у", "ою", "е", "ім")]
        )
    if re.search("(ськ|зьк|цьк)(ий|а|е)$", word):
        stem = re.sub("(ий|а|е)$", "", word)
        return [word] + [stem + end for end in _UK]
    for end, ends in _SLAVIC_NOUNS:
        if word.endswith(end) and len(word) > len(end) + 1:
            return [word] + [word[: -len(end)] + other for other in ends]
    if word[-1] in "бвгджзклмнпрстфхцчшщ":
        more = [word + end for end in ("а", "у", "ом", "е", "ем", "ові", "і")]
        if re.search("[ії][вгдзклмнпрст]$", word):  # Харків, Харкова
            stem = word[:-2] + {"і": "о", "ї": "є"}[word[-2]] + word[-1]
            more += [stem + end for end in ("а", "у", "ом", "і", "е")]
        return [word, *more]
    return [word]


def russian_adjective(lemma: str) -> set[str]:
    if lemma.endswith(("кий", "гий", "хий", "ний")) and not lemma.endswith("ский"):
        return {lemma[:-2] + end for end in _RU_SKY}
    return {lemma[:-2] + end for end in (_RU_Y if lemma.endswith("ый") else _RU_SKY)}


def ukrainian_adjective(lemma: str) -> set[str]:
    return {lemma[:-2] + end for end in _UK}


def polish_adjective(lemma: str) -> set[str]:
    if not lemma.endswith(("ski", "cki", "zki")):
        return {lemma}
    return {lemma[:-1] + end for end in _PL} - {lemma[:-1] + "ie"} | {lemma + "ego", lemma + "e", lemma + "ej"}


def polish(name: str) -> set[str]:
    """A Polish name in its cases; foreign names decline as their ends suggest."""
    words = name.split(" ")
    if len(words) > 2:
        return {name}
    tables = [_polish_word(word) for word in words]
    if len(words) == 1:
        return set(tables[0])
    return {f"{first} {second}" for first in tables[0] for second in tables[1]} if len(tables[0]) <= 12 else {name}


def _polish_word(word: str) -> list[str]:
    if re.search("(ski|cki)$", word):
        return sorted(polish_adjective(word) | {word})
    if re.search("(ska|cka|skie|ckie)$", word):
        lemma = re.sub("(a|ie)$", "", word) + "i"
        return sorted(polish_adjective(lemma) | {word})
    if word.endswith("aw"):
        return [word] + [word + end for end in ("ia", "iu", "iem", "iowi")]
    if word.endswith("ie") and len(word) > 5:
        return [word] + [word[:-1] + end for end in ("a", "u", "em")]
    if word.endswith("ia"):
        return [word] + [word[:-1] + end for end in ("i", "ii", "ę", "ą")] + [word[:-2] + "ii"]
    if word.endswith("ja"):
        return [word] + [word[:-1] + end for end in ("i", "ę", "ą")]
    if word.endswith("wa"):
        return [word] + [word[:-1] + end for end in ("y", "ie", "ę", "ą")]
    if word.endswith("a"):
        stem = word[:-1]
        soft = {
            "d": "dzie",
            "t": "cie",
            "k": "ce",
            "g": "dze",
            "r": "rze",
            "ł": "le",
            "n": "nie",
            "m": "mie",
            "b": "bie",
            "p": "pie",
            "s": "sie",
            "z": "zie",
            "f": "fie",
            "l": "li",
            "c": "cy",
        }.get(stem[-1:], stem[-1:] + "ie")
        return [word] + [stem + end for end in ("y", "i", "ę", "ą")] + [stem[:-1] + soft]
    if word.endswith("y") and len(word) > 4:
        return [word, word[:-1], word[:-1] + "om", word[:-1] + "ach", word[:-1] + "ami", word[:-1] + "ech"]
    if word.endswith("ów"):
        return [word] + [word[:-2] + end for end in ("owa", "owi", "owem", "owie")]
    if word.endswith("ń"):
        return [word] + [word[:-1] + "ni" + end for end in ("a", "u", "em", "ą")] + [word[:-1] + "niu"]
    if word[-1:] in "bcdfghjklłmnprstwz":
        soft = {
            "d": "dzie",
            "t": "cie",
            "r": "rze",
            "ł": "le",
            "n": "nie",
            "m": "mie",
            "b": "bie",
            "p": "pie",
            "s": "sie",
            "z": "zie",
            "w": "wie",
            "f": "fie",
        }.get(word[-1])
        ends = ("a", "u", "owi", "em", "iem")
        return [word] + [word + end for end in ends] + ([word[:-1] + soft] if soft else [])
    return [word]


def polish_person(noun: str) -> set[str]:
    """Amerykanin, Japończyk, Ukrainiec, Polak, and their plurals."""
    for end, singular, plural in (
        ("nin", "nin nina ninowi ninem ninie", "nie nów nom nami nach"),
        ("czyk", "czyk czyka czykowi czykiem czyku", "czycy czyków czykom czykami czykach"),
        ("iec", "iec ca cowi cem cu", "cy ców com cami cach"),
        ("ak", "ak aka akowi akiem aku", "acy aków akom akami akach"),
        ("k", "k ka kowi kiem ku", "cy ków kom kami kach"),
    ):
        if noun.endswith(end):
            return {noun[: -len(end)] + form for form in (*singular.split(), *plural.split())}
    return {noun}


def russian_person(noun: str) -> set[str]:
    """россиянин, американец, чех, and their plurals; Ukrainian ones, too."""
    for end, forms in (
        ("нин", "нин нина нину нином нине не н нам нами нах"),
        ("ец", "ец ца цу цем цом це цы цев цов цам цами цах ці ців"),
        ("к", "к ка ку ком ке ки ков кам ками ках"),
    ):
        if noun.endswith(end):
            return {noun[: -len(end)] + form for form in forms.split()}
    return {noun + end for end in ("", "а", "у", "ом", "е", "ы", "и", "ов", "ам", "ами", "ах")}


def czech_adjective(lemma: str) -> set[str]:
    return {lemma[:-1] + end for end in _CS} | ({lemma[:-3] + "ští"} if lemma.endswith("ský") else set())


def german_adjective(lemma: str) -> set[str]:
    return {lemma + end for end in ("", "e", "en", "er", "es", "em")}


def german_person(noun: str) -> set[str]:
    if noun.endswith("e"):
        return {noun, noun + "n", noun[:-1] + "in", noun[:-1] + "innen"}
    return {noun + end for end in ("", "s", "n", "in", "innen")}


def french_adjective(lemma: str) -> set[str]:
    if lemma.endswith(("ien", "éen")):
        forms = {lemma + end for end in ("", "s", "ne", "nes")}
    elif lemma.endswith("e"):
        forms = {lemma, lemma + "s"}
    elif lemma.endswith("c"):
        forms = {lemma, lemma + "s", lemma[:-1] + "que", lemma[:-1] + "ques"}
    elif lemma.endswith("s"):
        forms = {lemma, lemma + "e", lemma + "es"}
    else:
        forms = {lemma + end for end in ("", "s", "e", "es")}
    return forms


def spanish_adjective(lemma: str) -> set[str]:
    if lemma.endswith("o"):
        return {lemma[:-1] + end for end in ("o", "a", "os", "as")}
    if re.search("[éáó][sn]$", lemma):
        plain = lemma[:-2] + {"é": "e", "á": "a", "ó": "o"}[lemma[-2]] + lemma[-1]
        return {lemma, plain + "a", plain + "es", plain + "as"}
    if lemma.endswith("í"):
        return {lemma, lemma + "es", lemma + "s"}
    return {lemma, lemma + "s"} if lemma[-1] in "aeiou" else {lemma, lemma + "a", lemma + "es", lemma + "as"}


def italian_adjective(lemma: str) -> set[str]:
    if lemma.endswith("o"):
        forms = {lemma[:-1] + end for end in "oaie"}
        return forms | ({lemma[:-2] + "chi", lemma[:-2] + "che"} if lemma.endswith("co") else set())
    return {lemma, lemma[:-1] + "i"} if lemma.endswith("e") else {lemma, lemma[:-1] + "i", lemma[:-1] + "e"}


def portuguese_adjective(lemma: str) -> set[str]:
    if lemma.endswith("o") and not lemma.endswith("ão"):
        return {lemma[:-1] + end for end in ("o", "a", "os", "as")}
    if lemma.endswith("ês"):
        return {lemma, lemma[:-2] + "esa", lemma[:-2] + "eses", lemma[:-2] + "esas"}
    if lemma.endswith("ão"):
        return {lemma, lemma[:-2] + "ã", lemma[:-2] + "ães", lemma[:-2] + "ãs"}
    return {lemma, lemma + "s"}


FORMS = {
    "ru": russian_adjective, "uk": ukrainian_adjective, "pl": polish_adjective, "cs": czech_adjective,
    "de": german_adjective, "fr": french_adjective, "es": spanish_adjective, "it": italian_adjective,
    "pt": portuguese_adjective,
}  # fmt: skip
