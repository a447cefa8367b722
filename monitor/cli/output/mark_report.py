"""What commands that mark print: one line for each article that was marked."""

from __future__ import annotations

from collections.abc import Iterable

import click

from monitor.sanitize import sanitize_line
from monitor.services.commands.marks import MarkResult


def print_mark_results(results: Iterable[MarkResult]) -> None:
    """What became of each mark."""
    for result in results:
        mark, title = result.mark, sanitize_line(result.article.title)
        if not result.is_new:
            said = f"you have marked it {mark.verdict} already"
        elif result.before is None or result.before is mark.verdict:
            said = f"marked {mark.verdict}"
        else:
            said = f"marked {mark.verdict} (before: {result.before})"
        click.echo(f"{mark.rule}: “{title}” ({result.article.source}): {said}")
