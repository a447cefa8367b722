"""Headlines with what rules must make of them, run through the code that runs live: which hold, and why the others do
not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import tee
from pathlib import Path

from monitor.config.expectations import ANY_RULE, read_expectations
from monitor.config.faults import did_you_mean
from monitor.config.yaml12 import read
from monitor.errors import Fault
from monitor.lab.outcomes import explain_outcome, quote_evidence
from monitor.lab.recorded import Unusable, recorded
from monitor.lab.rule_tests import article_of
from monitor.matching import RuleSet, compile_rules
from monitor.matching.explain import explain
from monitor.model import Article, Entity, Match, MatchKind, Place, Rule, RuleStatus, RuleTest, Source, WordList


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


@dataclass(frozen=True, slots=True)
class Expected:
    """An article and what rules must make of it, at its place. Of `ANY_RULE`: to fire, one of the rules that run must;
    to stay silent, all of them."""

    article: Article
    wanted: tuple[tuple[str, Expectation], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Failure:
    """What a rule must make of an article and does not, with the sentence that says why."""

    expected: Expected
    rule: str
    wanted: Expectation
    why: str

    def __str__(self) -> str:
        who = self.rule
        if who == ANY_RULE:
            who = "every rule" if self.wanted is Expectation.SILENT else "some rule"
        return f"{self.expected.place}: {who} {_MUST[self.wanted]}, and {self.why}"


@dataclass(slots=True)
class HeadlinesReport:
    """How many expectations there are of each rule and kind, in the order of the file, and those that do not hold."""

    asked: Counter[tuple[str, Expectation]] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    @property
    def failed(self) -> Counter[tuple[str, Expectation]]:
        return Counter((failure.rule, failure.wanted) for failure in self.failures)


# --- reading ----------------------------------------------------------------------------------------------------


def expected_of_yaml(file: Path, now: datetime) -> list[Expected]:
    """Of a mapping of ids of rules (`any`: of all rules) to `fires`, `mentions` and `silent`. Raises Faulty."""
    found = (each for document in read(file) for each in read_expectations(document))
    return [Expected(article_of(test, now), ((rule, _wanted(test)),), test.place) for rule, test in found]


def _wanted(test: RuleTest) -> Expectation:
    if test.fires:
        return Expectation.FIRES
    return Expectation.MENTIONS if test.mentions else Expectation.SILENT


def expected_of_lines(lines: Iterable[str], file: str, now: datetime) -> Iterator[Expected | Unusable]:
    """Of articles as `recorded` reads them, that need no id and have lists of ids of rules under `fires`, `mentions`
    and `silent`. An article without any is none that something is expected of."""
    ours, theirs = tee(lines)
    written = (line for line in theirs if line.strip())
    for found, line in zip(recorded(ours, now, needs_ids=False), written, strict=True):
        if isinstance(found, Unusable):
            yield found
            continue
        row = json.loads(line) if line.lstrip().startswith("{") else {}
        listed = {key: row[key] for key in Expectation if row.get(key) is not None}
        if wrong := [key for key, ids in listed.items() if not _is_texts(ids)]:
            yield Unusable(found.line, f"{', '.join(wrong)} must be a list of ids of rules")
        elif not listed:
            yield Unusable(found.line, f"nothing is expected of it: give it one of {', '.join(Expectation)}")
        else:
            wanted = tuple((rule, key) for key, ids in listed.items() for rule in ids)
            yield Expected(found.article, wanted, Place(file, found.line))


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


# --- running ----------------------------------------------------------------------------------------------------


def unknown_rules(expected: Iterable[Expected], rules: Mapping[str, Rule]) -> Iterator[Fault]:
    """A fault at each place that names a rule that does not exist."""
    for each in expected:
        for name, _ in each.wanted:
            if name != ANY_RULE and name not in rules:
                yield Fault(each.place, f"there is no rule '{name}'", did_you_mean(name, [*rules, ANY_RULE]))


def run_expected(
    expected: Iterable[Expected],
    rules: Mapping[str, Rule],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
) -> HeadlinesReport:
    """Each expectation against the rules, all of which exist. Rules that are off are tested where they are named."""
    expected = list(expected)
    named = {name for each in expected for name, _ in each.wanted}
    asked = [rule for rule in rules.values() if rule.status is not RuleStatus.OFF or rule.id in named]
    runs = frozenset(rule.id for rule in asked if rule.status is not RuleStatus.OFF)
    compiled = compile_rules([replace(rule, status=RuleStatus.LIVE) for rule in asked], entities, lists, sources)
    report = HeadlinesReport()
    for each in expected:
        matches = {match.rule: match for match in compiled.match(each.article)}
        for name, wanted in each.wanted:
            report.asked[name, wanted] += 1
            found = {
                rule: match for rule, match in matches.items() if rule == name or (name == ANY_RULE and rule in runs)
            }
            if why := _failed(each.article, name, wanted, found, compiled):
                report.failures.append(Failure(each, name, wanted, why))
    report.failures.sort(key=lambda failure: failure.expected.place)
    return report


def _failed(article: Article, name: str, wanted: Expectation, found: Mapping[str, Match], rules: RuleSet) -> str | None:
    """Why the expectation does not hold; None: it does. `found`: the matches of the rules that are asked."""
    news = [match for match in found.values() if match.kind is MatchKind.NEWS]
    if wanted is Expectation.FIRES:
        what = "is only a mention" if found else "does not"
        return None if news else f"{what}: {_missed(article, name, found, rules)}"
    if news:
        each = (f"{match.rule if name == ANY_RULE else ''} fires on {quote_evidence(match)}".lstrip() for match in news)
        return "; ".join(each)
    if wanted is Expectation.MENTIONS and not found:
        return f"is not: {_missed(article, name, found, rules)}"
    return None


def _missed(article: Article, name: str, found: Mapping[str, Match], rules: RuleSet) -> str:
    """Why it is no match, or no news; of many rules, why not by the nearest."""
    if name != ANY_RULE:
        return explain_outcome(rules, article, name).partition(": ")[2]
    nearest = max(explain(rules, article), key=lambda each: (each.rule in found, each.share))
    return f"the nearest is {nearest.rule}: {nearest.says}"
