"""Where sentences and paragraphs end, in any script, on a text as received or on its record.

It errs towards longer sentences: a sentence cut in two separates words that belong together (a missed alert), two
sentences taken for one only bring words nearer.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Final

MOST: Final = 10_000
"""Signs that may end a sentence, or a paragraph, that are looked at: what follows them is one sentence. The
longest text that is kept has as many only where one comes every 26 characters."""
_CLOSERS = "\"'”’»」』）)\\]"
# The lookbehinds: without them a run of full stops that ends no sentence is read again from each of them.
_END = re.compile(
    rf"(?P<wide>[。！？｡]+[{_CLOSERS}]*)"
    rf"|(?<![.!?…])(?P<narrow>[.!?…]++[{_CLOSERS}]*+)(?=\s|$)"
    r"|(?<![!?])(?P<mixed>[!?]++)(?=[\u3000-\u9fff])"
    r"|\n\s*"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_BREAK = re.compile(r"\n")
_NEXT = re.compile(r"\s*(\S?)")
# "U.S. forces", "Gen. Kim": a full stop behind one of these, or behind a single letter, ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:\w|\w\.\w|(?:\w\.){2,}\w?|mr|mrs|ms|dr|gen|lt|col|maj|adm|capt|cpl|sgt|sen|rep|gov|prof|st|no|vs|etc|inc|ltd|corp"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|г|гг|им|ул|тыс|млн|млрд|руб)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4)  # each match of an article is quoted, and each asks for the sentences of the same text
def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """The (start, end) of each sentence, in order; together they cover the text but for white space around them."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in islice(_END.finditer(text), MOST):
        if _ends_sentence(text, match):
            found.append((start, match.end()))
            start = match.end()
    found.append((start, len(text)))
    return tuple(trimmed for a, b in found if (trimmed := _trim_span(text, a, b))[0] < trimmed[1])


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    end = match.end()
    if match.lastgroup == "wide":
        # 「撃った。」と述べた: a quotation that the sentence goes on behind
        return match.group()[-1] in "。！？｡" or end == len(text) or text[end].isspace()
    if match.lastgroup == "narrow" and match.group()[0] == ".":
        following = _NEXT.match(text, end)
        lower = following is not None and following.group(1).islower()
        return not lower and not _ABBREVIATION.search(text[max(0, match.start() - 12) : match.start()])
    return True


def _trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return start + left, start + left + len(piece.strip())


def split_paragraphs(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each paragraph, in order. A blank line ends one; in a text without any, a line break does."""
    borders = _find_first_borders(_BLANK_LINE, text) or _find_first_borders(_LINE_BREAK, text)
    starts = [0, *(border.end() for border in borders)]
    ends = [*(border.start() for border in borders), len(text)]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()]


def _find_first_borders(border: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(islice(border.finditer(text), MOST))
