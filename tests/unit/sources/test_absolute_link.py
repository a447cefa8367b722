"""Links are made absolute alike on every Python and for every scheme of the document."""

from __future__ import annotations

import pytest

from monitor.sources.formats.absolute_link import join_link


@pytest.mark.parametrize("base", ["https://news.example.org/a/b?c=1#d", "http://news.example.org/a/b?c=1#d"])
@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://other.example/x;?#", "https://other.example/x"),
        ("https://other.example/x?", "https://other.example/x"),
        ("https://other.example/x#", "https://other.example/x"),
        ("https://other.example/x;", "https://other.example/x"),
        ("https://other.example/x;?a=1#", "https://other.example/x?a=1"),
        ("https://other.example/x?#f", "https://other.example/x#f"),
        ("https://other.example?", "https://other.example"),
        ("https://other.example/x;y?a?#b#", "https://other.example/x;y?a?#b#"),
        ("https://other.example/x;;", "https://other.example/x;;"),
        ("https://other.example/x#?", "https://other.example/x#?"),
        ("tag:news.example.org,2026:1?", "tag:news.example.org,2026:1?"),
        ("urn:x#", "urn:x#"),
    ],
)
def test_empty_parts_are_dropped_for_every_base(base: str, link: str, absolute: str) -> None:
    assert join_link(base, link) == absolute


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("x?#", "https://news.example.org/a/x"),
        ("//cdn.example/x;", "https://cdn.example/x"),
        ("?", "https://news.example.org/a/b?c=1"),
        ("#", "https://news.example.org/a/b?c=1"),
        ("?e=2#", "https://news.example.org/a/b?e=2"),
        ("#f", "https://news.example.org/a/b?c=1#f"),
        ("../y;?", "https://news.example.org/y"),
    ],
)
def test_relative_links_have_no_empty_parts_either(link: str, absolute: str) -> None:
    """They begin where their document does, without its fragment."""
    assert join_link("https://news.example.org/a/b?c=1#d", link) == absolute


def test_an_empty_query_of_the_document_is_in_no_link() -> None:
    assert join_link("https://news.example.org/feed?", "#f") == "https://news.example.org/feed#f"
