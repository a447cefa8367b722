"""The phrases that a rule could look for, in each script."""

from __future__ import annotations

from monitor.lab.improving.phrases import (
    find_parts_of_words,
    find_phrases,
    find_stems,
    is_too_long,
    quote_sentence,
    surrounding_phrases,
)


def test_words_and_pairs_of_words_without_those_that_say_nothing() -> None:
    """No phrase crosses a sentence, or begins with a function word."""
    found = find_phrases("The dockers of Łódź walk out. Ships wait 24 hours.", "en")
    assert {"dockers", "lodz", "walk", "walk out", "ships", "ships wait"} <= found.keys()
    assert not {"the", "the dockers", "out ships", "24"} & found.keys()
    assert found["lodz"] == "Łódź"  # folded as it is compared, written as it is


def test_korean_words_lose_their_particles() -> None:
    """The matcher adds them by itself."""
    assert {"부두", "파업", "부두에서 파업"} <= find_phrases("부두에서 파업을 시작", "ko").keys()
    assert "the" not in find_phrases("부두 파업: the union", "ko")  # English is quoted everywhere


def test_a_script_without_spaces_gives_runs_of_characters() -> None:
    """Which of them are words is known by counting: before 业 there is always 工."""
    found = find_phrases("码头罢工", "zh")
    assert {"码头", "罢工", "头罢", "码头罢工"} <= found.keys()
    counts = {"罢工": 7, "罢工潮": 2, "工潮": 2, "码头": 9}
    assert find_parts_of_words(counts) == {"工潮"}
    assert is_too_long("码头罢工潮")
    assert not is_too_long("walkouts")


def test_words_share_a_stem_as_long_as_it_can_be() -> None:
    """One form alone has none, and a stem is no word of three letters."""
    found = find_stems(["strajk", "strajku", "strajkiem", "portowy", "port", "porta"])
    assert found["strajk*"] == ("strajk", "strajkiem", "strajku")
    assert not any(stem.startswith("port") for stem in found)


def test_what_surrounds_a_place() -> None:
    """One or two words on each side, in the same sentence; characters in a script without spaces."""
    text = "Stop. An air strike hit the port. Yes."
    start = text.index("strike")
    found = surrounding_phrases(text, start, start + 6)
    assert {"air strike", "strike hit", "air strike hit"} <= found
    assert not any("yes" in phrase or "stop" in phrase for phrase in found)
    han = "中国制造业"
    assert {"国制造", "制造业"} <= surrounding_phrases(han, 2, 4)


def test_the_sentence_with_a_phrase_is_quoted() -> None:
    """An open end counts, and case and accents do not."""
    text = "Quiet day. The Strajkujący wait.\nEnd."
    assert quote_sentence(text, "strajkując*") == "The Strajkujący wait."
    assert quote_sentence(text, "flood") == "Quiet day."
