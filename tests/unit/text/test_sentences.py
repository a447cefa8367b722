from __future__ import annotations

import pytest

from monitor.text.sentences import MAX_BORDERS, split_paragraphs, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # abbreviations and initials end no sentence
        ("U.S. forces moved. Gen. Kim said no!", ["U.S. forces moved.", "Gen. Kim said no!"]),
        # Chinese and Japanese put no blank behind the full stop
        ("朝鲜发射导弹。韩国谴责！", ["朝鲜发射导弹。", "韩国谴责！"]),
        # a quotation that the sentence goes on behind
        ("「許さない。」と述べた。次。", ["「許さない。」と述べた。", "次。"]),
        # NFKC has made ！ an ASCII mark that no blank follows
        ("朝鲜发射导弹!韩国谴责", ["朝鲜发射导弹!", "韩国谴责"]),
        ("북한이 발사했다. 합참이 밝혔다.", ["북한이 발사했다.", "합참이 밝혔다."]),
        # the year's full stop in Russian
        ("В 2026 г. Пхеньян молчит. Сеул нет.", ["В 2026 г. Пхеньян молчит.", "Сеул нет."]),
        # a line break ends a headline
        ("Headline\nBody begins", ["Headline", "Body begins"]),
        # a number's point is no full stop
        ("It flew 2.5 km. Then fell.", ["It flew 2.5 km.", "Then fell."]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_sees_them_end(text: str, expected: list[str]) -> None:
    """Sentence ends are found in every script that we promise."""
    assert [text[a:b] for a, b in split_sentences(text)] == expected


@pytest.mark.parametrize("text", ["." * 200_000 + "a", "!?" * 100_000 + "a", '."' * 100_000 + "a", ". . " * 50_000])
def test_hostile_runs_of_signs_are_read_once(text: str) -> None:
    """A quarter of a megabyte of full stops ends with an answer (it once took ten minutes)."""
    assert "".join(text[a:b] for a, b in split_sentences(text)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("piece", [". ", "! ", "。 ", "a\n", "U.S. "])
def test_what_is_nothing_but_ends_is_cut_into_so_many(piece: str) -> None:
    """What is left is one more: words that stand near each other are found all the same."""
    text = piece * (3 * MAX_BORDERS)
    found = split_sentences(text)
    assert len(found) <= MAX_BORDERS + 1
    assert found[-1][1] == len(text.rstrip())
    assert len(split_paragraphs(text)) <= MAX_BORDERS + 1
