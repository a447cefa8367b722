"""Which names an article names, by how each language marks them."""

from __future__ import annotations

import pytest

from monitor.identity.names import NameMention, find_names, names_agree


def sure(title: str, language: str, lead: str = "") -> set[str]:
    return {mention.text for mention in find_names(title, lead, language) if mention.is_certain}


def one(title: str, language: str = "en") -> NameMention:
    (mention,) = find_names(title, "", language)
    return mention


@pytest.mark.parametrize(
    ("language", "title", "names"),
    [
        ("en", "Rescuers of the Aurora Trust reach Lake Tamblin", {"Aurora Trust", "Tamblin"}),
        ("en", "The court freed former President Joana Bell on Tuesday", {"Joana Bell"}),
        ("en", "A deal of OPEC, OpenAI and Gov. Ruiz", {"OPEC", "OpenAI", "Ruiz"}),
        ("en", "An F-16 and a C919 met near the A320", {"F-16", "C919", "A320"}),
        ("en", "They saw Ursula von der Leyen there", {"Ursula von der Leyen"}),
        ("en", "It was Poland's Tusk who left The Hague", {"Tusk", "Poland's", "Hague"}),
        ("en", "The missile flew far, the South's military says after Monday's launch", set()),
        ("en", "He crossed to the West of the North Sea Trust", {"North Sea Trust"}),
        ("ko", "박도윤 원내대표, 김하늘대통령", {"박도윤", "김하늘"}),
        ("fr", "La sonde quitte l'Orion avec Thomas Pesquet", {"Orion", "Thomas Pesquet"}),
        ("es", "El fiscal acusa a Marta Quiroga", {"Marta Quiroga"}),
        ("it", "Il tribunale assolve Carla Rinaldi", {"Carla Rinaldi"}),
        ("pt", "O tribunal absolve Inês Cardoso", {"Inês Cardoso"}),
        ("de", "Die Regierung lobt Olaf Scholz", {"Olaf Scholz"}),
        ("pl", "Sąd uniewinnił Annę Nowak", {"Annę Nowak"}),
        ("ru", "Суд оправдал Анну Петрову, сообщает ФАТФ", {"Анну Петрову", "ФАТФ"}),
        ("ru", "К станции летит «Прогресс-20»", {"Прогресс-20"}),
        ("uk", "Суд виправдав Олену Коваль", {"Олену Коваль"}),
        ("ko", "김하늘 대통령은 신임 박도윤 장관을 만났다", {"김하늘", "박도윤"}),
        ("ko", "태풍 ‘도라지’ 북상", {"도라지"}),
        ("ja", "田中花子首相とバルボア米大統領が会談", {"田中花子", "バルボア"}),
        ("ja", "俳優のロベルタ・マルケスさん来日", {"ロベルタ・マルケス"}),
        ("ja", "台風「麒麟」が接近", {"麒麟"}),
        ("zh", "总统杜特尔特会见记者", {"杜特尔特"}),
        ("zh", "总理李小红会见记者", {"李小红"}),
        ("zh", "台风“玉兔”登陆", {"玉兔"}),
    ],
)
def test_marked_names(language: str, title: str, names: set[str]) -> None:
    """Capitals, quotation marks, katakana, sound-writing and titles mark a name."""
    assert sure(title, language) == names


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Rescue teams search the valley"),  # a sentence begins
        ("en", "Court Says Schools Should Tell Parents"),  # title case
        ("en", "The vote is on Tuesday in May, says Reuters"),  # by custom; an agency
        ("de", "Die Feuerwehr löscht den Brand im Wald"),  # nouns
        ("ja", "プレジャーボートが転覆"),  # katakana by itself
        ("ko", "시장경제 논의"),  # a title within a word
    ],
)
def test_what_is_not_surely_a_name(language: str, title: str) -> None:
    """What has a capital by custom, or katakana by origin, may be a name and may be none."""
    assert sure(title, language) == set()


def test_what_is_small_elsewhere_is_no_name() -> None:
    """The lead says whether the first word of a sentence is a name."""
    assert not find_names("Rescue teams search the valley", "The rescue goes on.", "en")


def test_spans_and_what_is_taken() -> None:
    """Spans count in title and lead together, and no name reaches into what is known to be a place."""
    title, lead = "Talks", "He saw Thai President Mali Suda."
    taken = (len(title) + 1 + lead.index("Thai"), len(title) + 1 + lead.index("Thai") + 4)
    (name,) = (mention for mention in find_names(title, lead, "en", [taken]) if mention.is_certain)
    assert name.text == "Mali Suda"
    assert f"{title}\n{lead}"[name.start : name.end] == name.text


def test_a_bearer_before_a_country_and_a_title() -> None:
    """Korean says name, country, title: with the country taken, the name is found."""
    title = "메르츠 독일 총리 방한"
    (name,) = find_names(title, "", "ko", [(4, 6)])
    assert name.text == "메르츠"


@pytest.mark.parametrize(
    ("language", "a", "b"),
    [
        ("en", "He met Han Seo-yun", "He met Han Seo Yun"),
        ("en", "He met Han Seo-yun", "He met Han"),
        ("en", "It was Zelensky", "It was Zelenskyy"),
        ("en", "It was Kalmaegi", "It was Kalmegi"),
        ("ru", "Он видел Макрона", "Он говорил с Макроном"),
        ("ru", "Он видел Нарендру Моди", "Он говорил с Нарендрой Моди"),
        ("ru", "Он видел Хан Со Юна", "Это Хан Союн"),
        ("pl", "To wina Tuska", "To rozmowa z Tuskiem"),
        ("ja", "高市早苗首相", "高市首相"),
        ("ko", "이하늘 대통령", "이 대통령"),
    ],
)
def test_one_name_in_two_spellings(language: str, a: str, b: str) -> None:
    """Hyphens, endings, the way of transcribing vowels, the surname alone."""
    assert names_agree(one(a, language), one(b, language))


def test_traditional_and_simplified_names_agree() -> None:
    """Japanese and Chinese write one name in two sets of characters."""
    assert names_agree(one("習大明主席", "ja"), one("主席习大明", "zh"))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("It was Macron", "It was Merz"),
        ("It was Kim", "It was Kam"),  # too short for another spelling
        ("It was Zarya-20", "It was Zarya-21"),
        ("It was Martin", "It was Marvin"),
        ("Macron", "Macron"),  # a sentence begins with it in both
    ],
)
def test_two_names(a: str, b: str) -> None:
    """Another consonant or number is another name; what may be no name in either proves nothing."""
    assert not names_agree(one(a), one(b))


@pytest.mark.parametrize(
    "text", ["", "İstanbul", "\ud800A B-", "A" * 5000, "«»“”", "習", "・・", "대통령", "A-1-2", "'s O's"]
)
def test_odd_texts(text: str) -> None:
    """Nothing that a feed can hold is an error, and spans stay true."""
    for language in ("en", "de", "ko", "ja", "zh", None):
        for mention in find_names(text, text, language):
            assert f"{text}\n{text}"[mention.start : mention.end] == mention.text
            assert mention.key
