"""What is cleaned once is clean: several doors may clean the same text, and none sees another one than the first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.sanitize import sanitize_line, sanitize_text, sanitize_url

# Everything that has a rule of its own: blanks, ends of lines, joiners, selectors, flags and tags, letters of scripts.
_MEETING = (
    "a1 कاא가👩\t\n\r\x85\u2028\u3000\u200b\u200c\u200d\u202e\U0001f3f4\U000e0067\U000e007f\ud800\x1b"
    "\xad\u1160\u180b\u1820\u2764\ufe00\ufe0f\u20e3葛\U000e0100"
)
texts = st.text(st.one_of(st.sampled_from(_MEETING), st.characters()), max_size=12)


@pytest.mark.parametrize("clean", [sanitize_text, sanitize_line, sanitize_url], ids=lambda clean: str(clean.__name__))
@given(text=texts)
@example(text="\u3000a \x85\u3000\u200c")
@example(text="a\u2028\u200d")
def test_cleaning_twice_changes_nothing(clean: Callable[[str], str], text: str) -> None:
    """The second time gives what the first gave."""
    once = clean(text)
    assert clean(once) == once
