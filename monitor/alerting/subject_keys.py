"""The keys of the subjects of rules. A key is what "once" means: at most one first alert for each. Pure."""

from __future__ import annotations

from monitor.model import AlertCandidate, Article, Event, OncePer
from monitor.model.hashing import hash_name

_UPDATE = " update "


def alert_id(key: str) -> str:
    """The id of the alert with this dedup key."""
    return f"{hash_name(key):016x}"


def shadow_key(key: str) -> str:
    """The key under which a rule in shadow remembers what it would have sent. No rule id has a colon, so this
    suppresses nothing once the rule is live."""
    return f"shadow: {key}"


def mention_key(key: str) -> str:
    """The key under which a rule remembers that a digest listed a mention of a subject."""
    return f"mention: {key}"


def article_key(rule: str, source: str, uid: str) -> str:
    """The dedup key for a rule with `once_per: article`."""
    return f"{rule} article {source} {uid}"


def unsure_key(rule: str, source: str, uid: str) -> str:
    """The key under which the ledger remembers that a digest listed a suppressed article. It says nothing about the
    subject that the article was taken for."""
    return f"unsure: {article_key(rule, source, uid)}"


def story_key(rule: str, story: str) -> str:
    """The dedup key for a rule with `once_per: story`."""
    return f"{rule} story {story}"


def event_key(rule: str, event: str) -> str:
    """The dedup key for a rule with `once_per: event`."""
    return f"{rule} event {event}"


def once_per_of(key: str, rule: str) -> OncePer | None:
    """What a rule sent once when the subject with this key was sent; None: the key is not of a subject of the rule."""
    kind = key.removeprefix(f"{rule} ").partition(" ")[0] if key.startswith(f"{rule} ") else ""
    return next((each for each in OncePer if each == kind), None)


def update_key(key: str, number: int, article: Article) -> str:
    """The dedup key of an update of the subject with this key. `number`: which update it is, from 1. After a restore of
    an older database the numbers begin again, so it also depends on the article: another message has another id."""
    return f"{key}{_UPDATE}{number} {hash_name(f'{article.source} {article.uid}'):016x}"


def first_key(key: str) -> str:
    """The dedup key of the first alert of a subject, from that of one of its updates."""
    return key.rpartition(_UPDATE)[0]


def older_subject(candidate: AlertCandidate) -> tuple[str, Event] | None:
    """The key of the older event that a candidate's event is possibly the same as, and the candidate's own event, which
    says so. None for all else: stories and articles are never possibly the same, and what is only listed in a digest,
    or belongs to a rule in shadow, is compared with nothing that was sent."""
    event = candidate.event
    if event is None or event.possibly_of is None or candidate.key != event_key(candidate.rule, event.id):
        return None
    return event_key(candidate.rule, event.possibly_of), event
