"""The decision on a match as codes beside the sentence. They are derived from the sentences of earlier versions; where
a sentence does not show the reason, that is "unknown". The sentences stay, without the word that is a code now."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_MATCH = sa.table(
    "match",
    sa.column("decision"),
    sa.column("outcome"),
    sa.column("reason"),
    sa.column("alert_id"),
    sa.column("shadow_key"),
)
_ALERT = sa.table("alert", sa.column("id"), sa.column("kind"))

_OF_KIND = {"new": "first", "possibly": "possibly-same", "update": "update", "digest": "digest"}
DEFERRED = {
    "waits: only mentioned%": "mention",
    "%listed in the digest at%": "in-doubt",
    "waits: its source could not be polled%": "catch-up",
    "%within the hour; the rest is told together%": "rate-limit",
    "%no update before%": "cooldown",
}
SUPPRESSED = {
    "held: only mentioned%": "mention",
    "%was put in shadow while it waited%": "shadow",
    "held: published % ago, and max_age is%": "too-old",
    "held: published % ago, and came with%": "backlog",
    "held: it came with%has no date of its own%": "undated",
    "held: it was withdrawn while%": "withdrawn",
    "held: % says more, and is told with it%": "superseded",
    "held: this % waits to be told%": "already-deferred",
    "%; listed in a digest": "in-doubt",
    "held: % has told this % already%": "already-sent",
    "held: % would have told this % already%": "already-sent",
    "held: % has told this % at %": "already-sent",
    "held: % would have told this % at %": "already-sent",
    "held: two were merged%": "merged",
    "held: what it waited for was merged%": "merged",
    "held: %, without a message": "split",
    "held: it waited with what an article said that%": "erased",
}


def upgrade() -> None:
    op.add_column("match", sa.Column("outcome", sa.String(), server_default="suppressed", nullable=False))
    op.add_column("match", sa.Column("reason", sa.String(), server_default="unknown", nullable=False))
    said = _MATCH.c.decision
    kind = sa.select(_ALERT.c.kind).where(_ALERT.c.id == _MATCH.c.alert_id).scalar_subquery()
    first = sa.case(_OF_KIND, value=kind, else_="first")
    for beginning, outcome, reason in (
        ("told:", "sent", first),
        ("waits:", "deferred", _reason(DEFERRED, "hold")),
        ("held:", "suppressed", sa.case((_MATCH.c.shadow_key.is_not(None), "shadow"), else_=_reason(SUPPRESSED))),
    ):
        ours = said.like(f"{beginning}%")
        words = sa.func.substr(said, len(beginning) + 2)
        op.execute(sa.update(_MATCH).where(ours).values(outcome=outcome, reason=reason, decision=words))


def _reason(said: dict[str, str], otherwise: str = "unknown") -> sa.Case[str]:
    return sa.case(*((_MATCH.c.decision.like(sentence), reason) for sentence, reason in said.items()), else_=otherwise)
