"""Why rules met an article or did not, and what came of it, as people read it: for `why`.

✓ and green: it holds, and speaks for an alert; ✗ and red: it does not, or speaks against one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor import clock
from monitor.alerting.quotes import highlight_sentence, quote_all_sentences
from monitor.cli.options import alert_word, compared_line, format_evidence, format_local_time
from monitor.cli.output.mute_report import mute_lines
from monitor.cli.output.nearest_report import nearest_lines
from monitor.cli.output.streams import style_text
from monitor.model import DEFAULT_ROUTE, Article, ConditionRole, Match, Outcome, Rule, Settings, Step, list_channels_of
from monitor.sanitize import sanitize_line
from monitor.services.queries.why import AlertReport, DeliveryHistory, RuleReport, WhyReport
from monitor.wording.alert_policy import describe_age_limit, describe_frequency
from monitor.wording.reasons import reason_in_words

# --- the article ------------------------------------------------------------------------------------------------


def format_article_report(report: WhyReport, zone: str) -> Iterator[str]:
    """What the article is, and which story it is of, with the older ones that it is nearest to."""
    article, stored = report.article, report.stored
    yield f"article   {sanitize_line(article.title or article.text[:80])}"
    if stored is not None:
        yield f"          {article.source}, version {article.version}, {article.url or 'without an address'}"
        published = f"published {format_local_time(article.published, zone)}" if article.dated else "undated"
        yield f"          {published}, first seen {format_local_time(article.seen, zone)}"
    if article.baseline:
        yield "          it came with older entries of its source (a first poll, or very many at once)"
    read_as = report.language or "not clear from its script"
    yield f"language  {read_as}; {f'stored as {article.language}' if article.language else 'stored without one'}"
    if stored is not None and stored.story is not None:
        title = f": {stored.story.title}" if stored.story.title != article.title else ""
        yield f"story     {stored.story.id}, {stored.join_reason}{title}"
        yield from compared_line(stored.compared)
        yield from nearest_lines(report.nearest, stored.compared, "nearest   ")
        yield from mute_lines(report.mutes, clock.now(), zone)


# --- all rules --------------------------------------------------------------------------------------------------


def format_rule_reports(article: Article, accounts: Sequence[RuleReport], zone: str) -> Iterator[str]:
    """What rules make of the article: those that it meets, or once met, with what came of it; of the others a line."""
    for account in accounts:
        if account.ever_matched:
            yield ""
            yield _format_heading(account)
            if account.match is not None:
                yield from _format_sentences(article, account.match)
            yield from _format_decisions(article, account, zone)
    others = [account for account in accounts if not account.ever_matched]
    if others:
        yield from ("", "Not met, the nearest first:")
    for account in others:
        yield f"{_style_check_mark(holds=False)} {account.id}: {sanitize_line(account.why)}"


def _format_heading(account: RuleReport) -> str:
    status = f" ({account.rule.status})" if account.rule is not None and account.rule.status != "live" else ""
    mark, name = _style_check_mark(holds=account.match is not None), style_text(account.id, bold=True)
    return f"{mark} {name}{status}: {sanitize_line(account.says)}"


def _format_sentences(article: Article, match: Match) -> Iterator[str]:

    for quote in quote_all_sentences(article.title, article.text, match.evidence):
        sentence = highlight_sentence(quote.sentence, quote.highlights, ("**", "**"))
        yield f"    {quote.field:<6}{sanitize_line(sentence)}"
    if beside := [span for span in match.evidence if span.field not in {"title", "text"}]:
        yield f"    words {format_evidence(beside)}"


# --- one rule ---------------------------------------------------------------------------------------------------


def format_rule_report(article: Article, account: RuleReport, settings: Settings | None, zone: str) -> Iterator[str]:
    """What one rule makes of the article, step by step, and what came of it."""
    yield ""
    yield _format_heading(account)
    if account.rule is not None:
        yield from _describe_rule(account.rule, settings)
    if account.explanation is not None:
        yield ""
        for step in account.explanation.steps:
            yield from _format_step(step)
    came = list(_format_decisions(article, account, zone))
    if came:
        yield from ("", *came)
    for decided in account.decisions:
        if decided.why_event:
            yield f"    event {decided.event}: {decided.why_event}"
        yield from compared_line(decided.compared)
    stored = account.decisions[-1].compared if account.decisions else None
    yield from nearest_lines(account.nearest, stored, "    nearest event ")


def _describe_rule(rule: Rule, settings: Settings | None) -> Iterator[str]:
    """Where the rule is written, where it sends its alerts, and how often."""
    policy = rule.alert
    yield f"    {rule.title}; {rule.place}"
    if rule.status == "off":
        yield "    it is off and matches nothing; if it ran:"
    whom = ""
    if settings is not None:
        routes = policy.to or (DEFAULT_ROUTE,)
        named = "; ".join(f"{route}: {', '.join(list_channels_of(settings.routes[route]))}" for route in routes)
        whom = f"sends to {named}; "
    yield f"    {whom}once per {policy.once_per}, {describe_age_limit(rule.max_age)}"
    if how := "; ".join(describe_frequency(policy)):
        yield f"    {how}"


def _format_step(step: Step) -> Iterator[str]:
    """A condition with its parts, a line each; of one that speaks against an alert only what holds. One that changes
    the level speaks neither for nor against."""
    if step.role in {ConditionRole.UNLESS, ConditionRole.MENTION_IF}:
        why = "" if step.holds else step.why or "it does not hold"
        yield _format_step_line(_style_check_mark(holds=not step.holds), replace(step, why=why))
        for depth, part in _walk_holding_steps(step):
            yield _format_step_line("·", part, depth)
        return
    for depth, part in step.walk():
        neutral = step.role is ConditionRole.LEVEL and not part.holds
        yield _format_step_line("–" if neutral else _style_check_mark(holds=part.holds), part, depth)


def _walk_holding_steps(step: Step, depth: int = 1) -> Iterator[tuple[int, Step]]:
    """The parts by which a step holds, with those of theirs."""
    for part in step.steps if step.holds else ():
        if part.holds:
            yield depth, part
            yield from _walk_holding_steps(part, depth + 1)


def _format_step_line(mark: str, step: Step, depth: int = 0) -> str:
    words = format_evidence(replace(span, node="") for span in step.spans)
    return f"  {'  ' * depth}{mark} {': '.join(filter(None, (step.label, words, sanitize_line(step.why))))}"


# --- what came of it --------------------------------------------------------------------------------------------


def _format_decisions(article: Article, account: RuleReport, zone: str) -> Iterator[str]:
    """What was decided when it came, what would have been, and the alert on each channel."""
    for decided in account.decisions:
        yield f"    {_format_outcome(decided.outcome, reason_in_words(decided.why))}"
        notes = [
            f"match {decided.id}",
            format_local_time(decided.at, zone),
            decided.kind,
            decided.level or "no level stored",
        ]
        if decided.event is not None:
            notes.append(f"event {decided.event}")
        if decided.article.version != article.version:
            notes.append(f"of version {decided.article.version} of the article")
        if account.rule is not None and decided.rule_version != account.rule.version:
            notes.append("stored under an earlier version of the rule")
        elif account.differs_from(decided, article):
            notes.append("differs from the rule's present result: the sources or the program have changed since")
        yield f"        {', '.join(notes)}"
    stored = {(decided.outcome, reason_in_words(decided.why)) for decided in account.decisions}
    would = account.simulated_decision
    if would is not None and (would.outcome, reason_in_words(would.why)) not in stored:
        off = account.rule is not None and account.rule.status == "off"
        if not off and not account.decisions:
            yield "    nothing was stored: when the article came, the rule did not exist, was off or was different"
        said = _format_outcome(would.outcome, reason_in_words(would.why), "would be ")
        yield f"    {'if it ran' if off else 'by the rule as it is now'}: {said}"
    if account.alert is not None:
        yield from _format_alert(account.alert, article, zone)


def _format_outcome(outcome: Outcome, reason: str, before: str = "") -> str:
    return f"{style_text(f'{before}{outcome}', color='green' if outcome is Outcome.SENT else 'yellow')}: {reason}"


def _format_alert(alert: AlertReport, article: Article, zone: str) -> Iterator[str]:
    of = f", of “{alert.title}” ({alert.source})" if alert.source else ", of an article that was forgotten"
    if (alert.source, alert.uid) == (article.source, article.uid):
        of = ""
    yield f"    {alert_word(alert.kind)} {alert.id}, {format_local_time(alert.at, zone)}{of}"
    for delivery in alert.deliveries:
        yield f"        {delivery.channel}: {_format_delivery(delivery, zone)}"
    if not alert.deliveries:
        yield "        it went to nobody: no step of its routes took its level at that time"


def _format_delivery(delivery: DeliveryHistory, zone: str) -> str:
    if delivery.is_held(clock.now()):
        return f"held until {format_local_time(delivery.not_before, zone)} by {delivery.held_by}"
    if not delivery.attempts:
        return f"{delivery.state}, not tried yet"
    last = delivery.attempts[-1]
    answer = last.detail or last.receipt or "no receipt yet"
    again = f"; next try {format_local_time(delivery.not_before, zone)}" if delivery.state == "retry" else ""
    at = format_local_time(last.ended or last.started, zone)
    return f"{delivery.state} (attempt {last.number}, {at}: {answer}){again}"


def _style_check_mark(*, holds: bool) -> str:
    return style_text("✓", color="green") if holds else style_text("✗", color="red")
