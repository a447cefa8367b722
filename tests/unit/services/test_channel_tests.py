"""A caller gets each answer of a server as soon as it is there."""

from __future__ import annotations

import pytest

from monitor.errors import InvalidRequest
from monitor.model import Channel, ReceiptKind, Settings
from monitor.services.commands.channels import send_test_messages
from tests.conftest import FaultServer
from tests.support.building import NOON


async def test_each_channel_has_a_receipt(faults: FaultServer) -> None:
    """In the order of the config, or of the names."""
    channels = {name: Channel(name, faults.url(path)) for name, path in (("good", "ok"), ("gone", "404"))}
    settings = Settings("UTC", "", channels, {"default": ()})
    good, gone = [test async for test in send_test_messages(settings, (), NOON)]
    assert (good[0], good[1].is_sent, gone[0], gone[1].kind) == ("good", True, "gone", ReceiptKind.REFUSED)
    [only] = [test async for test in send_test_messages(settings, ["good", "good"], NOON)]
    assert only == good
    with pytest.raises(InvalidRequest, match="there is no channel 'nope'"):
        await anext(send_test_messages(settings, ["good", "nope"], NOON))
    assert len(faults.bodies("ok")) == 2
