"""How far today's program agrees with the merges and splits that people made, as people and JSON have it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from monitor.cli.options import format_local_time, print_json
from monitor.model import IdentityMarkKind
from monitor.sanitize import sanitize_line
from monitor.services.queries.identity_agreement import IdentityAgreement
from monitor.wording.quantities import format_count

_DONE = {IdentityMarkKind.MERGE: "merged", IdentityMarkKind.SPLIT: "split"}
_WORDS = {True: "agrees", False: "disagrees", None: "unknown"}


def print_identity_score(found: Sequence[IdentityAgreement], timezone: str, *, as_json: bool) -> None:
    """A line for each merge and split, and how many agree of each; nothing if there are none."""
    if as_json:
        for each in found:
            print_json(_agreement_to_row(each))
    elif found:
        click.echo("\nmerges and splits of stories and events, and whether today's program and rules agree with them:")
        for each in found:
            click.echo(f"  {_format_agreement(each, timezone)}")
    for kind, done in _DONE.items():
        agreements = [each.agrees for each in found if each.mark.kind is kind]
        counts = {word: agreements.count(agrees) for agrees, word in _WORDS.items()}
        if as_json and found:
            print_json({"type": "identity total", "kind": kind, "marks": len(agreements), **counts})
        elif agreements:
            unknown = f"; {counts['unknown']} cannot be compared" if counts["unknown"] else ""
            known = len(agreements) - counts["unknown"]
            click.echo(
                f"{format_count(len(agreements), 'pair')} {done}: agrees with {counts['agrees']} of {known}{unknown}"
            )


def _format_agreement(each: IdentityAgreement, timezone: str) -> str:
    mark, of = each.mark, f"events of {each.rule}" if each.rule else "stories"
    said = f"{format_local_time(mark.at, timezone)}  {_DONE[mark.kind]} by {sanitize_line(mark.who)}"
    first, second = (f"{id_} “{sanitize_line(title)}”" for id_, title in zip(_ids(each), each.titles, strict=True))
    if each.agrees is None:
        return f"{said}  {of} {first}, {second}: {each.verdict.why_unknown}"
    now = "one" if each.verdict.is_joined else "two"
    return f"{said}  {of} {first}, {second}: {_WORDS[each.agrees]}, {now} today"


def _ids(each: IdentityAgreement) -> tuple[str, str]:
    return each.mark.id, each.mark.other


def _agreement_to_row(each: IdentityAgreement) -> dict[str, object]:
    mark = each.mark
    return {
        "type": "identity",
        "kind": mark.kind,
        "id": mark.id,
        "other": mark.other,
        "rule": each.rule,
        "at": mark.at,
        "who": mark.who,
        "titles": list(each.titles),
        "joined": each.verdict.is_joined,
        "agrees": each.agrees,
        "why": each.verdict.why_unknown,
    }
