"""Codes of languages."""

from monitor.text.language_tags import THREE_LETTERS


def test_codes_of_three_letters_lead_to_codes_of_two() -> None:
    """Each to one, also where there are two of them."""
    assert {THREE_LETTERS[three] for three in ("zho", "chi", "cmn")} == {"zh"}
    assert all(len(three) == 3 and len(two) == 2 for three, two in THREE_LETTERS.items())
