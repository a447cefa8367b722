from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.tokenized_article import TokenizedArticle
from monitor.text.folding import fold, fold_text, folded_tokens
from monitor.text.language_detection import detect_language_tag
from monitor.text.record import Offsets, normalize_text
from monitor.text.scripts import TOKEN
from tests.support.building import article

# Characters that normalisation joins with their neighbours: jamo, half-width kana and Hangul, combining marks.
_JOINING = "".join(
    map(chr, [*range(0x1100, 0x1200), *range(0x3131, 0x3190), *range(0xFF65, 0xFFDD), *range(0x300, 0x370)])
)
texts = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(_JOINING + "\u00ad\u200b가각ガカaé ")),
    max_size=40,
)


@given(texts)
def test_offsets_cover_every_character_of_the_record(text: str) -> None:
    """Each character of the record comes from the received characters that its offsets name, in order."""
    record, offsets = normalize_text(text), Offsets(text)
    ranges = [offsets.to_original(i, i + 1) for i in range(len(record))]
    assert ranges == sorted(ranges)
    for i, (start, end) in enumerate(ranges):
        assert record[i] in normalize_text(text[start:end])


@given(texts)
def test_folding_keeps_every_token_a_token(text: str) -> None:
    """One token in is one comparable token out, never empty: token numbers stay those of the record."""
    tokens = TOKEN.findall(normalize_text(text))
    assert len(fold(" ".join(tokens)).split()) == len(tokens)


@given(st.one_of(texts, st.text(st.characters(max_codepoint=0x52F), max_size=12)), st.booleans())
def test_the_quick_way_of_folding_gives_the_same(text: str, cased: bool) -> None:
    """Code page by code page or letter by letter: the comparable tokens are the same."""
    folded, with_case = fold_text(text)
    assert (with_case() if cased else folded) == " ".join(folded_tokens(text, cased=cased))


@given(texts, texts)
def test_evidence_quotes_the_field_exactly(title: str, text: str) -> None:
    """Whatever tokens are evidence, the span's text is the article's own field from start to end."""
    document = TokenizedArticle(article(title=title, text=text))
    for found in re.finditer(r"[^ \x02]+", document.joined):
        span = document.evidence_span(*found.span(), "term")
        field = title if found.start() < document.title_region[1] else text
        assert span.text == field[span.start : span.end] != ""
        assert found.group() in fold_text(span.text)[0].replace(" ", "") or not unicodedata.is_normalized(
            "NFKC", span.text
        )


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([None, "en", "ru", "ar", "zh-TW", "xx"]))
def test_any_text_has_a_language_or_none(title: str, text: str, hint: str | None) -> None:
    """Control characters, halves of pairs, no letters at all: nothing is refused, and the same is said each time."""
    assert detect_language_tag(title, text, hint) == detect_language_tag(title, text, hint)
