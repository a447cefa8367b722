"""HTML to plain text."""

from __future__ import annotations

import pytest

from monitor.sources.html import lines, one_line, to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),  # a line for each block
        ("One.<br>Two.<br/>Three.", "One.\nTwo.\nThree."),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("미사일을 <b>발사</b>했다", "미사일을 발사했다"),  # a tag within a sentence parts nothing
        ("Tom &amp; Jerry&nbsp;&#8211; &lt;b&gt;", "Tom & Jerry – <b>"),  # references, once
        ("a &amp;lt; b", "a &lt; b"),  # and only once
        ("x<script>alert(1)</script><style>p{}</style>y", "xy"),  # what no reader sees
        ("x<!-- hidden -->y", "xy"),
        ('<p title="a > b">c</p>', "c"),  # a sign within an attribute
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),  # signs that are no tags
        ("<P>upper</P><DIV>case</DIV>", "upper\ncase"),
        ("<pre>kept</pre><picture>in line</picture>", "kept\nin line"),  # names that start alike
        ("cut <a href='http://exam", "cut"),  # a tag that was cut off
        ("  many \n\n\n  blanks\t here  ", "many\nblanks here"),
        ("", ""),
    ],
)
def test_text_is_what_a_reader_would_see(html: str, text: str) -> None:
    """Blocks become lines, tags go, references are replaced once."""
    assert to_text(html) == text


def test_control_characters_and_half_characters_go() -> None:
    """They reach no database and no message, from references either."""
    assert to_text("a&#1;b&#xD800;c\x85d") == to_text("ab\ufffdcd")
    assert lines("a\x00b\r\nc\rd\ud800") == "ab\nc\nd"
    assert one_line(" a\tb\n\x07c　d ") == "a b c d"


def test_no_source_turns_the_direction_of_what_is_shown_round_its_title() -> None:
    """Nor parts a word by trying to."""
    assert one_line("Tai\u202ewan \u2067drills\u2069") == "Taiwan drills"
    assert to_text("<p>Tai&#x202e;wan</p>") == "Taiwan"
