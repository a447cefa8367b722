"""HTML to plain text."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from monitor.sources.formats.html import (
    limit_attributes,
    may_nest_deeply,
    one_line,
    tidy_lines,
    to_text,
    without_markup,
)


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
    assert tidy_lines("a\x00b\r\nc\rd\ud800") == "ab\nc\nd"
    assert one_line(" a\tb\n\x07c　d ") == "a b c d"


def test_no_source_turns_the_direction_of_what_is_shown_round_its_title() -> None:
    """Nor parts a word by trying to."""
    assert one_line("Tai\u202ewan \u2067drills\u2069") == "Taiwan drills"
    assert to_text("<p>Tai&#x202e;wan</p>") == "Taiwan"


PAGES = Path(__file__).parents[2] / "data" / "pages"
MANY_ATTRIBUTES = " ".join(f"b{n}" for n in range(1_500))
MARKUP_PIECES = (
    *("<script>", "</script>", "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<noscript>", "</noscript>", "<svg>"),
    *("<title>", "</title>", "<textarea>", "</textarea ", "<iframe>", "</iframe/>", "<plaintext>", "<style>"),
    *("<title/>", "<textarea a=b/>", "<script a='b'/>", "<iframe />", "<xmp/ >", "<plaintext/>", "<style //>"),
    *('"', "'", ">", "/>", "=", "<p ", "</p ", "<math><mi>", "</style>", "</svg>", "<?", "<!", "\x00", "\r"),
    *(MANY_ATTRIBUTES, MANY_ATTRIBUTES, f"<p {MANY_ATTRIBUTES}>", f"<b c={MANY_ATTRIBUTES}/>"),
    f"<i d='{MANY_ATTRIBUTES}' {MANY_ATTRIBUTES}>",
)
NESTED = {
    "lists": "<ul><li>",
    "blocks": "<div>",
    "end tags of nothing": "<div></x>",
    "end tags across each other": "<span><div></span></div>",
    "formatting that paragraphs open again": "<b></p>",
    "paragraphs in blocks": "<p><div>",
    "end tags in attributes": '<div title="</div>">',
    "end tags in comments": "<div><!--</div>-->",
    "end tags in a comment that has not ended": "<div><!--x-></div>-->",
    "end tags in a script": "<div><script></div></script>",
    "end tags in a title": "<div><title></div></title>",
    "end tags in what is no comment": "<div></ <div>",
    "a quotation mark that opens nothing": "<i \"><div><b c=d='></div>",
    "self-closing blocks": "<div/>",
}


@pytest.mark.parametrize("piece", NESTED.values(), ids=NESTED)
def test_no_tree_is_built_of_deep_markup(piece: str) -> None:
    """nh3 would take half a minute over a quarter of a megabyte of it. No sign within attributes, comments or scripts
    makes it pass for flat; and its text is kept."""
    assert may_nest_deeply(piece * 1_000)
    assert to_text(f"the beginning{piece * 1_000}").startswith("the beginning")


def test_a_tag_with_very_many_attributes_reaches_no_tree() -> None:
    """Each is compared with all before it."""
    markup = f"<p {' '.join(f'a{n}=1' for n in range(3_000))}>x</p>"
    assert may_nest_deeply(markup)
    assert to_text(markup) == "x"


@pytest.mark.parametrize(
    "before", ["", "<noscript>", "<svg>", "<!-->", "<![CDATA[>", "<title>a</title>", "<p title='>'>"]
)
@pytest.mark.parametrize("name", ["p", "a", "body", "svg", "iframe", "math"])
def test_lxml_gets_no_tag_with_very_many_attributes(before: str, name: str) -> None:
    """A megabyte of them took lxml more than a minute. All text stays, and every other tag."""
    attributes = " ".join(f"a{n}='>'" for n in range(3_000))
    page = limit_attributes(f"<html><body><p>one</p>{before}<{name} {attributes}>two</{name}><p lang=en>three</p>")
    tree = document_fromstring(page)
    assert max(len(element.attrib) for element in tree.iter()) <= 1_000
    assert [word in page for word in ("<p>one</p>", ">two</", "<p lang=en>three</p>")] == [True] * 3


@pytest.mark.parametrize("before", ["", "<svg>", "<math>"])
@pytest.mark.parametrize("end", ["/>", " />", " a/>", " a='>'/>", "//>", "/ >", " a=b/>", " a=/>", ">"])
@pytest.mark.parametrize("name", ["title", "textarea", "script", "style", "iframe", "xmp", "plaintext", "noframes"])
def test_lxml_gets_no_such_tag_behind_an_empty_element(before: str, end: str, name: str) -> None:
    """For lxml, such an element has content only if its tag does not end in `/>`."""
    page = f"<html><body>{'<p>x</p>' * 600}{before}<{name}{end}<p {MANY_ATTRIBUTES}>y"
    tree = document_fromstring(limit_attributes(page))
    assert max(len(element.attrib) for element in tree.iter()) <= 1_000
    has_content = max(len(element.attrib) for element in document_fromstring(page).iter()) <= 1
    assert has_content == (limit_attributes(page) == page)  # the content of an element is text, and stays


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(MARKUP_PIECES), max_size=12))
def test_lxml_finds_few_attributes_in_any_limited_page(pieces: list[str]) -> None:
    """The scan and lxml see the same tags."""
    tree = document_fromstring("<html><body>" + limit_attributes("".join(["<p>x</p>" * 600, *pieces])))
    assert max(len(element.attrib) for element in tree.iter()) <= 1_000


def test_pages_without_such_tags_stay_as_they_are() -> None:
    """Those of real sites, with scripts, data and comments."""
    pages = [path.read_text(encoding="utf-8") for path in PAGES.glob("*.html")]
    assert len(pages) > 2
    assert [limit_attributes(page) == page for page in pages] == [True] * len(pages)


def test_less_than_signs_without_a_name_are_text() -> None:
    """As a tree builder reads them, which takes ten times as long."""
    for text in ("1 < 2", "<<<<", "<3 &amp;lt; <é", "a <\n", "< b>"):
        assert to_text(text) == tidy_lines(unescape(nh3.clean(text, tags=set())))


FLAT = {
    "paragraphs": "<p>word</p>",
    "lines": "word<br>\n",
    "pictures": '<div><img src="data:image/png;base64,AAAA" alt="a > b"><br/></div>',
    "lists": "<ul><li>word <b>bold</b></li></ul>",
    "tables": "<table><tbody><tr><td>word</td></tr></tbody></table>",
    "comments": "<!-- <div> --><p>word</p>",
    "scripts": "<script>if (a<b) document.write('<div>')</script><p>word</p>",
}


@pytest.mark.parametrize("piece", FLAT.values(), ids=FLAT)
def test_long_flat_markup_is_read_as_ever(piece: str) -> None:
    """However long: nothing of it is nested."""
    assert not may_nest_deeply(piece * 2_000)


@pytest.mark.parametrize(
    "markup", [*FLAT.values(), "<p>a &lt;b&gt; &amp;amp; c", "<li>1 < 2", "<style>p{}</style>x", "<title>a<b></title>c"]
)
def test_text_without_a_tree_is_the_same_text(markup: str) -> None:
    """What a tree gives: tags go, references stay for who replaces them once."""
    assert unescape(without_markup(markup * 3)) == unescape(nh3.clean(markup * 3, tags=set()))
