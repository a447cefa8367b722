"""`alert:` of a rule: the routes it sends to, how often, and what makes it send an update.

The schema, and its conversion to the model.
"""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema, model_validator

from monitor.config.language.base_schema import Id, Schema, Text, one_or_list, validation_error, validator_from_parser
from monitor.config.language.durations import DURATION_PATTERN, parse_duration
from monitor.config.yaml.yaml12 import ValuePath, quote_text
from monitor.model import EVENT_OPEN_FOR, MAX_COOLDOWN, AlertPolicy, OncePer, UpdateTrigger

_PUBLISHERS_PATTERN = r"^([1-9][0-9]?) more publishers?$"
_HOURLY_PATTERN = r"^([1-9][0-9]{0,2}|1000) an hour$"
_MAX_PER_HOUR = 1000
_MAX_DIGITS = 10  # a longer number is a mistake
_RATE_PATTERN = r"^([0-9]+)( *(?:an?|per|/|x)? *([a-z]+))?$"  # as people write it
_REASONS = {reason.value: reason for reason in UpdateTrigger if reason is not UpdateTrigger.MORE_PUBLISHERS}
_BY_WORD = {word: reason for reason in _REASONS for word in reason.split() if len(word) > 3}


def _validate_route(name: str) -> str:
    if "://" in name or "@" in name:
        raise validation_error("expected the name of a route, found an address", "channels belong in monitor.yaml")
    return name


def _parse_reason(value: object) -> UpdateTrigger | int:
    """The reason for an update; an int: the number of additional publishers."""
    if not isinstance(value, str):
        raise validation_error("the reason for an update is not clear", _list_reasons())
    if match := re.match(_PUBLISHERS_PATTERN, value):
        return int(match[1])
    if value not in _REASONS:
        raise validation_error(
            f"{quote_text(value)} is not a reason for an update", _suggest_reason(value) or _list_reasons()
        )
    return _REASONS[value]


def _suggest_reason(text: str) -> str | None:
    """A hint with the reason that was probably meant, found by any of its words."""
    words = re.findall(r"[a-z]+|[0-9]+", text.lower())
    if any(word.startswith("publisher") for word in words):
        number = next((word for word in words if re.match("^[1-9][0-9]?$", word)), "3")
        return f"write '{number} more publishers' (1 to 99)"
    close = (get_close_matches(word, _BY_WORD, n=1, cutoff=0.7) for word in words)
    return next((f"did you mean '{_BY_WORD[found[0]]}'?" for found in close if found), None)


def _list_reasons() -> str:
    return f"write one of: {', '.join(_REASONS)}, 3 more publishers"


def _parse_hourly_limit(value: object) -> int:
    if isinstance(value, str) and (match := re.match(_HOURLY_PATTERN, value)):
        return int(match[1])
    raise validation_error(*_explain_bad_hourly_limit(str(value)))


def _explain_bad_hourly_limit(text: str) -> tuple[str, str]:
    """The problem with a limit of messages, and the hint."""
    match = re.match(_RATE_PATTERN, text)
    number, unit = (int(match[1]), match[3] or "h") if match and len(match[1]) < _MAX_DIGITS else (6, "")
    if unit and unit not in ("h", "hour", "hours"):
        return f"{quote_text(text)}: only messages of an hour can be counted", "write '6 an hour' (1 to 1000)"
    if number == 0:
        return (
            f"{quote_text(text)} would send nothing",
            "write '1 an hour' or more; with `status: shadow` nothing is sent",
        )
    if number > _MAX_PER_HOUR:
        return (
            f"{quote_text(text)} is too many",
            f"write '{_MAX_PER_HOUR} an hour' or fewer; without the key there is no limit",
        )
    return "how often is not clear", f"write '{number} an hour' (1 to 1000)"


def _parse_wait(value: object) -> timedelta:
    return parse_duration(value, longest="1 day")


def _parse_cooldown(value: object) -> timedelta:
    return parse_duration(value, longest=f"{MAX_COOLDOWN.days} days")


def _parse_event_duration(value: object) -> timedelta:
    return parse_duration(value, longest=f"{EVENT_OPEN_FOR.days} days")


Route = Annotated[str, AfterValidator(_validate_route), *get_args(Id)[1:]]
AgainReason = Annotated[
    UpdateTrigger | int,
    PlainValidator(_parse_reason),
    WithJsonSchema({"anyOf": [{"enum": [*_REASONS]}, {"type": "string", "pattern": _PUBLISHERS_PATTERN}]}),
]
_DURATION_SCHEMA = WithJsonSchema({"type": "string", "pattern": DURATION_PATTERN})
Wait = Annotated[timedelta, PlainValidator(validator_from_parser(_parse_wait)), _DURATION_SCHEMA]
Cooldown = Annotated[timedelta, PlainValidator(validator_from_parser(_parse_cooldown)), _DURATION_SCHEMA]
EventDuration = Annotated[timedelta, PlainValidator(validator_from_parser(_parse_event_duration)), _DURATION_SCHEMA]
HourlyLimit = Annotated[
    int, PlainValidator(_parse_hourly_limit), WithJsonSchema({"type": "string", "pattern": _HOURLY_PATTERN})
]


class AlertSchema(Schema):
    """Where a rule sends its alerts, and how often."""

    label: ClassVar[str] = "alert"

    to: list[Route] | None = Field(
        None, description="Names of routes in monitor.yaml (default: the default route).", examples=[["default"]]
    )
    once_per: Literal["article", "story", "event"] | None = Field(
        None, description="At most one new alert for each of these (default: story).", examples=["story"]
    )
    again_if: (
        Annotated[
            Annotated[AgainReason, Tag("<one>")]
            | Annotated[Annotated[list[AgainReason], Field(min_length=1)], Tag("<list>")],
            Discriminator(one_or_list),
        ]
        | None
    ) = Field(
        None,
        description="The reasons for an update about the same story or event (default: nothing). One, or a list.",
        examples=["new fact"],
    )
    cooldown: Cooldown | None = Field(
        None,
        description="The shortest time from the first message to an update (default: 1 hour). Each later update waits "
        "four times as long as the update before, at most a week. A higher level and a correction are sent at once.",
        examples=["3 hours"],
    )
    wait_at_least: Wait | None = Field(
        None,
        description="How long the first message is deferred (default: no wait), so that it can say more.",
        examples=["2 minutes"],
    )
    at_most: HourlyLimit | None = Field(
        None,
        description="The most messages in an hour; the rest is sent as one digest (default: no limit).",
        examples=["6 an hour"],
    )
    event_lasts: EventDuration | None = Field(
        None,
        description="How long one event lasts, with `once_per: event` (default: a day at most).",
        examples=["1 day"],
    )
    by: (
        Annotated[
            Annotated[Text, Tag("<one>")] | Annotated[Annotated[list[Text], Field(min_length=1)], Tag("<list>")],
            Discriminator(one_or_list),
        ]
        | None
    ) = Field(
        None,
        description="With `once_per: event`: names of conditions of `match`. If one of these conditions finds "
        "something else in an article than in an event, the article belongs to another event (default: decided by "
        "places, names and numbers). One, or a list.",
        examples=[["where", "who"]],
    )
    unsure: Literal["digest", "silent"] | None = Field(
        None,
        description="Whether a daily digest lists doubtful repeats (default: digest). A doubtful repeat is an article "
        "that was suppressed as a repeat, although this article or the older one does not say where it happened.",
        examples=["silent"],
    )

    @model_validator(mode="after")
    def _check_dependencies(self) -> Self:
        """Each key needs the others that it belongs with."""
        if self.once_per == "article":
            hint = "an article is sent once: write once_per: story or event, or remove it"
            for key, value in (("again_if", self.again_if), ("cooldown", self.cooldown)):
                if value is not None:
                    raise validation_error(f"'{key}' cannot be combined with once_per: article", hint, (key,))
        for key, option in (("event_lasts", self.event_lasts), ("by", self.by)):
            if option is not None and self.once_per != "event":
                hint = "write once_per: event beside it, or remove it"
                raise validation_error(f"'{key}' has no effect without once_per: event", hint, (key,))
        if len(_collect_publisher_counts(self)) > 1:
            problem = "'again_if' gives a number of publishers more than once"
            raise validation_error(
                problem, f"keep '{min(_collect_publisher_counts(self))} more publishers'", ("again_if",)
            )
        return self

    @model_validator(mode="after")
    def _check_names_unique(self) -> Self:
        """The names under `by` define what one event is, so each may occur once."""
        names = self.by if isinstance(self.by, list) else []
        for number, name in enumerate(names):
            if name in names[:number]:
                raise validation_error(f"{quote_text(name)} is in 'by' already", "name it once", ("by", number))
        return self


def locate_by_names(by: str | list[str] | None) -> list[tuple[ValuePath, str]]:
    """The names of conditions under `by`, each with its path under `alert`."""
    if isinstance(by, list):
        return [(("by", number), name) for number, name in enumerate(by)]
    return [] if by is None else [(("by",), by)]


def alert_policy_from_schema(schema: AlertSchema | None) -> AlertPolicy:
    """The alert policy of the rule. Keys that are not given get the model's defaults."""
    defaults = AlertPolicy()
    if schema is None:
        return defaults
    return AlertPolicy(
        to=tuple(dict.fromkeys(schema.to or ())),
        once_per=OncePer(schema.once_per or defaults.once_per),
        again_if=frozenset(
            UpdateTrigger.MORE_PUBLISHERS if isinstance(reason, int) else reason for reason in _collect_reasons(schema)
        ),
        more_publishers=max(_collect_publisher_counts(schema), default=defaults.more_publishers),
        cooldown=schema.cooldown or defaults.cooldown,
        wait_at_least=schema.wait_at_least or defaults.wait_at_least,
        most_an_hour=schema.at_most,
        event_lasts=schema.event_lasts,
        by=tuple(name for _, name in locate_by_names(schema.by)),
        lists_unsure=schema.unsure != "silent",
    )


def _collect_reasons(schema: AlertSchema) -> list[UpdateTrigger | int]:
    return (
        schema.again_if if isinstance(schema.again_if, list) else [] if schema.again_if is None else [schema.again_if]
    )


def _collect_publisher_counts(schema: AlertSchema) -> set[int]:
    """All numbers of additional publishers that are given."""
    return {reason for reason in _collect_reasons(schema) if isinstance(reason, int)}
