"""What rules must make of articles: the tests of rules and entities, and files of headlines with the results that are
expected. Both run through the live matching, and a sentence explains what does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from monitor.config.language.faults import did_you_mean
from monitor.config.loading.expectations import ANY_RULE, read_expectations
from monitor.config.yaml.yaml12 import read_yaml_file
from monitor.errors import Fault
from monitor.lab.recorded import RecordedArticle, UnusableLine, is_list_of_texts
from monitor.matching import RuleSet, compile_rules
from monitor.matching.explain import explain_rules
from monitor.model import (
    Article,
    Entity,
    EntityNamed,
    Explanation,
    Level,
    Match,
    MatchKind,
    Place,
    Rule,
    RuleStatus,
    RuleTest,
    Source,
    WordList,
)

_HINT = "correct the rule or the test; the daemon does not run tests, and uses the file as it is"
_BATCH = 200  # rules in a set: what they share is compiled once, and no article is matched against all rules


class Expectation(StrEnum):
    """What a rule must make of an article: news, a mention, or no news (a mention is silent)."""

    FIRES = "fires"
    MENTIONS = "mentions"
    SILENT = "silent"


_MUST = {
    Expectation.FIRES: "must fire",
    Expectation.MENTIONS: "must be a mention",
    Expectation.SILENT: "must stay silent",
}


def quote_evidence(match: Match) -> str:
    """The words of a match's evidence, each once: “fires”, “missiles”."""
    return ", ".join(dict.fromkeys(f"“{span.text}”" for span in match.evidence))


def explain_one(rules: RuleSet, article: Article, rule: str, *, as_news: bool = False) -> Explanation:
    """What one rule makes of an article, as `why` explains it; `rule` is the id of a rule of the set. `as_news`: as in
    `explain_rules`."""
    (explanation,) = explain_rules(rules, article, rule, as_news=as_news)
    return explanation


def _find_mismatch(
    rules: RuleSet,
    article: Article,
    name: str,
    wanted: Expectation,
    matches: Iterable[Match],
    *,
    any_rule: AbstractSet[str] = frozenset(),
) -> str | None:
    """How the result differs from what is expected, as the end of a sentence that begins "must fire, and"; None: it
    does not. `name`: a rule of the set, or `ANY_RULE`, which means those of `any_rule`; `matches`: all matches of the
    article."""
    names = any_rule if name == ANY_RULE else {name}
    matches = [match for match in matches if match.rule in names]
    news = [match for match in matches if match.kind is MatchKind.NEWS]
    if wanted is Expectation.SILENT or (wanted is Expectation.MENTIONS and news):
        fired = (f"fires on {quote_evidence(match)}" for match in news)
        named = (f"{match.rule} {text}" for match, text in zip(news, fired, strict=True)) if name == ANY_RULE else fired
        return "; ".join(named) or None
    if news or (matches and wanted is Expectation.MENTIONS):
        return None
    why = (
        explain_one(rules, article, name).why if name != ANY_RULE else _explain_nearest(rules, article, names, matches)
    )
    problem = "is not" if wanted is Expectation.MENTIONS else "is only a mention" if matches else "does not"
    return f"{problem}: {why}"


def _explain_nearest(rules: RuleSet, article: Article, names: AbstractSet[str], matches: Iterable[Match]) -> str:
    """Why there is no match, or no news, according to the rule that came nearest."""
    matched = {match.rule for match in matches}
    explanations = (explanation for explanation in explain_rules(rules, article) if explanation.rule in names)
    nearest = max(explanations, key=lambda each: (each.rule in matched, each.share), default=None)
    return "there is no rule that runs" if nearest is None else f"the nearest is {nearest.rule}: {nearest.summary}"


# --- the tests of rules and entities ----------------------------------------------------------------------------


def find_test_failures(
    tested: Iterable[Rule | Entity],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
    now: datetime,
    *,
    rules: Iterable[Rule] | None = None,
) -> tuple[Fault, ...]:
    """A fault for each test of `tested` that does not hold, at the test's place. Rules that are off are tested too.
    `rules`: all rules that there are (None: those in `tested`); the live ones decide what a title is about."""
    tested = [*tested]
    of_rules = [thing for thing in tested if isinstance(thing, Rule)]
    of_entities = [rule_from_entity(thing) for thing in tested if isinstance(thing, Entity)]
    live = {rule.id: rule for rule in (of_rules if rules is None else rules) if rule.status is RuleStatus.LIVE}
    found: list[Fault] = []
    for group in (of_rules, of_entities):  # an entity may have the id of a rule
        for start in range(0, len(group), _BATCH):
            batch = [with_running_status(rule) for rule in group[start : start + _BATCH] if rule.tests]
            compared = live if any(rule.depends_on_other_rules for rule in batch) else {}
            batch_rules = compared | {rule.id: rule for rule in batch}
            compiled = compile_rules(batch_rules.values(), entities, lists, sources)
            found += (fault for rule in batch for fault in _find_failures_of_rule(rule, compiled, now))
    return tuple(found)


def with_running_status(rule: Rule) -> Rule:
    """The rule itself, or in shadow if it is off, so that it runs. It is not made live: titles are not about it."""
    return replace(rule, status=RuleStatus.SHADOW) if rule.status is RuleStatus.OFF else rule


def rule_from_entity(entity: Entity) -> Rule:
    """A rule that fires where the entity is named."""
    return Rule(entity.id, entity.name, Level.INFO, EntityNamed(entity.id), "", tests=entity.tests)


def _find_failures_of_rule(rule: Rule, compiled: RuleSet, now: datetime) -> Iterator[Fault]:
    for test in rule.tests:
        article, wanted = article_from_test(test, now), expectation_from_test(test)
        if mismatch := _find_mismatch(compiled, article, rule.id, wanted, compiled.match(article)):
            yield Fault(test.place, f"this test of {rule.id} {_MUST[wanted]}, and {mismatch}", _HINT)


def expectation_from_test(test: RuleTest) -> Expectation:
    """What a test expects of its rule."""
    if test.fires:
        return Expectation.FIRES
    return Expectation.MENTIONS if test.mentions else Expectation.SILENT


def article_from_test(test: RuleTest, now: datetime) -> Article:
    """The article that a test describes; `now`: its date if it has none."""
    moment = test.date or now
    return Article(
        test.source or "",
        "test",
        test.title,
        test.text,
        moment,
        moment,
        url=test.url,
        language=test.language,
        authors=test.authors,
        tags=test.tags,
    )


# --- files of headlines -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExpectedArticle:
    """An article and what rules must make of it, at its place; `rules_place`: where the rules are named. `ANY_RULE`
    must fire: one of the rules that run must. It must stay silent: all of them must."""

    article: Article
    wanted: tuple[tuple[str, Expectation], ...]
    place: Place
    rules_place: Place


@dataclass(frozen=True, slots=True)
class FailedExpectation:
    """What a rule must make of an article and does not, with the sentence that says why."""

    expected: ExpectedArticle
    rule: str
    wanted: Expectation
    why: str

    def __str__(self) -> str:
        subject = self.rule
        if subject == ANY_RULE:
            subject = "every rule" if self.wanted is Expectation.SILENT else "some rule"
        return f"{self.expected.place}: {subject} {_MUST[self.wanted]}, and {self.why}"


@dataclass(slots=True)
class HeadlinesReport:
    """`asked`: how many expectations there are for each rule and kind, in the order of the file; `failures`: those that
    do not hold."""

    asked: Counter[tuple[str, Expectation]] = field(default_factory=Counter)
    failures: list[FailedExpectation] = field(default_factory=list)

    @property
    def failed(self) -> Counter[tuple[str, Expectation]]:
        return Counter((failure.rule, failure.wanted) for failure in self.failures)


def expected_of_yaml(file: Path, now: datetime) -> list[ExpectedArticle]:
    """The expectations of a YAML file: a mapping of ids of rules (`any`: all rules) to `fires`, `mentions` and
    `silent`. Raises InvalidFiles."""
    expectations = (found for document in read_yaml_file(file) for found in read_expectations(document))
    return [
        ExpectedArticle(article_from_test(test, now), ((rule, expectation_from_test(test)),), test.place, rule_place)
        for rule, rule_place, test in expectations
    ]


def parse_expected(found: RecordedArticle, file: str) -> ExpectedArticle | UnusableLine:
    """The article with the expectations of its line in `file`: lists of ids of rules under `fires`, `mentions` and
    `silent`. A line without any of these is unusable."""
    listed = {key: ids for key in Expectation if (ids := found.row.get(key)) is not None}
    if invalid := [key for key, ids in listed.items() if not is_list_of_texts(ids)]:
        return UnusableLine(found.line, f"{', '.join(invalid)} must be a list of ids of rules")
    if not listed:
        return UnusableLine(found.line, f"it expects nothing: give it one of {', '.join(Expectation)}")
    place = Place(file, found.line)
    return ExpectedArticle(
        found.article, tuple((rule, key) for key, ids in listed.items() for rule in ids), place, place
    )


def find_unknown_rules(expected: Iterable[ExpectedArticle], known: AbstractSet[str]) -> list[Fault]:
    """A fault at each place that names a rule that is not defined anywhere."""
    faults = (
        Fault(article.rules_place, f"there is no rule '{name}'", did_you_mean(name, [*sorted(known), ANY_RULE]))
        for article in expected
        for name, _ in article.wanted
        if name != ANY_RULE and name not in known
    )
    return list(dict.fromkeys(faults))


def usable_expectations(
    expected: Iterable[ExpectedArticle], rules: Collection[str]
) -> tuple[list[ExpectedArticle], list[Fault]]:
    """The expectations for the usable rules (`rules`), and a fault for each other rule, where it is named first."""
    usable: list[ExpectedArticle] = []
    left_out: dict[str, Fault] = {}
    for article in expected:
        wanted = tuple((name, kind) for name, kind in article.wanted if name == ANY_RULE or name in rules)
        if wanted:
            usable.append(replace(article, wanted=wanted))
        for name in (name for name, _ in article.wanted if name != ANY_RULE and name not in rules):
            problem = f"the rule '{name}' cannot be used: its headlines are left out"
            left_out.setdefault(name, Fault(article.rules_place, problem, "see the faults of its file"))
    return usable, [*left_out.values()]


def run_expected(
    expected: Iterable[ExpectedArticle],
    rules: Mapping[str, Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
) -> HeadlinesReport:
    """Test each expectation against the rules, all of which exist. Rules that are off are tested if they are named."""
    expected = list(expected)
    named = {name for case in expected for name, _ in case.wanted}
    tested_rules = [rule for rule in rules.values() if rule.status is not RuleStatus.OFF or rule.id in named]
    any_rule = frozenset(rule.id for rule in tested_rules if rule.status is not RuleStatus.OFF)
    compiled = compile_rules(map(with_running_status, tested_rules), entities, lists, sources)
    report = HeadlinesReport()
    for case in expected:
        matches = compiled.match(case.article)
        for name, wanted in case.wanted:
            report.asked[name, wanted] += 1
            if mismatch := _find_mismatch(compiled, case.article, name, wanted, matches, any_rule=any_rule):
                report.failures.append(FailedExpectation(case, name, wanted, mismatch))
    report.failures.sort(key=lambda failure: failure.expected.place)
    return report
