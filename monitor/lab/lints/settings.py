"""Lints of monitor.yaml: passwords in plain text, files of secrets that everybody may read, networks that are wider
than they need to be; and that there are no rules at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from stat import S_IMODE, S_IROTH

from monitor.config.language.secrets import AS_REFERENCE, password_of
from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument
from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import Rule
from monitor.notify import channel_has_secret
from monitor.sources.http.guard import is_public
from monitor.url_secrets import REFERENCE

_WIDEST = {4: 8, 6: 7}  # bits of the widest private networks, 10.0.0.0/8 and fc00::/7


def lint_no_rules(rules: Mapping[str, Rule], document: YamlDocument) -> Iterator[Lint]:
    """No rules, so that nothing is sent. Somebody who names neither rules nor sources only checks something else."""
    named = next((key for key in ("rules", "sources") if (key,) in document.value_positions), None)
    if named is not None and not rules:
        place = document.place((named,))
        hint = "write one into a file that `rules` names; `news-monitor rules packs` lists those that are shipped"
        yield Lint(place, LintKind.NO_RULES, "there are 0 rules: nothing is ever sent", hint, place)


def lint_open_passwords(document: YamlDocument) -> Iterator[Lint]:
    """Passwords and tokens of channels, and of the database, in plain text: whoever gets the file can use them."""
    for path, text in _list_texts(document.data):
        match path:
            case ("channels", str(name), "url" | "test_url" as key):
                what = f"the {key} of the channel {name}"
                is_open = channel_has_secret(text)
            case ("database",):
                what, is_open = "the address of the database", bool(password_of(text))
            case _:
                continue
        if is_open and not REFERENCE.search(text):
            place = document.place(path)
            problem = f"there is a password or a token in this file, in {what}"
            yield Lint(place, LintKind.OPEN_CREDENTIAL, problem, AS_REFERENCE, place)


def lint_open_files(document: YamlDocument, folder: Path) -> Iterator[Lint]:
    """Files of secrets that every user of this machine may read. `folder`: of monitor.yaml."""
    for path, text in _list_texts(document.data):
        place = document.place(path)
        for reference in REFERENCE.finditer(text):
            kind, _, name = reference["inside"].partition(":")
            if kind == "file" and (mode := _get_mode(folder / name)) & S_IROTH:
                problem = f"everybody on this machine can read the secret in {folder / name} (mode {mode:04o})"
                hint = f"take that away: chmod 600 {folder / name}; the user that runs news-monitor must own it"
                yield Lint(place, LintKind.OPEN_FILE, problem, hint, place)


def lint_wide_networks(document: YamlDocument) -> Iterator[Lint]:
    """Networks that are wider than any private one, or that need no allowance."""
    network = document.data.get("network") if isinstance(document.data, dict) else None
    items = network.get("allow") if isinstance(network, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        path: ValuePath = ("network", "allow", index)
        text = item.get("network") if isinstance(item, dict) else item
        if problem := _explain_network(str(text)):
            hint = "write the network of your sources, with their ids: {network: 192.168.7.0/24, sources: [ID]}"
            place = document.place((*path, "network") if isinstance(item, dict) else path)
            yield Lint(place, LintKind.WIDE_NETWORK, problem, hint, place)


def _explain_network(text: str) -> str | None:
    try:
        network = ip_network(text)
    except ValueError:  # a fault
        return None
    if network.prefixlen < _WIDEST[network.version]:
        return f"{text} is wider than any private network: the sources may reach all that this machine can reach"
    if is_public(network.network_address):
        return f"{text} is public: sources may reach public addresses without this"
    return None


def _list_texts(data: PlainData, path: ValuePath = ()) -> Iterator[tuple[ValuePath, str]]:
    """All texts in a document, with their paths."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _list_texts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _list_texts(value, (*path, index))


def _get_mode(file: Path) -> int:
    """The permissions of a file; 0 if it cannot be asked: that is a fault already."""
    try:
        return S_IMODE(file.stat().st_mode)
    except (OSError, ValueError):
        return 0
