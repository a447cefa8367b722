"""monitor.yaml becomes settings, or faults that show no secret."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.config.language.secrets import secrets_of
from monitor.config.language.settings import LimitsSchema, RetentionSchema, settings_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import (
    FOR_GOOD,
    Config,
    Endpoint,
    Limits,
    MessageTemplate,
    Retention,
    RouteStep,
    SendRate,
    Settings,
    WebSettings,
)
from monitor.model.web_pages import make_feed_secret

_CHANNEL = "channels: {desk: {url: 'console://'}}\n"
_NOBODY = (
    "there is no channel: alerts would reach nobody; "
    "add a channel, for example screen: {url: 'console://'}, and routes: {default: [screen]}"
)
_ROUTED = _CHANNEL + "routes: {default: [desk]}\n"


def made(text: str, **environment: str) -> Settings:
    [document] = parse_yaml_text(text, "monitor.yaml")
    return settings_from_document(document, environment, Path("/srv/news"))[0]


def faults(text: str, **environment: str) -> list[str]:
    with pytest.raises(InvalidFiles) as refused:
        made(text, **environment)
    return [str(fault).removeprefix("monitor.yaml:") for fault in refused.value.faults]


def test_everything_that_is_written_counts() -> None:
    """Each key of monitor.yaml has its place in the settings."""
    whole = made(
        "timezone: Asia/Seoul\ndatabase: sqlite:///state/news.db?timeout=5\n"
        "channels:\n  desk: {url: 'mailtos://me:${env:PW}@mail.example'}\n  phone: {url: '${env:PHONE}'}\n"
        "routes: {default: [desk], night: [phone, desk, phone]}\noperator: [phone]\nweekly_misses: false\n"
        "network: {allow: [10.0.0.0/8, 'fd00::/8', 127.0.0.1]}\nlimits: {total: 20 s, wire_bytes: 1 MiB, polls: 8}\n",
        PW="pw",
        PHONE="ntfy://x/y",
    )
    assert whole.timezone == "Asia/Seoul"
    assert whole.database == "sqlite:////srv/news/state/news.db?timeout=5"
    assert {name: channel.url for name, channel in whole.channels.items()} == {
        "desk": "mailtos://me:pw@mail.example",
        "phone": "ntfy://x/y",
    }
    phone = RouteStep("phone")
    assert whole.routes == {"default": (RouteStep("desk"),), "night": (phone, RouteStep("desk"), phone)}
    assert whole.operator == ("phone",)
    assert not whole.weekly_misses
    assert whole.allow == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("127.0.0.1/32"))
    assert whole.limits == Limits(total=timedelta(seconds=20), wire_bytes=2**20, polls=8)


def test_a_network_may_be_for_some_sources() -> None:
    """Those that are named reach it besides the networks for all."""
    found = made(
        f"{_ROUTED}network: {{allow: [10.0.0.0/8, {{network: 192.168.7.0/24, sources: [intranet, wiki]}}, "
        "{network: fd00::/8, sources: [wiki]}]}\n"
    )
    one, other = ip_network("192.168.7.0/24"), ip_network("fd00::/8")
    assert found.allow == (ip_network("10.0.0.0/8"),)
    assert found.allow_for == {"intranet": (one,), "wiki": (one, other)}


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ("{network: 192.168.7.1/24, sources: [a]}", "is not a network; did you mean 192.168.7.0/24?"),
        ("{network: 192.168.7.0/24}", "'sources' is missing"),
        ("{network: 192.168.7.0/24, sources: []}", "sources"),
        ("{sources: [a]}", "'network' is missing"),
        ("{network: 192.168.7.0/24, source: a}", "I do not know 'source'"),
    ],
)
def test_a_network_for_some_sources_that_is_faulty_is_told(item: str, fault: str) -> None:
    """A network without sources is written as it is; nobody's is a slip."""
    assert any(fault in line for line in faults(f"{_ROUTED}network: {{allow: [{item}]}}\n"))


def test_what_is_not_written_has_its_default() -> None:
    """A channel and the route to it are all that a file must have."""
    least = made(_ROUTED)
    assert least == Settings("UTC", "sqlite:////srv/news/monitor.db", least.channels, {"default": (RouteStep("desk"),)})


@pytest.mark.parametrize(
    ("channel", "hint"),
    [
        ("desk@example.test", '{url: "mailtos://monitor:${env:MAIL_PASSWORD}@mail.example.org?'),
        ("mailto:desk@example.test", '{url: "mailtos://monitor:${env:MAIL_PASSWORD}@mail.example.org?'),
        ("'mailto://u:p4ss@h'", 'put it behind `url:`, as in {url: "mailtos://'),
        ("'slack://p4ss/#desk'", 'put it behind `url:`, as in {url: "ntfys://'),
        ("console", "it begins like mailto://, ntfy:// or console://"),
    ],
)
def test_a_channel_that_is_only_text_gets_an_example(channel: str, hint: str) -> None:
    """It is not quoted: it may be an address with a password."""
    (fault,) = faults(f"channels: {{mail: {channel}}}\nroutes: {{default: [mail]}}")
    assert fault.startswith("1:18: expected keys with values, found text; ")
    assert hint in fault
    assert "p4ss" not in fault
    if "://" not in channel:
        (fault,) = faults(f"channels: {{mail: {{url: {channel}}}}}\nroutes: {{default: [mail]}}")
        assert fault.startswith("1:24: this is not a channel's url; ")
        assert hint in fault


@pytest.mark.parametrize(
    ("channel", "rate"),
    [
        ("url: 'tgram://token/chat'", SendRate(15, timedelta(minutes=1), 5)),
        ("url: 'TGRAM://token/chat', burst: 2", SendRate(15, timedelta(minutes=1), 2)),
        ("url: 'gopher://x'", SendRate(60, timedelta(minutes=1), 10)),  # a kind that is not in the table
        ("url: 'json://x', rate: 20 a minute", SendRate(20, timedelta(minutes=1), 5)),
        ("url: 'json://x', rate: 3 per hour, burst: 9", SendRate(3, timedelta(hours=1), 9)),
        ("url: 'json://x'", None),
        ("url: 'tgram://token/chat', rate: unlimited", None),
    ],
)
def test_a_channel_has_the_rate_that_is_written_or_that_of_its_kind(channel: str, rate: SendRate | None) -> None:
    """A burst alone changes the one of the kind."""
    assert made(f"channels: {{desk: {{{channel}}}}}\nroutes: {{default: [desk]}}\n").channels["desk"].rate == rate


def test_the_address_of_the_heartbeat_is_a_secret() -> None:
    """It is filled in as that of a channel, and no fault and no repr shows it."""
    found = made(f"{_ROUTED}heartbeat: 'https://hc.example/${{env:KEY}}'\n", KEY="t0ken")
    assert found.heartbeat == "https://hc.example/t0ken"
    assert "t0ken" not in repr(found)
    (fault,) = faults(f"{_ROUTED}heartbeat: 't0ken'\n")
    assert fault == "3:12: this is not a web address; write one that begins with https:// or http://"


def test_a_channel_may_have_a_fallback() -> None:
    """It is another one, and so may have its own; patience is a quarter of an hour unless it is written."""
    made_of = (
        "channels:\n  a: {url: 'json://x', fallback: b, patience: 2 minutes}\n  b: {url: 'json://x', fallback: c}\n"
        "  c: {url: 'json://x'}\nroutes: {default: [a]}\n"
    )
    found = made(made_of).channels
    assert [(channel.fallback, channel.patience) for channel in found.values()] == [
        ("b", timedelta(minutes=2)),
        ("c", timedelta(minutes=15)),
        (None, timedelta(minutes=15)),
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["fallback: nobody", "", ""], ["there is no channel 'nobody'"]),
        (["fallback: a", "", ""], ["a channel cannot be its own fallback"]),
        (
            ["fallback: b", "fallback: a", ""],
            ["the fallbacks form a circle: a > b > a", "the fallbacks form a circle: b > a > b"],
        ),
        (["fallback: b", "fallback: c", "fallback: b"], ["circle: b > c > b", "circle: c > b > c"]),
        (["patience: 1 minute", "", ""], ["'patience' needs a `fallback`"]),
    ],
)
def test_a_fallback_that_leads_nowhere_or_round_is_a_fault(keys: list[str], expected: list[str]) -> None:
    """At its own place."""
    lines = [f"  {name}: {{url: 'json://x'{key and ', '}{key}}}" for name, key in zip("abc", keys, strict=True)]
    found = faults("\n".join(["channels:", *lines, "routes: {default: [a]}\n"]))
    assert len(found) == len(expected)
    assert all(part in fault for part, fault in zip(expected, found, strict=True))


@pytest.mark.parametrize("rate", ["0 a minute", "20", "20 a fortnight", "many", "1.5 a second"])
def test_a_rate_that_cannot_be_read_is_a_fault_that_says_how_to_write_it(rate: str) -> None:
    """With its place."""
    (fault,) = faults(f"channels: {{desk: {{url: 'json://x', rate: {rate}}}}}\nroutes: {{default: [desk]}}\n")
    assert fault.startswith("1:")
    assert "such as '20 a minute'" in fault


@pytest.mark.parametrize(
    ("written", "endpoint"),
    [
        ("web: {listen: '127.0.0.1:8787'}", Endpoint("127.0.0.1", 8787)),
        ("web: {listen: '127.8.7.6:1'}", Endpoint("127.8.7.6", 1)),  # all of 127/8 is this machine
        ("web: {listen: '[::1]:8787'}", Endpoint("::1", 8787)),
        ("web: {listen: '127.0.0.1:0'}", Endpoint("127.0.0.1", 0)),  # any free port
        ("web: {}", None),
        ("web:", None),
    ],
)
def test_the_daemon_can_be_asked_on_this_machine(written: str, endpoint: Endpoint | None) -> None:
    """Where it is written, and nowhere if it is not."""
    assert made(f"{_ROUTED}{written}\n").web == (endpoint and WebSettings(endpoint))


def test_a_proxy_may_pass_on_other_names() -> None:
    """In any case; a port, a scheme or a pattern is no name."""
    listen = "listen: '127.0.0.1:8787'"
    web = made(f"{_ROUTED}web: {{{listen}, hosts: [Monitor.example, 192.0.2.7, '[2001:db8::7]']}}\n").web
    assert web is not None
    assert web.hosts == {"monitor.example", "192.0.2.7", "[2001:db8::7]"}
    for wrong in ("monitor.example:443", "https://monitor.example", "*.example", "a b", ".example", ""):
        (fault,) = faults(f"{_ROUTED}web: {{{listen}, hosts: ['{wrong}']}}\n")
        assert "is not a host name" in fault
    (fault,) = faults(f"{_ROUTED}web: {{hosts: [monitor.example]}}\n")
    assert "does nothing without `listen`" in fault


def test_the_feeds_have_a_secret_that_nobody_can_guess() -> None:
    """It may come from the environment. A short one is a fault, which does not quote it, and so is one without use."""
    listen, secret = "listen: '127.0.0.1:8787'", make_feed_secret()
    web = made(f"{_ROUTED}web: {{{listen}, feed: '{secret}'}}\n").web
    assert web is not None
    assert web.feed == secret
    assert secret not in repr(web)
    for weak in ("changeme", "a" * 21, "a b" * 10, "ü" * 30, "a/" * 20):
        (fault,) = faults(f"{_ROUTED}web: {{{listen}, feed: '{weak}'}}\n")
        assert "this is not a secret for a feed" in fault
        assert weak not in fault
    (fault,) = faults(f"{_ROUTED}web: {{{listen}, feed: '${{env:NOSUCH}}'}}\n")
    assert "the environment variable NOSUCH is not set" in fault
    (fault,) = faults(f"{_ROUTED}web: {{feed: '{secret}'}}\n")
    assert "`feed` does nothing without `listen`" in fault


def test_no_log_shows_the_secret_of_the_feeds() -> None:
    """As with the addresses of channels."""
    secret = make_feed_secret()
    settings = made(f"{_ROUTED}web: {{listen: '127.0.0.1:8787', feed: '{secret}'}}\n")
    assert secret in secrets_of(Config(settings, {}, {}, {}))


def test_an_absolute_database_stays_where_it_is() -> None:
    """Only relative paths count from the folder of monitor.yaml."""
    assert made(_ROUTED + "database: sqlite:////var/lib/news.db").database == "sqlite:////var/lib/news.db"


def test_each_limit_can_be_set() -> None:
    """The shape knows exactly the limits of the model, and how long each thing is kept."""
    assert set(LimitsSchema.keys()) == {field.name for field in fields(Limits)}
    assert set(RetentionSchema.keys()) == {field.name for field in fields(Retention)}


def test_things_are_kept_as_long_as_is_written() -> None:
    """Each length by itself, the others as they are by default."""
    written = made(_ROUTED + "retention: {articles: 30 days, alerts: for good, rules: {drills: 5 years}}").retention
    rules = {"drills": timedelta(days=1825)}
    assert written == Retention(articles=timedelta(days=30), alerts=FOR_GOOD, rules=rules)
    assert made(_ROUTED).retention == Retention()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timezone: Europe/Berln", "1:11: 'Europe/Berln' is not a time zone; did you mean 'Europe/Berlin'?"),
        ("timezone: KST", "1:11: 'KST' is not a time zone; this is an abbreviation; write a zone that has it: Asia/Py"),
        ("timezone: ../../etc/passwd", "1:11: '../../etc/passwd' is not a time zone"),
        ("timezone: 3", "1:11: expected text, found a number"),
        (
            "database: mysql://u:p4ss@h/d",
            "1:11: this is not a database that can be used; write sqlite:///monitor.db, or postgresql://USER@HOST/NAME",
        ),
        ("database: 'sqlite://'", "1:11: this is not a database that can be used"),
        ("database: 'sqlite:///'", "1:11: a database in memory is lost at every stop"),
        ("web: {listen: 8787}", "1:15: '8787' is not an address to listen at; write, for example, 127.0.0.1:8787"),
        ("web: {listen: '127.0.0.1'}", "1:15: '127.0.0.1' is not an address to listen at"),
        ("web: {listen: 'localhost:8787'}", "1:15: 'localhost:8787' is not an address to listen at"),  # it may be two
        ("web: {listen: '::1:8787'}", "1:15: '::1:8787' is not an address to listen at"),
        ("web: {listen: 'http://127.0.0.1:80/'}", "1:15: (an address) is not an address to listen at"),
        (
            "web: {listen: '0.0.0.0:8787'}",
            (
                "1:15: '0.0.0.0:8787' could be reached from other machines, and there is no login; "
                "write 127.0.0.1:8787, and put a proxy with a password in front of it"
            ),
        ),
        ("web: {listen: '[::]:8787'}", "1:15: '[::]:8787' could be reached from other machines"),
        ("web: {listen: '192.168.0.7:8787'}", "1:15: '192.168.0.7:8787' could be reached from other machines"),
        ("every: 4 s", "1:8: '4 s' is too short; the shortest is '5 s'"),
        ("rules: rules", "1:8: expected a list, found text; write [rules]"),
        ("network: {allow: [10.0.0.1/8]}", "1:19: '10.0.0.1/8' is not a network; did you mean 10.0.0.0/8?"),
        ("network: {allow: [home]}", "1:19: 'home' is not a network; write a range such as 10.0.0.0/8"),
        ("limits: {total: 30}", "1:17: this cannot be read; write a number and a unit"),
        ("limits: {polls: 0}", "1:17: this must be at least 1; write, for example, 'polls: 64'"),
        ("limits: {wire_bytes: 5 XB}", "1:22: '5 XB' cannot be read; write a number of bytes"),
        ("retention: {articles: 1 day}", "1:23: '1 day' is too short; the shortest is '7 days', or 'for good'"),
        ("retention: {rules: {drills: 60 s}}", "1:29: '60 s' is too short; the shortest is '7 days', or 'for good'"),
        ("retention: {known: always}", "1:20: 'always' cannot be read; write a number and a unit"),
        ("- a", "1:1: expected keys with values, found a list"),
        # references
        (_CHANNEL, "1:1: there is no route 'default'; write, for example, 'routes: {default: [desk]}'"),
        (_ROUTED + "operator: [dsk]", "3:12: there is no channel 'dsk'; did you mean 'desk'?"),
        (_ROUTED.replace("[desk]", "[zzz]"), "2:20: there is no channel 'zzz'; known are: desk"),
        # alerts that would reach nobody
        ("channels:\nroutes:\n", f"1:1: {_NOBODY}"),
        ("routes: {default: []}", f"1:1: {_NOBODY}"),
        (_CHANNEL + "routes: {default: []}", "2:19: the route 'default' is empty: alerts would reach nobody; write a"),
        (_ROUTED.replace("[desk]", "[desk], night: []"), "2:34: the route 'night' is empty: alerts would reach nobody"),
        ("routes: {default: [desk]}", "1:20: there is no channel 'desk'; name it under channels"),
    ],
)
def test_a_fault_is_told_where_what_and_what_was_meant(text: str, said: str) -> None:
    """One line for each, at its place; what may hold a password is not quoted."""
    [fault] = faults(text)
    assert fault.startswith(said)
    assert "p4ss" not in fault


@pytest.mark.parametrize(
    "text",
    [
        "channels: {mail: 'mailto://u:p4ss@h'}",  # the mapping forgotten
        "channels: ['mailto://u:p4ss@h']",
        "channels: 'mailto://u:p4ss@h'",
        "channels: {mail: {'mailto://u:p4ss@h': x}}",
        "channels: {'mailto://u:p4ss@h': {url: x}}",
        "channels: {mail: {url: ['mailto://u:p4ss@h']}}",
        "channels: {mail: {url: 'p4ss'}}\nroutes: {default: [mail]}",  # no address
        "channels: {mail: {url: 'mailto://u:${env:PW}@h x'}}\nroutes: {default: [mail]}",
        "channels: {mail: {url: 'mailto://u:p4ss${env:NONE}@h'}}\nroutes: {default: [mail]}",
        "channels: {mail: {url: 'mailto://u:${env:PW}${p4}@h'}}\nroutes: {default: [mail]}",
        "routes: {default: ['mailto://u:p4ss@h']}",  # an address where a name belongs
        "operator: 'mailto://u:p4ss@h'",
        "operator: ['mailto://u:p4ss@h']",
    ],
)
def test_no_fault_shows_a_secret(text: str) -> None:
    """Wherever an address strays to, it is not quoted, and neither is what it was filled with."""
    told = faults(text, PW="p4ss-filled")
    assert told
    assert "p4ss" not in "\n".join(told)


def test_no_value_shows_a_secret() -> None:
    """Settings can be printed: the address of a channel is not part of how it is shown."""
    assert "p4ss" not in repr(made(_ROUTED.replace("console://", "mailto://u:${env:PW}@h"), PW="p4ss"))


def test_an_unset_variable_is_a_fault_at_its_place() -> None:
    """It is the url that cannot be had, not the channel that is unknown: one fault, whoever uses the channel."""
    assert faults("channels:\n  mail: {url: 'mailto://${env:PW}'}\nroutes: {default: [mail]}\noperator: [mail]") == [
        "2:15: the environment variable PW is not set; set it before starting, and in the shell in which you check"
    ]


@pytest.mark.parametrize("secret", ["p4@ss", "p4/ss", "p4#ss", "p4?ss", "p4 ss", "@"])
def test_a_secret_that_would_end_the_login_is_a_fault(secret: str) -> None:
    """A part of the password would be the host: nothing arrives, and it is asked for in DNS."""
    [fault] = faults(_ROUTED.replace("console://", "mailto://u:${env:PW}@h/?to=a@b.example"), PW=secret)
    assert "a secret of its login" in fault
    assert "%40" in fault
    assert "p4" not in fault
    assert made(_ROUTED.replace("console://", "json://h/${env:PW}?to=${env:PW}"), PW="a@b.example/x")
    assert made(_ROUTED.replace("console://", "${env:PW}"), PW="mailto://u:p4@h/?to=a@b")


def test_a_relative_secret_stands_beside_monitor_yaml(tmp_path: Path) -> None:
    """`${file:...}` counts from the folder of monitor.yaml, as every other path in it."""
    (tmp_path / "pw").write_text("p4ss\n", encoding="utf-8")
    [document] = parse_yaml_text(
        "channels: {desk: {url: 'mailto://u:${file:pw}@h'}}\nroutes: {default: [desk]}", "monitor.yaml"
    )
    assert settings_from_document(document, {}, tmp_path)[0].channels["desk"].url == "mailto://u:p4ss@h"


def test_a_channel_may_name_a_template(tmp_path: Path) -> None:
    """Its text is read with monitor.yaml; what cannot be read is named at its place."""
    (tmp_path / "a.txt.j2").write_text("{{ title }}", encoding="utf-8")
    text = "channels: {desk: {url: 'console://', template: a.txt.j2}}\nroutes: {default: [desk]}"
    [document] = parse_yaml_text(text, "monitor.yaml")
    desk = settings_from_document(document, {}, tmp_path)[0].channels["desk"]
    assert desk.template == MessageTemplate("a.txt.j2", "{{ title }}")
    for content, problem in (
        (b"\xff", "it is not UTF-8"),
        (b"a" * 30_000, "longer than 20000"),
        (None, "No such file"),
    ):
        (tmp_path / "a.txt.j2").unlink()
        if content is not None:
            (tmp_path / "a.txt.j2").write_bytes(content)
        with pytest.raises(InvalidFiles, match=rf"1:48: the template a\.txt\.j2 .*{problem}"):
            settings_from_document(document, {}, tmp_path)
        (tmp_path / "a.txt.j2").write_text("")


def test_there_is_a_search_index_unless_it_is_switched_off() -> None:
    assert made(_ROUTED).archive.search
    assert made(f"{_ROUTED}archive: {{search: on}}\n").archive.search
    assert not made(f"{_ROUTED}archive: {{search: off}}\n").archive.search
    [fault] = faults(f"{_ROUTED}archive: {{search: never}}\n")
    assert fault == "3:19: 'never' is not one of: on, off; write, for example, 'search: off'"
