"""Whether two versions decide the same, by what `replay --stories all --json` of each printed on the same articles.

    ./dev bench same_decisions BEFORE AFTER [--ignore KEY]...

BEFORE and AFTER are the files with those lines. All is compared (outcome, reason, story, event, time, level, kind,
articles, sentence) but the keys that are ignored: those that only one version prints. It demands:

    lines that differ   none; the first ten are printed
"""

from __future__ import annotations

import json
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bench.world.figures import Figures
from bench.world.place import parser_of

SHOWN = 10


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a replay; each is an article or an alert."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def drop_keys(value: Any, keys: frozenset[str]) -> Any:
    """The value without these keys, at every depth."""
    if isinstance(value, dict):
        return {key: drop_keys(each, keys) for key, each in value.items() if key not in keys}
    return [drop_keys(each, keys) for each in value] if isinstance(value, list) else value


def describe_difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The keys that differ, with both values."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return "; ".join(f"{key}: {before.get(key)!r} -> {after.get(key)!r}" for key in keys)


def measure(before: Path, after: Path, ignored: frozenset[str]) -> int:
    """Print the figures; the exit code."""
    old_lines, new_lines = ([drop_keys(line, ignored) for line in read_lines(path)] for path in (before, after))
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = list(zip_longest(old_lines, new_lines, fillvalue={}))
    differing = [(number, old, new) for number, (old, new) in enumerate(pairs, start=1) if old != new]
    for number, old, new in differing[:SHOWN]:
        print(f"line {number}: {describe_difference(old, new)}", file=sys.stderr)
    figures = Figures()
    figures.note(lines=len(pairs), decisions=sum(len(old.get("decisions", ())) for old, _ in pairs))
    figures.demand("lines that differ", len(differing), most=0)
    return figures.verdict()


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--ignore", action="append", default=[], metavar="KEY")
    given = parser.parse_args()
    sys.exit(measure(given.before, given.after, frozenset(given.ignore)))
