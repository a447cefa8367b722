"""The words of the rule language and the settings that are not built yet, in one place.

They are refused by name, never accepted and ignored: a rule that believes it asked for something must not run without
it. When a word is built, it leaves this table.
"""

from __future__ import annotations

KEYS: dict[str, set[str]] = {
    "rule": {
        "owner",
        "why",
        "known_false_alarms",
        "where",
        "again_if",
        "wait_at_least",
        "watch",
        "pattern",
        "times",
        "case",
        "ignore",
        "raise",
        "lower",
        "tags",
        "expires",
        "sources",
    },
    "alert": {
        "again_if",
        "wait_at_least",
        "cooldown",
        "otherwise",
        "ignore_quiet_hours",
        "if_nobody_acknowledges",
        "raise",
        "lower",
    },
    "condition": {"times", "case", "ignore", "pattern", "list"},
    "near": {"in_order", "order"},
    "entity": {"maybe", "never", "counts_if", "titles", "in", "groups", "identifiers", "wikidata"},
}
"""What the mapping is called -> its keys that come with a later version."""

VALUES: dict[tuple[str, str], set[str]] = {
    ("rule", "status"): {"shadow"},
    ("alert", "once_per"): {"event"},
    ("condition", "in"): {"lead", "body", "author", "tags", "url"},
    ("near", "within"): {"paragraph"},
}
"""What the mapping is called, and its key -> the values that come with a later version."""

ELSEWHERE: dict[str, dict[str, str]] = {
    "piece": {
        **dict.fromkeys(("all", "near"), "near brings together only words, entity, or any of those"),
        "in": "put 'in' beside near, not inside it",
    },
}
"""What the mapping is called -> keys that have no meaning there, and what to do instead."""


def not_yet(word: str) -> tuple[str, str]:
    """What is said of such a word, and what to do."""
    return f"'{word}' is not built yet (it comes with a later version)", "remove it"
