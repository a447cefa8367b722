"""How often a rule sends alerts, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from monitor.model import BASELINE_AGE, AlertPolicy
from monitor.wording.quantities import duration_in_words
from monitor.wording.reasons import again_in_words


def describe_age_limit(max_age: timedelta | None) -> str:
    """How old an article may be that a rule sends. `max_age`: of the rule."""
    if max_age is not None:
        return f"up to an age of {duration_in_words(max_age)}"
    return f"of any age ({duration_in_words(BASELINE_AGE)} at the first poll of a source)"


def describe_frequency(policy: AlertPolicy) -> Iterator[str]:
    """What the rule says of it besides `once_per`, a few words for each key."""
    if policy.by:
        yield f"events differ by {', '.join(policy.by)}"
    if policy.event_lasts is not None:
        yield f"an event lasts {duration_in_words(policy.event_lasts)}"
    if policy.again_if:
        yield f"sent again if: {again_in_words(policy)}; {_describe_cooldown(policy)}"
    if policy.wait_at_least:
        yield f"waits at least {duration_in_words(policy.wait_at_least)}"
    if policy.most_an_hour is not None:
        yield f"at most {policy.most_an_hour} an hour"
    if not policy.lists_unsure:
        yield "lists no doubtful repeats in the digest"


def _describe_cooldown(policy: AlertPolicy) -> str:
    return f"cooldown: {duration_in_words(policy.cooldown)}, four times as long after each update"
