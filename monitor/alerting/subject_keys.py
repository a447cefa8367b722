"""How the subjects of rules are named: by keys, which are what "once" means. Pure."""

from __future__ import annotations

from monitor.model import AlertCandidate, Event


def shadow_key(key: str) -> str:
    """Under which name a rule in shadow remembers what it would have sent: no rule's id has a colon, so that silences
    nothing once it is live."""
    return f"shadow: {key}"


def mention_key(key: str) -> str:
    """Under which name a rule remembers what it only mentions of a subject, in a digest."""
    return f"mention: {key}"


def article_key(rule: str, source: str, uid: str) -> str:
    """The dedup key of a rule that tells once an article."""
    return f"{rule} article {source} {uid}"


def unsure_key(rule: str, source: str, uid: str) -> str:
    """Under which name it is remembered that a suppressed article is listed in a digest: that tells nothing of what it
    was taken for."""
    return f"unsure: {article_key(rule, source, uid)}"


def story_key(rule: str, story: str) -> str:
    """The dedup key of a rule that tells once a story."""
    return f"{rule} story {story}"


def event_key(rule: str, event: str) -> str:
    """The dedup key of a rule that tells once an event."""
    return f"{rule} event {event}"


def older_subject(hearing: AlertCandidate) -> tuple[str, Event] | None:
    """The key of the older event that the one of a hearing is possibly the same as, and its own, which says so. None
    for all else: a story or an article is itself, and what only waits for a digest, or is of a rule in shadow, is
    compared with nothing that was sent."""
    event = hearing.event
    if event is None or event.possibly_of is None or hearing.key != event_key(hearing.rule, event.id):
        return None
    return event_key(hearing.rule, event.possibly_of), event
