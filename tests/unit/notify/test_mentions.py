"""No headline calls the people of a chat, and nobody sees that anything was changed."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from monitor.notify.renderers import capabilities_of, render_message
from monitor.notify.renderers.mentions import ZERO_WIDTH, escape_mentions_in_link, neutralise_mentions
from tests.support.building import alert, article, delivery

CALLS = [
    "@everyone",
    "@here",
    "@channel",
    "@room",
    "@all",
    "x@everyone",
    "@**all**",
    "@_**Ada**",
    "@ada_l",
    "@金",
    "<!here>",
    "<!channel|channel>",
    "<@U123>",
    "<@!123>",
    "<@&123>",
    "<#C123>",
    '<at user_id="all">all</at>',
    "(met)all(met)",
    "＠all",
    ".@ada",
    "@\\*\\*all\\*\\*",
    "\\<\\#C1\\>",
    "</ban:1>",
]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_none_and_reads_the_same(call: str) -> None:
    """Without the signs of no width it is the same text, and a second time changes nothing."""
    quoted = f"They wrote {call} today"
    safe = neutralise_mentions(quoted)
    assert call not in safe
    assert safe.replace(ZERO_WIDTH, "") == quoted
    assert neutralise_mentions(safe) == safe
    for sign in ("@everyone", "@here", "@all", "<!", "<@", "(met"):
        assert sign not in safe


@pytest.mark.parametrize("text", ["ada@x.test", "3 @ 4", "a < b & c", "(a) b", "ends with @"])
def test_what_calls_nobody_stays(text: str) -> None:
    """Mail addresses and lone signs."""
    assert neutralise_mentions(text) == text


def test_a_link_stays_a_link() -> None:
    """Our own address stays as it is; in it, a call is written otherwise."""
    link = "https://x.test/@ada/1"
    assert neutralise_mentions(f"@ada {link} @ada", [link]) == f"@{ZERO_WIDTH}ada {link} @{ZERO_WIDTH}ada"
    longer = f"{link}.evil.test/@everyone"  # it begins like ours
    assert "@everyone" not in neutralise_mentions(longer, [link])
    assert escape_mentions_in_link(link) == link
    assert (
        escape_mentions_in_link("https://here@x.test/@everyone?a=@here") == "https://here@x.test/%40everyone?a=%40here"
    )
    assert escape_mentions_in_link("https://[/@here") == "https://[/@here"


@pytest.mark.parametrize("kind", ["discord", "slack", "tgram", "mmost", "workflow", "gotify", "ntfy", "wecombot"])
def test_no_part_of_a_message_calls_anybody(kind: str) -> None:
    """Whichever text of the article, the rule or its source it is in, and in whatever form."""
    calls = "@everyone <!here> <@U123>"
    of = replace(
        alert(),
        article=article(title=calls, url="https://x.test/@everyone"),
        rule_title=calls,
        sentence=calls,
        highlights=((1, 9),),
        also_reported_by=(calls,),
    )
    message = render_message(delivery(of), kind=kind, source=calls, zone=ZoneInfo("UTC"))
    shown = f"{message.title}\n{message.text}\n{message.html}\n{message.markdown}"
    for call in ("@everyone", "@**everyone", "@<b>", "<!here", "<@U"):
        assert call not in shown
    assert "https://x.test/%40everyone" in shown


@pytest.mark.parametrize("kind", ["mailto", "json", "console", "twilio"])
def test_where_nobody_can_be_called_the_text_stays(kind: str) -> None:
    """In mail, in SMS, on a screen and for programs."""
    assert not capabilities_of(kind).mentions
    of = replace(alert(), article=article(title="@everyone", url="https://x.test/@everyone"))
    message = render_message(delivery(of), kind=kind, source="", zone=ZoneInfo("UTC"))
    assert "@everyone" in message.title + message.text
    assert "https://x.test/@everyone" in message.text
