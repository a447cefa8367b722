"""The sentence that fired."""

from __future__ import annotations

import pytest

from monitor.alerting.quotes import Quote, quote_all_sentences, quote_best_sentence, quote_lead
from monitor.model import Field, Span
from tests.support.building import article


def spans(title: str, text: str, *wanted: tuple[Field, str]) -> list[Span]:
    """The first place of each of these words."""
    found = []
    for field, word in wanted:
        start = (title if field is Field.TITLE else text).index(word)
        found.append(Span(field, start, start + len(word), word, word))
    return found


TITLE, TEXT = Field.TITLE, Field.TEXT


@pytest.mark.parametrize(
    ("title", "text", "evidence", "sentence", "marked"),
    [
        # the sentence with most of the evidence
        (
            "Missile news",
            "It rained. North Korea fired a missile. Seoul said so.",
            [(TITLE, "Missile"), (TEXT, "North Korea"), (TEXT, "fired")],
            "North Korea fired a missile.",
            ["North Korea", "fired"],
        ),
        # of several the first in the evidence
        ("News", "A launch. A test.", [(TEXT, "test"), (TEXT, "launch")], "A test.", ["test"]),
        # a message shows the title anyway: less evidence that says more goes first
        (
            "Seoul: missile fired",
            "Missile fired. A launch, it said.",
            [(TITLE, "missile"), (TITLE, "fired"), (TEXT, "Missile"), (TEXT, "launch")],
            "A launch, it said.",
            ["launch"],
        ),
        ("Missile", "A missile. Missile", [(TEXT, "Missile"), (TITLE, "Missile")], "Missile", ["Missile"]),
        # a title is one sentence, whatever stands in it
        ("War? No. Talks.", "", [(TITLE, "War"), (TITLE, "Talks")], "War? No. Talks.", ["War", "Talks"]),
        # marks are offsets into the sentence as it was written, in every script
        (
            "速報",
            "天気は晴れ。北朝鮮がﾐｻｲﾙを発射した。",
            [(TEXT, "北朝鮮"), (TEXT, "ﾐｻｲﾙ")],
            "北朝鮮がﾐｻｲﾙを発射した。",
            ["北朝鮮", "ﾐｻｲﾙ"],
        ),
        ("속보", "날씨는 맑다. 북한이 탄도미사일을 쐈다.", [(TEXT, "미사일")], "북한이 탄도미사일을 쐈다.", ["미사일"]),
        (
            "快讯",
            "今日晴。朝鲜向東海发射弹道导弹！韩国称。",
            [(TEXT, "弹道导弹"), (TEXT, "朝鲜")],
            "朝鲜向東海发射弹道导弹！",
            ["朝鲜", "弹道导弹"],
        ),
        # beyond the basic plane a character is one offset still
        ("🚀", "🚀🚀 up. 🚀 A missile 🚀.", [(TEXT, "missile")], "🚀 A missile 🚀.", ["missile"]),
        # evidence that leads out of its sentence is cut with it
        ("t", "The Sea.\nof Japan", [(TEXT, "Sea.\nof")], "The Sea.", ["Sea."]),
        # no evidence in either: the title, or how it begins
        ("Missile", "A launch.", [], "Missile", []),
        ("", "A launch. A test.", [], "A launch.", []),
        ("", "", [], "", []),
    ],
)
def test_the_sentence_with_most_of_the_evidence(
    title: str, text: str, evidence: list[tuple[Field, str]], sentence: str, marked: list[str]
) -> None:
    """People read the sentence that fired, with exactly the words that fired in it marked, in their order."""
    quoted = quote_best_sentence(article(title=title, text=text), spans(title, text, *evidence))
    assert quoted.sentence == sentence
    assert [quoted.sentence[a:b] for a, b in quoted.highlights] == marked


@pytest.mark.parametrize("field", [Field.AUTHOR, Field.TAGS, Field.URL])
def test_evidence_elsewhere_is_not_quoted(field: Field) -> None:
    """What stands in the author, the tags or the address is no sentence: the title is shown, and beside other evidence
    only that is marked."""
    apart, title, text = Span(field, 0, 3, "Kim", "kim"), Span(TITLE, 0, 7, "Missile", "missile"), "It flew. It fell."
    of = article(title="Missile news", text=text)
    assert quote_best_sentence(of, [apart]) == Quote(TITLE, "Missile news", ())
    assert quote_best_sentence(of, [apart, title]) == Quote(TITLE, "Missile news", ((0, 7),))
    assert quote_all_sentences("Missile news", text, [apart]) == []


def test_words_that_fired_for_several_terms_are_marked_once() -> None:
    """Two terms may find the same words."""
    same = [Span(TITLE, 0, 7, "Missile", "missile"), Span(TITLE, 0, 7, "Missile", "miss*")]
    assert quote_best_sentence(article(title="Missile"), same).highlights == ((0, 7),)


def test_every_sentence_that_holds_evidence() -> None:
    """The title first, then as one reads, whatever the order of the evidence; each sentence once."""
    title, text = "Missile news", "North Korea fired. It rained. Missiles flew."
    evidence = spans(title, text, (TEXT, "Missiles"), (TEXT, "fired"), (TITLE, "Missile"), (TEXT, "North Korea"))
    assert quote_all_sentences(title, text, evidence) == [
        Quote(TITLE, "Missile news", ((0, 7),)),
        Quote(TEXT, "North Korea fired.", ((0, 11), (12, 17))),
        Quote(TEXT, "Missiles flew.", ((0, 8),)),
    ]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("It rained. Seoul said so.", "It rained."),
        ("Missile news\nIt rained. Seoul said so.", "It rained."),  # many feeds repeat the title
        ("MISSILE NEWS. It rained.", "It rained."),
        ("Missile news", None),
        ("News. 🚀", "🚀"),
        (" \n", None),
    ],
)
def test_the_lead_is_what_the_title_does_not_say(text: str, lead: str | None) -> None:
    quote = quote_lead("Missile news", text)
    assert quote == (Quote(TEXT, lead, ()) if lead else None)


def test_evidence_of_a_text_that_is_gone_has_no_sentence() -> None:
    """What left the archive is not quoted wrongly."""
    assert quote_all_sentences("", "", [Span(TEXT, 0, 7, "Missile", "missile")]) == []
