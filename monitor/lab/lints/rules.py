"""Lints of whole rules, entities and lists: what has no test or is not used, what is searched for in every article,
what can never be news, how often a rule alerts, and events that nothing tells apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from monitor.alerting.updates import AT_ONCE
from monitor.lab.annotated_document import NETS, AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.model import (
    PLACE_KINDS,
    AlertPolicy,
    AllOf,
    AnyOf,
    DayNamed,
    Entity,
    Field,
    GroupNamed,
    Level,
    ListNamed,
    Near,
    NewsIn,
    Not,
    NumberNamed,
    OncePer,
    Pattern,
    Rule,
    RuleStatus,
    Source,
    UpdateTrigger,
    Where,
    WordList,
    Words,
    entities_of_leaf,
    terms_within,
)
from monitor.store.queries.reports import RuleHitReport
from monitor.wording.once_per_edits import explain_once_per_edit
from monitor.wording.quantities import format_count

MAX_SHARE, ENOUGH, DAYS = 0.02, 200, 7
"""A rule matches too much if it matched more than this share of the articles of so many days, if there were enough."""


def lint_untested(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A rule or entity without tests."""
    if isinstance(annotated.definition, Rule | Entity) and not annotated.definition.tests:
        name = "rule" if isinstance(annotated.definition, Rule) else "entity"
        problem = f"this {name} has no tests: nobody sees when an edit breaks it"
        yield annotated.make_lint(
            LintKind.UNTESTED, (), problem, "write tests: {fires: [...], silent: [...]}; check runs them"
        )


def lint_unused_list(annotated: AnnotatedDocument, used: Iterable[str]) -> Iterator[Lint]:
    """A list that nothing names."""
    if isinstance(annotated.definition, WordList) and annotated.definition.id not in used:
        problem = f"nothing names the list '{annotated.definition.id}': its words are looked for nowhere"
        yield annotated.make_lint(LintKind.UNUSED_LIST, (), problem, "name it in a rule, or remove it")


_BEYOND_WORDS: dict[type, tuple[str, str]] = {  # its name, and its key
    Pattern: ("pattern", "pattern"),
    NumberNamed: ("number", "number"),
    DayNamed: ("day", "names"),
}


def lint_patterns_alone(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A pattern, a number or a day that is searched for in every article, because it has no required words."""
    for net in NETS:
        for part in (inner for root in annotated.conditions.get(net, ()) for inner in _find_wordless_parts(root)):
            name, key = _BEYOND_WORDS[type(part.condition)]
            problem = f"this {name} has no required words: every article is searched for it, which takes time"
            yield annotated.make_lint(
                LintKind.PATTERN_ALONE, (*part.path, key), problem, "put it under all: with words"
            )


def _find_wordless_parts(part: ConditionPart) -> list[ConditionPart]:
    """The patterns, numbers and days that suffice alone."""
    found_in_parts = [_find_wordless_parts(inner) for inner in part.parts if not isinstance(inner.condition, Not)]
    if isinstance(part.condition, AllOf | Near) and not all(found_in_parts):
        return []
    return [part] if type(part.condition) in _BEYOND_WORDS else [found for inner in found_in_parts for found in inner]


def lint_never_news(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A rule that requires its evidence, or some of it, in the title, but looks for it elsewhere."""
    rule = annotated.definition
    if not isinstance(rule, Rule):
        return
    for match in annotated.conditions["match"]:
        if rule.news_in is NewsIn.TITLE and not _is_in_title(match):
            problem = "news is only what the title says, and match looks elsewhere: all it finds is a mention"
            yield annotated.make_lint(
                LintKind.NEVER_FIRES, ("news_in",), problem, "change news_in, or where match looks"
            )
        elif rule.title_has_some and not _can_be_in_title(match):
            problem = (
                "the title must have some of what match looks for, and match looks elsewhere: it finds only mentions"
            )
            yield annotated.make_lint(
                LintKind.NEVER_FIRES, ("title_has_some",), problem, "remove it, or change where match looks"
            )


def _is_in_title(part: ConditionPart) -> bool:
    if isinstance(part.condition, Not):
        return True
    if part.field in (Field.TEXT, Field.LEAD):
        return False
    return (
        any(map(_is_in_title, part.parts)) if isinstance(part.condition, AnyOf) else all(map(_is_in_title, part.parts))
    )


def _can_be_in_title(part: ConditionPart) -> bool:
    if isinstance(part.condition, Not) or part.field not in (None, Field.TITLE):
        return False
    return any(map(_can_be_in_title, part.parts)) if part.parts else True


def lint_unknown_sources(annotated: AnnotatedDocument, sources: Mapping[str, Source]) -> Iterator[Lint]:
    """A rule that looks at articles of sources that do not exist."""
    rule = annotated.definition
    if isinstance(rule, Rule) and rule.where is not None and sources:
        yield from _lint_unknown_where(annotated, rule.where, ("where",), sources)
        if rule.where.excluded is not None:
            yield from _lint_unknown_where(annotated, rule.where.excluded, ("where", "not"), sources)


def _lint_unknown_where(
    annotated: AnnotatedDocument, where: Where, path: tuple[str, ...], sources: Mapping[str, Source]
) -> Iterator[Lint]:
    tags = {tag for source in sources.values() for tag in source.tags}
    publishers = {source.publisher for source in sources.values()}
    for key, names, known, name in (
        ("sources", where.sources, sources.keys(), "no source has the id"),
        ("tags", where.tags, tags, "no source has the tag"),
        ("publishers", where.publishers, publishers, "no source is of the publisher"),
    ):
        for number, value in enumerate(names):
            if value not in known:
                problem = f"{name} '{value}': no article is of it"
                yield annotated.make_lint(
                    LintKind.UNKNOWN_SOURCE, (*path, key, number), problem, "correct it here, or in the sources"
                )


def lint_too_many_matches(annotated: AnnotatedDocument, report: RuleHitReport) -> Iterator[Lint]:
    """A rule that matched so much of the last days' news that nobody can read it. If it has matched anything since its
    last edit, only that counts."""
    rule = annotated.definition
    by_version = report.by_rule.get(rule.id, {}) if isinstance(rule, Rule) else {}
    if not isinstance(rule, Rule) or not by_version or report.articles < ENOUGH:
        return
    count = by_version.get(rule.version) or max(by_version.values())
    if count > MAX_SHARE * report.articles:
        which = "it" if rule.version in by_version else "an earlier version of it"
        problem = f"{which} met {count:,} of the {report.articles:,} articles of the last {DAYS} days"
        share = f"{count / report.articles:.0%}, where more than {MAX_SHARE:.0%} is noise"
        yield annotated.make_lint(
            LintKind.MEETS_TOO_MUCH, (), f"{problem} ({share})", "narrow it: near, in: title, ignore, where"
        )


# --- how often a rule alerts ------------------------------------------------------------------------------------------


MAX_CRITICAL_WAIT = timedelta(minutes=10)
"""How long a critical alert may be deferred."""
LONG_EVENT = timedelta(days=1)
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
    if rule.alert.event_lasts is not None and rule.alert.event_lasts >= LONG_EVENT:
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
