"""The words of the rule language and the settings that are not built yet, in one place; and those in the wrong place.

They are refused by name, never accepted and ignored: a rule that believes it asked for something must not run without
it. When a word is built, it leaves this table.
"""

from __future__ import annotations

KEYS: dict[str, set[str]] = {
    "rule": {"again_if", "wait_at_least", "watch", "tags", "expires"},
    "alert": {"again_if", "wait_at_least", "cooldown", "otherwise", "ignore_quiet_hours", "if_nobody_acknowledges"},
    "entity": {"identifiers", "wikidata"},
}
"""What the mapping is called -> its keys that come with a later version."""

VALUES: dict[tuple[str, str], set[str]] = {("alert", "once_per"): {"event"}}
"""What the mapping is called, and its key -> the values that come with a later version."""

_UNLESS = "write what must not hold under unless:, and occurrences that do not count under ignore:"
_NEAR = "near brings together words, a list, an entity, a pattern, or any of those"

ELSEWHERE: dict[str, dict[str, str]] = {
    "rule": {"to": "it belongs under alert:", "sources": "it belongs under where:", "not": _UNLESS},
    "alert": dict.fromkeys(("raise", "lower"), "it belongs beside level"),
    "condition": {"not": _UNLESS, "and": "write all:", "or": "write any:"},
    "condition in near": {
        **dict.fromkeys(("all", "near"), _NEAR),
        **dict.fromkeys(("in", "times"), "it belongs beside near, not inside it"),
        "not": _UNLESS,
    },
}
"""What the mapping is called -> keys that mean nothing there, and what to do instead."""


def not_yet(word: str) -> tuple[str, str]:
    """What is said of such a word, and what to do."""
    return f"'{word}' is not built yet (it comes with a later version)", "remove it"
