"""Keywords of the rule language and the settings that are not built yet, and hints for keywords in the wrong place.

Such keywords are refused by name, never accepted and ignored: a rule must not run without something that its author
asked for. A keyword leaves this table when it is built.
"""

from __future__ import annotations

KEYS: dict[str, set[str]] = {
    "rule": {"watch", "tags", "expires"},
    "alert": {"otherwise", "ignore_quiet_hours", "if_nobody_acknowledges"},
    "entity": {"identifiers", "wikidata"},
}
"""The label of a mapping -> its keys that come with a later version."""

_UNLESS = "write what must not hold under unless:, and occurrences that do not count under ignore:"
_BESIDE_NEAR_ALL = "it belongs beside near, under all:; occurrences that do not count belong under ignore:"
_BESIDE_NEAR = "it belongs beside near, not inside it"
_NAMES = "write the names under sure:, those that are not enough alone under maybe:"

ELSEWHERE: dict[str, dict[str, str]] = {
    "rule": {"to": "it belongs under alert:", "not": _UNLESS},
    "alert": dict.fromkeys(("raise", "lower"), "it belongs beside level"),
    "condition": {"and": "write all:", "or": "write any:"},
    "condition in near": {
        "not": _BESIDE_NEAR_ALL,
        "in": _BESIDE_NEAR,
        "times": _BESIDE_NEAR,
    },
    "near": {"words": "it belongs under these:", "order": "write 'in_order: true'"},
    "entity": {"words": _NAMES, "names": _NAMES, "groups": "write 'in: [GROUP]'"},
}
"""The label of a mapping -> keys that have no meaning there, each with a hint. Keys that belong to a mapping inside or
around it are found without this table."""


def explain_reserved_keyword(keyword: str) -> tuple[str, str]:
    """The problem and the hint for such a keyword."""
    return f"'{keyword}' is not built yet (it comes with a later version)", "remove it"
