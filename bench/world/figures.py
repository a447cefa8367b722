"""What a benchmark has measured, what it demands, and its exit code."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


class Figures:
    """Printed as one JSON object; those with a demand say what it is and whether it is met."""

    def __init__(self) -> None:
        self._rows: dict[str, Any] = {}
        self._missed: list[str] = []

    def note(self, **figures: object) -> None:
        """Figures of which nothing is demanded; "_" stands for a blank."""
        self._rows |= {name.replace("_", " "): _short(figure) for name, figure in figures.items()}

    def demand(self, name: str, figure: float, *, most: float | None = None, least: float | None = None) -> None:
        """A figure that may be at most or must be at least so much."""
        met = (most is None or figure <= most) and (least is None or figure >= least)
        bound = {"at most": most} if most is not None else {"at least": least}
        self._rows[name] = {"is": _short(figure), **bound, "met": met}
        if not met:
            self._missed.append(name)

    def verdict(self) -> int:
        """Print them; the exit code."""
        rows = (self._rows | {"missed": self._missed}).items()
        lines = (f"  {json.dumps(name)}: {json.dumps(figure, ensure_ascii=False)}" for name, figure in rows)
        print("{", ",\n".join(lines), "}", sep="\n", flush=True)
        return 1 if self._missed else 0


def share(values: Iterable[float], of: float) -> float:
    """The value that so large a share of them does not exceed; endless if there are none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * of), len(ordered) - 1)] if ordered else float("inf")


def mean(values: Sequence[float]) -> float:
    """Their mean; endless if there are none."""
    return sum(values) / len(values) if values else float("inf")


def resident() -> int:
    """The memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def logged(log: Path, level: str) -> list[str]:
    """The lines of this level in a daemon's log."""
    with log.open(encoding="utf-8") as lines:
        return [line.strip() for line in lines if f'"level": "{level}"' in line]


def demand_quiet(figures: Figures, log: Path) -> None:
    """No error in a daemon's log; those that are there are printed."""
    lines = [line for level in ("error", "critical") for line in logged(log, level)]
    print(*(line[:500] for line in lines[:10]), sep="\n", end="\n" * bool(lines), flush=True)
    figures.demand("errors in the log", len(lines), most=0)


def _short(figure: object) -> object:
    return round(figure, 4) if isinstance(figure, float) else figure
