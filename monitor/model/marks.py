"""What people say of the rules: whether a match was what its rule is for, and what a rule has missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.decisions import MatchKind
from monitor.model.sources import Article


class MarkVerdict(StrEnum):
    """What a person says of an article and a rule. GOOD: the rule is right to match it. NOISE: the rule should not
    match it. MISSED: the rule should match it as news, and did not."""

    GOOD = "good"
    NOISE = "noise"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class RuleMark:
    """A mark on an article and a rule.

    who           the user's name on that machine
    kind          what the rule made of the article when it was marked; None: it did not match it
    rule_version  the version of the rule that matched, or that missed the article; None: not known
    match, alert  the ids of what was marked, in the database in which that was done; None in another database
    """

    rule: str
    verdict: MarkVerdict
    at: datetime
    who: str
    kind: MatchKind | None = None
    rule_version: str | None = None
    match: int | None = None
    alert: str | None = None

    @property
    def wants_news(self) -> bool:
        """Whether the rule should match the article as news. A mention that is good may stay a mention."""
        return self.verdict is MarkVerdict.MISSED or (
            self.verdict is MarkVerdict.GOOD and self.kind is not MatchKind.MENTION
        )

    @property
    def wants_mention(self) -> bool:
        """Whether the rule may match the article as a mention, or as news."""
        return self.verdict is MarkVerdict.GOOD and self.kind is MatchKind.MENTION


@dataclass(frozen=True, slots=True)
class MarkedArticle:
    """An article that has marks, with its own copy of the words: it may have left the archive.

    article    in the version that was marked last; its `uid` is the hash of the uid that its source gave
    publisher  who prints it
    marks      the newest mark of each rule, in the order of time
    """

    article: Article
    publisher: str
    marks: tuple[RuleMark, ...] = ()

    @property
    def at(self) -> datetime:
        """When it was published, or, if it has no date of its own, when it was first seen."""
        return self.article.published if self.article.dated else self.article.seen

    @property
    def week(self) -> str:
        """The ISO week of that time, in UTC: "2026-W02"."""
        year, week, _ = self.at.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def verdicts(self) -> dict[str, MarkVerdict]:
        """The newest verdict for each rule."""
        return {mark.rule: mark.verdict for mark in self.marks}
