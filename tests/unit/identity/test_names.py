"""Which names an article names, by how each language marks them."""

from __future__ import annotations

import pytest

from monitor.identity.facts import NameFact, do_names_agree
from monitor.identity.names import find_names


def sure(title: str, language: str, lead: str = "") -> set[str]:
    return {mention.text for mention in find_names(title, lead, language) if mention.is_certain}


def one(title: str, language: str = "en") -> NameFact:
    (mention,) = find_names(title, "", language)
    return NameFact(mention.key, frozenset(mention.parts), mention.text, in_title=True, is_certain=mention.is_certain)


@pytest.mark.parametrize(
    ("language", "title", "names"),
    [
        ("en", "Rescuers of the Aurora Trust reach Lake Tamblin", {"Aurora Trust", "Tamblin"}),
        ("en", "The court freed former President Joana Bell on Tuesday", {"Joana Bell"}),
        ("en", "A deal of OPEC, OpenAI and Gov. Ruiz", {"OPEC", "OpenAI", "Ruiz"}),
        ("en", "An F-16 and a C919 met near the A320", {"F-16", "C919", "A320"}),
        ("en", "They saw Ursula von der Leyen there", {"Ursula von der Leyen"}),
        ("en", "It was Poland's Tusk who left The Hague", {"Tusk", "Poland's", "Hague"}),
        ("en", "He crossed the North Sea Trust", {"North Sea Trust"}),
        ("en", "It hit the South's base in the West", set()),
        ("fr", "La sonde quitte l'Orion avec Thomas Pesquet", {"Orion", "Thomas Pesquet"}),
        ("es", "El fiscal acusa a Marta Quiroga", {"Marta Quiroga"}),
        ("it", "Il tribunale assolve Carla Rinaldi", {"Carla Rinaldi"}),
        ("pt", "O tribunal absolve Inês Cardoso", {"Inês Cardoso"}),
        ("de", "Die Regierung lobt Olaf Scholz", {"Olaf Scholz"}),
        ("pl", "Sąd uniewinnił Annę Nowak", {"Annę Nowak"}),
        ("ru", "Суд оправдал Анну Петрову, сообщает ФАТФ", {"Анну Петрову", "ФАТФ"}),
        ("ru", "К станции летит «Прогресс-20»", {"Прогресс-20"}),
        ("uk", "Суд виправдав Олену Коваль", {"Олену Коваль"}),
    ],
)
def test_marked_names(language: str, title: str, names: set[str]) -> None:
    """Capitals mark a name."""
    assert sure(title, language) == names


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Rescue teams search the valley"),  # a sentence begins
        ("en", "Court Says Schools Should Tell Parents"),  # title case
        ("en", "The vote is on Tuesday in May, says Reuters"),  # by custom; an agency
        ("de", "Die Feuerwehr löscht den Brand im Wald"),  # nouns
    ],
)
def test_what_is_not_surely_a_name(language: str, title: str) -> None:
    """What has a capital by custom may be a name and may be none."""
    assert sure(title, language) == set()


def test_spans_and_what_is_taken() -> None:
    """Spans count in title and lead together, and no name reaches into what is known to be a place."""
    title, lead = "Talks", "He saw Thai President Mali Suda."
    taken = (len(title) + 1 + lead.index("Thai"), len(title) + 1 + lead.index("Thai") + 4)
    (name,) = (mention for mention in find_names(title, lead, "en", [taken]) if mention.is_certain)
    assert name.text == "Mali Suda"
    assert f"{title}\n{lead}"[name.start : name.end] == name.text


@pytest.mark.parametrize(
    ("language", "a", "b"),
    [
        ("en", "He met Han Seo-yun", "He met Han Seo Yun"),
        ("en", "He met Han Seo-yun", "He met Han"),
        ("en", "It was Zelensky", "It was Zelenskyy"),
        ("ru", "Он видел Макрона", "Он говорил с Макроном"),
        ("ru", "Он видел Нарендру Моди", "Он говорил с Нарендрой Моди"),
        ("pl", "To wina Tuska", "To rozmowa z Tuskiem"),
    ],
)
def test_one_name_in_two_spellings(language: str, a: str, b: str) -> None:
    """Hyphens, endings, the surname alone."""
    assert do_names_agree(one(a, language), one(b, language))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("It was Macron", "It was Merz"),
        ("It was Zarya-20", "It was Zarya-21"),
        ("It was Martin", "It was Marvin"),
        ("Macron", "Macron"),  # a sentence begins with it in both
    ],
)
def test_two_names(a: str, b: str) -> None:
    """Another letter or number is another name; what may be no name in either proves nothing."""
    assert not do_names_agree(one(a), one(b))


@pytest.mark.parametrize(
    "text", ["", "İstanbul", "\ud800A B-", "A" * 5000, "«»“”", "習", "・・", "대통령", "A-1-2", "'s O's"]
)
def test_odd_texts(text: str) -> None:
    """Nothing that a feed can hold is an error, and spans stay true."""
    for language in ("en", "de", "ko", "ja", "zh", ""):
        for mention in find_names(text, text, language):
            assert f"{text}\n{text}"[mention.start : mention.end] == mention.text
            assert mention.key
