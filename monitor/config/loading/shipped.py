"""Finds the rules and seeds that come with the program, however it was installed."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import MonitorError

_PACKAGE = Path(__file__).resolve().parents[2]


def find_shipped_folder() -> Path:
    """The folder that holds `rules/` and `seeds/`: inside the package in a wheel, next to it in a checkout (which an
    editable install runs from). Raises MonitorError if it is missing."""
    for folder in (_PACKAGE / "_shipped", _PACKAGE.parent):
        if (folder / "rules").is_dir() and (folder / "seeds").is_dir():
            return folder
    raise MonitorError("the rules and seeds that come with news-monitor are missing: install it again")


def find_shipped_entity_folder() -> Path:
    """The folder of the entities among them. Raises MonitorError if it is missing."""
    return find_shipped_folder() / "seeds" / "entities"
