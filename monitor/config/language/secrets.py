"""Fills in the secrets of a text, and lists those of a config.

`${env:NAME}`, `${file:PATH}` and `${credential:NAME}` become values; `$${` is `${` itself. No fault quotes the text or
a value. Values are inserted unchanged: a secret for an address must be stored percent-encoded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from monitor.errors import Fault, InvalidFiles
from monitor.model import Config, Place
from monitor.url_secrets import REFERENCE, find_sensitive_parts

_REFERENCE = re.compile(rf"\$\$\{{|{REFERENCE.pattern}|\$\{{")  # or the escape, or the start of a faulty one
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CREDENTIAL = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]*")  # a file's name, never a path
_MAX_BYTES = 16 * 2**10  # bytes: more is no password, and no address takes it
_SERVICE_CREDENTIALS = Path(
    "/run/credentials/news-monitor.service"
)  # systemd's, while the service runs: for other commands
_PLACEHOLDER = "missing-secret"
_SYNTAX = "${env:NAME}, ${file:/PATH} or ${credential:NAME}"
AS_REFERENCE = f"write {_SYNTAX} in its place"
"""What to do about a secret in plain text."""


class OptionalSecrets(dict[str, str]):
    """An environment for commands that send nothing: where a secret is not available, a text gets a placeholder, and
    `faults` gets the fault."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__(environment)
        self.faults: list[Fault] = []


@dataclass(frozen=True, slots=True)
class FilledText:
    """A text with its secrets filled in, and these secrets. Not `is_complete`: some were not available, so the text
    holds placeholders, and nobody can check whether it is an address."""

    text: str
    secrets: frozenset[str]
    is_complete: bool = True


def fill_secrets(text: str, environment: Mapping[str, str], place: Place, folder: Path) -> FilledText:
    """The text with its secrets filled in. Raises InvalidFiles with a fault for each secret that is not available,
    unless the environment is `OptionalSecrets`. Relative paths are relative to `folder`."""
    faults: list[Fault] = []
    missing: list[Fault] = []
    secrets: set[str] = set()

    def substitute(match: re.Match[str]) -> str:
        if match[0] == "$${":
            return "${"
        kind, _, name = (match["inside"] or "").partition(":")
        try:
            secret = _resolve_secret(kind, name, environment, folder)
        except _NoReference as error:
            faults.append(Fault(place, error.problem, error.hint))
            return ""
        except _SecretUnavailable as error:
            missing.append(Fault(place, error.problem, error.hint))
            return _PLACEHOLDER
        secrets.add(secret)
        return secret

    filled = _REFERENCE.sub(substitute, text)
    if isinstance(environment, OptionalSecrets):
        environment.faults += missing
    else:
        faults += missing
    if faults:
        raise InvalidFiles(faults)
    return FilledText(filled, frozenset(secrets), is_complete=not missing)


def list_variables(text: str) -> list[str]:
    """The environment variables that the text refers to, in order, with nothing twice."""
    inside = (match["inside"] or "" for match in _REFERENCE.finditer(text))
    return list(dict.fromkeys(name for kind, _, name in (each.partition(":") for each in inside) if kind == "env"))


class _SecretUnavailable(Exception):
    """A secret that is not available: the problem, and a hint."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.problem, self.hint = problem, hint


class _NoReference(_SecretUnavailable):
    """A `${` that names no secret."""


def _resolve_secret(kind: str, name: str, environment: Mapping[str, str], folder: Path) -> str:
    if kind == "env" and _VARIABLE.fullmatch(name):
        return _secret_from_environment(name, environment)
    if kind == "file" and name:
        return _secret_from_file(folder / name, f"the file {folder / name}", "write the secret into it")
    if kind == "credential" and _CREDENTIAL.fullmatch(name):
        return _secret_from_systemd(name, environment)
    raise _NoReference("this '${' names no secret", f"write {_SYNTAX}; or $${{ for the two characters themselves")


def _secret_from_environment(name: str, environment: Mapping[str, str]) -> str:
    if value := environment.get(name):
        return value
    state = "empty" if name in environment else "not set"
    raise _SecretUnavailable(
        f"the environment variable {name} is {state}", "set it before starting, and in the shell in which you check"
    )


def _secret_from_systemd(name: str, environment: Mapping[str, str]) -> str:
    """Reads the credential from the folder in which systemd puts credentials, which only the service can read."""
    directive = f"LoadCredential={name}:/PATH"
    if directory := environment.get("CREDENTIALS_DIRECTORY"):
        return _secret_from_file(
            Path(directory) / name, f"the credential {name}", f"see {directive} in the [Service] part of the unit"
        )
    if os.access(_SERVICE_CREDENTIALS, os.F_OK):
        label = f"the credential {name} of the running service ({_SERVICE_CREDENTIALS / name})"
        return _secret_from_file(
            _SERVICE_CREDENTIALS / name, label, f"see {directive} in the unit, or set CREDENTIALS_DIRECTORY"
        )
    raise _SecretUnavailable(
        f"there is no credential {name}: systemd gave none, and there is no {_SERVICE_CREDENTIALS}",
        f"write {directive} into the [Service] part of the unit; elsewhere set CREDENTIALS_DIRECTORY to a folder with "
        f"the file {name}",
    )


def _secret_from_file(path: Path, label: str, hint: str) -> str:
    """The single line of the file. `label`: what faults call the file."""
    try:
        if path.exists() and not path.is_file():  # reading a pipe would block the start
            raise _SecretUnavailable(f"{label} is not a file", "name a file that holds the secret and nothing else")
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _SecretUnavailable(f"{label} does not exist", hint) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (isinstance(error, OSError) and error.strerror) or "that is not a path"
        raise _SecretUnavailable(
            f"{label} cannot be read: {reason}", "the user that runs news-monitor must be able to"
        ) from None
    return _decode_secret(content, label, hint)


def _decode_secret(content: bytes, label: str, hint: str) -> str:
    if len(content) > _MAX_BYTES:
        raise _SecretUnavailable(
            f"{label} is too big", f"it may hold {_MAX_BYTES // 2**10} KiB: the secret and nothing else"
        )
    try:
        secret = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise _SecretUnavailable(f"{label} holds no text", "save the secret in it as UTF-8 text") from None
    if not secret:
        raise _SecretUnavailable(f"{label} is empty", hint)
    if not secret.isprintable():
        raise _SecretUnavailable(
            f"{label} holds several lines, or an invisible character", "leave only the secret in it"
        )
    return secret


def password_of(url: str) -> frozenset[str]:
    """The password of a database URL, as written and decoded. The rest of the URL is no secret."""
    try:
        password = urlsplit(url).password
    except ValueError:  # a bracket out of place
        return frozenset({url})
    return frozenset({password, unquote(password)} if password else ())


def secrets_of(config: Config) -> frozenset[str]:
    """What no log may show: what is telling in the addresses of channels and of `heartbeat`, the passwords of database
    and proxies, and the secrets in the addresses of sources and of the feeds of alerts."""
    telling = (find_sensitive_parts(channel.url) for channel in config.settings.list_addresses())
    proxies = (password_of(source.proxy) for source in config.sources.values() if source.proxy)
    addresses = (source.secrets for source in config.sources.values() if source.secrets)
    heartbeat = find_sensitive_parts(config.settings.heartbeat or "")
    web = config.settings.web
    feed = {web.feed} if web is not None and web.feed else set[str]()
    return password_of(config.settings.database).union(heartbeat, feed, *telling, *proxies, *addresses)
