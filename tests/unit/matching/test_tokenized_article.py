"""Places of the joined text are told as tokens, and shown as the article has them, however far into it they lie."""

from __future__ import annotations

from random import Random

import pytest

from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import Field
from tests.support.building import article

WORDS = ["alpha", "b", "台", "導彈", "대만에서", "U.S.", "x" * 300]


def test_a_position_is_in_the_token_that_it_is_in() -> None:
    """Of each letter of each token, wherever the blocks end in which blanks are counted."""
    document = TokenizedArticle(article(title="A title", text=" ".join(Random(1).choices(WORDS, k=400))))
    position = 1
    for number, token in enumerate(document.tokens):
        assert {document.token_at(position + letter) for letter in range(len(token))} == {number}
        position += len(token) + 1
    assert position == len(document.joined)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("The U.S. fired. Then it rained.", "the u s fired"),
        ("朝鲜发射导弹。随后下雨。", "朝 鲜 发 射 导 弹"),
        ("One sentence", "one sentence"),
        ("... It rained.", ""),  # a sentence without a word
        ("", ""),
        (f"{'word ' * 70}. Then", " ".join(["word"] * 60)),  # the lead ends before it
    ],
)
def test_the_first_sentence_ends_within_the_lead(text: str, first: str) -> None:
    """In any script; where there is no word in it, nothing of the text belongs to it."""
    document = TokenizedArticle(article(title="A title", text=text))
    begin = document.region(Field.TEXT, document.text_end)[0]
    assert document.joined[begin : document.sentence_end] == first


def test_the_title_alone_has_the_language_of_its_article() -> None:
    """So that words of another language do not run on it although its own script leaves that open."""
    page = article(title="朝鮮半島情勢", text="ミサイルが発射された。", tags=("朝鮮",))
    alone = TokenizedArticle(page, all_fields=True, title_alone=True)
    assert alone.joined.split() == [*"朝鲜半岛情势", "\x02", "\x02", "\x02", "\x02"]
    assert alone.ruled_out_languages == TokenizedArticle(page).ruled_out_languages != frozenset()


def test_what_is_shown_first_does_not_matter() -> None:
    """Only so many tokens are cut as are asked for: from the end, from the beginning, and at last all of them."""
    text = " ".join(["Alpha,", *Random(2).choices(["Beta.", "灣"], k=300), "omega"])
    for order in (1, -1):
        document = TokenizedArticle(article(title="", text=text))
        places = [document.joined.index(word) for word in ("alpha", "湾", "omega")]
        shown = [document.evidence_span(place, place + 1, "term") for place in places[::order]][::order]
        assert [span.text for span in shown] == ["Alpha", "灣", "omega"]
        assert [text[span.start : span.end] for span in shown] == ["Alpha", "灣", "omega"]
        start = text.index("omega")
        assert document.token_region_of(Field.TEXT, start, start + 5) == (places[-1], places[-1] + 5)
