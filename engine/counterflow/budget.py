"""What there is for all clients together, and how they share it.

Nobody has more than is left for the others. So the first may have half, the next half of what is left, and
however many come, there is never nothing left for the one after them (dynamic thresholds; A. K. Choudhury and
E. L. Hahne, 1998). A little is everybody's in any case. Should all be taken none the less, whoever has less
than an equal share gets it from those who do not read what is kept for them.
"""

from __future__ import annotations

from typing import Final, Protocol

SHARES: Final = 1_000
"""What is everybody's in any case is such a part of the whole."""
SMALL: Final = 65_536
"""As above, the most of it."""


class Budget:
    """`most` of something for all; one holder has `most_each` of it at the most, all where that is None."""

    __slots__ = ("_each", "_small", "most", "used")

    def __init__(self, most: int, most_each: int | None) -> None:
        self.most = most
        self.used = 0
        self._each = most_each
        self._small = min(most // SHARES, SMALL)

    def has_room(self, own: int, count: int) -> bool:
        """Whether one who has `own` may have so much more. Where nobody has anything, there is room for
        any.
        """
        total = own + count
        if total <= self._small or not self.used:
            return True
        left = self.most - self.used - count
        return left >= 0 if self._each is None else total <= self._each and total <= left


class AnswerReader(Protocol):
    """A client for whom answers are kept."""

    def slowness(self) -> float:
        """In how many seconds it will have read them, if it goes on so; 0 where none are kept."""
        ...

    def give_way(self) -> None:
        """Keep them no longer: another needs the memory."""
        ...


class Budgets:
    """The two of a server: bytes of memory, and calls that wait for things to happen. They are shared by
    connections (`is_shared`), or the program's own.
    """

    __slots__ = ("_readers", "memory", "waiting")

    def __init__(self, client_bytes: int, waiting_calls: int, *, is_shared: bool = True) -> None:
        self.memory = Budget(client_bytes, client_bytes if is_shared else None)
        self.waiting = Budget(waiting_calls, max(1, waiting_calls // 10) if is_shared else None)
        self._readers: dict[AnswerReader, Account] = {}

    def account(self) -> Account:
        """For one more client."""
        return Account(self)

    def join(self, reader: AnswerReader, account: Account) -> None:
        """A client that can give way has come."""
        self._readers[reader] = account

    def leave(self, reader: AnswerReader) -> None:
        """It has gone."""
        self._readers.pop(reader, None)

    def make_room(self, own: int, size: int) -> bool:
        """Whether one who has `own` gets so many bytes more, of what is free or of who does not read. It gets
        no more than an equal share, one for somebody new counted in, and from those alone who have more.
        """
        memory, total = self.memory, own + size
        if not self._readers or total * (len(self._readers) + 1) > memory.most:
            return False
        if memory.used + size <= memory.most:
            return True
        slowest = [
            (reader.slowness(), reader) for reader, other in self._readers.items() if other.size > total
        ]
        for seconds, reader in sorted(slowest, key=lambda entry: -entry[0]):
            if not seconds:
                break
            reader.give_way()
            if memory.used + size <= memory.most:
                return True
        return False


class Account:
    """What the client at the other end of one connection has of both."""

    __slots__ = ("_budgets", "_memory", "_waiting", "calls", "size")

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets
        self._memory = budgets.memory
        self._waiting = budgets.waiting
        self.size = 0
        """Bytes that are kept for it."""
        self.calls = 0
        """Its calls that wait."""

    @property
    def kept_for_all(self) -> int:
        """Bytes that are kept for all clients."""
        return self._memory.used

    def takes(self, size: int) -> bool:
        """Whether there is room for so many bytes more, which then are counted until `gives`."""
        if not self.has_room(size):
            return False
        self.counts(size)
        return True

    def counts(self, size: int) -> None:
        """So many bytes more are kept, room or not."""
        self.size += size
        self._memory.used += size

    def has_room(self, size: int) -> bool:
        """As `takes`, without counting them."""
        own = self.size
        return self._memory.has_room(own, size) or self._budgets.make_room(own, size)

    def gives(self, size: int) -> None:
        """So many bytes are not kept any more."""
        self.size -= size
        self._memory.used -= size

    def begins_waiting(self) -> bool:
        """Whether one more call may wait, which then is counted until `ends_waiting`."""
        if not self._waiting.has_room(self.calls, 1):
            return False
        self.calls += 1
        self._waiting.used += 1
        return True

    def ends_waiting(self) -> None:
        """A call does not wait any more."""
        self.calls -= 1
        self._waiting.used -= 1
