"""Two edits of one text are merged where they do not touch, and never otherwise."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.editing.three_way_merge import merge_three_ways

TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"- x\n", b"\n"]), max_size=12).map(b"".join)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        (b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n", b"A\nb\nC\n"),
        (b"a\nb\nc\n", b"a\nc\n", b"a\nb\nc\nd\n", b"a\nc\nd\n"),  # deleted here, added there
        (b"a\nb\nc\n", b"A\nb\nc\n", b"A\nb\nC\n", b"A\nb\nC\n"),  # half of it was taken over by hand
        (b"a\nb\n", b"a\nmine\n", b"a\ntheirs\n", None),
        (b"a\nb\nc\n", b"A\nb\nc\n", b"a\nB\nc\n", None),  # neighbours: it may be one statement
        (b"a\nb\nc\n", b"a\nc\n", b"a\nB\nc\n", None),  # deleted here, changed there
        (b"a\n", b"a\nx\n", b"a\ny\n", None),  # both added at one place
        (b"", b"x\n", b"y\n", None),
        (b"a\nb\nc", b"A\nb\nc", b"a\nb\nc\nd\n", b"A\nb\nc\nd\n"),  # no line is glued to another
        (b"a\nb\nc\n", b"a\nb\nc\nd", b"z\na\nb\nc\n", b"z\na\nb\nc\nd\n"),
        (b"\xff\nb\nc\n", b"\xff\nb\nC\n", b"\xfe\nb\nc\n", b"\xfe\nb\nC\n"),  # no text
    ],
)
def test_a_merge_has_both_edits_or_none(base: bytes, mine: bytes, theirs: bytes, merged: bytes | None) -> None:
    """Both sides are equal: exchanged, they give the same."""
    assert merge_three_ways(base, mine, theirs) == merged
    assert merge_three_ways(base, theirs, mine) == merged


@given(TEXTS, TEXTS)
def test_an_edit_of_one_side_is_taken_as_it_is(base: bytes, edited: bytes) -> None:
    """Also if both sides made the same edit."""
    assert merge_three_ways(base, base, edited) == edited
    assert merge_three_ways(base, edited, base) == edited
    assert merge_three_ways(base, edited, edited) == edited


def test_it_agrees_with_git(tmp_path: Path) -> None:
    """On edits of numbered lines: what git refuses is refused here, and what git merges alike is the same text."""
    generator = random.Random(7)
    merged = refused = 0
    for _ in range(150):
        base = [b"line %d\n" % number for number in range(14)]
        sides = [edit_lines(base, generator, name) for name in (b"mine", b"theirs")]
        mine = merge_three_ways(b"".join(base), *map(b"".join, sides))
        for name, lines in (("base", base), ("mine", sides[0]), ("theirs", sides[1])):
            (tmp_path / name).write_bytes(b"".join(lines))
        done = subprocess.run(
            ["git", "merge-file", "-p", "mine", "base", "theirs"], cwd=tmp_path, capture_output=True, check=False
        )
        if done.returncode:
            assert mine is None
            refused += 1
        elif mine is not None:
            assert mine == done.stdout
            merged += 1
    assert merged > 20
    assert refused > 20


def edit_lines(base: list[bytes], generator: random.Random, name: bytes) -> list[bytes]:
    """Some lines are changed, deleted or added."""
    lines = list(base)
    for _ in range(generator.randint(1, 2)):
        at = generator.randrange(len(lines))
        lines[at : at + generator.randint(0, 2)] = [
            b"%s %d\n" % (name, generator.randrange(10**6))
        ] * generator.randint(0, 1)
    return lines
