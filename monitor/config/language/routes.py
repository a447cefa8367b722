"""`routes:` of monitor.yaml: the names that rules use, and where alerts go under each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from monitor.config.language.faults import did_you_mean
from monitor.config.yaml.yaml12 import ValuePath, YamlDocument, quote_text
from monitor.errors import Fault


def find_routing_faults(
    routes: Mapping[str, Sequence[str]], channels: Collection[str], document: YamlDocument
) -> Iterator[Fault]:
    """The faults by which alerts would reach nobody. `channels`: the names of all channels."""
    for route, names in routes.items():
        for index, name in enumerate(names):
            yield from find_unknown_channel(name, channels, document, ("routes", route, index))
    if not channels and not any(routes.values()):  # else the missing channels of the routes are reported already
        hint = "add a channel, for example screen: {url: 'console://'}, and routes: {default: [screen]}"
        yield Fault(document.key_place(("channels",)), "there is no channel: alerts would reach nobody", hint)
        return
    first = next(iter(channels), None)
    for route, names in routes.items():
        if not names:
            hint = f"write a channel in it, for example [{first}], or remove it" if first else "name a channel in it"
            yield Fault(
                document.place(("routes", route)), f"the route '{route}' is empty: alerts would reach nobody", hint
            )
    if first and "default" not in routes:
        hint = f"write, for example, 'routes: {{default: [{first}]}}'"
        yield Fault(document.key_place(("routes",)), "there is no route 'default'", hint)


def find_unknown_channel(
    name: str, channels: Collection[str], document: YamlDocument, path: ValuePath
) -> Iterator[Fault]:
    """The fault of a reference to a channel that does not exist. `path`: where it is."""
    if name not in channels:
        hint = did_you_mean(name, channels) or "name it under channels"
        yield Fault(document.place(path), f"there is no channel {quote_text(name)}", hint)
