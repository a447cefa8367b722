"""Lints of whole rules, entities and lists: what nobody tests or uses, what is asked of every article, what can never
be told."""

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

MOST, ENOUGH, DAYS = 0.02, 200, 7
"""A rule meets too much if it met so large a part of the articles of so many days, if they were enough."""


def lint_untested(written: AnnotatedDocument) -> Iterator[Lint]:
    """A rule or entity without tests."""
    if isinstance(written.definition, Rule | Entity) and not written.definition.tests:
        called = "rule" if isinstance(written.definition, Rule) else "entity"
        what = f"this {called} has no tests: nobody sees when an edit breaks it"
        yield written.make_lint(
            LintKind.UNTESTED, (), what, "write tests: {fires: [...], silent: [...]}; check runs them"
        )


def lint_unused_list(written: AnnotatedDocument, used: Iterable[str]) -> Iterator[Lint]:
    """A list that nothing names."""
    if isinstance(written.definition, WordList) and written.definition.id not in used:
        what = f"nothing names the list '{written.definition.id}': its words are looked for nowhere"
        yield written.make_lint(LintKind.UNUSED_LIST, (), what, "name it in a rule, or remove it")


_BEYOND_WORDS: dict[type, tuple[str, str]] = {  # what it is, and the key that it is written under
    Pattern: ("pattern", "pattern"),
    NumberNamed: ("number", "number"),
    DayNamed: ("day", "names"),
}


def lint_patterns_alone(written: AnnotatedDocument) -> Iterator[Lint]:
    """A pattern, a number or a day that is looked for in every article, because no word must stand beside it."""
    for net in NETS:
        for part in (found for each in written.conditions.get(net, ()) for found in _without_words(each)):
            said, key = _BEYOND_WORDS[type(part.condition)]
            what = f"this {said} has no required words: every article is searched for it, which takes time"
            yield written.make_lint(LintKind.PATTERN_ALONE, (*part.path, key), what, "put it under all: with words")


def _without_words(part: ConditionPart) -> list[ConditionPart]:
    """The patterns, numbers and days that are enough alone."""
    each = [_without_words(one) for one in part.parts if not isinstance(one.condition, Not)]
    if isinstance(part.condition, AllOf | Near) and not all(each):
        return []
    return [part] if type(part.condition) in _BEYOND_WORDS else [found for one in each for found in one]


def lint_never_news(written: AnnotatedDocument) -> Iterator[Lint]:
    """A rule that needs its evidence, or some of it, in the title, and looks for it elsewhere."""
    rule = written.definition
    if not isinstance(rule, Rule):
        return
    for match in written.conditions["match"]:
        if rule.news_in is NewsIn.TITLE and not _in_title(match):
            what = "news is only what the title says, and match looks elsewhere: all it finds is a mention"
            yield written.make_lint(LintKind.NEVER_FIRES, ("news_in",), what, "change news_in, or where match looks")
        elif rule.title_has_some and not _some_in_title(match):
            what = "the title must have some of what match looks for, and match looks elsewhere: it finds only mentions"
            yield written.make_lint(
                LintKind.NEVER_FIRES, ("title_has_some",), what, "remove it, or change where match looks"
            )


def _in_title(part: ConditionPart) -> bool:
    if isinstance(part.condition, Not):
        return True
    if part.field in (Field.TEXT, Field.LEAD):
        return False
    return any(map(_in_title, part.parts)) if isinstance(part.condition, AnyOf) else all(map(_in_title, part.parts))


def _some_in_title(part: ConditionPart) -> bool:
    if isinstance(part.condition, Not) or part.field not in (None, Field.TITLE):
        return False
    return any(map(_some_in_title, part.parts)) if part.parts else True


def lint_unknown_sources(written: AnnotatedDocument, sources: Mapping[str, Source]) -> Iterator[Lint]:
    """A rule that looks at articles of sources that there are not."""
    rule = written.definition
    if isinstance(rule, Rule) and rule.where is not None and sources:
        yield from _lint_unknown_where(written, rule.where, ("where",), sources)
        if rule.where.excluded is not None:
            yield from _lint_unknown_where(written, rule.where.excluded, ("where", "not"), sources)


def _lint_unknown_where(
    written: AnnotatedDocument, asked: Where, at: tuple[str, ...], sources: Mapping[str, Source]
) -> Iterator[Lint]:
    tags = {tag for source in sources.values() for tag in source.tags}
    publishers = {source.publisher for source in sources.values()}
    for key, wanted, known, called in (
        ("sources", asked.sources, sources.keys(), "no source has the id"),
        ("tags", asked.tags, tags, "no source has the tag"),
        ("publishers", asked.publishers, publishers, "no source is of the publisher"),
    ):
        for number, each in enumerate(wanted):
            if each not in known:
                what = f"{called} '{each}': no article is of it"
                yield written.make_lint(
                    LintKind.UNKNOWN_SOURCE, (*at, key, number), what, "mend it here, or in the sources"
                )


def lint_too_many_matches(written: AnnotatedDocument, matched: RuleHitReport) -> Iterator[Lint]:
    """A rule that met so much of the last days' news that nobody can read it. Once it has met anything since its last
    edit, only that counts."""
    rule = written.definition
    by_version = matched.by_rule.get(rule.id, {}) if isinstance(rule, Rule) else {}
    if not isinstance(rule, Rule) or not by_version or matched.articles < ENOUGH:
        return
    met = by_version.get(rule.version) or max(by_version.values())
    if met > MOST * matched.articles:
        which = "it" if rule.version in by_version else "an earlier version of it"
        what = f"{which} met {met:,} of the {matched.articles:,} articles of the last {DAYS} days"
        share = f"{met / matched.articles:.0%}, where more than {MOST:.0%} is noise"
        yield written.make_lint(
            LintKind.MEETS_TOO_MUCH, (), f"{what} ({share})", "narrow it: near, in: title, ignore, where"
        )
