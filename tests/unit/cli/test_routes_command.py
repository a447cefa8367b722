"""`routes show`: the week of every step, in signs."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import InvalidRequest
from tests.support.commands import read_output, run

CONFIG = """\
timezone: Europe/Berlin
channels: {desk: {url: "console://"}, phone: {url: "console://"}, duty: {url: "console://"}}
hours:
  shift: {weekdays: mon-sat, from: 07:30, to: 19:00, holidays: [2026-03-27]}
routes:
  default:
    - {channel: desk, hours: shift}
    - {channel: phone, from: high, hours: night owl, outside: critical only}
  night: [{channel: desk, hours: nights, outside: {to: duty}}, phone]
"""
# On Sunday the clock is put forward from 2 to 3.
DRAWN = """\
route default, times of Europe/Berlin
1. desk: all levels; shift (zone Europe/Berlin)
               0     6     12    18
   Mon 23 Mar  .......+###########.....
   Tue 24 Mar  .......+###########.....
   Wed 25 Mar  .......+###########.....
   Thu 26 Mar  .......+###########.....
   Fri 27 Mar  ........................  holiday
   Sat 28 Mar  .......+###########.....
   Sun 29 Mar  .. .....................
   # sent at once, + its hours begin or end, . waits for the hours; critical alerts are sent at once
2. phone: high and above; night owl (zone Europe/Berlin)
               0     6     12    18
   Mon 23 Mar  ####!!!!!!!!############
   Tue 24 Mar  ####!!!!!!!!############
   Wed 25 Mar  ####!!!!!!!!############
   Thu 26 Mar  ####!!!!!!!!############
   Fri 27 Mar  ####!!!!!!!!############
   Sat 28 Mar  ####!!!!!!!!############
   Sun 29 Mar  ## #!!!!!!!!############
   # sent at once, ! only critical alerts are sent
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config in the working directory."""
    (tmp_path / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_a_route_is_drawn_as_a_week() -> None:
    """In plain signs where it is piped: seven rows of 24 hours for every step."""
    assert read_output("routes", "show", "default", "--week", "2026-03-25") == DRAWN


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("defult",), "there is no route 'defult'; did you mean 'default'?"),
        (("--week", "Monday"), "'Monday' is not a date; write one such as 2026-03-29"),
    ],
)
def test_wrong_usage_says_what_to_write(arguments: tuple[str, ...], said: str) -> None:
    """A name or a date that is none."""
    ended = run("routes", "show", *arguments)
    assert isinstance(ended.exception, InvalidRequest)
    assert str(ended.exception) == said
