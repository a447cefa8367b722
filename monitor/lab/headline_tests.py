"""Tests rules against headlines with expected results, through the live matching, and explains what does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from monitor.config.language.faults import did_you_mean
from monitor.config.loading.expectations import ANY_RULE, read_expectations
from monitor.config.yaml.yaml12 import read_yaml_file
from monitor.errors import Fault
from monitor.lab.expectation_mismatch import MUST, Expectation, describe_mismatch, describe_rule_mismatch
from monitor.lab.recorded import UnusableLine, is_list_of_texts, read_recorded
from monitor.lab.rule_tests import article_from_test, expectation_from_test, with_running_status
from monitor.matching import RuleSet, compile_rules
from monitor.matching.explain import explain_rules
from monitor.model import Article, Entity, Match, Place, Rule, RuleStatus, Source, WordList


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
        return f"{self.expected.place}: {subject} {MUST[self.wanted]}, and {self.why}"


@dataclass(slots=True)
class HeadlinesReport:
    """`asked`: how many expectations there are for each rule and kind, in the order of the file; `failures`: those that
    do not hold."""

    asked: Counter[tuple[str, Expectation]] = field(default_factory=Counter)
    failures: list[FailedExpectation] = field(default_factory=list)

    @property
    def failed(self) -> Counter[tuple[str, Expectation]]:
        return Counter((failure.rule, failure.wanted) for failure in self.failures)


# --- reading ----------------------------------------------------------------------------------------------------


def expected_of_yaml(file: Path, now: datetime) -> list[ExpectedArticle]:
    """The expectations of a YAML file: a mapping of ids of rules (`any`: all rules) to `fires`, `mentions` and
    `silent`. Raises InvalidFiles."""
    expectations = (found for document in read_yaml_file(file) for found in read_expectations(document))
    return [
        ExpectedArticle(article_from_test(test, now), ((rule, expectation_from_test(test)),), test.place, rule_place)
        for rule, rule_place, test in expectations
    ]


def expected_of_lines(lines: Iterable[str], file: str, now: datetime) -> Iterator[ExpectedArticle | UnusableLine]:
    """The expectations of articles as `recorded` reads them. They need no id, and have lists of ids of rules under
    `fires`, `mentions` and `silent`. An article without any of these is an unusable line."""
    for found in read_recorded(lines, now, needs_ids=False):
        if isinstance(found, UnusableLine):
            yield found
            continue
        listed = {key: ids for key in Expectation if (ids := found.row.get(key)) is not None}
        if invalid := [key for key, ids in listed.items() if not is_list_of_texts(ids)]:
            yield UnusableLine(found.line, f"{', '.join(invalid)} must be a list of ids of rules")
        elif not listed:
            yield UnusableLine(found.line, f"it expects nothing: give it one of {', '.join(Expectation)}")
        else:
            wanted = tuple((rule, key) for key, ids in listed.items() for rule in ids)
            place = Place(file, found.line)
            yield ExpectedArticle(found.article, wanted, place, place)


# --- running ----------------------------------------------------------------------------------------------------


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
    tester = _RuleTester(compile_rules(map(with_running_status, tested_rules), entities, lists, sources), any_rule)
    report = HeadlinesReport()
    for case in expected:
        matches = tester.rules.match(case.article)
        for name, wanted in case.wanted:
            report.asked[name, wanted] += 1
            if mismatch := tester.find_mismatch(case.article, name, wanted, matches):
                report.failures.append(FailedExpectation(case, name, wanted, mismatch))
    report.failures.sort(key=lambda failure: failure.expected.place)
    return report


@dataclass(frozen=True, slots=True)
class _RuleTester:
    """The rules compiled, and the ids of those that `ANY_RULE` means."""

    rules: RuleSet
    any_rule: AbstractSet[str]

    def find_mismatch(self, article: Article, name: str, wanted: Expectation, matches: Sequence[Match]) -> str | None:
        """How the result differs from what is expected, as `describe_mismatch` says it; None: it does not."""
        if name != ANY_RULE:
            return describe_rule_mismatch(self.rules, article, name, wanted, matches)
        found = {match.rule: match for match in matches if match.rule in self.any_rule}
        return describe_mismatch(wanted, [*found.values()], lambda: self._explain_nearest(article, found), named=True)

    def _explain_nearest(self, article: Article, found: Collection[str]) -> str:
        """Why there is no match, or no news, according to the rule that came nearest."""
        explanations = (
            explanation for explanation in explain_rules(self.rules, article) if explanation.rule in self.any_rule
        )
        nearest = max(
            explanations, key=lambda explanation: (explanation.rule in found, explanation.share), default=None
        )
        return "there is no rule that runs" if nearest is None else f"the nearest is {nearest.rule}: {nearest.summary}"
