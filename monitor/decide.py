"""Pure: articles, rules, state and now -> matches, stories, alerts, each with its reason, and the new state.

    for each article, in order:
        matches = rules.match(article)               which rules hit, as news or mention, and why
        story   = stories.join(article)              an open story, or a new one
        for each match:
            event    = events.belongs(...)           an open event of its rule, or a new one
            decision = alerting.judge(...)           an alert, something that waits, or held; always with the reason

    when time alone brings something (`due` calls it):
        what waited is told: alone, or together with what waited for the same

The one place where articles become alerts: live polling, `match`, `check`, `replay` and the tests in rules all come
here. It reads no clock, no file and no database; the state that it is given stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerting.falling import Telling, fallen_due
from monitor.alerting.judging import judge
from monitor.alerting.policy import Case, Circumstances
from monitor.alerting.told import Told
from monitor.matching import RuleSet
from monitor.model import Article, Decided, Judged, Match, MatchKind, Moved, OncePer, Source, Story
from monitor.stories import Provenance, Stories, WireMark, join, provenance
from monitor.stories.days import days_named
from monitor.stories.events import Events, Found, belongs, of_story, opened
from monitor.stories.facts import facts

_ANYWHERE = Circumstances()


class State:
    """What deciding must remember: the stories and events of the last days, what was told (or would have been in
    shadow), and what waits.

    It is advanced only after the commit (`settled`), and can always be rebuilt from the database.
    """

    def __init__(self, stories: Stories | None = None, events: Events | None = None, told: Told | None = None) -> None:
        self.stories = Stories() if stories is None else stories
        self.events = Events() if events is None else events
        self.told = Told() if told is None else told

    def draft(self) -> State:
        """A state that begins as this one and leaves it unchanged."""
        return State(self.stories.draft(), self.events.draft(), self.told.draft())

    def settled(self, now: datetime) -> State:
        """The draft, taken over for good."""
        return State(self.stories.settled(now), self.events.settled(), self.told.settled(now))


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of the articles, in their order, and the state after them; how much work it was (`Document.work`)."""

    judged: tuple[Judged, ...]
    state: State
    work: int = 0


@dataclass(frozen=True, slots=True)
class Fallen:
    """What time alone brings: what is told of what waited, and what waits on for something else."""

    tellings: tuple[Telling, ...]
    moved: tuple[Moved, ...]
    state: State


def decide(
    articles: Iterable[Article],
    rules: RuleSet,
    state: State,
    now: datetime,
    around: Circumstances = _ANYWHERE,
    *,
    all_stories: bool = False,
    most: int | None = None,
) -> Decision:
    """Decide on articles that are new to us, in the order in which they were seen. `all_stories`: those that no rule
    hits are joined to stories too, which nothing needs but `replay`; `most`: the work after which no further article
    is begun, so that those that were decided on are the first ones."""
    after, judged, work = state.draft(), list[Judged](), 0
    for article in articles:
        if most is not None and work >= most:
            break
        matches, cost = rules.matched(article)
        work += cost + (len(article.text) if matches else 0)  # which is quoted
        judged.append(_judged(article, matches, rules, after, now, around=around, all_stories=all_stories))
    return Decision(tuple(judged), after, work)


def decide_due(rules: RuleSet, state: State, now: datetime) -> Fallen:
    """Decide on what has waited until now."""
    after = state.draft()
    tellings, moved = fallen_due(rules.rules, after.told, now)
    return Fallen(tuple(tellings), tuple(moved), after)


def _judged(
    article: Article,
    matches: tuple[Match, ...],
    rules: RuleSet,
    state: State,
    now: datetime,
    *,
    around: Circumstances,
    all_stories: bool,
) -> Judged:
    if not matches and not all_stories:
        return Judged(article, None, "no rule hits it", ())
    joined = join(article, state.stories)
    from_ = from_whom(article, rules.sources.get(article.source))
    if not matches:
        return Judged(article, joined.story, joined.how, (), _publisher(article, from_, rules), from_.wire)
    case = case_of(matches[0], article, from_, rules, story=joined.story, told=state.told, now=now, around=around)
    case = replace(case, how=joined.how)
    days = days_named(f"{from_.title}\n{from_.lead}", article.published)
    found = Found("", joined.story, article.published, days=days, flash=from_.mark is WireMark.FLASH)
    decisions = tuple(_decided(match, case, found, rules, state.events) for match in matches)
    return Judged(article, joined.story, joined.how, decisions, case.publisher, from_.wire)


def from_whom(article: Article, source: Source | None) -> Provenance:
    """Where an article comes from, by its own word or its source's."""
    return provenance(article, source.publisher if source else None, source.wire if source else None)


def _publisher(article: Article, from_: Provenance, rules: RuleSet) -> str:
    source = rules.sources.get(article.source)
    return from_.publisher or (source.name if source else article.source)


def case_of(
    match: Match,
    article: Article,
    from_: Provenance,
    rules: RuleSet,
    *,
    story: Story,
    told: Told,
    now: datetime,
    around: Circumstances,
) -> Case:
    """A match with all that is asked about it. Which event it is of, and how it joined its story, is not known here."""
    source = rules.sources.get(article.source)
    return Case(
        rule=rules.rules[match.rule],
        match=match,
        article=article,
        story=story,
        told=told,
        now=now,
        publisher=_publisher(article, from_, rules),
        wire=from_.wire,
        mark=from_.mark,
        official=source is not None and source.official,
        facts=facts(article.title, article.text),
        around=around,
    )


def _decided(match: Match, case: Case, found: Found, rules: RuleSet, events: Events) -> Decided:
    rule = rules.rules[match.rule]
    if rule.alert.once_per is not OncePer.EVENT:  # it may have told events before it was edited
        event = of_story(rule.id, found.story, found.at, events)
        return judge(replace(case, rule=rule, match=match, event=event))
    found = replace(found, rule=rule.id, lasts=rule.alert.event_lasts, entities=rules.entities_in(match))
    event = belongs(found, events)
    if match.kind is MatchKind.MENTION:  # opens none
        return judge(replace(case, rule=rule, match=match, event=event))
    event = event or opened(found)
    decided = judge(replace(case, rule=rule, match=match, event=event))
    if decided.hearing is not None:  # old news that is held opens none either: today's is no follow-up of it
        events.tell(found, event)
    return decided
