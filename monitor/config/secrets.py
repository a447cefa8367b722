"""`${env:NAME}` in a text -> the value of the environment variable; `$${` stands for `${` itself.

No fault quotes the text or a value. Secrets from files and from systemd's credentials come with a later version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from monitor.config.unbuilt import not_yet
from monitor.errors import Fault, Faulty
from monitor.model import Place

_REFERENCE = re.compile(r"\$\$\{|\$\{(?P<inside>[^{}]*)\}|\$\{")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def filled(text: str, environment: Mapping[str, str], place: Place) -> str:
    """The text with its secrets; raises Faulty with each that cannot be had."""
    faults: list[Fault] = []

    def value(found: re.Match[str]) -> str:
        if found[0] == "$${":
            return "${"
        kind, _, name = (found["inside"] or "").partition(":")
        if kind == "env" and _NAME.fullmatch(name) and environment.get(name):
            return environment[name]
        faults.append(Fault(place, *_unfilled(kind, name, environment)))
        return ""

    whole = _REFERENCE.sub(value, text)
    if faults:
        raise Faulty(faults)
    return whole


def _unfilled(kind: str, name: str, environment: Mapping[str, str]) -> tuple[str, str]:
    if kind in ("file", "credential"):
        return not_yet(f"${{{kind}:...}}")[0], "write ${env:NAME}"
    if kind != "env" or not _NAME.fullmatch(name):
        return "this '${' names no secret", "write ${env:NAME}, or $${ for the two characters themselves"
    state = "empty" if name in environment else "not set"
    return f"the environment variable {name} is {state}", "set it before starting"
