"""Every function that takes strangers' text is known, and none of those that get long texts is quadratic.

`./dev bench text_on_attack` searches for the worst texts, and prints seconds for a megabyte. Here a few kinds of text
are enough, and only growth counts.
"""

from __future__ import annotations

import time

import pytest

from monitor.text.record import replace_surrogates
from tests.bench.text_on_attack import LINEAR, attack_with
from tests.security.nasty_pieces import ALL
from tests.security.text_functions import (
    BOUNDS,
    TRUSTED,
    WITHIN,
    TextFunction,
    find_text_functions,
    fit,
    list_text_functions,
)

SHORT, LONG = 4_000, 16_000  # characters
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
    began = time.thread_time()
    function.call(text)
    return time.thread_time() - began


@pytest.mark.parametrize("function", WITH_LONG_TEXTS, ids=lambda function: function.name)
def test_the_time_grows_with_the_length_only(function: TextFunction) -> None:
    """Four times the text, and about four times the CPU: of a quadratic function it would be sixteen times. What looks
    so once, beside whatever else the machine does, must look so five times."""
    limit = function.bound.characters if function.bound else 2**20
    for attack in ATTACKS:
        short, long = (fit(attack.write(size), limit) for size in (SHORT, LONG))
        measure(function, long)  # caches are full from here on
        growths = (measure(function, long) / max(measure(function, short), 0.01) for _ in range(5))
        assert any(growth < 4**LINEAR for growth in growths), attack.made_of
