"""Lints of how often a rule alerts: keys that can do nothing, or that work against each other, and events that nothing
tells apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta

from monitor.alerting.updates import AT_ONCE
from monitor.lab.annotated_document import AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.model import (
    PLACE_KINDS,
    AlertPolicy,
    DayNamed,
    Entity,
    GroupNamed,
    Level,
    ListNamed,
    NumberNamed,
    OncePer,
    Pattern,
    Rule,
    RuleStatus,
    Source,
    UpdateTrigger,
    WordList,
    Words,
    entities_of_leaf,
    terms_within,
)
from monitor.wording.once_per_edits import explain_once_per_edit
from monitor.wording.quantities import format_count

MAX_CRITICAL_WAIT = timedelta(minutes=10)
"""How long a critical alert may be deferred."""
DAY = timedelta(days=1)
"""If events last so long, the next one is likely to begin before the first is over."""
RECENT = timedelta(hours=24)
"""How long most reports of something that was sent may still come."""
PLACES_AND_ACTORS = PLACE_KINDS | {"person", "organisation", "role", "ship"}
"""The kinds of entities that tell one event from another: where it is, and who acts."""

_Finding = tuple[str, str, str]
"""The key, the problem, and what to do."""


def lint_alert_frequency(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A rule whose keys under `alert` do not do what they seem to."""
    if isinstance(annotated.definition, Rule):
        for key, problem, hint in (
            *_find_update_problems(annotated, annotated.definition.alert),
            *_find_wait_problems(annotated.definition),
        ):
            yield annotated.make_lint(LintKind.HOW_OFTEN, ("alert", key), problem, hint)


def lint_official_source(annotated: AnnotatedDocument, sources: Mapping[str, Source]) -> Iterator[Lint]:
    """A rule that waits for an official source, where there is none."""
    rule = annotated.definition
    waits_for_official = isinstance(rule, Rule) and UpdateTrigger.OFFICIAL_SOURCE in rule.alert.again_if
    if waits_for_official and sources and not any(source.official for source in sources.values()):
        problem = "no source has the tag 'official', so 'official source' never causes an update"
        hint = "give the tag to your official sources, or remove 'official source' here"
        yield annotated.make_lint(LintKind.UNKNOWN_SOURCE, ("alert", "again_if"), problem, hint)


def lint_event_identity(
    annotated: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    """A rule that alerts once per event, but does not say what tells two events apart."""
    rule = annotated.definition
    if not isinstance(rule, Rule) or rule.alert.once_per is not OncePer.EVENT:
        return
    if rule.alert.by:
        yield from _lint_by_one_thing(annotated, rule.alert, entities, lists)
        return
    if not _names_place_or_actor(annotated, entities, lists):
        problem = (
            "no entity in match is a place or somebody who acts, and there is no 'by': two events may look like one"
        )
        hint = (
            "write the place or actor as an entity, such as one of kind place; or name the conditions that find "
            "something else in each event, as in '{name: firm, words: {en: [Samsung, Hyundai]}}', and write "
            "'by: [firm]' beside this"
        )
        yield annotated.make_lint(LintKind.NO_IDENTITY, ("alert", "once_per"), problem, hint)
    if rule.alert.event_lasts is not None and rule.alert.event_lasts >= DAY:
        path = ("alert", "event_lasts")
        problem = (
            f"everything that this rule hits within {annotated.value_at(path)} is one event, unless a fact differs"
        )
        hint = "name under 'by' the conditions that separate events, or write a shorter time"
        yield annotated.make_lint(LintKind.ONE_EVENT, path, problem, hint)


def _lint_by_one_thing(
    annotated: AnnotatedDocument, policy: AlertPolicy, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    """A `by` that finds the same in every article."""
    parts = [part for part in annotated.conditions["match"][0].positive_parts() if part.name in policy.by]
    if not all(_finds_one_thing(part, entities, lists) for part in parts):
        return
    path = ("alert", "by")
    problem = "'by' names only conditions that find the same in every article, so it separates no events"
    hint = "name a condition that finds different things; or write the one place or actor as an entity, and remove 'by'"
    yield annotated.make_lint(LintKind.ONE_EVENT, path, problem, hint)


def _finds_one_thing(part: ConditionPart, entities: Mapping[str, Entity], lists: Mapping[str, WordList]) -> bool:
    """Whether two articles in one language can have nothing different under this condition: it has one entity, or one
    word of each language."""
    conditions = [inner.condition for inner in part.positive_parts()]
    if any(isinstance(condition, GroupNamed | Pattern | NumberNamed | DayNamed) for condition in conditions):
        return False
    words: Counter[str] = Counter()
    for condition in conditions:
        terms = terms_within(lists[condition.list], lists) if isinstance(condition, ListNamed) else ()
        words.update(term.language for term in (condition.terms if isinstance(condition, Words) else terms))
    named = {entity.id for condition in conditions for entity in entities_of_leaf(condition, entities, lists)}
    in_any_language = words.pop("any", 0)
    return len(named) + in_any_language + max(words.values(), default=0) <= 1


def lint_once_per_edit(
    annotated: AnnotatedDocument, first_alerts: Mapping[str, Mapping[OncePer, int]]
) -> Iterator[Lint]:
    """A live rule whose `once_per` was another one when it last sent alerts. `first_alerts`: how many each rule sent
    lately, by its `once_per` of that time."""
    rule = annotated.definition
    if not isinstance(rule, Rule) or rule.status is not RuleStatus.LIVE:
        return
    now = rule.alert.once_per
    for before, count in sorted(first_alerts.get(rule.id, {}).items()):
        if before is not now:
            sent = f"{format_count(count, 'alert')} in the last {RECENT // timedelta(hours=1)} hours"
            problem = f"this rule sent {sent} once per {before}; now {explain_once_per_edit(before, now)}"
            hint = f"expect that for a day; if you do not want it, write 'once_per: {before}' again"
            yield annotated.make_lint(LintKind.ONCE_PER_EDITED, ("alert", "once_per"), problem, hint)


def _names_place_or_actor(
    annotated: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> bool:
    """Whether the rule's match asks for an entity of one of these kinds."""
    conditions = (part.condition for part in annotated.conditions["match"][0].positive_parts())
    return any(
        entity.kind in PLACES_AND_ACTORS
        for condition in conditions
        for entity in entities_of_leaf(condition, entities, lists)
    )


def _find_update_problems(annotated: AnnotatedDocument, policy: AlertPolicy) -> Iterator[_Finding]:
    """Problems with what follows the first message."""
    deferred_updates = policy.again_if - AT_ONCE
    has_cooldown = ("alert", "cooldown") in annotated.document.value_positions
    if has_cooldown and not policy.again_if:
        problem = "this rule sends no updates, so nothing waits for this"
        yield "cooldown", problem, "write what is worth an update: again_if: [new fact]; or remove it"
    elif has_cooldown and not deferred_updates:
        problem = "nothing waits for this: a higher level and a correction are sent at once"
        yield "cooldown", problem, "remove it, or add to again_if a reason that waits, such as new fact"
    if deferred_updates and policy.event_lasts is not None and policy.event_lasts <= policy.cooldown:
        problem = (
            "the event is over before the first update may come: cooldown (1 hour where none is written) is as long"
        )
        yield "event_lasts", problem, "let the event last longer, or write a shorter cooldown"


def _find_wait_problems(rule: Rule) -> Iterator[_Finding]:
    """Problems with the wait before the first message."""
    wait = rule.alert.wait_at_least
    if not wait:
        return
    if rule.alert.once_per is OncePer.ARTICLE:
        problem = "a wait adds nothing to a single article: others are sent separately"
        yield "wait_at_least", problem, "remove it, or alert once per story or event"
    if rule.max_age is not None and wait >= rule.max_age:
        problem = "this is as long as max_age: an article that waits so long is too old when it is sent"
        yield "wait_at_least", problem, "shorten it"
    elif wait > MAX_CRITICAL_WAIT and Level.CRITICAL in (rule.level, *(change.to for change in rule.raises)):
        minutes = MAX_CRITICAL_WAIT // timedelta(minutes=1)
        problem = f"a critical alert waits here, for longer than {minutes} minutes, before anybody knows"
        yield "wait_at_least", problem, "shorten it; the time between messages of one story is its cooldown"
