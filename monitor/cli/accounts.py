"""Why rules met an article or did not, and what came of it, as people read it: for `why`.

✓ and green: it holds, and speaks for an alert; ✗ and red: it does not, or speaks against one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from monitor.cli.nearest import nearest_lines
from monitor.cli.options import alert_word, compared_line, local, words_of
from monitor.sanitize import sanitize_line

if TYPE_CHECKING:
    from monitor.model import AlertPolicy, Article, Explanation, Match, Rule, Settings, Step
    from monitor.store.articles import AlertReport, StoredArticle
    from monitor.store.matches import DeliveryHistory, MatchReport
    from monitor.stories.sameness import JudgedCluster


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of an article and a rule. `rule`, `explanation`: None if the rule is gone; `match`: by the rule
    as it is now; `would`: what that would have decided when the article came, where it was not asked; `alert`: by which
    the rule told the story; `nearest`: the older events of the rule that the article is nearest to."""

    id: str
    rule: Rule | None = None
    explanation: Explanation | None = None
    match: Match | None = None
    decisions: tuple[MatchReport, ...] = ()
    simulated_decision: str | None = None
    alert: AlertReport | None = None
    nearest: tuple[JudgedCluster, ...] = ()

    @property
    def ever_matched(self) -> bool:
        """Whether the article meets the rule, or once did."""
        return self.match is not None or bool(self.decisions)

    @property
    def was_sent(self) -> bool:
        """Whether the article was told by the rule."""
        return any(decided.decision == "told" for decided in self.decisions)

    @property
    def share(self) -> float:
        """How much of the rule holds."""
        return self.explanation.share if self.explanation else 0.0

    def differs_from(self, decided: MatchReport, article: Article) -> bool:
        """Whether what was stored of the article as it is now differs from what the rule says now."""
        kind = self.match.kind if self.match else None
        return self.rule is not None and decided.article.version == article.version and decided.kind != kind

    @property
    def says(self) -> str:
        """What the rule makes of the article now, in a sentence."""
        return self.explanation.summary if self.explanation else "the rule is gone, or its file has a fault"


# --- the article ------------------------------------------------------------------------------------------------


def told_article(
    article: Article, stored: StoredArticle | None, nearest: Sequence[JudgedCluster], zone: str
) -> Iterator[str]:
    """What the article is, and which story it is of; `nearest`: the older ones that it is nearest to."""
    from monitor.matching.document import Document

    yield f"article   {sanitize_line(article.title or article.text[:80])}"
    if stored is not None:
        yield f"          {article.source}, version {article.version}, {article.url or 'without an address'}"
        published = f"published {local(article.published, zone)}" if article.dated else "undated"
        yield f"          {published}, first seen {local(article.seen, zone)}"
    if article.baseline:
        yield "          it came with its source's past: its first poll, or a burst of entries"
    read_as = Document(article).language or "not clear from its script"
    yield f"language  {read_as}; {f'kept as {article.language}' if article.language else 'kept without one'}"
    if stored is not None and stored.story is not None:
        title = f": {stored.story.title}" if stored.story.title != article.title else ""
        yield f"story     {stored.story.id}, {stored.join_reason}{title}"
        yield from compared_line(stored.compared)
        yield from nearest_lines(nearest, stored.compared, "nearest   ")


# --- all rules --------------------------------------------------------------------------------------------------


def told_rules(article: Article, accounts: Sequence[Account], zone: str) -> Iterator[str]:
    """What rules make of the article: those that it meets, or once met, with what came of it; of the others a line."""
    for account in accounts:
        if account.ever_matched:
            yield ""
            yield _headed(account)
            if account.match is not None:
                yield from _sentences(article, account.match)
            yield from _came(article, account, zone)
    others = [account for account in accounts if not account.ever_matched]
    if others:
        yield from ("", "Not met, the nearest first:")
    for account in others:
        yield f"{_mark(holds=False)} {account.id}: {sanitize_line(account.says.removeprefix('no match: '))}"


def _headed(account: Account) -> str:
    status = f" ({account.rule.status})" if account.rule is not None and account.rule.status != "live" else ""
    mark, name = _mark(holds=account.match is not None), click.style(account.id, bold=True)
    return f"{mark} {name}{status}: {sanitize_line(account.says)}"


def _sentences(article: Article, match: Match) -> Iterator[str]:
    from monitor.alerting.quote import marked, quotes

    for quote in quotes(article.title, article.text, match.evidence):
        sentence = marked(quote.sentence, quote.marks, ("**", "**"))
        yield f"    {quote.field:<6}{sanitize_line(sentence)}"
    if beside := [span for span in match.evidence if span.field not in {"title", "text"}]:
        yield f"    words {words_of(beside)}"


# --- one rule ---------------------------------------------------------------------------------------------------


def told_rule(article: Article, account: Account, settings: Settings | None, zone: str) -> Iterator[str]:
    """What one rule makes of the article, step by step, and what came of it."""
    yield ""
    yield _headed(account)
    if account.rule is not None:
        yield from _of_rule(account.rule, settings)
    if account.explanation is not None:
        yield ""
        for step in account.explanation.steps:
            yield from _stepped(step)
    came = list(_came(article, account, zone))
    if came:
        yield from ("", *came)
    for decided in account.decisions:
        if decided.why_event:
            yield f"    event {decided.event}: {decided.why_event}"
        yield from compared_line(decided.compared)
    stored = account.decisions[-1].compared if account.decisions else None
    yield from nearest_lines(account.nearest, stored, "    nearest event ")


def _of_rule(rule: Rule, settings: Settings | None) -> Iterator[str]:
    """Where it stands, whom it would tell of what, and how often."""
    from monitor.alerting.wording import in_words

    policy = rule.alert
    yield f"    {rule.title}; {rule.place}"
    if rule.status == "off":
        yield "    it is off: it meets nothing and tells nobody; this is what it would do"
    whom = ""
    if settings is not None:
        routes = policy.to or ("default",)
        named = "; ".join(f"{route}: {', '.join(settings.routes[route])}" for route in routes)
        whom = f"tells {named}; "
    age = f"up to an age of {in_words(rule.max_age)}" if rule.max_age else "of any age"
    yield f"    {whom}once per {policy.once_per}, {age}"
    if how := "; ".join(_how_often(policy)):
        yield f"    {how}"


def _how_often(policy: AlertPolicy) -> Iterator[str]:
    from monitor.alerting.wording import again_in_words, in_words

    if policy.again_if:
        yield f"told again if: {again_in_words(policy)}; cooldown: {in_words(policy.cooldown)}"
    if policy.wait_at_least:
        yield f"waits at least {in_words(policy.wait_at_least)}"
    if policy.most_an_hour is not None:
        yield f"at most {policy.most_an_hour} an hour"
    if not policy.lists_unsure:
        yield "lists nothing of what it holds in doubt"


def _stepped(step: Step) -> Iterator[str]:
    """A condition with its parts, a line each; of one that speaks against an alert only what holds. One that changes
    the level speaks neither for nor against."""
    if step.what.startswith(("unless", "mention_if")):
        why = "" if step.holds else step.why or "it does not hold"
        yield _line(_mark(holds=not step.holds), replace(step, why=why))
        for depth, part in _holding(step):
            yield _line("·", part, depth)
        return
    for depth, part in step.walk():
        neutral = step.what.startswith("level ") and not part.holds
        yield _line("–" if neutral else _mark(holds=part.holds), part, depth)


def _holding(step: Step, depth: int = 1) -> Iterator[tuple[int, Step]]:
    """The parts by which a step holds, with those of theirs."""
    for part in step.steps if step.holds else ():
        if part.holds:
            yield depth, part
            yield from _holding(part, depth + 1)


def _line(mark: str, step: Step, depth: int = 0) -> str:
    words = words_of(replace(span, node="") for span in step.spans)
    return f"  {'  ' * depth}{mark} {': '.join(filter(None, (step.what, words, sanitize_line(step.why))))}"


# --- what came of it --------------------------------------------------------------------------------------------


def _came(article: Article, account: Account, zone: str) -> Iterator[str]:
    """What was decided when it came, what would have been, and the alert on each channel."""
    for decided in account.decisions:
        yield f"    {_decision(f'{decided.decision}: {decided.reason}')}"
        notes = [f"match {decided.id}", local(decided.at, zone), decided.kind, decided.level or "no level kept"]
        if decided.event is not None:
            notes.append(f"event {decided.event}")
        if decided.article.version != article.version:
            notes.append(f"of version {decided.article.version} of the article")
        if account.rule is not None and decided.rule_version != account.rule.version:
            notes.append("stored under an earlier version of the rule")
        elif account.differs_from(decided, article):
            notes.append("stored otherwise than the rule says now: the sources have changed since, or the program")
        yield f"        {', '.join(notes)}"
    stored = {f"{decided.decision}: {decided.reason}" for decided in account.decisions}
    if account.simulated_decision is not None and account.simulated_decision not in stored:
        off = account.rule is not None and account.rule.status == "off"
        if not off and not account.decisions:
            yield "    nothing was stored: the rule was not there, or not as it is now, when the article came"
        yield f"    {'if it ran' if off else 'by the rule as it is now'}: {_decision(account.simulated_decision)}"
    if account.alert is not None:
        yield from _alerted(account.alert, article, zone)


def _decision(said: str) -> str:
    decision, colon, reason = said.partition(":")
    return f"{click.style(decision, fg='green' if decision == 'told' else 'yellow')}{colon}{reason}"


def _alerted(alert: AlertReport, article: Article, zone: str) -> Iterator[str]:
    of = f", of “{alert.title}” ({alert.source})" if alert.source else ", of an article that was forgotten"
    if (alert.source, alert.uid) == (article.source, article.uid):
        of = ""
    yield f"    {alert_word(alert.kind)} {alert.id}, {local(alert.at, zone)}{of}"
    for delivery in alert.deliveries:
        yield f"        {delivery.channel}: {_delivered(delivery, zone)}"


def _delivered(delivery: DeliveryHistory, zone: str) -> str:
    if not delivery.attempts:
        return f"{delivery.state}, not tried yet"
    last = delivery.attempts[-1]
    answer = last.detail or last.receipt or "no receipt yet"
    again = f"; next try {local(delivery.not_before, zone)}" if delivery.state == "retry" else ""
    return f"{delivery.state} (attempt {last.number}, {local(last.ended or last.started, zone)}: {answer}){again}"


def _mark(*, holds: bool) -> str:
    return click.style("✓", fg="green") if holds else click.style("✗", fg="red")
