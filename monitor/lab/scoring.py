"""Scores rules on labelled news: precision, recall and F1 for each rule and language, and the reason of each miss and
false alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.lab.expectations import explain_one, quote_evidence
from monitor.lab.recorded import RecordedArticle, UnusableLine, is_list_of_texts
from monitor.matching import RuleSet
from monitor.model import Article, Match, MatchKind
from monitor.text.primary_language import language_of

ALL = "all"
"""The language of a tally of all languages."""
_KEYS = ("labels", "also_mentions", "judged")


@dataclass(frozen=True, slots=True)
class LabeledArticle:
    """An article and its labels, as ids of rules. `labels`: those that must match it as news; `mentions`: those that
    may match it; `judged_rules`: those for which somebody has labelled it; None: all labels of the file."""

    recorded: RecordedArticle
    labels: frozenset[str]
    mentions: frozenset[str]
    judged_rules: frozenset[str] | None

    @property
    def language(self) -> str:
        """The language that its line says, or else that its script shows."""
        article = self.recorded.article
        return article.language or language_of(article.title, article.text, None) or "unknown"


class MistakeKind(StrEnum):
    """How a rule is wrong about an article."""

    MISS = "miss"
    FALSE_ALARM = "false alarm"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A miss or a false alarm, with a sentence that says why."""

    kind: MistakeKind
    rule: str
    language: str
    recorded: RecordedArticle
    why: str


@dataclass(slots=True)
class Tally:
    """Counts of articles. `right`: matched as news, and labelled so; `neutral`: labelled as mentions, of which
    `mentioned` were matched at all."""

    right: int = 0
    false_alarms: int = 0
    missed: int = 0
    neutral: int = 0
    mentioned: int = 0

    @property
    def labeled(self) -> int:
        return self.right + self.missed

    @property
    def hit(self) -> int:
        return self.right + self.false_alarms

    @property
    def precision(self) -> float | None:
        """From 0 to 1; None: nothing was matched."""
        return self.right / self.hit if self.hit else None

    @property
    def recall(self) -> float | None:
        """From 0 to 1; None: nothing is labelled."""
        return self.right / self.labeled if self.labeled else None

    @property
    def f1(self) -> float | None:
        """From 0 to 1; None: nothing was matched, or nothing is labelled."""
        if self.precision is None or self.recall is None:
            return None
        return 2 * self.right / (2 * self.right + self.false_alarms + self.missed)


@dataclass(slots=True)
class Score:
    """`tallies`: by rule and language (`ALL` among them), in the order of the rules; `unknown_labels`: labels that are
    the id of no running rule, and are not counted."""

    tallies: dict[tuple[str, str], Tally]
    articles: int
    mistakes: list[Mistake] = field(default_factory=list)
    unknown_labels: frozenset[str] = frozenset()

    @property
    def tally_by_rule(self) -> dict[str, Tally]:
        """The tally of each rule in all languages."""
        return {rule: tally for (rule, language), tally in self.tallies.items() if language == ALL}

    @property
    def macro_f1(self) -> float | None:
        """The mean F1 of the rules that have labelled articles; a rule that matches none of them counts as 0."""
        scores = [tally.f1 or 0.0 for tally in self.tally_by_rule.values() if tally.labeled]
        return sum(scores) / len(scores) if scores else None

    @property
    def mentions(self) -> tuple[int, int]:
        """How many of the mentions were matched at all, and how many there are."""
        tallies = self.tally_by_rule.values()
        return sum(tally.mentioned for tally in tallies), sum(tally.neutral for tally in tallies)


def parse_labels(found: RecordedArticle) -> LabeledArticle | UnusableLine:
    """The article with the labels of its line: lists of ids of rules, in which `_` may stand for `-`. A line without
    labels is news that no rule should hit."""
    row = found.row
    for key in _KEYS:
        if row.get(key) is not None and not is_list_of_texts(row[key]):
            return UnusableLine(found.line, f"{key} must be a list of ids of rules")
    labels, mentions = _parse_rule_ids(row, "labels"), _parse_rule_ids(row, "also_mentions")
    judged = None if row.get("judged") is None else _parse_rule_ids(row, "judged") | labels | mentions
    return LabeledArticle(found, labels, mentions - labels, judged)


def _parse_rule_ids(row: Mapping[str, list[str]], key: str) -> frozenset[str]:
    return frozenset(name.replace("_", "-") for name in row.get(key) or ())


def score_rules(articles: Sequence[LabeledArticle], rules: RuleSet, *, with_mistakes: bool = False) -> Score:
    """Score the rules against the labels. A rule is asked only about articles that were judged for it; if the labels
    call an article a mention, it may match or not. `with_mistakes`: explain each mistake, which takes longer than
    counting."""
    labels = frozenset[str]().union(
        *(article.labels | article.mentions | (article.judged_rules or set()) for article in articles)
    )
    tallies: dict[str, dict[str, Tally]] = {id_: {} for id_ in rules.rules if id_ in labels}
    score = Score({}, len(articles), unknown_labels=labels - tallies.keys())
    for article in articles:
        matches = {match.rule: match for match in rules.match(article.recorded.article)}
        language = article.language  # detected from the text: so once for each article, not for each rule
        for rule in tallies.keys() & (labels if article.judged_rules is None else article.judged_rules):
            for group in (ALL, language):
                _tally_article(tallies[rule].setdefault(group, Tally()), article, rule, matches.get(rule))
            if with_mistakes:
                score.mistakes += _find_mistakes(article, rule, matches.get(rule), rules)
    order = list(tallies)
    score.mistakes.sort(key=lambda mistake: order.index(mistake.rule))
    for rule, by_language in tallies.items():
        for language in sorted(by_language, key=lambda name: (name != ALL, name)):
            if (tally := by_language[language]) != Tally():
                score.tallies[rule, language] = tally
    return score


def _tally_article(tally: Tally, article: LabeledArticle, rule: str, match: Match | None) -> None:
    if rule in article.mentions:
        tally.neutral += 1
        tally.mentioned += match is not None
        return
    wanted, news = rule in article.labels, _is_news(match)
    tally.right += wanted and news
    tally.false_alarms += news and not wanted
    tally.missed += wanted and not news


def _find_mistakes(article: LabeledArticle, rule: str, match: Match | None, rules: RuleSet) -> Iterator[Mistake]:
    wanted, news = rule in article.labels, _is_news(match)
    if wanted is news or rule in article.mentions:
        return
    kind = MistakeKind.MISS if wanted else MistakeKind.FALSE_ALARM
    yield Mistake(
        kind, rule, article.language, article.recorded, _explain_mistake(article.recorded.article, rule, match, rules)
    )


def _explain_mistake(article: Article, rule: str, match: Match | None, rules: RuleSet) -> str:
    summary = explain_one(rules, article, rule).summary
    return summary if match is None else f"{summary}: {quote_evidence(match)}"


def _is_news(match: Match | None) -> bool:
    return match is not None and match.kind is MatchKind.NEWS
