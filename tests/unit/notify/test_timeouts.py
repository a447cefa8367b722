"""How long an attempt may take, by the kind of its channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from apprise.manager_plugins import NotificationManager
from apprise.plugins.email import NotifyEmail

from monitor.model import Limits
from monitor.notify.timeouts import SendTimeouts, is_over_smtp

JSON, MAIL = "jsons://hook.test/x", "MailTos://user:pass@mail.test"


def test_a_server_has_the_time_of_its_protocol() -> None:
    """RFC 5321 gives a mail server ten minutes after the final dot; a web server has 90 s for its answer."""
    usual = SendTimeouts()
    assert (usual.mail_acceptance, usual.http_answer) == (timedelta(minutes=10), timedelta(seconds=90))
    assert usual.hand_over == Limits().send == timedelta(seconds=60)


def _plugins() -> Any:
    return NotificationManager()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("hand_over", [timedelta(seconds=1), timedelta(seconds=60), timedelta(minutes=5)])
def test_a_process_is_killed_only_after_the_servers_own_time(hand_over: timedelta) -> None:
    """Whatever `limits.send` says: it bounds what comes before the server has the message."""
    bounds = SendTimeouts(hand_over)
    assert bounds.deadline(MAIL) > hand_over + bounds.mail_acceptance + bounds.closing
    assert bounds.deadline(JSON) > hand_over + bounds.http_answer + bounds.closing
    assert bounds.deadline(JSON) < timedelta(minutes=4) + hand_over  # a server that drips is found all the same


def test_every_kind_that_apprise_sends_by_smtp_is_known() -> None:
    """A kind that a new Apprise brings is not given the time of a web server."""
    kinds = _plugins()
    by_smtp = {kind for kind in kinds.schemas() if issubclass(kinds[kind], NotifyEmail)}
    assert {"mailto", "mailtos"} <= by_smtp
    assert by_smtp == {kind for kind in kinds.schemas() if is_over_smtp(f"{kind}://h")}
