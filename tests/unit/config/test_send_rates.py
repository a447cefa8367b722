"""The rates of kinds: what the documentation lists is what is kept."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.config.language.send_rates import default_rate, parse_rate

TABLE = re.compile(r"^\| (?P<kinds>.*`.*) \| (?P<rate>.*) \| (?P<burst>\d+|–) \|$", re.MULTILINE)


def test_the_documentation_lists_the_rates_of_kinds() -> None:
    """Each kind that it names, and all others."""
    text = (Path(__file__).parents[3] / "docs" / "operate.md").read_text(encoding="utf-8")
    rows = list(TABLE.finditer(text))
    assert len(rows) >= 13
    for row in rows:
        for kind in re.findall("`([a-z]+)`", row["kinds"]):
            rate, written = default_rate(kind), parse_rate(row["rate"])
            if rate is None:
                assert (written, row["burst"]) == (None, "–"), kind
            else:
                assert written is not None, kind
                assert (rate.count, rate.period, str(rate.burst)) == (written.count, written.period, row["burst"]), kind
