"""`routes:` of monitor.yaml: the names that rules use, and where and when alerts go under each.

The schema of a step, its conversion to the model, and the faults by which alerts would reach nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from monitor.config.language.base_schema import Id, Schema, Text, mapping_or_one, validation_error
from monitor.config.language.faults import did_you_mean
from monitor.config.language.hours import NamedHours
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument, quote_text
from monitor.errors import Fault
from monitor.model import DEFAULT_ROUTE, Level, Outside, RouteStep, list_channels_of

LevelName = Literal["info", "low", "medium", "high", "critical"]


class ElsewhereSchema(Schema):
    """The channel that takes the place of another one outside its hours."""

    label: ClassVar[str] = "outside"

    to: Id = Field(description="The channel that gets all of it instead.", examples=["night-desk"])


class StepSchema(Schema):
    """A channel of a route, with the levels that it takes and its hours."""

    label: ClassVar[str] = "step"

    channel: Id = Field(description="The channel.", examples=["phone"])
    from_: LevelName | None = Field(
        None, alias="from", description="The lowest level that it takes (default: all).", examples=["high"]
    )
    hours: Text | None = Field(
        None,
        description="When it sends: a name under `hours`, or one of always, office hours, waking hours, early bird, "
        "night owl, evenings, nights, weekdays, weekends (default: always).",
        examples=["office hours"],
    )
    outside: (
        Annotated[
            Annotated[Literal["hold", "hold all", "critical only"], Tag("<one>")]
            | Annotated[ElsewhereSchema, Tag("<mapping>")],
            Discriminator(mapping_or_one),
        ]
        | None
    ) = Field(
        None,
        description="What it does outside its hours. hold (default): it waits until they begin, and only critical "
        "alerts are sent at once; hold all: critical alerts wait too; critical only: the rest is not sent by this "
        "step; {to: CHANNEL}: that channel gets it at once.",
        examples=["critical only"],
    )

    @model_validator(mode="after")
    def _check_outside(self) -> Self:
        if self.outside is not None and self.hours is None:
            raise validation_error("'outside' needs 'hours'", "write, for example, hours: office hours", ("outside",))
        return self

    @property
    def other(self) -> str | None:
        """The channel that takes its place outside its hours."""
        return self.outside.to if isinstance(self.outside, ElsewhereSchema) else None


RouteItem = Annotated[
    Annotated[StepSchema, Tag("<mapping>")] | Annotated[Id, Tag("<one>")], Discriminator(mapping_or_one)
]
Routes = Mapping[str, Sequence[StepSchema | str]]


def build_routes(routes: Routes, hours: NamedHours) -> dict[str, tuple[RouteStep, ...]]:
    """The steps of every route, in their order. All names in it must be known."""
    return {name: tuple(_build_step(item, hours) for item in items) for name, items in routes.items()}


def _build_step(item: StepSchema | str, hours: NamedHours) -> RouteStep:
    if isinstance(item, str):
        return RouteStep(item)
    outside = item.outside or Outside.HOLD
    return RouteStep(
        item.channel,
        Level(item.from_) if item.from_ else Level.INFO,
        hours.find(item.hours) if item.hours else None,
        Outside.TO if isinstance(outside, ElsewhereSchema) else Outside(outside),
        item.other,
    )


@dataclass(frozen=True, slots=True)
class RouteNames:
    """The names that a rule may send to. `channels_of`: by route, the channels that it sends to; `channels`: all
    channels, because people write the name of a channel where the name of a route belongs."""

    channels_of: Mapping[str, tuple[str, ...]]
    channels: tuple[str, ...]

    @classmethod
    def from_routes(cls, routes: Mapping[str, tuple[RouteStep, ...]], channels: Iterable[str]) -> RouteNames:
        """The names in a monitor.yaml."""
        return cls({name: list_channels_of(steps) for name, steps in routes.items()}, tuple(channels))

    def find_unknown(self, route: str, document: YamlDocument, path: ValuePath) -> Iterator[Fault]:
        """The fault of a reference to a route that does not exist. `path`: where it is."""
        if route not in self.channels_of:
            yield Fault(document.place(path), f"there is no route {quote_text(route)}", self._suggest_route(route))

    def _suggest_route(self, route: str) -> str | None:
        if route not in self.channels:
            return did_you_mean(route, self.channels_of)
        senders = [name for name, channels in self.channels_of.items() if route in channels]
        existing = f"write {senders[0]}, a route that sends to it, or " if senders else ""
        return f"{route} is a channel: {existing}add `{route}: [{route}]` under routes in monitor.yaml"


def find_routing_faults(
    routes: Routes, channels: Collection[str], hours: NamedHours, document: YamlDocument
) -> Iterator[Fault]:
    """The faults by which alerts would reach nobody. `channels`: the names of all channels."""
    for route, items in routes.items():
        for index, item in enumerate(items):
            yield from _find_step_faults(item, channels, hours, document, ("routes", route, index))
    if not channels and not any(routes.values()):  # else the missing channels of the routes are reported already
        hint = "add a channel, for example screen: {url: 'console://'}, and routes: {default: [screen]}"
        yield Fault(document.key_place(("channels",)), "there is no channel: alerts would reach nobody", hint)
        return
    first = next(iter(channels), None)
    for route, items in routes.items():
        if not items:
            hint = f"write a channel in it, for example [{first}], or remove it" if first else "name a channel in it"
            yield Fault(
                document.place(("routes", route)), f"the route '{route}' is empty: alerts would reach nobody", hint
            )
    if first and DEFAULT_ROUTE not in routes:
        hint = f"write, for example, 'routes: {{{DEFAULT_ROUTE}: [{first}]}}'"
        yield Fault(document.key_place(("routes",)), f"there is no route '{DEFAULT_ROUTE}'", hint)


def _find_step_faults(
    item: StepSchema | str, channels: Collection[str], hours: NamedHours, document: YamlDocument, path: ValuePath
) -> Iterator[Fault]:
    if isinstance(item, str):
        yield from find_unknown_channel(item, channels, document, path)
        return
    yield from find_unknown_channel(item.channel, channels, document, (*path, "channel"))
    if item.hours is not None:
        yield from hours.find_unknown(item.hours, document, (*path, "hours"))
    if item.other is not None:
        place = (*path, "outside", "to")
        yield from find_unknown_channel(item.other, channels, document, place)
        if item.other == item.channel:
            problem = f"'{item.other}' is the channel of this step itself: its hours would mean nothing"
            yield Fault(document.place(place), problem, "name another channel, or remove hours and outside")


def find_unknown_channel(
    name: str, channels: Collection[str], document: YamlDocument, path: ValuePath
) -> Iterator[Fault]:
    """The fault of a reference to a channel that does not exist. `path`: where it is."""
    if name not in channels:
        hint = did_you_mean(name, channels) or "name it under channels"
        yield Fault(document.place(path), f"there is no channel {quote_text(name)}", hint)
