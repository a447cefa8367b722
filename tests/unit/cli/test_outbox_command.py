"""The operator's word on deliveries that are stuck."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.alerting.retry import RetryVerdict
from monitor.model import DeliveryState, Receipt, ReceiptKind
from monitor.store.engine.database import Database
from monitor.store.queues.outbox import Outbox
from tests.support.building import MINUTE, NOON
from tests.support.commands import run_in
from tests.support.whole import write_config

REFUSED = Receipt(ReceiptKind.REFUSED, "the server answered 404")
ACCEPTED = Receipt(ReceiptKind.ACCEPTED, "accepted")


@pytest.fixture
def stuck(lived_in: Database) -> tuple[Outbox, int, int]:
    """The outbox, a delivery that is dead, and one that waits."""
    outbox = Outbox(lived_in, "here:1")
    sent = outbox.claim("desk", NOON, MINUTE)
    assert sent is not None
    outbox.settle(sent, REFUSED, RetryVerdict(DeliveryState.DEAD), NOON)
    (waiting,) = outbox.ids([DeliveryState.PENDING])
    return outbox, sent.id, waiting


def test_what_is_named_is_sent_again(stuck: tuple[Outbox, int, int], tmp_path: Path) -> None:
    """Each is told of, once; the daemon finds them due."""
    outbox, dead, waiting = stuck
    ended = run_in(tmp_path, "outbox", "retry", str(dead), str(waiting), str(dead))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [f"{dead} is sent again at once", f"{waiting} is sent again at once"]
    assert outbox.ids([DeliveryState.PENDING]) == [dead, waiting]


@pytest.mark.parametrize(
    ("options", "retried"),
    [
        (("--dead",), ["dead"]),
        (("--dead", "--channel", "desk"), ["dead"]),
        (("--channel", "desk"), ["dead", "waiting"]),
        (("--channel", "screen"), []),
    ],
)
def test_what_is_stuck_is_sent_again(
    stuck: tuple[Outbox, int, int], options: tuple[str, ...], retried: list[str], tmp_path: Path
) -> None:
    """All dead ones, those of a channel, or all that wait for a channel that is mended."""
    _, dead, waiting = stuck
    ended = run_in(tmp_path, "outbox", "retry", *options)
    assert ended.code == 0
    numbers = {"dead": dead, "waiting": waiting}
    assert ended.out.splitlines() == [f"{numbers[name]} is sent again at once" for name in retried]
    assert ended.err == ("" if retried else "nothing waits on screen\n")


@pytest.mark.usefixtures("stuck")
def test_a_channel_that_nobody_knows_is_wrong_use(tmp_path: Path) -> None:
    """What the database still knows is no longer in the files, and can be sent again when it stands there anew."""
    ended = run_in(tmp_path, "outbox", "retry", "--channel", "nope")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "there is no channel 'nope'; known are: desk, screen\n"
    write_config(tmp_path, {})
    assert (run_in(tmp_path, "outbox", "retry", "--channel", "desk")).code == 0


@pytest.mark.parametrize(
    ("to", "why"), [("dsk", "there is no channel 'dsk'; did you mean 'desk'"), ("desk", "name another one after --to")]
)
@pytest.mark.usefixtures("stuck")
def test_deliveries_are_moved_only_to_another_channel_of_the_config(to: str, why: str, tmp_path: Path) -> None:
    """Otherwise they would wait there too."""
    ended = run_in(tmp_path, "outbox", "move", "--channel", "desk", "--to", to)
    assert (ended.code, why in ended.err) == (2, True)


def test_what_is_discarded_is_not_sent(stuck: tuple[Outbox, int, int], tmp_path: Path) -> None:
    """And stays in the list, with its attempts and its last answer."""
    _, dead, waiting = stuck
    ended = run_in(tmp_path, "outbox", "discard", str(dead), str(waiting))
    assert ended.out.splitlines() == [f"{dead} is discarded", f"{waiting} is discarded"]
    listed = run_in(tmp_path, "outbox", "list", "--json", "--state", "discarded")
    assert {row["id"]: (row["attempts"], row["detail"]) for row in listed.rows} == {
        dead: (1, REFUSED.detail),
        waiting: (0, None),
    }


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (("--dead",), {"pending"}),
        (("--dead", "--channel", "screen"), {"dead", "pending"}),
        (("--channel", "desk"), set()),
    ],
)
def test_all_of_a_channel_that_is_gone_is_discarded(
    stuck: tuple[Outbox, int, int], options: tuple[str, ...], left: set[str], tmp_path: Path
) -> None:
    """By one command, as it is sent again by one."""
    outbox, *_ = stuck
    assert (run_in(tmp_path, "outbox", "discard", *options)).code == 0
    assert {state for state in ("dead", "pending") if outbox.ids([DeliveryState(state)])} == left


@pytest.mark.parametrize("command", ["retry", "discard"])
def test_what_cannot_be_changed_is_told(stuck: tuple[Outbox, int, int], command: str, tmp_path: Path) -> None:
    """Each with its reason, and the others are done; exit code 1."""
    outbox, dead, sending = stuck
    assert outbox.claim("desk", NOON, MINUTE) is not None
    ended = run_in(tmp_path, "outbox", command, str(dead), str(sending), "999")
    assert ended.code == 1
    assert ended.out.startswith(f"{dead} is ")
    assert ended.told == [
        f"{sending} is left as it is: it is being sent just now; look again in a minute",
        "999 is left as it is: there is no such delivery; `news-monitor outbox list` shows them",
    ]
