"""How alike two articles are in their words: of title and lead, and by the runs of words that both have."""

from __future__ import annotations

from random import Random

import pytest

from bench.reprints import english
from monitor.identity.features import features_of
from monitor.identity.likeness import (
    TERMS,
    WordFeatures,
    measure_copied_share,
    measure_likeness,
    title_likeness,
    word_features_of,
)
from tests.support.building import article


def of_title(title: str) -> WordFeatures:
    return word_features_of(title, "", "")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Blast at plant", "Blast at plant", 1.0),
        ("Blast at plant", "BLAST AT PLANT!", 1.0),
        ("Dockers strike", "Docker strikes", 1.0),  # what inflects is cut off beyond six letters
        ("protesters marched", "protest marched", 1.0),
        ("Blast at plant", "Rain all week", 0.0),
        ("Взрывы в городе", "Взрывов в городе", 1.0),
        ("朝鲜发射导弹", "朝鮮發射導彈", 1.0),
        ("부산 항만", "부산항만", 0.816),
        ("", "", 0.0),
        ("Blast", "", 0.0),
    ],
)
def test_titles(one: str, other: str, alike: float) -> None:
    """The cosine of their sets of terms, whichever comes first."""
    a, b = of_title(one), of_title(other)
    assert title_likeness(a, b) == title_likeness(b, a) == pytest.approx(alike, abs=0.01)


def test_titles_count_as_much_as_title_and_lead_together() -> None:
    """Of one that has no lead the title is all there is."""
    one = word_features_of("blast plant", "smoke", "smoke")
    other = word_features_of("blast plant", "fire", "fire")
    assert measure_likeness(one, other) == pytest.approx((1 + 2 / 3) / 2)
    assert measure_likeness(one, of_title("blast plant")) == 1.0
    # a word of the title is none of the lead
    assert word_features_of("blast plant", "blast smoke", "").lead == ("smoke",)


def test_a_long_title_has_no_more_terms_than_are_compared() -> None:
    """Whole articles are given as titles too."""
    title = " ".join(f"w{number}" for number in range(3 * TERMS))
    words = word_features_of(title, title.replace("w", "v"), "")
    assert (len(words.title), len(words.lead)) == (TERMS, 0)


def words_in(text: str) -> WordFeatures:
    return word_features_of("A title", text[:100], text)


def test_a_cut_copy_shares_most_of_its_runs() -> None:
    """Whatever stands before and behind it; another article shares none."""
    one, other = (text.text for text in english(12, 5)[:2])
    cut = " ".join(one.split()[60:220])
    assert measure_copied_share(words_in(one), words_in(f"By Ann Onymous | AFP {cut} More on page two.")) > 0.5
    assert measure_copied_share(words_in(one), words_in(one)) == 1
    assert measure_copied_share(words_in(one), words_in(other)) == 0
    assert measure_copied_share(words_in(one), of_title("A title")) == 0


def test_what_is_quoted_in_passing_is_a_small_part() -> None:
    """A fifth of the runs of both."""
    one, other = (text.text.split() for text in english(12, 5)[:2])
    quoting = " ".join((*other[:200], *one[100:150]))
    assert measure_copied_share(words_in(" ".join(one[:250])), words_in(quoting)) < 0.5


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_sample_tells_the_part_that_is_shared(share: float) -> None:
    """About: the smallest hashes are drawn by value, so that both sides draw the same."""
    rng = Random(7)
    found = []
    for _ in range(40):
        one = [f"word{rng.randrange(10**9)}" for _ in range(400)]
        begin = round(share * len(one))
        other = [*one[:begin], *(f"word{rng.randrange(10**9)}" for _ in range(len(one) - begin))]
        found.append(measure_copied_share(words_in(" ".join(one)), words_in(" ".join(other))))
    assert sum(found) / len(found) == pytest.approx(share, abs=0.1)


def test_a_short_text_has_shorter_runs() -> None:
    """Of three words."""
    one = words_in("the strike at the port goes on for a third day")
    other = words_in("the strike at the port of the capital ends")
    assert measure_copied_share(one, other) > 0


def test_credits_do_not_count() -> None:
    """An agency's dateline is no part of the lead."""
    plain = features_of(article(text="A blast at a plant killed 16 people."))
    credited = features_of(article(text="OSAKA, Jan. 5 (Kyodo) -- A blast at a plant killed 16 people."))
    assert plain.words.lead == credited.words.lead
