"""Who may have a connection, and who has to make way."""

from __future__ import annotations

import pytest

from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.native.limits import ServerLimits
from counterflow.wire.native.places import LOCAL, ClientAddress, NoPlace, Places, name_of

LIMITS = ServerLimits(
    connections=6, connections_per_address=4, kept_for_operators=2, arrivals=1, addresses=10, idle_seconds=10
)
FAR, NEAR = ("10.0.0.7", 5_000), ("127.0.0.1", 6_000)


class Client:
    """A connection that is as idle as a test says."""

    def __init__(self, hall: Hall, peer: object, idle: float = 0.0) -> None:
        self.address: ClientAddress = hall.places.address_of(peer)
        self.idle = idle
        self.has_gone = False

    def idle_seconds(self) -> float:
        return self.idle

    def make_way(self) -> None:
        self.has_gone = True


class Hall:
    """Places, and a clock."""

    def __init__(self, limits: ServerLimits = LIMITS) -> None:
        self.now = 0.0
        self.places = Places(limits, ConnectionLimits(), lambda: self.now)

    def comes(self, peer: object, idle: float = 0.0) -> Client:
        client = Client(self, peer, idle)
        self.now += 1
        self.is_late = self.places.enter(client)
        return client


def far(number: int) -> tuple[str, int]:
    return f"10.0.{number}.1", 5_000


def test_one_address_has_its_share() -> None:
    hall = Hall()
    for _ in range(4):
        hall.comes(FAR)
    with pytest.raises(NoPlace, match=r"at most 4 connections.*connections_per_address"):
        hall.comes(FAR)
    hall.comes(far(1))


def test_who_does_nothing_makes_way_first_of_all_those_of_the_most_greedy() -> None:
    hall = Hall()
    idle = [hall.comes(FAR, 20), hall.comes(FAR, 30), hall.comes(FAR, 9)]
    other = hall.comes(far(1), 1_000)
    hall.comes(far(2))
    hall.comes(far(3))
    hall.comes(far(4))
    assert [client.has_gone for client in (*idle, other)] == [False, True, False, False]
    assert len(hall.places.taken) == 6


def test_where_everybody_is_at_work_some_places_are_kept_for_this_machine() -> None:
    hall = Hall()
    for number in range(6):
        hall.comes(far(number))
    assert not hall.is_late
    with pytest.raises(NoPlace, match=r"all of which are at work .setting connections."):
        hall.comes(far(7))
    for _ in range(2):
        hall.comes(NEAR)
        assert hall.is_late
    with pytest.raises(NoPlace):
        hall.comes(NEAR)


def test_a_place_is_given_back_once() -> None:
    hall = Hall()
    client = hall.comes(FAR)
    for _ in range(2):
        hall.places.leave(client)
    assert (len(hall.places.taken), client.address.connections) == (0, 0)


def test_connections_of_an_address_do_not_come_too_fast() -> None:
    hall = Hall()
    for _ in range(4):
        hall.places.leave(hall.comes(FAR))
        hall.now -= 1
    with pytest.raises(NoPlace, match="at most 1 new connections a second"):
        hall.places.enter(Client(hall, FAR))
    hall.comes(FAR)


def test_what_an_address_has_used_up_is_remembered_until_it_is_as_if_it_had_never_been() -> None:
    hall = Hall()
    first = hall.places.address_of(FAR)
    assert first.work.takes(ConnectionLimits().work_at_once)
    for number in range(20):
        hall.places.address_of(far(number))
    assert hall.places.address_of(FAR) is first
    hall.now += 100
    for number in range(20, 40):
        hall.places.address_of(far(number))
    assert hall.places.address_of(FAR) is not first
    assert len(hall.places._addresses) <= LIMITS.addresses


@pytest.mark.parametrize(
    "peer, name",
    [
        ("", LOCAL),
        (("127.0.0.1", 1), LOCAL),
        (("127.8.8.8", 1), LOCAL),
        (("::1", 1, 0, 0), LOCAL),
        (("::ffff:127.0.0.1", 1, 0, 0), LOCAL),
        (("10.0.0.7", 1), "10.0.0.7"),
        (("::ffff:10.0.0.7", 1, 0, 0), "10.0.0.7"),
        (("2001:db8:1:2:3:4:5:6", 1, 0, 0), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1, 0, 2), "fe80::/64"),
        (("odd", 1), "odd"),
    ],
)
def test_what_stands_for_an_address(peer: object, name: str) -> None:
    assert name_of(peer) == name
