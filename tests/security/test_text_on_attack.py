"""Every function that takes strangers' text is known, and none of those that get long texts is quadratic.

`./dev bench text_on_attack` searches for the worst texts, and prints seconds for a megabyte. Here a few kinds of text
are enough, and only growth counts.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable

import pytest

from bench.text_on_attack import LINEAR, Attack, attack_with
from monitor.text.record import replace_surrogates
from tests.security.nasty_pieces import ALL
from tests.security.text_functions import (
    BOUNDS,
    MEGABYTE,
    TRUSTED,
    WITHIN,
    TextFunction,
    find_text_functions,
    list_text_functions,
)

GROWN = 4  # times as long
SIZES = (4_000, 16_000, 64_000)  # characters
MEASURABLE = 0.02  # s of CPU: what others do to the caches of the processor is far less
LONG = 16_000  # characters: what gets no longer texts cannot take long
FUNCTIONS = list_text_functions()
WITH_LONG_TEXTS = [
    each for each in FUNCTIONS if each.bound is None or (each.bound.characters >= LONG and not each.bound.in_worker)
]
ALONE = (
    "\n",
    " ",
    ". ",
    "<",
    "<!--",
    "&#",
    "9",
    "-1",
    "“",
    "\ufdfa",
    "a\u0301",
    "<ul><li>",
    "A ",
    "\r\n",
    "导弹",
    "@_",
)
ATTACKS = [
    *(attack_with("repeated", piece, "") for piece in ALONE),
    *(attack_with("before", piece, " ") for piece in ("<a href='", "(", "1")),
    *(attack_with("behind", piece, "a") for piece in (".", ">", "\x85")),
]


def test_what_is_said_of_functions_is_said_of_functions_that_there_are() -> None:
    """A function that was renamed loses what is said of it, and is timed again."""
    names = find_text_functions().keys()
    assert [name for name in (*TRUSTED, *WITHIN) if name not in names] == []
    assert [name for name in BOUNDS if name.partition("(")[0] not in names] == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_no_text_makes_a_function_fail(function: TextFunction) -> None:
    """All nasty pieces, side by side and each by itself at the beginning."""
    texts = ("".join(ALL), *(f"{piece} a" for piece in ALL[::7]))
    for text in texts:
        # the decoder leaves no halves of pairs to those that read documents
        function.call(replace_surrogates(text) if function.bound and function.bound.in_worker else text)


def measure(function: TextFunction, text: str) -> float:
    """CPU seconds of this thread, which do not pass while others have the processor."""
    began = time.thread_time()
    function.call(text)
    return time.thread_time() - began


def find_measurable_size(function: TextFunction, attack: Attack, limit: int) -> int | None:
    """The first length of text that takes long enough to be measured; None: none does."""
    sizes = [size for size in SIZES if size <= limit]
    return next((size for size in sizes if measure(function, attack.write(size)) >= MEASURABLE), None)


def grows_at(function: TextFunction, attack: Attack, size: int) -> bool:
    """Whether a text of this length takes nearly as much longer than a quarter of it as if its square counted: by the
    least of three measurements of each, or of two where it does not look so."""
    longer = shorter = math.inf
    for tries in range(3):
        longer = min(longer, measure(function, attack.write(size)))
        shorter = min(shorter, measure(function, attack.write(size // GROWN)))
        if tries and longer < shorter * GROWN**LINEAR:
            return False
    return True


def is_superlinear(function: TextFunction, attack: Attack) -> bool:
    """Whether the CPU grows nearly as the square of the length: at the first length that can be measured, and at the
    next. A function may begin to do something from some length on."""
    limit = function.bound.characters if function.bound else MEGABYTE
    size = find_measurable_size(function, attack, limit)
    if size is None or not grows_at(function, attack, size):
        return False
    return size * GROWN > limit or grows_at(function, attack, size * GROWN)


@pytest.mark.parametrize("function", WITH_LONG_TEXTS, ids=lambda function: function.name)
def test_the_work_grows_with_the_length_only(function: TextFunction) -> None:
    """Four times the text, and about four times the CPU: of a quadratic function it would be sixteen times. Only the
    ratio counts, so a slow or busy machine changes nothing."""
    assert [attack.made_of for attack in ATTACKS if is_superlinear(function, attack)] == []


def test_a_quadratic_function_is_found() -> None:
    """As a regular expression and as a loop may be, though they take 20 and 10 ms for 16,000 characters. A linear one
    is not found, nor one that does ten times as much from some length on."""
    blanks = re.compile(r"\s+$")
    quadratic: list[Callable[[str], object]] = [
        lambda text: blanks.search(f"{text[::8]}a"),
        lambda text: [one for one in text[::64] for _ in text[::16]],
    ]
    linear: list[Callable[[str], object]] = [
        lambda text: [sign.upper() for sign in text],
        lambda text: list(text * (10 if len(text) > 9_000 else 1)),
    ]
    attack = attack_with("repeated", "\n", "")
    assert [is_superlinear(TextFunction("quadratic", call), attack) for call in quadratic] == [True, True]
    assert [is_superlinear(TextFunction("linear", call), attack) for call in linear] == [False, False]
