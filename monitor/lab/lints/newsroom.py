"""Lints of monitor.yaml and what it names: networks, secrets, sources, channels, routes, and files that are not read.
No name is resolved for this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from ipaddress import ip_network
from pathlib import Path
from stat import S_IMODE, S_IROTH
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.alerting.hours import is_within_hours, list_intervals
from monitor.config.language.faults import find_close_word
from monitor.config.language.secrets import AS_REFERENCE, password_of
from monitor.config.loading.ignored_files import list_ignored_files
from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument
from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import DEFAULT_ROUTE, Channel, Hours, Level, Outside, Place, RouteStep, Rule, Source
from monitor.notify import channel_has_secret
from monitor.notify.mail_urls import explain_mail_url
from monitor.notify.silent_kinds import explain_silence
from monitor.sources.http.guard import Network, explain_allowance, is_public, networks_for, refused_host
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


# --- sources ----------------------------------------------------------------------------------------------------------


def lint_no_sources(sources: Mapping[str, Source], files_place: Place) -> Iterator[Lint]:
    """No sources, so that nothing is polled. `files_place`: where monitor.yaml names their files."""
    if not sources:
        problem, hint = "there are no sources: nothing is polled", "`news-monitor sources add URL` adds one"
        yield Lint(files_place, LintKind.NO_SOURCES, problem, hint, files_place)


def lint_private_addresses(
    sources: Mapping[str, Source],
    places: Mapping[str, Place],
    allowed_networks: Sequence[Network],
    allowed_for: Mapping[str, Sequence[Network]],
) -> Iterator[Lint]:
    """Sources whose address is written as a private IP address that they may not reach. `places`: the place of each
    source that is checked; `allowed_networks`: of `network.allow`, those for all sources; `allowed_for`: by source id,
    those for it."""
    for id_, source in sources.items():
        place = places.get(id_)
        if place is None:  # it is not checked
            continue
        networks = networks_for(id_, allowed_networks, allowed_for)
        for key, url in (("url", source.url), ("sitemap", source.sitemap), ("proxy", source.proxy)):
            host = (urlsplit(url).hostname or "") if url else ""
            if address := refused_host(host, networks):
                problem = f"{host}, the {key} of {id_}, is a private or special address, which sources must not reach"
                yield Lint(place, LintKind.PRIVATE_ADDRESS, problem, explain_allowance(address, id_), place)


def lint_open_credentials(sources: Mapping[str, Source], places: Mapping[str, Place]) -> Iterator[Lint]:
    """Sources whose address has a token or a password in plain text: whoever gets the file can read it."""
    for id_, source in sources.items():
        place = places.get(id_)
        if place is not None and source.has_open_secret:
            problem = f"a token or a password is written openly in the url of {id_}"
            yield Lint(place, LintKind.OPEN_CREDENTIAL, problem, AS_REFERENCE, place)


def lint_sent_credentials(sources: Mapping[str, Source], places: Mapping[str, Place]) -> Iterator[Lint]:
    """Sources whose address or proxy names a secret: nothing in a file says whether its user or a stranger wrote it."""
    for id_, place in places.items():
        for reference, host in sources[id_].references:
            hint = (
                "if you did not write that, delete the source and change the secret; if you did, write "
                f"`# lint: ignore {LintKind.SENT_CREDENTIAL}` behind it"
            )
            yield Lint(place, LintKind.SENT_CREDENTIAL, f"{id_} sends the secret {reference} to {host}", hint, place)


# --- channels ---------------------------------------------------------------------------------------------------------


def lint_silent_channels(channels: Iterable[Channel]) -> Iterator[Lint]:
    """Channels of which nobody can know whether their messages arrive."""
    for channel in channels:
        if silence := explain_silence(channel.scheme):
            problem = f"the channel {channel.name} is of the kind {channel.scheme}: {silence}"
            hint = "send what must arrive to a second channel too"
            yield Lint(channel.place, LintKind.UNVERIFIED_CHANNEL, problem, hint, channel.place)


def lint_mail_channels(channels: Iterable[Channel]) -> Iterator[Lint]:
    """Mail channels whose address lacks something, although Apprise can use it."""
    for channel in channels:
        if found := explain_mail_url(channel.url):
            missing, hint = found
            problem = f"the address of the channel {channel.name} {missing}"
            yield Lint(channel.place, LintKind.INCOMPLETE_ADDRESS, problem, hint, channel.place)


# --- routes -----------------------------------------------------------------------------------------------------------


_ANY_MONDAY = date(2026, 1, 5)  # gaps are looked for in a week without a change of the clock
_LEVELS = list(Level)
_Finding = tuple[str, str]
"""The problem, and what to do."""


def lint_routes(routes: Mapping[str, Sequence[RouteStep]], document: YamlDocument) -> Iterator[Lint]:
    """What is no fault in the routes of a monitor.yaml, and probably a mistake."""
    for name, steps in routes.items():
        path = ("routes", name)
        for problem, hint in (*_find_untaken_levels(name, steps), *_find_unsent_times(name, steps)):
            place = document.key_place(path)
            yield Lint(place, LintKind.UNSENT_LEVEL, problem, hint, place)
        for index, step in enumerate(steps):
            for problem, hint in (*_find_useless_hours(step), *_find_repetition(index, steps)):
                place = document.place((*path, index))
                yield Lint(place, LintKind.IDLE_STEP, problem, hint, place)


def lint_unused_routes(
    routes: Mapping[str, Sequence[RouteStep]], rules: Iterable[Rule], document: YamlDocument
) -> Iterator[Lint]:
    """The routes that no rule names, so that nothing goes there; probably the name is misspelt, here or in a rule. The
    route `default` is needed in any case."""
    used = {name for rule in rules for name in (*rule.alert.to, rule.owner)} | {DEFAULT_ROUTE}
    for name in routes:
        if name in used:
            continue
        place = document.key_place(("routes", name))
        similar = find_close_word(name, [other for other in routes if other in used])
        meant = f"did you mean '{similar}'? If not, " if similar else ""
        hint = f"{meant}name it in a rule, `to: [{name}]`, or remove it"
        yield Lint(place, LintKind.UNUSED_ROUTE, f"no rule names the route {name}: nothing goes there", hint, place)


def _find_untaken_levels(route: str, steps: Sequence[RouteStep]) -> Iterator[_Finding]:
    floor = min((step.lowest for step in steps), key=lambda level: level.rank, default=Level.INFO)
    if floor is not Level.INFO:
        problem = f"alerts below {floor} go nowhere on route {route}: no step takes them"
        yield problem, f"add a channel for them, for example '- {{channel: {steps[0].channel}, hours: office hours}}'"


def _find_unsent_times(route: str, steps: Sequence[RouteStep]) -> Iterator[_Finding]:
    """Of the highest level that is not sent at some time, the time when that begins."""
    for level in reversed(_LEVELS[: Level.CRITICAL.rank]):  # critical alerts are sent at any time
        taking = [step for step in steps if step.lowest.rank <= level.rank]
        only = [step.hours for step in taking if step.hours is not None and step.outside is Outside.CRITICAL_ONLY]
        if taking and len(only) == len(taking) and (gap := _find_gap(only)) is not None:
            above = _LEVELS[level.rank + 1]
            problem = f"alerts below {above} go nowhere on route {route} at some times, such as {gap:%A %H:%M}"
            yield problem, "write `outside: hold` for one of its steps, or add a channel that always takes them"
            return


def _find_gap(hours: Sequence[Hours]) -> datetime | None:
    """The local time at which a gap between all of these hours begins; None if they cover the week."""
    plain = [replace(each, holidays=frozenset(), yearly_holidays=frozenset()) for each in hours]
    ends = ((end, each.zone) for each in plain for _, end in list_intervals(each, _ANY_MONDAY, 7))
    gaps = ((end, zone) for end, zone in ends if not any(is_within_hours(each, end) for each in plain))
    first = min(gaps, default=None)
    return None if first is None else first[0].astimezone(ZoneInfo(first[1]))


def _find_useless_hours(step: RouteStep) -> Iterator[_Finding]:
    if step.hours is None and step.outside is not Outside.HOLD:
        yield "this step sends always, so `outside` does nothing", "name other hours, or remove `outside`"
    goes_at_once = step.outside in (Outside.HOLD, Outside.CRITICAL_ONLY)
    if step.hours is not None and step.lowest is Level.CRITICAL and goes_at_once:
        problem = "these hours do nothing: critical alerts are sent at once in any case"
        yield problem, "remove `hours`, or write `outside: hold all` if it is to wait too"


def _find_repetition(index: int, steps: Sequence[RouteStep]) -> Iterator[_Finding]:
    """A step whose channel gets all of it at once by another step."""
    step = steps[index]
    for other_index, other in enumerate(steps):
        takes_all = other.hours is None and other.channel == step.channel and other.lowest.rank <= step.lowest.rank
        is_other = other_index != index and (other != step or other_index < index)
        if takes_all and is_other and step.outside is not Outside.TO:
            problem = f"this step adds nothing: step {other_index + 1} sends all of it to {step.channel} at once"
            yield problem, "remove one of the two"
            return


# --- files that were probably meant to be read, and are not -----------------------------------------------------------


def lint_ignored_files(paths: Iterable[Path]) -> Iterator[Lint]:
    """Files in these folders whose name or first line says that they were meant, and that are not read."""
    for file in list_ignored_files(paths):
        place = Place(str(file))
        if file.is_dir():
            problem, hint = "this is a link to a folder, and is not followed", "name the folder itself in monitor.yaml"
        else:
            problem = "this file is not read"
            hint = "only files whose names end in .yaml or .yml are read: rename it, or move it elsewhere"
        yield Lint(place, LintKind.IGNORED_FILE, problem, hint, place)
