"""Writes the table of docs/channels.md again, by sending on every kind of channel.

python -m docs.tools.channels_doc
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from monitor.model import ReceiptKind
from monitor.notify.response_checks import CHECKS, TEXT
from monitor.notify.silent_kinds import LOCAL, UNANSWERED
from tests.support.channel_outcomes import SENT, Outcomes, measure_kinds

PAGE = Path(__file__).parents[1] / "channels.md"
_TABLE = re.compile(r"(?<=<!-- kinds -->\n).*?(?=<!-- end -->)", re.DOTALL)
# What accepts a message where it is not HTTP; tests/integration tries those that have a server there.
_PROTOCOLS = {
    "deltachat": "the mail server's 250",
    "mailto": "the mail server's 250",
    "mqtt": "PUBACK of the broker",
    "nostr": "an OK of the relay",
    "vapid": "not usable: it needs files ([why](#what-a-channel-may-use))",
    "xmpp": "the server's answer after the message",
}


def page(outcomes: Iterable[Outcomes]) -> str:
    """The page as it should be: what people wrote, and the table of what was measured. Kinds that answer alike share a
    row; the row of most kinds comes first."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for each in outcomes:
        rows.setdefault(_answers(each), []).extend(each.kinds)
    return _TABLE.sub(lambda _: table(rows), PAGE.read_text(encoding="utf-8"))


def table(rows: Mapping[tuple[str, ...], Sequence[str]]) -> str:
    """The table, from the kinds by their answers."""
    ordered = sorted(rows.items(), key=lambda row: (-len(row[1]), row[0]))
    lines = (
        f"| {' | '.join((*answers, ', '.join(f'`{kind}`' for kind in sorted(kinds))))} |" for answers, kinds in ordered
    )
    head = ("| success | 403 | error in a 200 | no network | kinds |", "|---|---|---|---|---|")
    return "\n".join((*head, *lines, ""))


def _answers(outcomes: Outcomes) -> tuple[str, ...]:
    if outcomes.needs:
        return (f"not tried: needs {outcomes.needs}", "", "", "")
    if outcomes.over_http:
        return (_success(outcomes), outcomes.forbidden, outcomes.error, outcomes.offline)
    return (_protocol(outcomes), "", "", outcomes.offline)


def _success(outcomes: Outcomes) -> str:
    check = next((CHECKS[kind] for kind in outcomes.kinds if kind in CHECKS), None)
    if outcomes.taken not in SENT:
        return "not tried: several steps"
    if check is not None:
        fields = " or ".join("its text" if field == TEXT else f"`{field}`" for field in check.fields)
        values = " or ".join(f"`{value}`" for value in sorted(check.success)) or "not empty"
        return f"2xx, and {fields} is {values}"
    return "2xx" if outcomes.text == ReceiptKind.ACCEPTED else "2xx, and a body in the form that the plug-in expects"


def _protocol(outcomes: Outcomes) -> str:
    kinds = set(outcomes.kinds)
    if kinds & UNANSWERED:
        return "never known: unverified"
    return "never known: refused" if kinds & LOCAL else _PROTOCOLS[outcomes.kinds[0]]


if __name__ == "__main__":
    PAGE.write_text(page(measure_kinds()[1]), encoding="utf-8")
