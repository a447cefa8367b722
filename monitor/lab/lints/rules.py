"""Lints of whole rules, entities and lists: what has no test or is not used, what is searched for in every article, and
what can never be news."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monitor.lab.annotated_document import NETS, AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.model import (
    AllOf,
    AnyOf,
    DayNamed,
    Entity,
    Field,
    Near,
    NewsIn,
    Not,
    NumberNamed,
    Pattern,
    Rule,
    Source,
    Where,
    WordList,
)
from monitor.store.queries.reports import RuleHitReport

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
