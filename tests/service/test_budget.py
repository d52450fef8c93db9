"""What there is for all is shared so that there is always something left for one more."""

from __future__ import annotations

import pytest

from counterflow.budget import SMALL, Account, Budgets

MEBIBYTE = 1024 * 1024


def greedy(account: Account) -> Account:
    """One who waits as often as they may."""
    while account.begins_waiting():
        pass
    return account


def test_one_connection_has_a_tenth_of_the_calls_that_wait() -> None:
    assert greedy(Budgets(MEBIBYTE, 10_000).account()).calls == 1_000


@pytest.mark.parametrize("connections", [10, 20, 1_000])
def test_however_many_take_what_they_can_a_newcomer_still_may_wait(connections: int) -> None:
    budgets = Budgets(MEBIBYTE, 10_000)
    for _ in range(connections):
        greedy(budgets.account())
    assert budgets.account().begins_waiting()


def test_the_program_itself_may_have_all_of_its_own() -> None:
    assert greedy(Budgets(MEBIBYTE, 500, is_shared=False).account()).calls == 500


def test_memory_is_bounded_whatever_the_number_of_connections() -> None:
    budgets = Budgets(96 * MEBIBYTE, 10_000)
    for _ in range(1_000):
        account = budgets.account()
        while account.takes(20_000):
            pass
    assert budgets.memory.used <= 96 * MEBIBYTE + 1_000 * SMALL
    assert budgets.account().takes(SMALL), "a little is everybody's"


def test_what_is_given_back_is_there_for_others() -> None:
    budgets = Budgets(MEBIBYTE, 10)
    first, second = budgets.account(), budgets.account()
    assert first.takes(900_000), "nobody has anything"
    assert not second.takes(200_000)
    first.gives(900_000)
    assert second.takes(200_000)
    assert (first.size, second.size, second.kept_for_all) == (0, 200_000, 200_000)
    assert first.begins_waiting()
    first.ends_waiting()
    assert (budgets.waiting.used, first.calls) == (0, 0)


class Client:
    """One for whom answers are kept until somebody needs the room."""

    def __init__(self, budgets: Budgets, size: int, seconds: float) -> None:
        self.account = budgets.account()
        self.account.counts(size)
        self._seconds = seconds
        budgets.join(self, self.account)

    def slowness(self) -> float:
        return self._seconds

    def give_way(self) -> None:
        self.account.gives(self.account.size)


def test_where_all_is_taken_those_who_do_not_read_give_way_and_the_slowest_first() -> None:
    budgets = Budgets(MEBIBYTE, 10)
    quick, slow, slowest = (Client(budgets, 400_000, seconds) for seconds in (0.1, 60.0, 3_600.0))
    newcomer = Client(budgets, 0, 0.0)
    assert newcomer.account.takes(160_000)
    assert [client.account.size for client in (quick, slow, slowest)] == [400_000, 400_000, 0]
    assert newcomer.account.takes(40_000), "there is room now"
    assert slow.account.size == 400_000


def test_nobody_gives_way_for_more_than_an_equal_share_nor_to_who_has_more() -> None:
    budgets = Budgets(MEBIBYTE, 10)
    large, small = Client(budgets, 900_000, 60.0), Client(budgets, 100_000, 60.0)
    assert not small.account.takes(300_000), "a third is an equal share of two and one more"
    assert not large.account.takes(100_000)
    assert (large.account.size, small.account.size) == (900_000, 100_000)
    assert small.account.takes(200_000)
    assert large.account.size == 0


def test_for_whom_nothing_is_kept_unread_does_not_give_way() -> None:
    budgets = Budgets(MEBIBYTE, 10)
    sends_much, newcomer = Client(budgets, MEBIBYTE, 0.0), Client(budgets, 0, 0.0)
    assert not newcomer.account.takes(100_000)
    budgets.leave(sends_much)
    assert sends_much.account.size == MEBIBYTE
