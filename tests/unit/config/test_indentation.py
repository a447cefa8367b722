"""Where a line is indented wrongly, the fault names this line, and not the one where the parser stopped."""

from __future__ import annotations

import pytest

from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles

RULE = """\
rule: ferry
title: Ferry accidents
level: high
max_age: 12 hours
match:
  near:
    within: 20 words
    these:
      - entity: scotland
      - words:
          en: [ferry, "ferries*"]
          ko: [여객선]
      - list: casualties
unless:
  in: title
  words: {en: [drill]}
alert:
  to: [default]
  once_per: event
tests:
  fires:
    - "A ferry sank off Oban, 40 rescued"
    - A ferry burned off Mull
  silent: [A ferry won a prize]
"""
SOURCES = """\
sources:
  - id: one
    url: https://one.example/feed
    tags: [official]
  - id: two
    url: https://two.example/feed
    every: 5 minutes
  - {id: three, url: "https://three.example/feed"}
"""
MONITOR = """\
sources: [sources.yaml]
rules:
  - rules
channels:
  desk:
    url: console://
    rate: 5 a minute
  phone: {url: "ntfy://topic"}
routes:
  default:
    - desk
    - channel: phone
      levels: [high]
operator: [desk]
"""


def indent_lines(text: str, first: int, last: int, by: int) -> str:
    """The text, with these lines (from 1) moved to the right, or to the left if `by` is negative."""
    lines = text.splitlines()
    for number in range(first - 1, last):
        assert by > 0 or not lines[number][:-by].strip()
        lines[number] = " " * by + lines[number] if by > 0 else lines[number][-by:]
    return "\n".join(lines) + "\n"


BROKEN = [
    # too far left
    (RULE, 7, 7, -2),  # the first key of a mapping
    (RULE, 7, 7, -1),
    (RULE, 8, 8, -1),
    (RULE, 9, 9, -1),  # the first item of a list
    (RULE, 10, 10, -1),
    (RULE, 10, 12, -2),  # an item with all that is under it
    (RULE, 13, 13, -1),  # the last item
    (RULE, 11, 11, -3),
    (RULE, 12, 12, -1),
    (RULE, 12, 12, -3),
    (RULE, 16, 16, -1),
    (RULE, 19, 19, -1),
    (RULE, 22, 22, -1),
    (RULE, 24, 24, -1),
    (SOURCES, 3, 3, -1),
    (SOURCES, 5, 5, -1),
    (SOURCES, 6, 6, -3),
    (SOURCES, 8, 8, -1),
    (MONITOR, 7, 7, -1),
    (MONITOR, 8, 8, -1),
    (MONITOR, 13, 13, -1),
    # too far right
    (RULE, 1, 1, 1),  # the first line of the file
    (RULE, 2, 2, 1),
    (RULE, 3, 3, 2),
    (RULE, 5, 5, 2),
    (RULE, 7, 7, 1),
    (RULE, 8, 8, 1),
    (RULE, 8, 8, 2),
    (RULE, 9, 9, 1),
    (RULE, 10, 10, 2),
    (RULE, 11, 11, 1),
    (RULE, 12, 12, 2),
    (RULE, 14, 14, 1),
    (RULE, 16, 16, 2),
    (RULE, 20, 20, 1),
    (RULE, 24, 24, 2),
    (SOURCES, 2, 2, 1),
    (SOURCES, 4, 4, 2),
    (SOURCES, 5, 5, 1),
    (SOURCES, 8, 8, 1),
    (MONITOR, 4, 4, 2),
    (MONITOR, 6, 6, 2),
    (MONITOR, 12, 12, 1),
]


def read_fault(text: str) -> str | None:
    try:
        parse_yaml_text(text, "f.yaml")
    except InvalidFiles as error:
        return str(error.faults[0])
    return None


@pytest.mark.parametrize(("text", "first", "last", "by"), BROKEN)
def test_the_line_that_was_moved_is_named(text: str, first: int, last: int, by: int) -> None:
    """Whether it is too far left or right, and whether the parser stops in it or after it."""
    assert str(read_fault(indent_lines(text, first, last, by))).startswith(f"f.yaml:{first}:")
