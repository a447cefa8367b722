"""How `replay` and `rules try` tell what would be sent: as JSON, for people, and what an edit would change."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.options import local, print_json, print_table

if TYPE_CHECKING:
    from monitor.lab.edits import Change, Compared
    from monitor.lab.replay import Sent

Thing = TypeVar("Thing")
_CHANGE = {True: "gained", False: "lost"}
_LEFT_OUT = {"rule_title", "subjects"}


def sent_row(sent: Sent, type_: str = "alert") -> dict[str, object]:
    """As JSON has it."""
    return {"type": type_} | {key: value for key, value in asdict(sent).items() if key not in _LEFT_OUT}


def print_sent(sent: Sent, zone: str, mark: str = "") -> None:
    """When, how much it matters, which rule; below it title, sentence and reason."""
    more = len(sent.articles) - 1
    also = f" (and {more} more {'article' if more == 1 else 'articles'})" if more else ""
    click.echo(f"{mark}{local(sent.at, zone)}  {sent.kind:6}  {sent.level:8}  {sent.rule}")
    click.echo(f"    {sent.title}{also}")
    if sent.sentence != sent.title:
        click.echo(f"    “{sent.sentence}”")
    click.echo(f"    {sent.reason}")


def print_counts(sent: Iterable[Sent]) -> None:
    """Of each rule, how many alerts of each kind."""
    from monitor.model import AlertKind

    counted = Counter((each.rule, each.kind) for each in sent)
    rules = sorted({rule for rule, _ in counted})
    if not rules:
        click.echo("nothing would be sent")
        return
    rows = [(rule, *(counted[rule, kind] for kind in AlertKind)) for rule in rules]
    totals = [sum(counted[rule, kind] for rule in rules) for kind in AlertKind]
    print_table(("rule", *AlertKind), [*rows, *([("all", *totals)] if len(rules) > 1 else [])], whole=("rule",))


def print_compared(compared: Compared, zone: str, *, as_json: bool) -> None:
    """What an edit would change, and at the end how much of each rule."""
    for change in compared.changes:
        name = _CHANGE[change.gained]
        print_json(sent_row(change.sent, name)) if as_json else print_sent(change.sent, zone, f"{name:6}  ")
    if as_json:
        click.echo(_in_words(compared), err=True)
    else:
        print_table(("rule", "gained", "lost", "as before", "otherwise"), _rows(compared))
        click.echo(_in_words(compared))


def _rows(compared: Compared) -> Iterator[tuple[object, ...]]:
    changed = Counter((change.sent.rule, change.gained) for change in compared.changes)
    for rule in sorted({*compared.alike, *(rule for rule, _ in changed)}):
        otherwise = compared.otherwise.get(rule, 0)
        as_before = compared.alike.get(rule, 0) - otherwise
        yield rule, changed[rule, True], changed[rule, False], as_before, otherwise


def _in_words(compared: Compared) -> str:
    gained, lost = (_of(compared.changes, gained=which) for which in (True, False))
    otherwise = sum(compared.otherwise.values())
    as_before = sum(compared.alike.values()) - otherwise
    return (
        f"{gained} gained, {lost} lost, {as_before} as before, {otherwise} by another article, at another time or at "
        "another level"
    )


def _of(changes: Iterable[Change], *, gained: bool) -> int:
    return sum(change.gained is gained for change in changes)


def followed(things: Iterable[Thing], total: int, *, printing: bool) -> Iterator[Thing]:
    """The things, with a bar on stderr if that is a terminal; not where lines are being printed on the same one."""
    if not sys.stderr.isatty() or (printing and sys.stdout.isatty()):
        yield from things
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(
        console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        yield from progress.track(things, total=total, description="articles")
