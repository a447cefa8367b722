"""The policy stages: each may hold a match back, and says why; a match that none holds becomes an alert.

The order of STAGES is the order in which a person asks: is it news at all, is it fresh, have we told it already. A rule
in shadow goes through the same stages, says what it would have done, and holds everything back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.alerting.quote import quote
from monitor.alerting.told import Told
from monitor.model import Alert, Article, Decided, Field, Match, MatchKind, OncePer, Rule, RuleStatus, Span, Story

_BEYOND = {Field.TITLE: "outside its title", Field.LEAD: "deeper in the text than its lead"}  # where evidence ends
BASELINE_AGE = timedelta(hours=12)  # for rules without a max_age: a source's whole past is not news


@dataclass(frozen=True, slots=True)
class Case:
    """A match and all that is asked about it."""

    rule: Rule
    match: Match
    article: Article
    story: Story
    told: Told
    now: datetime

    @property
    def dedup_key(self) -> str:
        """What this rule tells at most once."""
        if self.rule.alert.once_per is OncePer.ARTICLE:
            return article_key(self.rule.id, self.article.source, self.article.uid)
        return f"{self.rule.id} story {self.story.id}"

    @property
    def shadow(self) -> bool:
        """Whether the rule may tell nobody."""
        return self.rule.status is RuleStatus.SHADOW

    @property
    def shadow_key(self) -> str:
        """By what a rule in shadow remembers that it would have told this: no rule's id has a colon, so it silences
        nothing once the rule is live."""
        return f"shadow: {self.dedup_key}"


def article_key(rule: str, source: str, uid: str) -> str:
    """The dedup key of a rule that tells once an article."""
    return f"{rule} article {source} {uid}"


Stage = Callable[[Case], str | None]


def judge(case: Case) -> Decided:
    """The decision on one match, with its reason."""
    held = next((reason for stage in STAGES if (reason := stage(case)) is not None), None)
    if held is not None:
        return Decided(case.match, f"held: {held}; {case.rule.id} is in shadow" if case.shadow else f"held: {held}")
    reason = f"{_evidence(case.match)}; the first that {case.rule.id} hears of this {case.rule.alert.once_per}"
    if case.shadow:
        would = f"held: {case.rule.id} is in shadow; it would have told: {reason}"
        return Decided(case.match, would, shadow_key=case.shadow_key)
    return Decided(case.match, f"told: {reason}", _alert(case, reason))


def _mention(case: Case) -> str | None:
    if case.match.kind is MatchKind.MENTION:
        in_passing = [_BEYOND[case.rule.news_in]] if case.rule.news_in in _BEYOND else []
        in_passing += ["as its mention_if says"] if case.rule.mention_if is not None else []
        return f"only mentioned, {' or '.join(in_passing)}; mentions are kept and not sent"
    return None


def _stale(case: Case) -> str | None:
    article, limit = case.article, case.rule.max_age
    if article.baseline:
        if not article.dated:
            return "it came with its source's past (a first poll, or a burst of entries), and has no date of its own"
        limit = limit or BASELINE_AGE
    age = case.now - article.published
    if limit is not None and age > limit:
        return f"published {in_words(age)} ago, and max_age is {in_words(limit)}"
    return None


def _already_told(case: Case) -> str | None:
    this = f"this {case.rule.alert.once_per} already ({case.story.id})"
    if case.dedup_key in case.told:
        return f"{case.rule.id} has told {this}"
    if case.shadow and case.shadow_key in case.told:
        return f"{case.rule.id} would have told {this}"
    return None


STAGES: tuple[Stage, ...] = (_mention, _stale, _already_told)


def _alert(case: Case, reason: str) -> Alert:
    quoted = quote(case.article, case.match.evidence)
    return Alert(
        id=blake2b(case.dedup_key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
        dedup_key=case.dedup_key,
        rule=case.rule.id,
        rule_title=case.rule.title,
        level=case.match.level,
        at=case.now,
        reason=reason,
        routes=case.rule.alert.to or ("default",),
        story=case.story.id,
        article=case.article,
        sentence=quoted.sentence,
        marks=quoted.marks,
    )


def _evidence(match: Match) -> str:
    """“North Korea”, “missiles” in the title; “fired” in the text. Of words within words the whole."""
    whole = [span for span in match.evidence if not any(_holds(other, span) for other in match.evidence)]
    parts = []
    for field in dict.fromkeys(span.field for span in whole):
        words = dict.fromkeys(f"“{span.text}”" for span in whole if span.field is field)
        parts.append(f"{', '.join(words)} in the {field}")
    return "; ".join(parts)


def _holds(one: Span, other: Span) -> bool:
    inside = one.field is other.field and one.start <= other.start and other.end <= one.end
    return inside and (one.start, one.end) != (other.start, other.end)


def in_words(length: timedelta) -> str:
    """A length of time in the unit that a person would use."""
    minutes = round(length / timedelta(minutes=1))
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size or (minutes >= size and minutes % size == 0):
            return _count(minutes // size, unit)
    return _count(minutes, "minute")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
