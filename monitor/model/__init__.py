"""The frozen values that everyone speaks, in the words of the field.

They hold no behaviour beyond naming themselves: what is decided about them is decided in the pure floors
(`matching`, `stories`, `alerting`, `intake`), what is done with them in the adapters. All times are aware UTC.
"""

from monitor.model.decisions import Alert, Decided, Judged, Match, MatchKind, Span, Story
from monitor.model.deliveries import Channel, Delivery, DeliveryState, Message, Receipt, ReceiptKind
from monitor.model.notices import (
    FailingSource,
    GivenUp,
    Notice,
    Noticed,
    NoticeKind,
    Observed,
    WaitingChannel,
)
from monitor.model.places import Place
from monitor.model.rules import (
    AlertPolicy,
    AllOf,
    AnyOf,
    Condition,
    Entity,
    EntityNamed,
    Field,
    In,
    Level,
    Near,
    OncePer,
    Rule,
    RuleStatus,
    RuleTest,
    Term,
    Words,
)
from monitor.model.running import Running, time_of_day
from monitor.model.settings import FOR_GOOD, Config, Endpoint, Limits, Retention, Settings
from monitor.model.sources import Article, Claim, Entry, Feed, Fetched, FetchOutcome, Polled, Source, Validators

__all__ = [
    "FOR_GOOD",
    "Alert",
    "AlertPolicy",
    "AllOf",
    "AnyOf",
    "Article",
    "Channel",
    "Claim",
    "Condition",
    "Config",
    "Decided",
    "Delivery",
    "DeliveryState",
    "Endpoint",
    "Entity",
    "EntityNamed",
    "Entry",
    "FailingSource",
    "Feed",
    "FetchOutcome",
    "Fetched",
    "Field",
    "GivenUp",
    "In",
    "Judged",
    "Level",
    "Limits",
    "Match",
    "MatchKind",
    "Message",
    "Near",
    "Notice",
    "NoticeKind",
    "Noticed",
    "Observed",
    "OncePer",
    "Place",
    "Polled",
    "Receipt",
    "ReceiptKind",
    "Retention",
    "Rule",
    "RuleStatus",
    "RuleTest",
    "Running",
    "Settings",
    "Source",
    "Span",
    "Story",
    "Term",
    "Validators",
    "WaitingChannel",
    "Words",
    "time_of_day",
]
