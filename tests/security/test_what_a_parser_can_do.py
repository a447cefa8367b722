"""What hostile code can do in a worker, if it has taken it over: all that it tries is refused by the kernel.

Each attack runs in a process of its own (`run_attacks`), as root and as an ordinary user. Without a sandbox every one
succeeds: so none is refused for another reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from monitor.runtime.sandbox import missing_protections
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
NOBODY = 65534
USERS = [os.getuid(), *([NOBODY] if os.getuid() == 0 else [])]
# A sender may reach other machines, and start threads for that.
SENDER_MAY = {
    "connect_by_tcp",
    "connect_an_inherited_socket_by_tcp",
    "send_by_udp",
    "send_by_udp_of_ipv6",
    "send_elsewhere_through_an_inherited_socket",
    "offer_a_port_that_the_system_chooses",
    "make_a_pair_of_sockets",
    "pass_a_descriptor_to_the_daemon",  # which takes none
    "start_a_thread",
}
# What many kernels refuse without a sandbox too, so that it proves nothing there.
NOT_EVERYWHERE = {
    "use_ciphers_of_the_kernel": "a kernel without AF_ALG",
    "ping": "net.ipv4.ping_group_range is empty by default",
    "call_the_kernel_as_a_32_bit_program": "not on aarch64, nor without IA32_EMULATION",
    "use_a_seldom_protocol": "a kernel without MPTCP",
    "call_the_host_of_a_virtual_machine": "a kernel without vsock",
}

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox"),
    # In CI the kernel has all of it, and a test that cannot be run there fails.
    pytest.mark.skipif(
        bool(missing_protections()) and not os.environ.get("CI"), reason=f"this kernel lacks: {missing_protections()}"
    ),
    pytest.mark.skipif(
        not list(Path("/usr/include").glob("**/asm*/unistd.h")) and not os.environ.get("CI"),
        reason="the headers of the kernel are not installed",
    ),
]


@cache
def run_attacks(profile: str, user: int) -> dict[str, str]:
    """What came of each attack, by its name."""
    command = [sys.executable, "-m", "tests.security.run_attacks", profile, str(user)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("user", USERS)
def test_no_attack_succeeds_in_a_parser(user: int) -> None:
    """More than a hundred, none."""
    came = run_attacks("parser", user)
    assert {name: what for name, what in came.items() if not what.startswith("refused")} == {}
    assert len(came) > 100


@pytest.mark.parametrize("user", USERS)
def test_a_sender_can_reach_other_machines_and_nothing_else(user: int) -> None:
    """It has a network, and nobody to speak with on its own machine but by IP."""
    came = run_attacks("sender", user)
    assert {name: what for name, what in came.items() if what != "succeeded" and not what.startswith("refused")} == {}
    assert {name for name, what in came.items() if what == "succeeded"} == SENDER_MAY


@pytest.mark.skipif(os.getuid() != 0, reason="many attacks need root to succeed without a sandbox")
def test_every_attack_would_succeed_without_a_sandbox() -> None:
    """So each of them tests something."""
    came = run_attacks("none", 0)
    failed = {name: what for name, what in came.items() if what != "succeeded"}
    assert {name: what for name, what in failed.items() if name not in NOT_EVERYWHERE} == {}
