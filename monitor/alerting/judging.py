"""A case and what the policy rules on it -> the decision on the match; the state is told what follows from it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.alerting import again
from monitor.alerting.policy import STAGES, Case, Held, Update, Wait, too_many
from monitor.alerting.subjects import older_subject, unsure_key
from monitor.alerting.told import Account, Told
from monitor.alerting.waiting import next_digest, waiting
from monitor.alerting.wording import alert_id, possibly_in_words
from monitor.model import Alert, AlertKind, Decided, Hearing, MatchOutcome, Moved, Reason, Waiting, WaitKind
from monitor.model.outcome import deferred, sent, suppressed


def judge(case: Case) -> Decided:
    """The decision on one match, with its reason; the state is told what follows from it."""
    ruling = next((ruling for stage in STAGES if (ruling := stage(case)) is not None), None)
    told, hearing = case.told, case.hearing
    if not isinstance(ruling, Held) or ruling.listens:
        account = told.account(case.key, case.now) or Account(case.key, case.rule.id, case.now)
        told.keep(account.heard(hearing, case.now))
    if isinstance(ruling, Held):
        return _hold(case, ruling)
    if case.shadow:
        return _in_shadow(case, ruling)
    if isinstance(ruling, Update) and (full := too_many(case.rule, told, case.now, ruling.why)) is not None:
        ruling = replace(full, replaces=ruling.replaces)
    return _wait(case, ruling) if isinstance(ruling, Wait) else _tell(case, ruling)


def _hold(case: Case, ruling: Held) -> Decided:
    hearing = case.hearing if ruling.listens else None
    if ruling.withdraws is not None:
        case.told.drop(ruling.withdraws.id)
        withdrawn = suppressed(Reason.WITHDRAWN, "it was withdrawn while it waited to be told")
        moved = (Moved(ruling.withdraws, None, withdrawn),)
        return Decided(case.match, _held(case, ruling), hearing=hearing, moved=moved)
    lists = case.rule.alert.lists_unsure and not case.shadow
    listed = _listed(case) if lists and ruling.same and case.unsure else None
    if listed is None:
        return Decided(case.match, _held(case, ruling), hearing=hearing)
    case.told.wait(listed)
    at = f"{listed.due.astimezone(case.around.zone):%H:%M}"
    why = f"{ruling.why}; as {case.unsure}, it is listed in the digest at {at}"
    return Decided(case.match, deferred(Reason.IN_DOUBT, why), waiting=listed, hearing=hearing)


def _listed(case: Case) -> Waiting | None:
    """What lists a suppressed article in the daily digest, once whatever its versions. It changes nothing of the
    account of what it was taken for."""
    key = unsure_key(case.rule.id, case.article.source, case.article.uid)
    if key in case.told or case.told.waits(WaitKind.UNSURE, key) is not None:
        return None
    hearing = replace(case.hearing, key=key, unsure=case.unsure)
    why = f"suppressed as the same as {case.name} although {case.unsure}"
    return waiting(WaitKind.UNSURE, hearing, why, case.now, next_digest(case.now, case.around.zone))


def _wait(case: Case, ruling: Wait) -> Decided:
    hearing, moved = _replacing(case, ruling.replaces)
    waits = waiting(ruling.kind, hearing, ruling.why, case.now, ruling.due)
    case.told.wait(waits)
    decision = deferred(ruling.kind.reason, f"{ruling.why}; {ruling.until}")
    return Decided(case.match, decision, waiting=waits, hearing=hearing, moved=moved)


def _tell(case: Case, update: Update | None) -> Decided:
    told = case.told
    hearing, moved = _replacing(case, update.replaces if update else None)
    reason = f"{hearing.because}; {update.why if update else case.first}"
    alert = alert_of(hearing, told, reason, case.now, update=update is not None)
    told.tells(hearing, alert, case.now, at_once=update is not None and update.at_once)
    told.told(case.rule.id, case.now)
    return Decided(case.match, sent(alert.kind.reason, alert.reason), alert, hearing=hearing, moved=moved)


def _replacing(case: Case, before: Waiting | None) -> tuple[Hearing, tuple[Moved, ...]]:
    """What is heard here, and in what waited until now; that waits no more."""
    if before is None:
        return case.hearing, ()
    case.told.drop(before.id)
    more = suppressed(Reason.SUPERSEDED, f"{case.hearing.publisher} says more, and is told with it")
    return again.with_more(before.hearing, case.hearing), (Moved(before, None, more),)


def _in_shadow(case: Case, ruling: Wait | Update | None) -> Decided:
    why = ruling.why if ruling else case.first
    case.told.tells(case.hearing, None, case.now)
    would = f"{case.rule.id} is in shadow; it would have told: {case.hearing.because}; {why}"
    return Decided(case.match, suppressed(Reason.SHADOW, would), shadow_key=case.key, hearing=case.hearing)


def _held(case: Case, ruling: Held) -> MatchOutcome:
    why = f"{ruling.why}; {case.rule.id} is in shadow" if case.shadow else ruling.why
    return suppressed(ruling.reason, why)


def alert_of(hearing: Hearing, told: Told, reason: str, now: datetime, *, update: bool) -> Alert:
    """The alert that tells what was heard: the first of its subject, or an update of it. A first one is possibly the
    same as something older if that was sent by now; it goes under the same thread then."""
    account = told.account(hearing.key, now)
    number = account.updates + 1 if update and account is not None else 0
    key = f"{hearing.key} update {number}" if update else hearing.key
    kind, thread = AlertKind.UPDATE if update else AlertKind.NEW, account
    if not update and (before := sent_before(hearing, told, now)) is not None:
        thread, doubt = before
        kind, reason = AlertKind.POSSIBLY, f"{reason}; {doubt}"
    return Alert(
        id=alert_id(key),
        dedup_key=key,
        rule=hearing.rule,
        rule_title=hearing.rule_title,
        level=hearing.level,
        at=now,
        reason=reason,
        routes=hearing.routes,
        story=hearing.story.id,
        article=hearing.article,
        sentence=hearing.sentence,
        marks=hearing.marks,
        kind=kind,
        event=hearing.event.id if hearing.event else None,
        thread=thread.alert if thread is not None else None,
        voices=max(len(account.voices), 1) if account is not None else 1,
    )


def sent_before(hearing: Hearing, told: Told, now: datetime) -> tuple[Account, str] | None:
    """The account of what this is possibly the same as, if that was sent; and why that is not sure, in words."""
    if (found := older_subject(hearing)) is None:
        return None
    key, event = found
    older = told.account(key, now)
    return (older, possibly_in_words(event)) if older is not None and older.alert is not None else None
