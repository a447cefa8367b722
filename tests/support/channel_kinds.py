"""A channel of every kind that the installed Apprise has, made from what its plug-ins say of their own addresses.

As a program, it prints them as JSON, {kind: URL}, with None for kinds that cannot be used on this machine. It runs
where no connection can be made (see `offline/sitecustomize.py`), since an address counts only if a message to it makes
its plug-in try to reach a server, or if no address of the kind does.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any
from urllib.parse import quote

from apprise.manager_plugins import NotificationManager
from apprise.url import URLBase
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st

from monitor.model import Message
from monitor.notify.apprise_sender import load_plugins, send_message
from monitor.notify.url_faults import find_url_fault

TRIES = 2000
_MANAGER: Any = NotificationManager()  # type: ignore[no-untyped-call]
# Shapes of what addresses are made of: plug-ins check more than they say.
HOST = "host.invalid"
_HEX = "0123456789abcdef"
# What the templates do not say: without a chat, Telegram's plug-in asks the server who wrote to it last.
_BY_HAND = {"tgram": "tgram://123456789:abcdefg_hijklmnop/12345"}
SHAPES = [
    "abcd1234",
    "15551234567",
    "a@x.test",
    HOST,
    _HEX * 2,
    "a" * 32,
    "A" * 24,
    "d2a1c5de-5b5e-4c2a-8b5e-1234567890ab",
    "1234567890",
    "12345",
    "a" * 64,
    _HEX * 4,
    "@abc",
    "int_abcd1234",
    "5" * 18,
    "61412345678",
    "https://host.invalid/a/b",
]


def made() -> dict[str, str | None]:
    """Each kind's URL."""
    load_plugins()
    return {kind: _url_of(kind, _MANAGER[kind]) for kind in sorted(_MANAGER.schemas())}


def acts_by_type(kind: str) -> bool:
    """Whether the kind can take a message's type for what to do: to open, to note or to close."""
    return "map" in arguments_of(kind).get("action", {}).get("values", ())


def arguments_of(kind: str) -> Mapping[str, Any]:
    """The options of the kind's addresses, as its plug-in describes them."""
    load_plugins()  # with ours
    arguments: Mapping[str, Any] = _MANAGER[kind].template_args
    return arguments


def may_be_unusable(kind: str) -> bool:
    """Whether this machine lacks what the kind needs, by its plug-in's own account: a desktop, a device, a package."""
    plugin = _MANAGER[kind]
    either = plugin.requirements.get("packages_recommended") or []
    return not plugin.enabled or bool(either and not any(map(_installed, either)))


def _installed(package: str) -> bool:
    with suppress(PackageNotFoundError):
        return bool(distribution(package))
    return False


def _url_of(kind: str, plugin: Any) -> str | None:
    if not plugin.enabled:
        return None
    if kind in _BY_HAND:
        return _BY_HAND[kind]
    silent = None
    for url in dict.fromkeys(_urls(kind, plugin)):
        if find_url_fault(url):
            continue
        silent = silent or url
        tried = sys.attempts  # type: ignore[attr-defined]
        send_message(url, Message("title", "text", "<p>text</p>"))
        if sys.attempts > tried:  # type: ignore[attr-defined]
            return url
    return silent


def _urls(kind: str, plugin: Any) -> Iterator[str]:
    """Addresses after the plug-in's templates, with values that its tokens allow: the likeliest first."""
    chance = random.Random(kind)
    templates = [(each, re.findall(r"{(\w+)}", each.replace("{schema}", kind))) for each in plugin.templates]
    choices = {name: _values(plugin.template_tokens, name) for _, names in templates for name in names}
    for template, names in templates:
        yield _filled(template, kind, {name: choices[name][0] for name in names})
    for _ in range(TRIES):
        template, names = chance.choice(templates)
        yield _filled(template, kind, {name: chance.choice(choices[name]) for name in names})


def _filled(template: str, kind: str, values: Mapping[str, str]) -> str:
    return template.format(schema=kind, **{name: quote(value, safe="@+") for name, value in values.items()})


def _values(tokens: Mapping[str, Any], name: str) -> list[str]:
    token = tokens.get(name, {})
    if "values" in token:
        return [str(value) for value in token["values"]]
    if token.get("type") == "int":
        return [str(token.get("default") or token.get("min") or 1)]
    if members := token.get("group"):
        return [value for member in sorted(members) for value in _values(tokens, member)] + SHAPES
    prefix = token.get("prefix") or ""
    return [value if value.startswith(prefix) else prefix + value for value in _plain(token, name)]


def _plain(token: Mapping[str, Any], name: str) -> list[str]:
    shapes = [HOST, *SHAPES] if name in {"host", "hostname"} else SHAPES
    if not token.get("regex"):
        return shapes
    pattern, flags = token["regex"] if isinstance(token["regex"], tuple) else (token["regex"], "")
    allowed = re.compile(pattern, re.ASCII | (re.IGNORECASE if flags and "i" in flags else 0))
    return [shape for shape in shapes if allowed.match(shape)] or [_any_of(allowed)]


def _any_of(allowed: re.Pattern[str]) -> str:
    signs = st.from_regex(allowed, fullmatch=True, alphabet=st.characters(min_codepoint=33, max_codepoint=126))
    quick = settings(database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    return find(signs, bool, settings=quick)


if __name__ == "__main__":
    # Nobody is asked, so nobody need be spared.
    URLBase.throttle = lambda *_, **__: None  # type: ignore[method-assign]
    time.sleep = lambda _: None
    json.dump(made(), sys.stdout, indent=1)
