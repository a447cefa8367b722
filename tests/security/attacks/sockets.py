"""Attacks over sockets."""

from __future__ import annotations

import array
import socket
from collections.abc import Iterator

from tests.security.attacks.scene import Scene, attack

_MPTCP = 262


@attack
def connect_by_tcp(scene: Scene) -> None:
    socket.create_connection(("127.0.0.1", scene.tcp_port))


@attack
def send_by_udp() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))


@attack
def send_by_udp_of_ipv6() -> None:
    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("::1", 9))


@attack
def offer_a_port_that_the_system_chooses() -> None:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()


@attack
def offer_a_port_of_its_choice() -> Iterator[None]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield
    server = socket.socket()
    server.bind(("127.0.0.1", port))
    server.listen()


@attack
def connect_to_a_socket_of_this_machine(scene: Scene) -> None:
    """PostgreSQL and D-Bus believe whoever comes as the same user."""
    socket.socket(socket.AF_UNIX).connect(str(scene.folder / "socket.path"))


@attack
def send_to_a_socket_of_this_machine_through_a_pair(scene: Scene) -> None:
    """One of a pair of datagram sockets can send to others than the other one."""
    one, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"x", str(scene.folder / "datagrams.path"))


@attack
def connect_to_an_abstract_socket(scene: Scene) -> None:
    socket.socket(socket.AF_UNIX).connect(f"\0attack-{scene.victim}")


@attack
def connect_an_inherited_socket(scene: Scene) -> Iterator[None]:
    inherited = socket.socket(socket.AF_UNIX)
    yield
    inherited.connect(f"\0attack-{scene.victim}")


@attack
def connect_an_inherited_socket_by_tcp(scene: Scene) -> Iterator[None]:
    inherited = socket.socket()
    yield
    inherited.connect(("127.0.0.1", scene.tcp_port))


@attack
def send_elsewhere_through_an_inherited_socket() -> Iterator[None]:
    inherited = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    yield
    inherited.sendto(b"x", ("127.0.0.1", 9))


@attack
def pass_a_descriptor_to_the_daemon() -> Iterator[None]:
    ours, _theirs = socket.socketpair()
    yield
    ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])


@attack
def make_a_pair_of_sockets() -> None:
    socket.socketpair()


@attack
def ask_the_kernel_for_its_routes() -> None:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


@attack
def listen_to_the_kernels_events() -> None:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15).bind((0, 1))


@attack
def send_raw_packets() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


@attack
def read_all_packets() -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)


@attack
def call_the_host_of_a_virtual_machine() -> None:
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)


@attack
def use_ciphers_of_the_kernel() -> None:
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)


@attack
def use_a_seldom_protocol() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM, _MPTCP)


@attack
def ping() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
