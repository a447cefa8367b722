"""The number of a match, as an argument."""

from __future__ import annotations

from typing import Any

import click


class MatchNumber(click.IntRange):
    """The number of a match, as `matches list` shows it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - click's
        """The number."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"'{value}' is not the number of a match; `news-monitor matches list` has them", param, ctx)
