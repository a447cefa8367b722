"""Tables on a terminal: what goes into other commands is never cut, and what others wrote is shown as it is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from rich.cells import cell_len

from tests.support.patience import PATIENCE
from tests.support.terminal import on_terminal
from tests.support.whole import ROOT

STORY, EVENTS = "S746401c3a4eecfd6", ("E8307918f4585aa05", "Ee2025677614ddbcc")
HEADLINE = "[video] [/b] Two missiles fly over the sea :fire: and fall into it"
PRINTS = f"""
from monitor.cli.output.tables import print_table
row = ({STORY!r}, {", ".join(EVENTS)!r}, "2026-01-05 21:50:00 KST", {HEADLINE!r})
print_table(("story", "event", "last", "title"), [row], whole=("story", "event"))
"""


@pytest.mark.parametrize("columns", [110, 60, 30, 4])
def test_no_id_is_cut_on_a_terminal(columns: int) -> None:
    """All else gives way; where nothing is left to give, a line is wider than the terminal."""
    lines = on_terminal(columns, "-c", PRINTS)
    assert [id_ for id_ in (STORY, *EVENTS) if not any(id_ in line for line in lines)] == []
    assert max(len(line.rstrip()) for line in lines) <= max(columns, len(f"    event {EVENTS[0]},"))
    assert "…" not in "".join(lines)


def test_where_a_table_would_be_too_narrow_to_read_each_row_is_lines_of_its_own() -> None:
    """It begins with its name; each cell stands behind its head, and what is too long for a line goes on indented."""
    assert [line.rstrip() for line in on_terminal(60, "-c", PRINTS)] == [
        STORY,
        f"    event {', '.join(EVENTS)}",
        "    last 2026-01-05 21:50:00 KST",
        "    title [video] [/b] Two missiles fly over the sea :fire:",
        "    and fall into it",
    ]


def test_what_others_wrote_is_shown_as_it_is() -> None:
    """Nothing in a headline is taken for a sign of ours."""
    ended = subprocess.run(
        [sys.executable, "-c", PRINTS],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE,
    )
    assert HEADLINE in ended.stdout.decode()


JAPANESE = "中国軍が台湾周辺で実弾射撃を伴う演習を開始し周辺の船舶に注意を呼びかけた"
WIDE_ROWS = f"""
from monitor.cli.output.tables import print_table
titles = ("КНДР выпустила три ракеты", "합참 동해상으로 탄도미사일 3발 발사", {JAPANESE!r})
reason = "its story was sent at 17:05, and nothing of it is new since then; " * 3
times = ["2026-01-05 21:50:00 KST"] * 3
rows = [(n, times[n], "north-korea-missile-launch", "", "suppressed", titles[n], reason) for n in range(3)]
print_table(("id", "at", "rule", "mark", "outcome", "title", "reason"), rows, whole=("id", "rule"))
"""


@pytest.mark.parametrize("columns", [80, 100, 140, 200, 300])
def test_every_width_shows_all_and_no_line_is_wider(columns: int) -> None:
    """In cells, of which a Chinese or Korean character takes two. Words are not broken where there is room for them."""
    lines = on_terminal(columns, "-c", WIDE_ROWS)
    assert max(map(cell_len, lines)) <= columns
    words = " ".join(" ".join(lines).split())
    for part in ("КНДР выпустила три ракеты", "north-korea-missile-launch", "2026-01-05 21:50:00 KST", "suppressed"):
        assert words.count(part) == (3 if part[0] in "n2s" else 1)
    assert "".join(words.split()).count(JAPANESE) == 1
    assert words.count("nothing of it is new since then;") == 9


@pytest.mark.parametrize(("columns", "heads"), [(100, "id at rule outcome"), (140, "id at rule outcome title")])
def test_from_100_columns_on_the_short_cells_of_a_row_stand_on_one_line_under_their_heads(
    columns: int, heads: str
) -> None:
    """Where there is room for a sentence, the title stands there too. A column without any content is left out."""
    head, first, *rest = on_terminal(columns, "-c", WIDE_ROWS)
    assert head.split() == heads.split()
    assert first.split()[0] == "0"
    assert first.index("north-korea") == head.index("rule")
    assert first.index("suppressed") == head.index("outcome")
    assert "mark" not in " ".join([head, first, *rest])
    begins = [line for line in rest if not line.startswith(" ")]
    assert [line.split()[0] for line in begins] == ["1", "2"]
    assert any(line.strip().startswith("reason its story was sent") for line in rest)


def test_in_a_pipe_each_row_is_one_line_of_all_columns() -> None:
    """However long it is, and whatever COLUMNS says."""
    ended = subprocess.run(
        [sys.executable, "-c", WIDE_ROWS.replace("* 3", "* 60")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "40"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE,
    )
    head, *rows = ended.stdout.decode().splitlines()
    assert head.split() == ["id", "at", "rule", "mark", "outcome", "title", "reason"]
    assert [row.split()[0] for row in rows] == ["0", "1", "2"]
    assert all(row.count("nothing of it is new") == 60 for row in rows)


LABELLED = """
from monitor.cli.output.wrapped_lines import print_lines
names = ", ".join(["조선민주주의인민공화국"] * 9)
print_lines(["names      ko: " + names, "           https://x.test/" + "a" * 90, "short  line"])
"""


@pytest.mark.parametrize("columns", [60, 100])
def test_a_long_line_goes_on_behind_its_label(columns: int) -> None:
    """At words; what is longer than the room, such as an address, is broken, and nothing is lost."""
    lines = on_terminal(columns, "-c", LABELLED)
    assert max(map(cell_len, lines)) <= columns
    assert lines[0].startswith("names      ko: 조선민주주의인민공화국")
    assert all(line.startswith(" " * 11) for line in lines[1:-1])
    assert lines[-1] == "short  line"
    assert sum(line.count("조선민주주의인민공화국") for line in lines) == 9
    assert "".join(line.strip() for line in lines).count("https://x.test/" + "a" * 90) == 1


LONG_LABEL = """
from monitor.cli.output.wrapped_lines import print_lines
print_lines(["a-channel-with-a-long-name  it waits for " + "합참 " * 20, "  ✗ launch: " + "words " * 20])
"""


@pytest.mark.parametrize("columns", [60, 40, 26])
def test_where_a_label_leaves_no_room_the_rest_goes_below_it(columns: int) -> None:
    """Indented a little; what has a check mark goes on behind that."""
    lines = on_terminal(columns, "-c", LONG_LABEL)
    assert max(cell_len(line) for line in lines) <= columns
    begin = next(number for number, line in enumerate(lines) if "✗" in line)
    indents = {len(line) - len(line.lstrip()) for line in lines[1:begin]}
    assert indents == {28 if columns == 60 else 4}
    assert {len(line) - len(line.lstrip()) for line in lines[begin + 1 :]} == {4}
    assert "".join(lines).count("합참") == 20
