"""Where sentences and paragraphs end, in any script, in a text as received or in its record.

In doubt a sentence is longer: a sentence cut in two separates words that belong together (a missed alert), while two
sentences taken for one only bring words nearer.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final

from monitor.languages import collect_words

MAX_BORDERS: Final = 10_000
"""How many possible ends of sentences, or paragraphs, are examined: what follows them is one sentence. The longest
text that is kept has as many only if there is one every 26 characters."""
_CLOSERS = "\"'”’»」』）)\\]"
# Without the lookbehinds, a run of full stops that ends no sentence would be read again from each of them.
_END = re.compile(
    rf"(?P<wide>[。！？｡]+[{_CLOSERS}]*)"
    rf"|(?<![.!?…])(?P<narrow>[.!?…]++[{_CLOSERS}]*+)(?=\s|$)"
    r"|(?<![!?])(?P<mixed>[!?]++)(?=[\u3000-\u9fff])"
    r"|\n\s*"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_BREAK = re.compile(r"\n")
_NEXT = re.compile(r"\s*(\S?)")
# "U.S. forces", "Gen. Kim": a full stop after one of these, or after a single letter, does not end a sentence.
_ABBREVIATIONS = "|".join(collect_words(lambda language: language.abbreviations))
_ABBREVIATION = re.compile(rf"(?:^|[\s(\"'“‘])(?:\w|\w\.\w|(?:\w\.){{2,}}\w?|{_ABBREVIATIONS})$", re.IGNORECASE)


@lru_cache(maxsize=4)  # every match of an article is quoted, and needs the sentences of the same text
def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of each sentence, in order. Together they cover the text, except for white space
    around them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in islice(_END.finditer(text), MAX_BORDERS):
        if _ends_sentence(text, match):
            spans.append((start, match.end()))
            start = match.end()
    spans.append((start, len(text)))
    return tuple(trimmed for a, b in spans if (trimmed := _trim_span(text, a, b))[0] < trimmed[1])


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    end = match.end()
    if match.lastgroup == "wide":
        # 「撃った。」と述べた: a quotation after which the sentence continues
        return match.group()[-1] in "。！？｡" or end == len(text) or text[end].isspace()
    if match.lastgroup == "narrow" and match.group()[0] == ".":
        following = _NEXT.match(text, end)
        continues_in_lowercase = following is not None and following.group(1).islower()
        return not continues_in_lowercase and not _ABBREVIATION.search(text[max(0, match.start() - 12) : match.start()])
    return True


def _trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    leading = len(piece) - len(piece.lstrip())
    return start + leading, start + leading + len(piece.strip())


def split_paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each paragraph, in order. Blank lines end one; in a text without any, line breaks
    do."""
    borders = _find_first_borders(_BLANK_LINE, text) or _find_first_borders(_LINE_BREAK, text)
    starts = [0, *(border.end() for border in borders)]
    ends = [*(border.start() for border in borders), len(text)]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()]


def _find_first_borders(border: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(islice(border.finditer(text), MAX_BORDERS))
