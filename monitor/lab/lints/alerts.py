"""Lints of whom a rule tells and how often: keys that can do nothing, or that work against each other, and events that
nothing tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from monitor.alerting.updates import AT_ONCE
from monitor.lab.annotated_document import AnnotatedDocument, Lint, LintKind
from monitor.model import (
    PLACE_KINDS,
    AlertPolicy,
    Condition,
    Entity,
    EntityNamed,
    GroupNamed,
    Level,
    ListNamed,
    OncePer,
    Rule,
    Source,
    UpdateTrigger,
    WordList,
    entities_within,
)

LONG = timedelta(minutes=10)
"""So long a critical alert may wait before anybody is told."""
DAY = timedelta(days=1)
"""Of events that last so long, the next one is likely to come before the first is over."""
PLACES_AND_ACTORS = PLACE_KINDS | {"person", "organisation", "role", "ship"}
"""The kinds of entities that tell one happening from another: where it is, and who acts."""

_Odd = tuple[str, str, str]
"""The key, what is odd about it, and what to do."""


def lint_alert_frequency(written: AnnotatedDocument) -> Iterator[Lint]:
    """A rule whose keys under `alert` do not do what they seem to."""
    if isinstance(written.definition, Rule):
        for key, what, meant in (
            *_find_odd_updates(written, written.definition.alert),
            *_find_odd_waits(written.definition),
        ):
            yield written.make_lint(LintKind.HOW_OFTEN, ("alert", key), what, meant)


def lint_official_source(written: AnnotatedDocument, sources: Mapping[str, Source]) -> Iterator[Lint]:
    """A rule that waits for an official source, where there is none."""
    rule = written.definition
    asked = isinstance(rule, Rule) and UpdateTrigger.OFFICIAL_SOURCE in rule.alert.again_if
    if asked and sources and not any(source.official for source in sources.values()):
        what = "no source has the tag 'official': none will ever join"
        meant = "give the tag to those of yours that are, or remove it here"
        yield written.make_lint(LintKind.UNKNOWN_SOURCE, ("alert", "again_if"), what, meant)


def lint_event_identity(
    written: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    """A rule that tells once per event, and does not say what makes two events of what it hits."""
    rule = written.definition
    if not isinstance(rule, Rule) or rule.alert.once_per is not OncePer.EVENT or rule.alert.by:
        return
    if not _names_place_or_actor(written, entities, lists):
        what = "no entity in match is a place or somebody who acts, and there is no 'by': two events may look like one"
        meant = "give the conditions that tell events apart a name, such as where, and write 'by: [where]' beside this"
        yield written.make_lint(LintKind.NO_IDENTITY, ("alert", "once_per"), what, meant)
    if rule.alert.event_lasts is not None and rule.alert.event_lasts >= DAY:
        at = ("alert", "event_lasts")
        what = f"everything that this rule hits within {written.value_at(at)} is one event, unless a fact differs"
        meant = "name the conditions that tell events apart under 'by', or write a shorter time"
        yield written.make_lint(LintKind.ONE_EVENT, at, what, meant)


def _names_place_or_actor(
    written: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> bool:
    """Whether an entity of such a kind is among what the rule's match asks for."""
    asked = (part.condition for part in written.conditions["match"][0].positive_parts())
    return any(each.kind in PLACES_AND_ACTORS for asks in asked for each in _entities_of(asks, entities, lists))


def _entities_of(asks: Condition, entities: Mapping[str, Entity], lists: Mapping[str, WordList]) -> Iterable[Entity]:
    """The entities of which a condition asks for one."""
    match asks:
        case EntityNamed(name):
            return [entities[name]]
        case GroupNamed():
            return [each for each in entities.values() if asks.includes(each)]
        case ListNamed(name):
            return [entities[each] for each in entities_within(lists[name], lists)]
        case _:
            return []


def _find_odd_updates(written: AnnotatedDocument, policy: AlertPolicy) -> Iterator[_Odd]:
    """What comes after the first message."""
    waiting = policy.again_if - AT_ONCE
    given = ("alert", "cooldown") in written.document.value_positions
    if given and not policy.again_if:
        what = "nothing is told again here, so that nothing waits for this"
        yield "cooldown", what, "write what is worth an update: again_if: [new fact]; or remove it"
    elif given and not waiting:
        what = "nothing waits for this: a higher level and a correction are told at once"
        yield "cooldown", what, "remove it, or add to again_if what is to wait, such as new fact"
    if waiting and policy.event_lasts is not None and policy.event_lasts <= policy.cooldown:
        what = "the event is over before the first update may come: cooldown (1 hour where none is written) is as long"
        yield "event_lasts", what, "let the event last longer, or write a shorter cooldown"


def _find_odd_waits(rule: Rule) -> Iterator[_Odd]:
    """What comes before the first message."""
    wait = rule.alert.wait_at_least
    if not wait:
        return
    if rule.alert.once_per is OncePer.ARTICLE:
        what = "an article alone says no more after a wait: the others are told apart"
        yield "wait_at_least", what, "remove it, or tell once per story or event"
    if rule.max_age is not None and wait >= rule.max_age:
        what = "this is as long as max_age: what waits so long is older than that when it is told"
        yield "wait_at_least", what, "shorten it"
    elif wait > LONG and Level.CRITICAL in (rule.level, *(change.to for change in rule.raises)):
        what = (
            f"a critical alert waits here, for longer than {LONG // timedelta(minutes=1)} minutes, before anybody knows"
        )
        yield "wait_at_least", what, "shorten it; the time between messages of one story is its cooldown"
