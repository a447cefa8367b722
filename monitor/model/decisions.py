"""What came of an article: matches, its story, alerts, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.rules import Field, Level
from monitor.model.sources import Article


class MatchKind(StrEnum):
    """News: the evidence is complete in title and lead. Mention: only deeper in the text."""

    NEWS = "news"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: `text` is the article's own field from `start` to `end` (string offsets), found through `term`.

    Of authors and tags, which are several, `start` and `end` count in all of them joined by ", ". `node`: the name that
    the rule gives the condition that it holds for, or nothing.
    """

    field: Field
    start: int
    end: int
    text: str
    term: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An article met a rule: which version of it, as what, how much it matters, and the spans that say why."""

    rule: str
    rule_version: str
    kind: MatchKind
    evidence: tuple[Span, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Story:
    """One development, told by many articles. `title` is its first article's."""

    id: str
    title: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """A decision to tell somebody, with its reason. `dedup_key` is unique for ever: it is what "once" means.

    `sentence` quotes the article; `marks` are the (start, end) offsets of the fired words in it.
    """

    id: str
    dedup_key: str
    rule: str
    rule_title: str
    level: Level
    at: datetime
    reason: str
    routes: tuple[str, ...]
    story: str
    article: Article
    sentence: str
    marks: tuple[tuple[int, int], ...]
    kind: str = "new"


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one match: an alert, or none; always with the reason, which a person reads.

    `shadow_key`: the rule is in shadow, and would have told; by this the state remembers it, as it does a telling by
    the alert's `dedup_key`.
    """

    match: Match
    reason: str
    alert: Alert | None = None
    shadow_key: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one article: the story it belongs to and a decision for each match."""

    article: Article
    story: Story
    joined: str
    decisions: tuple[Decided, ...]
