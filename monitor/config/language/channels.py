"""`channels:` of monitor.yaml: the addresses that messages go to.

The schema, and its conversion to the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from monitor.config.language.base_schema import Duration, Id, Schema, validation_error, validator_from_parser
from monitor.config.language.faults import collect_faults
from monitor.config.language.routes import find_unknown_channel
from monitor.config.language.secrets import FilledText, fill_secrets
from monitor.config.language.send_rates import RATE_PATTERN, UNLIMITED, default_rate, parse_rate
from monitor.config.yaml.syntax import KEYS_WITH_VALUES
from monitor.config.yaml.yaml12 import YamlDocument
from monitor.errors import Fault, InvalidFiles
from monitor.model import Channel, MessageTemplate, Place, SendRate, scheme_of_channel

PATIENCE = timedelta(minutes=15)
MAX_TEMPLATE = 20_000  # characters
Rate = Annotated[
    SendRate | str,
    PlainValidator(validator_from_parser(lambda text: parse_rate(text) or UNLIMITED)),
    WithJsonSchema({"type": "string", "pattern": f"{RATE_PATTERN}|^{UNLIMITED}$"}),
]


class ChannelSchema(Schema):
    """One address that messages go to."""

    label: ClassVar[str] = "channel"

    url: str = Field(
        repr=False,
        description="An Apprise URL, or console://. Secrets in it are written ${env:NAME}, ${file:/PATH} or "
        "${credential:NAME}.",
        examples=["console://"],
    )
    rate: Rate | None = Field(
        None,
        description="How many messages it may get, or 'unlimited' (default: by its kind, see docs/operate.md). The "
        "others wait, and the highest level goes first.",
        examples=["20 a minute"],
    )
    burst: Annotated[int, Field(ge=1)] | None = Field(
        None, description="How many messages it may get at once after a quiet time.", examples=[5]
    )
    fallback: Id | None = Field(
        None,
        description="The channel that gets the waiting messages of this one, once this one has failed for its "
        "`patience`.",
        examples=["mail"],
    )
    patience: Duration | None = Field(
        None,
        description="How long the channel may fail until its `fallback` gets the waiting messages (default: 15 "
        "minutes).",
        examples=["15 minutes"],
    )
    template: str | None = Field(
        None,
        description="A file (Jinja) that writes its messages in place of the default form: NAME.txt.j2, NAME.md.j2 or "
        "NAME.html.j2. `news-monitor channels preview` shows them.",
        examples=["templates/desk.txt.j2"],
    )
    test_url: str | None = Field(
        None,
        repr=False,
        description="An Apprise URL of the same kind, where a message wakes nobody: the canary's messages go there.",
        examples=["ntfys://ntfy.example.org/news-test"],
    )


def _require_mapping(value: object) -> object:
    """Refuses text in place of a channel. It is not quoted: it may be an address with a password."""
    if isinstance(value, str):
        raise validation_error(f"expected {KEYS_WITH_VALUES}, found text", _suggest_url(value))
    return value


ChannelItem = Annotated[ChannelSchema, BeforeValidator(_require_mapping)]

_MAIL_EXAMPLE = (
    '{url: "mailtos://monitor:${env:MAIL_PASSWORD}@mail.example.org?from=monitor@example.org&to=desk@example.org"}'
)


def _suggest_url(text: str) -> str:
    """A hint what to write in place of a text, which may be a URL."""
    if "://" in text:
        example = _MAIL_EXAMPLE if text.startswith("mail") else '{url: "ntfys://ntfy.example.org/newsdesk"}'
        return f"put it behind `url:`, as in {example}"
    if "@" in text:
        return f"a mail address alone does not name the server that takes the mail; write, for example, {_MAIL_EXAMPLE}"
    return "it begins like mailto://, ntfy:// or console://; docs/channels.md has an example of each kind"


def build_channels(
    schemas: Mapping[str, ChannelSchema], document: YamlDocument, environment: Mapping[str, str], folder: Path
) -> dict[str, Channel]:
    """The channels by name, with their secrets filled in. Raises InvalidFiles."""
    channels, faults = {}, [*_find_fallback_faults(schemas, document)]
    for name, channel in schemas.items():
        place, test_place = (document.place(("channels", name, key)) for key in ("url", "test_url"))
        test = None
        with collect_faults(faults):
            if channel.test_url is not None:
                filled = _fill_url(channel.test_url, test_place, environment, folder)
                test = Channel(name, filled.text, test_place, is_complete=filled.is_complete)
        with collect_faults(faults):
            url = _fill_url(channel.url, place, environment, folder)
            channels[name] = Channel(
                name,
                url.text,
                place,
                rate=_choose_rate(channel, url.text),
                fallback=channel.fallback,
                patience=channel.patience or PATIENCE,
                template=read_template(channel.template, document.place(("channels", name, "template")), folder),
                test=test,
                is_complete=url.is_complete,
            )
    if faults:
        raise InvalidFiles(faults)
    return channels


def _find_fallback_faults(schemas: Mapping[str, ChannelSchema], document: YamlDocument) -> Iterator[Fault]:
    """A fallback that does not exist, one that leads back to its channel, and a patience that nothing uses."""
    for name, channel in schemas.items():
        place = ("channels", name, "fallback")
        if channel.fallback is None:
            if channel.patience is not None:
                hint = "write the `fallback` that it is for, or remove it"
                yield Fault(document.key_place(("channels", name, "patience")), "'patience' needs a `fallback`", hint)
        elif channel.fallback not in schemas:
            yield from find_unknown_channel(channel.fallback, schemas, document, place)
        elif name in (chain := _follow_fallbacks(schemas, name)):
            circle = " > ".join((name, *chain))
            problem = (
                "a channel cannot be its own fallback" if chain == [name] else f"the fallbacks form a circle: {circle}"
            )
            yield Fault(document.place(place), problem, "remove one of them: a chain of fallbacks must have an end")


def _follow_fallbacks(schemas: Mapping[str, ChannelSchema], name: str) -> list[str]:
    """The fallbacks of a channel, one after the other, until there is no further one or one comes again."""
    chain: list[str] = []
    following = schemas[name].fallback
    while following is not None and following in schemas and following not in chain:
        chain.append(following)
        following = schemas[following].fallback if following != name else None
    return chain


def _choose_rate(channel: ChannelSchema, url: str) -> SendRate | None:
    rate = default_rate(scheme_of_channel(url)) if channel.rate is None else channel.rate
    if not isinstance(rate, SendRate):
        return None
    return rate if channel.burst is None else replace(rate, burst=channel.burst)


def read_template(file: str | None, place: Place, folder: Path) -> MessageTemplate | None:
    """The template in a file, relative to `folder`; None if none is named. Raises InvalidFiles."""
    if file is None:
        return None
    try:
        path = folder / file
        if path.exists() and not path.is_file():  # reading a pipe would block the start
            raise InvalidFiles(
                [Fault(place, f"the template {file} is not a file", "name a file that holds the template")]
            )
        with path.open(encoding="utf-8") as opened:
            source = opened.read(MAX_TEMPLATE + 1)
    except (OSError, ValueError) as error:
        not_text = "it is not UTF-8" if isinstance(error, UnicodeError) else "that is not a path"
        problem = error.strerror if isinstance(error, OSError) else not_text
        raise InvalidFiles([Fault(place, f"the template {file} cannot be read: {problem}")]) from error
    if len(source) > MAX_TEMPLATE:
        raise InvalidFiles([Fault(place, f"the template {file} is longer than {MAX_TEMPLATE} characters")])
    return MessageTemplate(file, source)


_LOGIN = re.compile(r"[^:/]+://((?:\$\{[^}]*\}|[^/?#])*)@")


def _fill_url(url: str, place: Place, environment: Mapping[str, str], folder: Path) -> FilledText:
    filled = fill_secrets(url, environment, place, folder)
    if (login := _LOGIN.match(url)) is not None:
        secrets = fill_secrets(login[1], environment, place, folder).secrets
        if any(sign.isspace() or sign in "@/?#" for secret in secrets for sign in secret):
            problem = "a secret of its login has a character that ends the login, so a part of it would become the host"
            hint = "percent-encode everything but letters and digits in a secret for an address: @ as %40, / as %2F"
            raise InvalidFiles([Fault(place, problem, hint)])
    text = filled.text
    if filled.is_complete and (not text.partition("://")[1] or any(sign.isspace() for sign in text)):
        raise InvalidFiles([Fault(place, "this is not a channel's url", _suggest_url(text))])
    return filled
